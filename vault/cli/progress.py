"""How far a long command is: a bar in a terminal, a line a part and a tenth anywhere else; always on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from vault.cli.edge import err
from vault.usecases.heal.telling import Told

_COLUMNS = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
_STEPS = 10


@contextmanager
def showing(task: str, console: Console = err) -> Iterator[Told]:
    """Around the task. Inside, nothing is printed on standard output: a bar would take it to standard error.

    >>> import sys
    >>> with showing("scrub", Console(file=sys.stdout, force_terminal=False)) as told:
    ...     told("blobs", 0.0)
    ...     told("blobs", 0.05)
    ...     told("blobs", 0.52)
    scrub: blobs
    scrub: blobs 50%
    """
    if console.is_terminal:
        with Progress(*_COLUMNS, console=console, transient=True) as progress:
            bar = progress.add_task(task, total=1.0)
            yield lambda part, share: progress.update(bar, description=f"{task}: {part}", completed=share)
    else:
        yield _lines(task, console)


def _lines(task: str, console: Console) -> Told:
    last = ("", 0)

    def told(part: str, share: float) -> None:
        nonlocal last
        now = (part, int(share * _STEPS))
        if now == last or (now[0] == last[0] and now[1] < last[1]):
            return
        last = now
        console.print(f"{task}: {part}" + (f" {now[1] * 100 // _STEPS}%" if now[1] else ""), markup=False)

    return told
