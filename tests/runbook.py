"""The runbook as tests read it: its blocks of commands, by heading, and the commands in its sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "deploy" / "README.md"
GROUPS = {
    "db",
    "index",
    "log",
    "keys",
    "trust",
    "roots",
    "catalogue",
    "mandates",
    "partner",
    "outbox",
    "accounts",
    "peers",
}
"""Commands of ours whose second word is a command."""

_PARTS = re.compile(r"^##+ ([^\n]+)$|^( *)```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(VAULT_\S+ )*(\.venv/bin/)?vault [a-z]|bash |docker |kubectl |apt |chown ")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of commands under a heading."""

    heading: str
    text: str

    @property
    def commands(self) -> Sequence[str]:
        """Its lines, without comments; what a backslash continues is one."""
        joined = re.sub(r"\\\n\s*", "", self.text)
        lines = [re.sub(r"\s{2,}#.*$", "", line).strip() for line in joined.splitlines()]
        return [line for line in lines if line and not line.startswith("#")]


def blocks() -> Sequence[Block]:
    """Every block of shell commands, in order."""
    found, heading = [], ""
    for match in _PARTS.finditer(PAGE.read_text(encoding="utf-8")):
        if match.group(1):
            heading = match.group(1)
        else:
            found.append(Block(heading, re.sub(rf"^{match.group(2)}", "", match.group(3), flags=re.MULTILINE)))
    return found


def of(heading: str) -> Sequence[str]:
    """Commands of all blocks under a heading."""
    return [command for block in blocks() if block.heading == heading for command in block.commands]


def in_sentences() -> Sequence[str]:
    """Commands that stand between backticks in the text."""
    text = re.sub(r"^ *```.*?^ *```", "", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = [re.sub(r"\s+", " ", one) for one in re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`", text)]
    return [one for one in found if _COMMAND.match(one)]


def verb(command: str) -> tuple[str, ...] | None:
    """The words that name a command of ours; None for somebody else's."""
    match = re.match(r"(?:VAULT_\S+ )*(?:\.venv/bin/)?vault (.*)", command)
    if match is None:
        return None
    words = match.group(1).split()
    depth = 3 if words[:2] == ["keys", "wrapping"] else 2 if words[0] in GROUPS else 1
    return tuple(words[:depth])
