"""An issuer as read is held against the dated list of agencies before anybody confirms it."""

from __future__ import annotations

from datetime import date

import pytest

from vault.domain.agencies import Agency, AgencyDirectory, AgencyLevel

DIRECTORY = AgencyDirectory(
    [
        Agency("H02", "UBND tỉnh Bắc Giang", AgencyLevel.PROVINCE, valid_to=date(2025, 6, 30), successor="H05"),
        Agency("H05", "UBND tỉnh Bắc Ninh", AgencyLevel.PROVINCE),
        Agency("G10", "Bộ Nông nghiệp và Môi trường", AgencyLevel.MINISTRY, valid_from=date(2025, 3, 1)),
    ]
)
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("issuer", "place", "issued_on", "code", "name"),
    [
        ("UBND TỈNH BẮC GIANG", "", date(2019, 3, 1), "ISSUER_NOW", "UBND tỉnh Bắc Ninh"),
        ("UBND XÃ MẪU", "Bắc Giang", date(2019, 3, 1), "ISSUER_NOW", "UBND tỉnh Bắc Ninh"),
        ("UBND TỈNH BẮC GIANG", "", date(2026, 3, 1), "ISSUER_NOT_THEN", "UBND tỉnh Bắc Giang"),
        ("BỘ NÔNG NGHIỆP VÀ MÔI TRƯỜNG", "", date(2020, 1, 1), "ISSUER_NOT_THEN", "Bộ Nông nghiệp và Môi trường"),
        ("UBND TỈNH BẮC GIANG", "", None, "ISSUER_NOW", "UBND tỉnh Bắc Ninh"),
    ],
)
def test_an_issuer_that_is_gone_or_was_not_there_yet_is_told(
    issuer: str, place: str, issued_on: date | None, code: str, name: str
) -> None:
    noted = DIRECTORY.noted(issuer, place, issued_on, TODAY)
    assert noted is not None
    assert (noted[0], noted[1].name) == (code, name)


@pytest.mark.parametrize(
    ("issuer", "place"),
    [("UBND TỈNH BẮC NINH", ""), ("UBND XÃ MẪU", ""), ("", "Bắc Giang"), ("UBND XÃ MẪU", "Bắc Ninh")],
)
def test_nothing_is_told_of_an_issuer_that_still_answers_or_is_not_known(issuer: str, place: str) -> None:
    assert DIRECTORY.noted(issuer, place, date(2019, 3, 1), TODAY) is None
