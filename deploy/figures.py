"""The last line of every benchmark: name, figures, what they are measured against, and on what machine."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping


def last_line(name: str, figures: Mapping[str, object], baseline: str) -> str:
    """One JSON object, as the README promises for `deploy/bench NAME`."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return json.dumps({"name": name, "figures": dict(figures), "baseline": baseline, "machine": machine})
