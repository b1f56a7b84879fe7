"""Codecs and foldings: idempotent, reversible where they say so, and no error but their own."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from vault.domain.agencies import AgencyCode, AgencyCodeError
from vault.domain.holders import HolderId, HolderKind, HolderNumberError, tax_check_digit
from vault.domain.text import (
    NameMatch,
    compare_names,
    fold_tone_placement,
    mask_name,
    mask_number,
    search_key,
    spelling_key,
)

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạếềểễệốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵAĂÂĐÊÔƠƯÁÀẢÃẠ '-"
vietnamese = st.text(alphabet=LETTERS, max_size=24)
anything = st.text(max_size=24) | vietnamese


@given(anything)
def test_folding_twice_is_folding_once(text: str) -> None:
    folded = fold_tone_placement(text)
    assert fold_tone_placement(folded) == folded
    assert search_key(search_key(text)) == search_key(text)
    assert spelling_key(spelling_key(text)) == spelling_key(text)


@given(vietnamese)
def test_the_unicode_form_does_not_matter(text: str) -> None:
    other = unicodedata.normalize("NFD", text)
    assert fold_tone_placement(other) == fold_tone_placement(text)
    assert search_key(other) == search_key(text)
    if search_key(text):
        assert compare_names(text, other) is NameMatch.EXACT


@given(vietnamese, vietnamese)
def test_comparison_is_symmetric(one: str, other: str) -> None:
    assert compare_names(one, other) is compare_names(other, one)


@given(vietnamese)
def test_every_spelling_of_a_name_is_found_by_its_key(name: str) -> None:
    for spelling in (name.upper(), f"  {name} ", fold_tone_placement(name)):
        assert search_key(spelling) == search_key(name)
        if search_key(name):
            assert compare_names(name, spelling) >= NameMatch.SPACING_CASE


@given(st.text(max_size=40))
def test_masks_hide_at_least_half_and_keep_the_length(text: str) -> None:
    masked = mask_number(text)
    assert len(masked) == len(text)
    assert masked.count("*") * 2 >= len(text)
    mask_name(text)


@given(st.text(max_size=20), st.none() | st.sampled_from(HolderKind))
def test_a_number_is_read_or_refused_with_its_own_error(text: str, kind: HolderKind | None) -> None:
    try:
        found = HolderId.parse(text, kind)
    except HolderNumberError:
        return
    assert HolderId.parse(found.number, found.kind) == found


@given(st.text(alphabet="0123456789", min_size=9, max_size=9), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_of_a_tax_code_is_noticed(first: str, place: int, by: int) -> None:
    check = tax_check_digit(first)
    if check is None:
        return
    code = f"{first}{check}"
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    assert tax_check_digit(wrong[:9]) != int(wrong[9])


@given(
    st.sampled_from(["H24", "G01", "K57"]),
    st.integers(0, 99),
    st.integers(0, 99),
    st.integers(0, 999),
)
def test_both_code_orders_lead_to_each_other(level1: str, second: int, third: int, fourth: int) -> None:
    old = f"{fourth:03d}.{third:02d}.{second:02d}.{level1}"
    assert AgencyCode.parse(AgencyCode.parse(old).qd20).qcvn102 == old


@given(st.text(max_size=40))
def test_an_agency_code_is_read_or_refused_with_its_own_error(text: str) -> None:
    try:
        code = AgencyCode.parse(text)
    except AgencyCodeError:
        return
    assert AgencyCode.parse(code.qd20) == code
