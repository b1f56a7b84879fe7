from __future__ import annotations

from datetime import date

import pytest

from vault.domain.agencies import Agency, AgencyCode, AgencyCodeError, AgencyDirectory, AgencyLevel, level1_of

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("000.00.00.H24", "H24"),
        ("000.00.15.H24", "H24.15"),
        ("000.07.15.H24", "H24.15.07"),
        ("001.07.15.H24", "H24.15.07.001"),
        ("001.00.15.H24", "H24.15.00.001"),
        ("000.00.00.G17", "G17"),
    ],
)
def test_both_orders_name_the_same_agency(old: str, new: str) -> None:
    assert AgencyCode.parse(old) == AgencyCode.parse(new)
    assert AgencyCode.parse(old).qd20 == new
    assert AgencyCode.parse(new).qcvn102 == old


def test_the_short_old_form_is_read() -> None:
    assert AgencyCode.parse("00.00.H57") == AgencyCode("H57")
    assert AgencyCode.parse("00.12.h57") == AgencyCode("H57", ("12",))


@pytest.mark.parametrize("code", ["H55.242", "H24.A1", "H24.1.2.3.4", "H24.1.2.1000"])
def test_a_new_code_that_the_old_fields_cannot_hold_has_no_old_form(code: str) -> None:
    assert AgencyCode.parse(code).qcvn102 is None


@pytest.mark.parametrize(
    "text", ["", "24", "H2", "000.00.00", "H24..1", "H24.Ạ", "hải phòng", "H24." + "1" * 40, "H24.1."]
)
def test_other_text_is_refused_with_one_code(text: str) -> None:
    with pytest.raises(AgencyCodeError) as caught:
        AgencyCode.parse(text)
    assert caught.value.code == "AGENCY_CODE_MALFORMED"
    assert level1_of(text) is None


def test_the_first_level_of_any_code() -> None:
    assert level1_of("000.00.15.H24") == "H24"
    assert level1_of("K57.1") == "H57"
    assert level1_of(None) is None


DIRECTORY = AgencyDirectory(
    [
        Agency("H23", "Hải Dương", AgencyLevel.PROVINCE, valid_to=BEFORE, successor="H24"),
        Agency("H24", "Hải Phòng", AgencyLevel.PROVINCE),
        Agency("H24.15", "UBND phường Hòa Nghĩa", AgencyLevel.COMMUNE, valid_from=AFTER),
        Agency("H91", "one", AgencyLevel.OTHER, valid_to=BEFORE, successor="H92"),
        Agency("H92", "two", AgencyLevel.OTHER, valid_to=BEFORE, successor="H91"),
    ]
)


def found(agency: Agency | None) -> str | None:
    return agency.code if agency else None


def test_an_agency_is_found_itself_or_by_its_first_level() -> None:
    assert found(DIRECTORY.find("000.00.15.H24")) == "H24.15"
    assert found(DIRECTORY.find("H24.99")) == "H24"
    assert found(DIRECTORY.find("H77")) is None
    assert found(DIRECTORY.find("no code")) is None
    assert found(DIRECTORY.find(None)) is None
    assert len(DIRECTORY) == len(list(DIRECTORY)) == 5


def test_successors_are_followed_from_their_day_on() -> None:
    assert found(DIRECTORY.current("H23.1", BEFORE)) == "H23"
    assert found(DIRECTORY.current("H23.1", AFTER)) == "H24"
    assert found(DIRECTORY.current("H91", AFTER)) is None  # a circle ends nowhere


def test_territories_compare_after_mergers() -> None:
    assert DIRECTORY.same_territory("H23", "H24.15", AFTER)
    assert not DIRECTORY.same_territory("H23", "H24.15", BEFORE)
    assert not DIRECTORY.same_territory("H77", "H77", AFTER)


def test_existence() -> None:
    agency = Agency("H1", "x", AgencyLevel.OTHER, valid_from=AFTER, valid_to=date(2026, 1, 1))
    assert [agency.existed_on(day) for day in (BEFORE, AFTER, date(2026, 1, 1), date(2026, 1, 2))] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UBND huyện Tứ Kỳ, tỉnh Hải Dương", "H23"),
        ("Phường Hải Dương, thành phố Hải Phòng", "H24"),
        ("Công an thành phố Hải Phòng", "G01"),
        ("Cục Cảnh sát giao thông", "G01"),
        ("UBND phường Hòa Nghĩa", None),
        ("UBND TINH HAI DUONG", None),
        ("", None),
        (None, None),
    ],
)
def test_a_printed_issuer_names_its_province_or_the_police(text: str | None, code: str | None) -> None:
    directory = AgencyDirectory(
        [
            Agency("H23", "UBND tỉnh Hải Dương", AgencyLevel.PROVINCE),
            Agency("H24", "UBND thành phố Hải Phòng", AgencyLevel.PROVINCE),
            Agency("G01", "Bộ Công an", AgencyLevel.MINISTRY),
        ]
    )
    assert found(directory.printed(text)) == code
