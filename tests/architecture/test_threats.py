"""Every test that the threat model names is there."""

from __future__ import annotations

import re
from pathlib import Path

_NAMED = re.compile(r"`([\w/]*?(test_\w+\.py))?(?:::(\w+))?(?:::\w+)?`")


def named(text: str) -> list[tuple[str, str | None]]:
    """(file, test or None) of every name between backticks; `::test` alone is of the file that was named last."""
    found: list[tuple[str, str | None]] = []
    last = ""
    for match in _NAMED.finditer(text):
        last = match[2] or last
        if match[2] or match[3]:
            found.append((last, match[3]))
    return found


def missing(root: Path, text: str) -> list[str]:
    files: dict[str, str] = {}
    for path in (root / "tests").rglob("test_*.py"):
        files[path.name] = files.get(path.name, "") + path.read_text(encoding="utf-8")

    def there(file: str, test: str | None) -> bool:
        place = rf"^(?:    )?(?:def|class) {test}\b"
        return file in files and (test is None or re.search(place, files[file], re.MULTILINE) is not None)

    return [f"{file}::{test}" for file, test in named(text) if not there(file, test)]


def test_every_test_that_the_threat_model_names_is_there(root: Path) -> None:
    text = (root / "deploy" / "THREATS.md").read_text(encoding="utf-8")
    assert len(named(text)) > 60
    assert missing(root, text) == []
    rows = text.partition("## What an attacker with one part can do")[2].partition("\n## ")[0].splitlines()
    told = [row for row in rows if row.startswith("| ") and not row.startswith("| holds")]
    held = [row.rstrip("| ").rpartition("|")[2] for row in told]
    said = ("`", "by construction")
    assert [one for one in held if not any(word in one for word in said)] == [], "every row names what holds it"


def test_a_test_that_is_gone_would_be_seen(root: Path) -> None:
    gone = "`test_threats.py`, `::test_that_is_gone`, `test_nobody_wrote.py`"
    assert missing(root, gone) == ["test_threats.py::test_that_is_gone", "test_nobody_wrote.py::None"]
