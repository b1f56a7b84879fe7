"""A failure is mended from what was printed the one time that it came: the ends of the logs, the page as it stood."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import until_midnight
from tests.evidence import LINES, homes_of, logs_of, pages_of


@dataclass
class Holder:
    """Something with a home, or with parts that have one."""

    home: Path | None = None
    app: Any = None
    settings: Any = None


@dataclass
class Page:
    """A page that takes no picture."""

    url: str = "http://127.0.0.1/so-hoa"

    def evaluate(self, _: str) -> str:
        return "complete"

    def inner_text(self, _: str, **__: object) -> str:
        return "Không có trang này"

    def screenshot(self, **_: object) -> None:
        raise TimeoutError


@dataclass
class Visit:
    page: Page = field(default_factory=Page)
    errors: list[str] = field(default_factory=lambda: ["TypeError"])


def test_the_ends_of_the_logs_of_every_service_are_kept(tmp_path: Path) -> None:
    service, parts = tmp_path / "service", tmp_path / "parts"
    for home in (service, parts):
        (home / "log").mkdir(parents=True)
    (service / "log" / "web.log").write_text("".join(f"line {n}\n" for n in range(1000)), encoding="utf-8")
    (service / "log" / "empty.log").touch()
    given = {
        "a": Holder(service),
        "b": Holder(app=Holder(settings=Holder(parts))),
        "c": 7,
        "d": Holder(tmp_path / "no"),
    }
    assert homes_of(given) == [service, parts]
    ((title, text),) = logs_of(service)
    assert title == "service/log/web.log, its end"
    assert text.splitlines() == [f"line {n}" for n in range(1000 - LINES, 1000)]


def test_a_page_says_where_it_stood_even_if_no_picture_can_be_taken(tmp_path: Path) -> None:
    ((title, text),) = pages_of([Visit()], "test_x[a b]", tmp_path / "failed")
    assert title == "page 0"
    assert text.splitlines() == ["at http://127.0.0.1/so-hoa (complete)", "errors: ['TypeError']", "Không có trang này"]


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        ("2026-12-31T23:59:50+00:00", 10),
        ("2028-02-29T16:59:30+00:00", 30),
        ("2026-11-28T17:00:00+00:00", 0),
        ("2026-11-28T17:00:01+00:00", 7 * 3600 - 1),
        ("2026-11-28T00:00:01+00:00", 17 * 3600 - 1),
    ],
)
def test_the_day_turns_in_viet_nam_and_in_utc(now: str, seconds: int) -> None:
    from datetime import datetime, timedelta  # noqa: PLC0415 - only here

    assert until_midnight(datetime.fromisoformat(now)) == timedelta(seconds=seconds)
