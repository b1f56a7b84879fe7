"""A batch is split in real children, killed and resumed; a folder is emptied once; a phone is let in."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader

import qr
from tests.fakes.http import Client
from tests.fakes.parts import PASSWORD, account, with_other
from vault.bootstrap import App
from vault.cli.watch import DONE, Folder
from vault.domain.batches import Batch, BatchState, SeenPage, separator_text
from vault.domain.errors import Invalid, Unavailable
from vault.domain.ids import digest_of
from vault.domain.intake import Channel, Intake
from vault.domain.people import Actor, Role
from vault.usecases.digitize.receive_batch import ReceiveBatch, ReceivedBatch, receive_batch
from vault.usecases.digitize.split import PAGES_A_LOOK, PARTS_A_CUT, split
from vault.web.main import create

pytestmark = pytest.mark.service
A4 = (620, 877)
"""A4 at 75 dpi: enough for a symbol of 80 mm."""


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return parts


@pytest.fixture(scope="module")
def officer(app: App) -> Actor:
    return account(app, "quet-tap", Role.OFFICER, agency="H24.930")


def separator(type_code: str | None = None, *, turned: int = 0) -> Image.Image:
    page = Image.new("L", A4, 255)
    symbol = (
        Image.open(io.BytesIO(qr.render_png(separator_text(type_code), mm=80)))
        .convert("L")
        .resize((236, 236), Image.Resampling.NEAREST)
    )
    page.paste(symbol, (190, 300))
    return page.rotate(turned, fillcolor=255, expand=turned in {90, 270})


def page(text: str) -> Image.Image:
    found = Image.new("L", A4, 255)
    ImageDraw.Draw(found).text((60, 100), f"GIAY TO {text} " * 4, fill=0)
    for line in range(12):
        ImageDraw.Draw(found).line((60, 160 + 40 * line, 500, 160 + 40 * line), fill=0, width=3)
    return found


def blank(speck: int) -> Image.Image:
    found = Image.new("L", A4, 250)
    found.putpixel((300 + speck, 400), 0)
    return found


def pdf(pages: Sequence[Image.Image]) -> bytes:
    target = io.BytesIO()
    pages[0].save(target, "PDF", save_all=True, append_images=list(pages[1:]), resolution=75, quality=80)
    return target.getvalue()


def sent(app: App, officer: Actor, data: bytes, name: str = "tap.pdf") -> ReceivedBatch:
    return receive_batch(
        ReceiveBatch(data, name), actor=officer, uow=app.uow, blobs=app.blobs, engines=app.engines,
        clock=app.clock, ids=app.ids, max_bytes=app.settings.max_batch_bytes,
    )  # fmt: skip


def be_split(app: App, batch: Batch, *, max_pages: int = 300) -> Batch:
    split(
        batch.id, uow=app.uow, blobs=app.blobs, engines=app.engines, clock=app.clock, ids=app.ids, max_pages=max_pages
    )
    with app.uow.begin() as tx:
        return tx.batches.get(batch.id)


def intakes(app: App, batch: Batch) -> list[Intake]:
    with app.uow.begin() as tx:
        found = {one.id: one for one in tx.intakes.get_all([part.intake for part in batch.parts if part.intake])}
    return [found[part.intake] for part in batch.parts if part.intake]


def test_papers_lie_where_the_separators_say_whichever_way_they_were_put_in(app: App, officer: Actor) -> None:
    scan = [
        separator("KS"), page("A1"), page("A2"),
        separator("GPXD", turned=180), blank(1), page("B1"),
        separator(turned=90), page("C1"),
        separator("KH", turned=4), blank(2), page("D1"), blank(3), page("D2"),
    ]  # fmt: skip
    data = pdf(scan)
    batch = be_split(app, sent(app, officer, data).batch)
    assert batch.state is BatchState.SPLIT
    assert [(one.first, one.last, one.type_code) for one in batch.parts] == [
        (1, 2, "KS"),
        (5, 5, "GPXD"),
        (7, 7, None),
        (10, 12, "KH"),
    ]
    found = intakes(app, batch)
    assert [(one.page_count, one.hint_type, one.channel) for one in found] == [
        (2, "KS", Channel.BATCH),
        (1, "GPXD", Channel.BATCH),
        (1, None, Channel.BATCH),
        (3, "KH", Channel.BATCH),
    ]
    assert [len(PdfReader(io.BytesIO(app.blobs.get(one.original))).pages) for one in found] == [2, 1, 1, 3]
    assert app.blobs.get(batch.original) == data, "the scan itself is kept whole"


@dataclass
class Failing:
    """The real engines, down after so many calls; counts what was asked."""

    engines: Any
    calls: int
    asked: list[str] = field(default_factory=list)

    def _one(self, name: str) -> None:
        if len(self.asked) >= self.calls:
            raise Unavailable("PARSER_DOWN")
        self.asked.append(name)

    def separators(self, data: bytes, start: int, count: int) -> tuple[SeenPage, ...]:
        self._one(f"look {start}")
        found: tuple[SeenPage, ...] = self.engines.separators(data, start, count)
        return found

    def cut(self, data: bytes, ranges: Sequence[tuple[int, int]]) -> tuple[bytes, ...]:
        self._one(f"cut {ranges[0][0]}")
        found: tuple[bytes, ...] = self.engines.cut(data, ranges)
        return found


def test_killed_at_every_point_and_run_again_it_takes_every_paper_in_once(app: App, officer: Actor) -> None:
    papers = PARTS_A_CUT + 4
    scan = pdf([one for number in range(papers) for one in (separator(), page(f"R{number}"))])
    assert 2 * papers > 3 * PAGES_A_LOOK
    batch = sent(app, officer, scan).batch
    asked: list[str] = []
    for _ in range(20):
        failing = Failing(app.engines, 1)
        try:
            done = be_split(with_other(app, engines=failing), batch)
            break
        except Unavailable:
            with app.uow.begin() as tx:
                assert tx.batches.get(batch.id).state is BatchState.RECEIVED
        finally:
            asked += failing.asked
    assert done.state is BatchState.SPLIT
    assert asked == [
        *(f"look {start}" for start in range(0, 2 * papers, PAGES_A_LOOK)),
        "cut 1",
        f"cut {2 * PARTS_A_CUT + 1}",
    ]
    found = intakes(app, done)
    assert len(found) == len({one.original for one in found}) == papers
    again = sent(app, officer, scan)
    assert (again.duplicate, again.batch.id) == (True, batch.id)
    first, second = (app.engines.cut(scan, [(3, 3), (1, 1)]) for _ in range(2))
    assert first == second
    assert digest_of(first[1]) == found[0].original


def test_what_cannot_be_split_says_why_and_leaves_nothing_half_done(app: App, officer: Actor) -> None:
    none = be_split(app, sent(app, officer, pdf([page("x"), page("y")])).batch)
    assert (none.state, none.failure, none.parts) == (BatchState.FAILED, "BATCH_NO_SEPARATOR", ())
    only = be_split(app, sent(app, officer, pdf([separator("KS"), separator("KH")])).batch)
    assert only.failure == "BATCH_EMPTY"
    long = be_split(
        app, sent(app, officer, pdf([separator(), page("l1"), page("l2"), separator(), page("l3")])).batch, max_pages=1
    )
    assert [(one.failure, one.intake is None) for one in long.parts] == [("TOO_MANY_PAGES", True), (None, False)]
    picture = io.BytesIO()
    page("z").save(picture, "PNG")
    for data, code in (
        (picture.getvalue(), "BATCH_NOT_PDF"),
        (pdf([page("s")]) + b"/ByteRange", "BATCH_SIGNED"),
        (b"%PDF-1.4 x", None),
    ):
        with pytest.raises(Invalid) as refused:
            sent(app, officer, data)
        assert code in {None, refused.value.code}


def test_another_agency_sees_no_batch(app: App, officer: Actor) -> None:
    account(app, "tap-khac", Role.OFFICER, agency="H24.931")
    batch = sent(app, officer, pdf([separator("KS"), page("k1")])).batch
    web = create(app)
    own, other = (Client(web).signed_in(name, PASSWORD) for name in ("quet-tap", "tap-khac"))
    told = own.get(f"/api/v1/batches/{batch.id}").json()
    assert (told["page_count"], told["pages_seen"], told["state"]) == (2, 0, "RECEIVED")
    assert other.get(f"/api/v1/batches/{batch.id}").status_code == 404
    assert own.get(f"/so-hoa/tap/{batch.id}", headers={"Accept": "text/html"}).status_code == 200
    assert other.get(f"/so-hoa/tap/{batch.id}", headers={"Accept": "text/html"}).status_code == 404
    assert own.get("/so-hoa/to-ngan?loai=KS&so=3", headers={"Accept": "text/html"}).text.count('class="separator"') == 3
    assert own.get("/so-hoa/to-ngan?loai=KHONG").status_code in {404, 422}


def test_a_phone_that_was_let_in_sends_and_does_nothing_else(app: App, officer: Actor) -> None:
    web = create(app)
    desk, phone = Client(web).signed_in("quet-tap", PASSWORD), Client(web)
    shown = desk.post("/so-hoa/dien-thoai", headers={"Accept": "text/html"})
    token = shown.text.split("/so-hoa/dien-thoai/", 1)[1].split('"', 1)[0]
    picture = io.BytesIO()
    page("phone").save(picture, "JPEG")
    assert officer.name in phone.get(f"/chup/{token}", headers={"Accept": "text/html"}).text
    got = phone.post(
        f"/chup/{token}", files={"file": ("anh.jpg", picture.getvalue())}, headers={"Accept": "application/json"}
    )
    assert (got.status_code, got.json()) == (200, {"sent": 1})
    assert "anh.jpg" in desk.get(f"/so-hoa/dien-thoai/{token}").text
    other = Client(web).signed_in("tap-khac", PASSWORD)
    assert "anh.jpg" not in other.get(f"/so-hoa/dien-thoai/{token}").text
    for path in ("/ban-lam-viec", "/so-hoa", "/api/v1/intakes"):
        answer = phone.get(path, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})
        assert answer.status_code == 401, "the secret opens nothing but the camera page"
    bad = phone.post(f"/chup/{token}", files={"file": ("x.jpg", b"x")}, headers={"Accept": "application/json"})
    assert bad.status_code == 422
    assert other.post(f"/so-hoa/dien-thoai/{token}/dung").status_code == 303
    assert phone.get(f"/chup/{token}").status_code == 200, "nobody else ends it"
    desk.post(f"/so-hoa/dien-thoai/{token}/dung")
    over = phone.post(
        f"/chup/{token}", files={"file": ("anh.jpg", picture.getvalue())}, headers={"Accept": "application/json"}
    )
    assert (over.status_code, over.json()["code"]) == (403, "HAND_OVER_OVER")


def test_a_file_that_is_still_written_is_left_alone_and_none_is_ever_overwritten(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for name in ("b.pdf", "a.PDF", ".hidden.pdf", "notes.txt"):
        (tmp_path / name).write_bytes(b"1")
    (tmp_path / "empty.pdf").touch()
    assert folder.settled() == []
    (tmp_path / "b.pdf").write_bytes(b"12")
    assert [one.name for one in folder.settled()] == ["a.PDF"]
    assert [one.name for one in folder.settled()] == ["a.PDF", "b.pdf"]
    (tmp_path / DONE).mkdir()
    (tmp_path / DONE / "b.pdf").write_bytes(b"of yesterday")
    moved = folder.put_away(tmp_path / "b.pdf", DONE)
    assert (moved.name, moved.read_bytes()) == ("b-1.pdf", b"12")
    assert (tmp_path / DONE / "b.pdf").read_bytes() == b"of yesterday"
    assert not (tmp_path / "b.pdf").exists()
