"""A benchmark of an hour that is cut off goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.bench_faults import Diary
from tests.faults.processes import Moment
from tests.faults.table import JOURNEYS, STEPS


def test_what_was_done_is_known_again_and_a_line_that_was_cut_off_is_not(tmp_path: Path) -> None:
    path = tmp_path / "kills.jsonl"
    first, second, third = ((STEPS[0], Moment(number, "before", "wait"), "postgres") for number in range(3))
    diary = Diary(path)
    diary.note(first, None)
    diary.note(second, "mất giấy tờ")
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"step": STEPS[0].name, "call": 2})[:20])
    again = Diary(path)
    assert [one in again for one in (first, second, third)] == [True, True, False]
    again.note(third, None)
    figures = Diary(path).figures()
    journey = next(name for name, steps in JOURNEYS.items() if STEPS[0] in steps)
    assert figures == {"kills": 3, "by_part": {"postgres": 3}, "by_journey": {journey: 3}, "failed": 1}


def test_without_a_file_nothing_is_kept(tmp_path: Path) -> None:
    diary = Diary(None)
    diary.note((STEPS[0], Moment(0, "before", "wait"), "s3"), None)
    assert diary.figures()["kills"] == 1
    assert list(tmp_path.iterdir()) == []
