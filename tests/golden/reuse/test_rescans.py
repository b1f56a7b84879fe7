"""A rescan is known again, a paper that only looks alike is not: on kept readings of seeded specimens.

`deploy/bench_rescan.py` says how the readings were made and makes them anew.
"""

from __future__ import annotations

from dataclasses import replace

from deploy.bench_rescan import judged, load
from vault.domain.ids import RecordCode
from vault.domain.rescans import OFFERED, Reading, likeness, offers

PRECISION, RECALL = 0.95, 0.90
PAPER = Reading(
    "GPXD",
    {"number": "12/GPXD", "issued_on": "2026-10-01", "holder_id": "031090000001"},
    "GIẤY PHÉP XÂY DỰNG số 12/GPXD thửa 214 tờ 7 diện tích 88,5",
)


def test_rescans_are_found_and_papers_that_look_alike_are_not() -> None:
    lines = load()
    found = judged(lines)
    assert found["precision"] >= PRECISION, found
    assert found["recall"] >= RECALL, found
    assert found["same"] >= 24
    assert {line["severity"] for line in lines} >= {1, 2, 3}
    assert len({line["kind"] for line in lines}) >= 6


def test_another_number_another_type_and_nothing_at_all() -> None:
    assert likeness(PAPER, PAPER) == 1.0
    other = replace(PAPER, fields={**PAPER.fields, "number": "98/GPXD", "issued_on": "2020-01-05"})
    other = replace(other, text="GIẤY PHÉP XÂY DỰNG số 98/GPXD thửa 77 tờ 3 diện tích 120,0")
    assert likeness(PAPER, other) < OFFERED
    assert likeness(PAPER, replace(PAPER, type_code="KS")) == 0.0
    assert likeness(Reading("GPXD", {}, ""), Reading("GPXD", {}, "")) == 0.0


def test_few_are_offered_the_likeliest_first() -> None:
    near = replace(PAPER, fields={**PAPER.fields, "number": "13/GPXD"})
    kept = [(RecordCode(f"r{n}"), near if n else PAPER) for n in range(6)]
    assert [one.record for one in offers(PAPER, kept)] == ["r0", "r1", "r2"]


def test_of_equally_likely_records_the_better_known_stands_first_and_little_never_looks_like_all() -> None:
    fields = {"number": "12/GPXD", "issued_on": "2026-10-01", "holder_id": "031090000001"}
    scan = Reading("GPXD", fields, "Giấy phép xây dựng số 12 ngày 01 10 2026 thửa 45")
    little, much = Reading("GPXD", {"number": "12/GPXD"}, ""), scan
    first, second = offers(scan, [(RecordCode("A"), little), (RecordCode("B"), much)])
    assert (first.record, first.score, first.known, first.shown) == ("B", 1.0, 1.0, 1.0)
    assert (second.record, second.score) == ("A", 1.0)
    assert second.known < 0.5
    assert second.shown == OFFERED < first.shown, "what an officer reads of it"
