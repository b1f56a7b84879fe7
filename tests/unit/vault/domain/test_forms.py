"""What a form keeps of a paper that is erased."""

from __future__ import annotations

from datetime import UTC, datetime

from vault.domain.forms import FieldKind, FieldSource, FilledField, FormDifference, FormEntry, taken_from
from vault.domain.ids import RecordCode

A, B = RecordCode("0000000000000A"), RecordCode("0000000000000B")


def filled(key: str, *values: tuple[RecordCode, str]) -> FilledField:
    sources = tuple(FieldSource(record, 1, "KS", key, value) for record, value in values)
    return FilledField(key, FieldKind.TEXT, values[0][1], sources, agrees=True)


FORM = (
    filled("name", (A, "Nguyễn Văn A"), (B, "NGUYỄN VĂN A")),
    filled("place", (A, "Hải Phòng")),
    filled("x", (B, "1")),
)


def test_a_value_belongs_to_every_record_that_says_it() -> None:
    said = {"name": "nguyễn văn a", "place": "Hà Nội", "x": "1"}
    assert taken_from(FORM, said) == {A: ("name",), B: ("name", "x")}
    assert taken_from(FORM, {}) == {}


def test_what_only_the_erased_record_said_goes() -> None:
    said = {"name": "Nguyễn Văn A", "place": "Hải Phòng", "x": "2"}
    difference = FormDifference("x", "x", "1", "2", B, 1)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    entry = FormEntry(1, said, (difference,), "ghi nhầm", "x", "X", at, taken_from(FORM, said))
    without_a = entry.without(A)
    assert without_a.entries == {"name": "Nguyễn Văn A", "x": "2"}
    assert (without_a.differences, without_a.reason) == ((difference,), "ghi nhầm")
    neither = without_a.without(B)
    assert neither.entries == {"x": "2"}, "what was stated otherwise is the person's own word"
    assert (neither.differences, neither.reason, neither.taken) == ((), "", {})
    assert entry.without(RecordCode("0000000000000C")) == entry
