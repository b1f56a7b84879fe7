"""How far a command is: lines where nobody looks, a bar that leaves nothing behind in a terminal."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from vault.cli.progress import showing


def told(*said: tuple[str, float], terminal: bool) -> str:
    console = Console(file=StringIO(), force_terminal=terminal, width=80)
    with showing("fsck", console) as say:
        for part, share in said:
            say(part, share)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_line_a_part_and_a_tenth() -> None:
    shares = [("blobs", one / 1000) for one in range(1001)]
    lines = told(("rows", 0.0), *shares, ("log", 0.0), terminal=False).splitlines()
    tenths = [f"fsck: blobs {one}%" for one in range(10, 101, 10)]
    assert lines == ["fsck: rows", "fsck: blobs", *tenths, "fsck: log"]


def test_a_share_that_goes_back_says_nothing_again() -> None:
    """Blobs that lie twice, or a task that begins anew: no tenth is told twice."""
    assert told(("blobs", 0.5), ("blobs", 0.2), ("blobs", 0.5), terminal=False) == "fsck: blobs 50%\n"


def test_a_bar_in_a_terminal_names_the_part_and_goes() -> None:
    shown = told(("blobs", 0.0), ("blobs", 0.5), terminal=True)
    assert "fsck: blobs" in shown
    assert shown.endswith("\x1b[2K"), "the line is empty again"
