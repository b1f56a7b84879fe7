"""The files of `deploy/monitoring` as tests read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "deploy" / "monitoring"


def alerts() -> list[dict[str, Any]]:
    """Every rule."""
    read = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in read["groups"] for rule in group["rules"]]


def questions() -> list[str]:
    """Every expression that the dashboard or an alert asks."""
    board = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return asked + [rule["expr"] for rule in alerts()]


def selectors(expression: Any) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each series that a parsed expression asks for: its name, and by label the pattern of what it must be."""
    if hasattr(expression, "matchers"):
        patterns = {
            one.name: re.escape(one.value) if str(one.op).endswith("Equal") else one.value
            for one in expression.matchers.matchers
        }
        yield str(expression.name), patterns
        return
    inner = [getattr(expression, name, None) for name in ("lhs", "rhs", "expr", "vector_selector", "vs")]
    for one in (*inner, *(getattr(expression, "args", None) or ())):
        if one is not None:
            yield from selectors(one)
