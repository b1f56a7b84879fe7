from __future__ import annotations

from datetime import date

import pytest

from vault.domain.errors import Kind
from vault.domain.holders import (
    BIRTH_PLACES,
    HolderAlias,
    HolderId,
    HolderKind,
    HolderLink,
    HolderNumberCode,
    HolderNumberError,
    HolderRole,
    HolderWarning,
    Sex,
    tax_check_digit,
)

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("031185012345", HolderKind.PERSONAL, "031185012345"),
        (" 031.185.012.345 ", HolderKind.PERSONAL, "031185012345"),
        ("031 185 012 345", HolderKind.PERSONAL, "031185012345"),
        ("031234567", HolderKind.CMND, "031234567"),
        ("0102357802", HolderKind.TAX, "0102357802"),
        ("0102357802-001", HolderKind.TAX_BRANCH, "0102357802-001"),
        ("0102357802001", HolderKind.TAX_BRANCH, "0102357802-001"),
        ("c1234567", HolderKind.PASSPORT, "C1234567"),
        ("AB 123456", HolderKind.PASSPORT, "AB123456"),
    ],
)
def test_a_number_is_read_as_people_type_it(text: str, kind: HolderKind, number: str) -> None:
    assert HolderId.parse(text) == HolderId(kind, number)
    assert HolderId.parse(number, kind) == HolderId(kind, number)


def test_a_household_business_bears_a_personal_number() -> None:
    business = HolderId.parse("031185012345", HolderKind.HOUSEHOLD_BUSINESS)
    assert business.same_person_number == HolderId.parse("031185012345").same_person_number
    assert business != HolderId.parse("031185012345")


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("", None, HolderNumberCode.EMPTY),
        ("   ", HolderKind.TAX, HolderNumberCode.EMPTY),
        ("12345", None, HolderNumberCode.LENGTH),
        ("12345678901", HolderKind.PERSONAL, HolderNumberCode.LENGTH),
        ("03118501234O", HolderKind.PERSONAL, HolderNumberCode.NOT_DIGITS),
        ("٠٣١١٨٥٠١٢٣٤٥", HolderKind.PERSONAL, HolderNumberCode.NOT_DIGITS),
        ("0102357803", None, HolderNumberCode.CHECK_DIGIT),
        ("0102357802-000", None, HolderNumberCode.BRANCH),
        ("0102357803-001", None, HolderNumberCode.CHECK_DIGIT),
        ("!!", None, HolderNumberCode.PASSPORT_FORM),
        ("ABCDEFGH", None, HolderNumberCode.PASSPORT_FORM),
    ],
)
def test_a_wrong_number_says_why_and_does_not_repeat_itself(
    text: str, kind: HolderKind | None, code: HolderNumberCode
) -> None:
    with pytest.raises(HolderNumberError) as caught:
        HolderId.parse(text, kind)
    assert caught.value.code == code.value
    assert caught.value.kind is Kind.INVALID
    assert not text.strip() or text.strip() not in str(caught.value)


def test_the_check_digit_of_a_tax_code() -> None:
    assert tax_check_digit("010235780") == 2  # 0102357802 stands in a real government certificate
    assert tax_check_digit("000000000") is None  # a remainder of 0 would need the digit ten
    assert tax_check_digit("000000008") == 8  # 10 - 8 * 3 % 11
    assert {tax_check_digit(f"{n:09d}") for n in range(200)} == {None, *range(10)}


def test_a_personal_number_tells_century_sex_and_year() -> None:
    number = HolderId.parse("031185012345")
    assert (number.birth_year, number.sex) == (1985, Sex.FEMALE)
    number = HolderId.parse("001210012345")
    assert (number.birth_year, number.sex) == (2010, Sex.MALE)
    assert (HolderId.parse("031234567").birth_year, HolderId.parse("0102357802").sex) == (None, None)


def test_what_disagrees_warns_and_never_blocks() -> None:
    number = HolderId.parse("031185012345")
    assert number.warnings(today=TODAY) == ()
    assert number.warnings(today=TODAY, born_on=date(1985, 3, 4), sex=Sex.FEMALE) == ()
    assert number.warnings(today=TODAY, born_on=date(1986, 3, 4), sex=Sex.MALE) == (
        HolderWarning.BIRTH_YEAR,
        HolderWarning.SEX,
    )
    assert HolderId.parse("003185012345").warnings(today=TODAY) == (HolderWarning.UNKNOWN_PLACE,)
    assert HolderId.parse("301185012345").warnings(today=TODAY) == ()  # a country, not a province
    assert HolderId.parse("031299012345").warnings(today=TODAY) == (HolderWarning.NOT_BORN_YET,)
    assert HolderId.parse("031234567").warnings(today=TODAY) == (HolderWarning.OUT_OF_USE,)
    assert HolderId.parse("0102357802").warnings(today=TODAY, born_on=date(1990, 1, 1)) == ()


def test_the_old_list_of_provinces_is_complete() -> None:
    assert len(BIRTH_PLACES) == 63
    assert {1, 31, 48, 79} <= BIRTH_PLACES


def test_a_branch_knows_its_company() -> None:
    assert HolderId.parse("0102357802-001").parent == HolderId(HolderKind.TAX, "0102357802")
    assert HolderId.parse("0102357802").parent is None


def test_masks() -> None:
    assert HolderId.parse("031185012345").masked == "0311******45"


def test_an_alias_covers_its_days_and_unknown_ones() -> None:
    alias = HolderAlias(HolderId(HolderKind.CMND, "031234567"), date(2003, 1, 1), date(2021, 6, 30))
    assert alias.covers(date(2003, 1, 1))
    assert alias.covers(date(2021, 6, 30))
    assert alias.covers(None)
    assert not alias.covers(date(2002, 12, 31))
    assert not alias.covers(date(2021, 7, 1))
    assert HolderAlias(HolderId(HolderKind.CMND, "031234567")).covers(date(1900, 1, 1))


def test_a_link_without_a_number_has_no_id() -> None:
    assert HolderLink(HolderRole.SUBJECT, HolderKind.PERSONAL, None, "Trần Thị Hoà").id is None
    assert HolderLink(HolderRole.SUBJECT, HolderKind.PERSONAL, "031185012345", "x").id == HolderId.parse("031185012345")
