"""A paper that came with several signatures: each signed revision can be had, with its report, by who may see it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageChops

import signing
from tests.fakes import desk
from tests.fakes.http import Client, stranger
from tests.unit.signing.builders import open_office, plain_pdf
from tests.unit.signing.certomancy import conjure
from tests.unit.signing.test_attacks import filled, with_form
from vault.bootstrap import App
from vault.domain.ids import RecordCode
from vault.domain.people import STRANGER, Action, Role
from vault.keys import FileSealingDesk
from vault.usecases.digitize.make_searchable import make_searchable
from vault.usecases.digitize.read import read
from vault.usecases.oversee.check_original import check_original
from vault.usecases.verify.check_pdf import kept_evidence

pytestmark = pytest.mark.service


@dataclass(frozen=True)
class Paper:
    """A record whose original three offices signed one after the other; `states` are the files that they gave on."""

    code: str
    states: tuple[bytes, ...]
    officer: Client
    web: Client


@pytest.fixture(scope="module")
def paper(parts: App) -> Paper:
    pdf, states = plain_pdf(text="QUYET DINH so 7 - BAN MAU"), []
    for name in ("Phòng Tư pháp (BẢN MẪU)", "Văn phòng (BẢN MẪU)", "UBND phường (BẢN MẪU)"):
        pdf = open_office(parts.clock.now(), name).seal(pdf, signing.Level.B_B)
        states.append(pdf)
    code = desk.record_of(parts, desk.actor_of(parts), pdf)
    web = stranger(parts)
    return Paper(code, tuple(states), web.signed_in("canbo", "canbo-mau-2026"), web)


def test_every_revision_is_listed_with_the_report_on_its_signature(paper: Paper) -> None:
    told = paper.officer.get(f"/api/v1/records/{paper.code}/revisions").raise_for_status().json()
    assert [(one["number"], one["length"]) for one in told] == [
        (number, len(state)) for number, state in enumerate(paper.states, start=1)
    ]
    assert [one["signer"] for one in told] == [
        "Phòng Tư pháp (BẢN MẪU)",
        "Văn phòng (BẢN MẪU)",
        "UBND phường (BẢN MẪU)",
    ]
    assert told[0]["report"]["changes_after"] == "signatures"
    assert {one["verdict"] for one in told} == {"UNKNOWN_ROOT"}


def test_a_revision_is_the_file_that_its_signer_gave_on(paper: Paper, parts: App) -> None:
    for number, state in enumerate(paper.states, start=1):
        got = paper.officer.get(f"/api/v1/records/{paper.code}/revisions/{number}").raise_for_status()
        assert (got.headers["content-type"], got.content) == ("application/pdf", state)
        assert paper.officer.get(f"/giay-to/{paper.code}/ban-ky/{number}").content == state
        report = signing.inspect(got.content, trust=parts.trust, now=parts.clock.now())
        assert report.signatures[-1].covers_whole_file
    with parts.uow.begin() as tx:
        seen = tx.events.list(record=paper.code, action=Action.DOWNLOAD, limit=50)
    assert sorted(str(one.details["revision"]) for one in seen) == ["1", "1", "2", "2", "3", "3"]


def test_its_holder_sees_them_too_and_finds_words_in_it(paper: Paper, parts: App) -> None:
    mine = paper.web.signed_in("congdan", "congdan-mau-2026")
    told = mine.get(f"/api/v1/records/{paper.code}/revisions").raise_for_status().json()
    assert [one["number"] for one in told] == [1, 2, 3]
    assert mine.get(f"/api/v1/records/{paper.code}/revisions/1").raise_for_status().content == paper.states[0]
    assert mine.get(f"/api/v1/records/{paper.code}/signatures").status_code == 200
    with parts.uow.begin() as tx:
        intake = tx.intakes.find(RecordCode(paper.code))
    assert intake is not None
    make_searchable(intake.id, uow=parts.uow, blobs=parts.blobs, engines=parts.engines)
    copy = mine.get(f"/api/v1/records/{paper.code}/files/SEARCHABLE").raise_for_status()
    assert copy.content.startswith(b"%PDF")


def test_the_page_lists_them(paper: Paper) -> None:
    page = paper.officer.get(f"/giay-to/{paper.code}").raise_for_status().text
    assert [page.count(f"/giay-to/{paper.code}/ban-ky/{number}") for number in (0, 1, 2, 3, 4)] == [0, 1, 1, 1, 0]
    assert "Văn phòng (BẢN MẪU)" in page


@pytest.mark.parametrize("number", [0, 4, -1])
def test_there_are_no_others(number: int, paper: Paper) -> None:
    answer = paper.officer.get(f"/api/v1/records/{paper.code}/revisions/{number}")
    assert (answer.status_code, answer.json()["code"]) == (404, "REVISION")


def test_a_scan_has_none(paper: Paper, parts: App) -> None:
    code = desk.record_of(parts, desk.actor_of(parts))
    assert paper.officer.get(f"/api/v1/records/{code}/revisions").json() == []
    assert paper.officer.get(f"/api/v1/records/{code}/revisions/1").status_code == 404
    assert "ban-ky" not in paper.officer.get(f"/giay-to/{code}").text


def test_strangers_see_nothing(paper: Paper) -> None:
    for path in ("revisions", "revisions/1"):
        assert paper.web.get(f"/api/v1/records/{paper.code}/{path}").status_code == 401
    verifier = paper.web.signed_in("kiemtra", "kiemtra-mau-2026")
    assert verifier.get(f"/api/v1/records/{paper.code}/revisions/1").status_code in {403, 404}


# --- a warning comes with pictures of both states --------------------------------------------------------------------
@pytest.fixture(scope="module")
def filled_later(parts: App, paper: Paper) -> Paper:
    """A form that was signed, filled with another sum, and signed again."""
    office = open_office(parts.clock.now(), "Phòng Tài chính (BẢN MẪU)")
    first = office.seal(with_form(b"(1.000)"), signing.Level.B_B)
    second = office.seal(filled(first, b"(9.000.000)"), signing.Level.B_B)
    code = desk.record_of(parts, desk.actor_of(parts), second)
    return Paper(code, (first, second), paper.officer, paper.web)


def test_a_form_filled_later_shows_both_pictures(filled_later: Paper) -> None:
    told = filled_later.officer.get(f"/api/v1/records/{filled_later.code}/revisions/1/changes").raise_for_status()
    changes = told.json()
    assert "FORM_FILLED_LATER" in changes["reasons"]
    assert [one["page"] for one in changes["pages"]] == [0]
    then, now = (
        Image.open(io.BytesIO(filled_later.officer.get(changes["pages"][0][which]).raise_for_status().content))
        for which in ("signed", "now")
    )
    assert then.size == now.size
    assert ImageChops.difference(then.convert("L"), now.convert("L")).getbbox() is not None


def test_the_last_signature_saw_what_is_there_now(filled_later: Paper) -> None:
    told = filled_later.officer.get(f"/api/v1/records/{filled_later.code}/revisions/2/changes").raise_for_status()
    assert told.json()["pages"] == []


def test_the_record_s_page_leads_to_the_comparison(filled_later: Paper) -> None:
    path = f"/giay-to/{filled_later.code}/ban-ky/1/so-sanh"
    page = filled_later.officer.get(f"/giay-to/{filled_later.code}").raise_for_status().text
    assert page.count(path) == 1
    assert f"/giay-to/{filled_later.code}/ban-ky/2/so-sanh" not in page
    compared = filled_later.officer.get(path).raise_for_status().text
    for number in (1, 0):
        source = f"/giay-to/{filled_later.code}/ban-ky/{number}/trang/0"
        assert source in compared
        assert filled_later.officer.get(source).headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    "path", ["revisions/3/changes", "revisions/3/pages/0", "revisions/1/pages/7", "revisions/1/pages/-1"]
)
def test_there_is_nothing_else_to_compare(path: str, filled_later: Paper) -> None:
    assert filled_later.officer.get(f"/api/v1/records/{filled_later.code}/{path}").status_code == 404
    assert filled_later.web.get(f"/api/v1/records/{filled_later.code}/revisions/1/changes").status_code == 401


# --- what intake kept ------------------------------------------------------------------------------------------------
@dataclass
class StoppedClock:
    at: datetime

    def now(self) -> datetime:
        return self.at


def test_a_certificate_that_ends_later_does_not_sink_the_paper(parts: App, paper: Paper, tmp_path: Path) -> None:
    """Signed and taken in in 2020, without any time stamp inside; the certificate ended in 2021; judged in 2035."""
    pki = conjure(tmp_path, datetime(2020, 1, 15, 8, tzinfo=UTC))
    pdf = signing.seal(
        plain_pdf(text="QUYET DINH 2020"), sealer=pki.sealer("signer"), now=pki.at, level=signing.Level.B_B
    ).pdf
    then = FileSealingDesk(
        pki.sealer("signer"),
        system_name="thử",
        agency_name="UBND phường Mẫu",
        trust=pki.trust,
        timestamper=pki,
        evidence=signing.Evidence(),
        clock=StoppedClock(pki.at),
        fetch=lambda: pki.fetch,
    )
    officer = desk.actor_of(parts)
    intake = desk.received(parts, officer, pdf).intake
    read(
        intake.id,
        uow=parts.uow,
        blobs=parts.blobs,
        engines=parts.engines,
        sealing=then,
        credentials=parts.credentials,
        templates=(),
        clock=StoppedClock(pki.at),
    )
    with parts.uow.begin() as tx:
        told = tx.intakes.get(intake.id).signatures
    assert told is not None
    assert (told.verdict, told.evidence is not None) == ("VALID", True)
    desk.confirmed(parts, officer, desk.word(intake.id))
    code = desk.be_sealed(parts, intake.id)
    assert code is not None
    holder = desk.actor_of(parts, Role.CITIZEN)  # an officer's ground to read it would have ended by then
    for year, verdict in ((2020, "VALID"), (2035, "VALID")):
        report, evidence = check_original(
            code,
            actor=holder,
            uow=parts.uow.acting(holder),
            blobs=parts.blobs,
            engines=parts.engines,
            sealing=then,
            clock=StoppedClock(pki.at.replace(year=year)),
            purpose=None,
        )
        assert report.verdict.value == verdict
        assert (len(evidence.ocsps), len(evidence.crls), len(evidence.tokens)) == (2, 1, 1)
    assert signing.inspect(pdf, trust=pki.trust, now=pki.at.replace(year=2035)).verdict.value == "NOT_ENOUGH_EVIDENCE"
    # Anybody's check of the same file rests on it, behind a stranger's walls.
    kept = kept_evidence(pdf, uow=parts.uow.acting(STRANGER), blobs=parts.blobs)
    assert kept is not None
    assert kept.to_bytes() == evidence.to_bytes()
    assert kept_evidence(pdf + b"\n", uow=parts.uow.acting(STRANGER), blobs=parts.blobs) is None
    told_now = paper.officer.get(f"/api/v1/records/{code}/signatures").raise_for_status().json()
    assert told_now["evidence"] == {"crls": 1, "ocsps": 2, "timestamps": 1}
    assert 'id="evidence"' in paper.officer.get(f"/giay-to/{code}").text


def test_a_scan_has_no_signatures_to_check(paper: Paper, parts: App) -> None:
    code = desk.record_of(parts, desk.actor_of(parts))
    answer = paper.officer.get(f"/api/v1/records/{code}/signatures")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_SIGNED")
