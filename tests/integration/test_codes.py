"""Codes that say less or more than one paper: two on a picture, one on a file not ours, a list that is full."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

import qr
import signing
from tests.fakes import desk
from tests.fakes.http import Client, stranger
from tests.unit.signing.builders import open_office
from vault.bootstrap import App, SystemIds
from vault.domain.ids import RecordCode
from vault.usecases.digitize.confirm import STATUS_LIST, confirm, next_list
from vault.usecases.verify.check_code import check_texts
from vault.usecases.verify.publish_status import make_status, publish_status, status_lists

pytestmark = pytest.mark.service


@dataclass(frozen=True)
class Two:
    """Two records with their credentials, and somebody who asks."""

    codes: tuple[RecordCode, RecordCode]
    texts: tuple[str, str]
    officer: Client
    web: Client


@pytest.fixture(scope="module")
def two(parts: App) -> Two:
    officer = desk.actor_of(parts)
    first, second = desk.record_of(parts, officer), desk.record_of(parts, officer)
    with parts.uow.begin() as tx:
        texts = tx.records.get(first).credential, tx.records.get(second).credential
    web = stranger(parts)
    return Two((first, second), texts, web.signed_in("canbo", "canbo-mau-2026"), web)


def page_with(text: str) -> bytes:
    """A page of somebody's own making that shows one of our codes."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(595, 842))
    canvas.drawString(72, 700, "Tien thuong: 9.000.000.000 dong (BAN MAU)")
    canvas.drawImage(ImageReader(io.BytesIO(qr.render_png(text, mm=30))), 72, 500, 120, 120)
    canvas.save()
    return target.getvalue()


def checked(two: Two, name: str, data: bytes) -> dict[str, object]:
    answer = two.web.post("/api/v1/verify/file", files={"file": (name, data)}).raise_for_status().json()
    assert isinstance(answer, dict)
    return answer


def test_both_codes_of_a_picture_are_answered(two: Two, parts: App) -> None:
    said = {"state": "SUSPENDED", "reason": "đang xác minh"}
    two.officer.post(f"/api/v1/records/{two.codes[1]}/state", json=said).raise_for_status()
    found = check_texts(
        two.texts,
        actor=desk.actor_of(parts),
        uow=parts.uow,
        credentials=parts.credentials,
        log=parts.log,
        clock=parts.clock,
    )
    assert (found.record, found.verification.verdict) == (two.codes[1], qr.Verdict.SUSPENDED)
    assert [(one.record, one.verification.verdict) for one in found.others] == [(two.codes[0], qr.Verdict.VALID)]
    two.officer.post(f"/api/v1/records/{two.codes[1]}/state", json=said | {"state": "ACTIVE"}).raise_for_status()


def test_a_file_that_only_shows_our_code_is_not_called_ours(two: Two, parts: App) -> None:
    """Sealed well by a key that we trust, and still not the record's file."""
    plain = page_with(two.texts[0])
    told = checked(two, "gia.pdf", plain)
    assert (told["verdict"], told["record"], told["carried"]) == ("UNSIGNED", None, [two.codes[0]])
    sealed = parts.sealing.seal(plain, reason="thử").pdf
    told = checked(two, "ky.pdf", sealed)
    assert str(told["verdict"]).startswith("VALID")
    assert (told["record"], told["carried"]) == (None, [two.codes[0]])
    strangers = open_office(parts.clock.now()).seal(plain, signing.Level.B_B)
    told = checked(two, "la.pdf", strangers)
    assert (told["verdict"], told["record"], told["carried"]) == ("UNKNOWN_ROOT", None, [two.codes[0]])


def test_our_own_copy_is_called_ours(two: Two) -> None:
    copy = two.officer.get(f"/api/v1/records/{two.codes[0]}/files/SEALED").raise_for_status().content
    told = checked(two, "ban.pdf", copy)
    assert (told["record"], told["carried"]) == (two.codes[0], [])


def test_a_file_that_shows_a_stopped_code_is_not_green(two: Two, parts: App) -> None:
    sealed = parts.sealing.seal(page_with(two.texts[1]), reason="thử").pdf
    said = {"state": "REVOKED", "reason": "cấp sai"}
    two.officer.post(f"/api/v1/records/{two.codes[1]}/state", json=said).raise_for_status()
    assert checked(two, "ky.pdf", sealed)["verdict"] == "REVOKED"


class SamePlace(SystemIds):
    """Draws the same place every time: the list is as good as full after the first."""

    def status_index(self, size: int) -> int:
        return size - 1


def test_a_full_list_is_followed_by_the_next(parts: App, two: Two) -> None:
    """And what is revoked on the new list can be fetched there."""
    officer = desk.actor_of(parts)
    slots = []
    codes = []
    for _ in range(2):
        intake = desk.received(parts, officer, desk.new_scan()).intake.id
        desk.be_read(parts, intake)
        confirm(
            desk.word(intake),
            actor=officer,
            uow=parts.uow,
            catalogue=parts.catalogue,
            clock=parts.clock,
            ids=SamePlace(),
        )
        code = desk.be_sealed(parts, intake)
        assert code is not None
        codes.append(code)
        with parts.uow.begin() as tx:
            slots.append(tx.records.get(code).status)
    assert [one.index for one in slots] == [2**20 - 1] * 2
    assert slots[1].list_id == next_list(slots[0].list_id)
    assert (next_list(STATUS_LIST), next_list(3)) == (3, 4)
    newest = slots[1].list_id
    assert newest in status_lists(uow=parts.uow)
    said = {"state": "REVOKED", "reason": "cấp sai"}
    two.officer.post(f"/api/v1/records/{codes[1]}/state", json=said).raise_for_status()
    publish_status(uow=parts.uow, files=parts.published, credentials=parts.credentials, clock=parts.clock)
    raw = two.web.get(f"/s/{newest}").raise_for_status().content
    trust = parts.credentials.trusted(now=parts.clock.now())
    uri = parts.credentials.status_uri(newest)
    opened = qr.verify_status_token(raw, trust=trust, uri=uri, now=parts.clock.now())
    assert opened.statuses[2**20 - 1] == int(qr.Status.REVOKED)
    assert opened.statuses[0] == int(qr.Status.VALID)
    assert make_status(newest, uow=parts.uow, credentials=parts.credentials, clock=parts.clock)
    assert two.web.get("/s/99").status_code == 404
