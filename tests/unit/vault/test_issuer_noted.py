"""An issuer as read is held against the dated list of agencies before anybody confirms it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import cast

import pytest

from vault import catalogue
from vault.bootstrap import App, SystemClock
from vault.domain.agencies import Agency, AgencyDirectory, AgencyLevel
from vault.domain.catalogue import Catalogue
from vault.domain.ids import Digest
from vault.domain.intake import Channel, Intake, IntakeId, IntakeState, Proposal, ProposedField
from vault.web.api.models import IntakeOut, IssuerNoteOut
from vault.web.issuers import issuer_noted

DIRECTORY = AgencyDirectory(
    [
        Agency("H02", "UBND tỉnh Bắc Giang", AgencyLevel.PROVINCE, valid_to=date(2025, 6, 30), successor="H05"),
        Agency("H05", "UBND tỉnh Bắc Ninh", AgencyLevel.PROVINCE),
        Agency("G10", "Bộ Nông nghiệp và Môi trường", AgencyLevel.MINISTRY, valid_from=date(2025, 3, 1)),
    ]
)
TODAY = date(2026, 11, 28)
INTAKE = Intake(
    id=IntakeId("in-1"),
    state=IntakeState.READ,
    original=Digest("0" * 64),
    filename="a.png",
    mime="image/png",
    size=1,
    channel=Channel.API,
    agency_code="H24.900",
    received_by="x",
    received_at=datetime(2026, 11, 28, tzinfo=UTC),
    page_count=1,
)


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


@dataclass
class Parts:
    """What of an `App` is asked."""

    catalogue: Catalogue
    clock: SystemClock


def test_the_api_tells_it_with_the_paper() -> None:
    """For whoever confirms by a program of their own; a day that is none leaves the question to today."""
    app = cast("App", Parts(catalogue.load(), SystemClock()))
    read = {"issuer": "UBND TỈNH BẮC GIANG", "issued_on": "2019-03-01"}
    for fields, told in (
        (read, "ISSUER_NOW"),
        (read | {"issued_on": "2026-99-99"}, "ISSUER_NOW"),
        (read | {"issuer": "UBND XÃ MẪU"}, None),
        ({}, None),
    ):
        proposed = {name: ProposedField(value, 0.9, None, sure=True) for name, value in fields.items()}
        noted = issuer_noted(replace(INTAKE, proposal=Proposal("GPXD", 0.9, proposed, ())), app)
        assert (noted[0] if noted else None) == told
    assert issuer_noted(INTAKE, app) is None, "before it is read"
    note = IssuerNoteOut(code="ISSUER_NOW", agency_code="H05", agency_name="UBND tỉnh Bắc Ninh")
    assert IntakeOut.of(INTAKE, note).model_dump()["issuer_note"]["agency_code"] == "H05"
    assert IntakeOut.of(INTAKE).issuer_note is None
