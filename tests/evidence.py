"""What is kept of a test that failed, in its report: the logs of the services that it used, the pages that it had open.

A failure that comes once in a hundred runs is mended from what was printed the one time that it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

LINES, BYTES = 40, 6_000
"""Of each log, its end."""
WORDS = 1_500
"""Of each page, letters of what it says."""
Section = tuple[str, str]


def homes_of(given: Mapping[str, Any]) -> list[Path]:
    """Folders of the services among what a test was given, wherever in it they stand."""
    found: dict[Path, None] = {}
    for value in given.values():
        with suppress(Exception):  # whatever a test was given: what cannot be asked has no folder
            for part in (value, *(getattr(value, name, None) for name in ("old", "new"))):
                home = _home_of(part) or _home_of(getattr(part, "app", None))
                if home is not None:
                    found[home] = None
    return list(found)


def _home_of(part: Any) -> Path | None:
    for holder in (part, getattr(part, "settings", None)):
        home = getattr(holder, "home", None)
        if isinstance(home, Path) and home.is_dir():
            return home
    return None


def logs_of(home: Path) -> Iterator[Section]:
    """The end of each log of a service that says anything."""
    for log in sorted([*home.glob("log/*.log"), *home.with_name(f"{home.name}-log").glob("*.log")]):
        with suppress(OSError):
            with log.open("rb") as file:
                file.seek(max(0, log.stat().st_size - BYTES))
                lines = file.read().decode("utf-8", "replace").splitlines()[-LINES:]
            if lines:
                yield f"{home.name}/log/{log.name}, its end", "\n".join(lines)


def pages_of(opened: list[Any], name: str, folder: Path) -> Iterator[Section]:
    """Where each browser stood, what its page said and wrote to its console; and a picture."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^\w-]+", "-", name)
    for number, visit in enumerate(opened):
        said, picture = [f"errors: {visit.errors}"], folder / f"{stem}-{number}.png"
        with suppress(Exception):  # a browser that is gone has nothing more to show
            said.insert(0, f"at {visit.page.url} ({visit.page.evaluate('document.readyState')})")
            said.append(visit.page.inner_text("body", timeout=2_000)[:WORDS])
            visit.page.screenshot(path=picture, full_page=True, timeout=5_000)
            said.insert(1, f"picture: {picture}")
        yield f"page {number}", "\n".join(said)
