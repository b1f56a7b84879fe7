"""What is typed and what stands on a paper become the same keys, whatever the spelling."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.domain.errors import Invalid
from vault.domain.search import MAX_WORDS, agency_word, entry_of, number_key, parse_query, values_of

LITERAL = re.compile(r"'([^']+)':(\d+[A-D](?:,\d+[A-D])*)")


def words(text: str, **more: str) -> set[str]:
    entry = entry_of(agency_code="H24.1", number=more.get("number"), names=(), values=(), text=text)
    assert LITERAL.sub("", entry.words).strip() == ""  # nothing but quoted words and places
    return {found[1] for found in LITERAL.finditer(entry.words)}


@pytest.mark.parametrize("typed", ["Hoà Bình", "Hòa Bình", "HÒA BÌNH", unicodedata.normalize("NFD", "hoà bình")])
def test_every_spelling_of_a_word_is_one_exact_word(typed: str) -> None:
    assert parse_query(typed).spelled == ("hòa", "bình")
    assert parse_query(typed).folded == ("hoa", "binh")
    assert {"hòa", "hoa", "bình", "binh"} <= words(typed)


def test_d_and_no_marks_meet() -> None:
    assert parse_query("ĐẶNG").folded == parse_query("đặng").folded == parse_query("dang").folded == ("dang",)
    assert parse_query("dang").spelled == ("dang",)


@pytest.mark.parametrize(
    ("typed", "key"),
    [("Số: 125 / 2023", "125/2023"), ("125/2023", "125/2023"), ("12/GPXD-UBND", "12/gpxd-ubnd"),
     ("BN 531146", "bn531146"),
     ("119/2026-QĐ", "119/2026-qd"), ("Nguyễn Văn An", None), ("số 5 đường Lê Lợi", None)],
)  # fmt: skip
def test_a_number_is_known_as_one(typed: str, key: str | None) -> None:
    assert parse_query(typed).number_key == key
    if key is not None:
        assert f"#{number_key(typed)}" in words("", number=typed)


@pytest.mark.parametrize("typed", ["", "  ", "-", "a", "'&|!", "()"])
def test_nothing_to_search_for_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="QUERY_EMPTY"):
        parse_query(typed)


def test_days_are_found_as_papers_write_them() -> None:
    assert values_of({"issued_on": "2024-05-06", "x": "a"}, "b", None) == ("2024-05-06", "a", "b", "06/05/2024")


def test_an_agency_is_a_word_of_its_own() -> None:
    assert agency_word("H24.1") in words("")
    assert agency_word("H24.900") not in words("@h24.900")  # nobody writes themselves into another agency


def test_a_long_paper_is_cut_and_two_values_do_not_stand_together() -> None:
    many = " ".join(f"w{number}" for number in range(MAX_WORDS * 2))
    assert len(words(many)) <= MAX_WORDS + 2
    entry = entry_of(agency_code="H24.1", number=None, names=("an binh",), values=("chi dung",), text="")
    places = {found[1]: int(found[2][:-1]) for found in LITERAL.finditer(entry.words)}
    assert places["binh"] - places["an"] == 1
    assert places["chi"] - places["binh"] > 5


@given(st.text(max_size=60), st.text(max_size=30))
def test_no_text_breaks_the_literal_and_every_paper_is_found_by_its_own_words(text: str, number: str) -> None:
    found = words(text, number=number)
    try:
        asked = parse_query(text)
    except Invalid:
        return
    assert set(asked.folded) <= found
    assert set(asked.spelled) <= found
