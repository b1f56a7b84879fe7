"""Logs as lines of text or of JSON, with the trace they belong to, and without the numbers of people.

Messages of this program name codes and identifiers only. What libraries say may quote what they were given, so every
line, traceback included, is masked: identity numbers, phone numbers and e-mail addresses become a mark. Names cannot
be recognised; that is why no message of ours may carry a field of a paper (`tests/unit/vault/telemetry`).
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Literal

from opentelemetry import trace

_NUMBERS = re.compile(r"(?<![\w.-])(?:\+?84|0)?\d{9,12}(?![\w.-])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_KEPT = ("event", "route", "method", "status", "ms", "job", "code")
"""Extra facts of a record that are written as fields of their own."""


def masked(text: str) -> str:
    """`text` without what looks like a person's number or address.

    >>> masked("holder 031090000001 asked")
    'holder ‹number› asked'
    """
    return _MAIL.sub("‹mail›", _NUMBERS.sub("‹number›", text))


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class _Json(logging.Formatter):
    """One object a line: `at` (UTC, ISO 8601), `level`, `logger`, `message`, and a trace when there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        line |= {name: getattr(record, name) for name in _KEPT if hasattr(record, name)}
        here = trace.get_current_span().get_span_context()
        if here.is_valid:
            line["trace_id"] = f"{here.trace_id:032x}"
        if record.exc_info:
            line["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logs(style: Literal["text", "json"]) -> None:
    """Everything goes to standard error in one style; uvicorn's own access lines, which name addresses, go nowhere."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if style == "json" else _Text("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    # Queries and HTTP calls of libraries are their business.
    for name in ("httpx", "httpcore", "urllib3", "procrastinate.periodic"):
        logging.getLogger(name).setLevel(logging.WARNING)
