"""A paper that came with several signatures: each signed revision can be had, with its report, by who may see it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import signing
from tests.fakes import desk
from tests.fakes.http import Client, stranger
from tests.unit.signing.builders import open_office, plain_pdf
from vault.bootstrap import App
from vault.domain.people import Action

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
