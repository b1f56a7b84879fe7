"""The command line's edge: what is printed, and with which exit status the program ends.

0 ok, 1 refused or not valid, 2 wrong use, 3 a part is down. With `--json` the last line of standard output is one JSON
object, whatever the exit status; people's messages go to standard error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from vault import messages
from vault.domain.errors import Invalid, Kind, VaultError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Json = Annotated[bool, typer.Option("--json", help="End with one JSON object on the last line of standard output.")]


class Exit(IntEnum):
    """Exit statuses."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    DOWN = 3


STATUS: Mapping[Kind, Exit] = {
    Kind.INVALID: Exit.REFUSED,
    Kind.FORBIDDEN: Exit.REFUSED,
    Kind.NOT_FOUND: Exit.REFUSED,
    Kind.CONFLICT: Exit.REFUSED,
    Kind.UNAVAILABLE: Exit.DOWN,
}


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on one line. What UTF-8 cannot hold, as in odd file names, is escaped as JSON does it."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace"))


def file_bytes(file: Path, *, limit: int) -> bytes:
    """What a file holds; `FILE_TOO_LARGE` before more than that is in memory."""
    with file.open("rb") as opened:
        data = opened.read(limit + 1)
    if len(data) > limit:
        raise Invalid("FILE_TOO_LARGE", limit=limit)
    return data


def fail(error: VaultError, *, as_json: bool) -> Exit:
    """Tell a refusal; gives the exit status."""
    sentence = messages.say(error.code, messages.Language.VI, **error.facts)
    err.print(f"[bold red]{error.code}[/]: {sentence}", soft_wrap=True)
    if as_json:
        facts = {name: value for name, value in error.facts.items() if name not in {"code", "message"}}
        print_json({"ok": False, "code": error.code, "message": sentence, "facts": facts})
    return STATUS[error.kind]
