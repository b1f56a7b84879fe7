"""What a child can do: job name -> function of (header, attachments) -> (header, attachments).

The zygote imports this module once, so everything imported here is warm in every child. A job raises the errors of its
engine (anything with a `code`, and a `detail` or `facts`); they reach the caller as `Invalid(code, ...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vault.sandbox.batches import BATCHES
from vault.sandbox.papers import PAPERS
from vault.sandbox.selftest import SELFTEST

Job = Callable[[Mapping[str, Any], Sequence[bytes]], tuple[Mapping[str, Any], Sequence[bytes]]]

JOBS: dict[str, Job] = {
    **PAPERS,
    **BATCHES,
    **SELFTEST,
}


def warm() -> None:
    """Nothing to do ahead: these jobs take long enough."""
