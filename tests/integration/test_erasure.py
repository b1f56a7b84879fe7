"""Erasure reaches every scan of a paper, whoever works on it at that moment, and nothing of anybody else's paper."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

import psycopg
import pytest
from PIL import Image, ImageDraw

import qr
import signing
from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import account, with_other
from tests.fakes.seals import PlainSeal
from vault.blobs.encrypted import plain_name
from vault.bootstrap import App
from vault.domain.audit import Outcome
from vault.domain.batches import BatchState, separator_text
from vault.domain.corrections import CaseState
from vault.domain.errors import Conflict, NotFound
from vault.domain.forms import FormDifference, FormEntry
from vault.domain.ids import Digest, RecordCode, digest_of
from vault.domain.intake import IntakeId, IntakeState, NamedHolder, Page
from vault.domain.people import Action, Actor, Role
from vault.ports import HeldKey, ReadPage, SealedPaper, WrappedKey
from vault.usecases.correct.decide_case import DecideCase, decide_case
from vault.usecases.correct.open_case import OpenCase, open_case
from vault.usecases.correct.seal_version import seal_version
from vault.usecases.digitize.know_again import KnowAgain, know_again
from vault.usecases.digitize.make_searchable import make_searchable
from vault.usecases.digitize.read import FIRST_PAGES
from vault.usecases.digitize.receive_batch import ReceiveBatch, receive_batch
from vault.usecases.digitize.renew_seals import renew_seals
from vault.usecases.digitize.split import split
from vault.usecases.present.take_away import take_away
from vault.usecases.protect.erase import Erase, Erased, erase
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

pytestmark = pytest.mark.service
AGENCY = "H24.982"
HOLDER = NamedHolder("031090000961", "PHẠM XÓA HẾT")
FORM = NamedHolder("031090000962", "PHẠM TỜ KHAI")
Deed = Callable[[], object]


@dataclass
class Interrupted(ToldEngines):
    """Told engines in whose middle something happens once."""

    text: str = "GIẤY PHÉP CỦA PHẠM XÓA HẾT thửa 961"
    pages: int = 1
    bad_pages: frozenset[int] = frozenset()
    read: list[int] = field(default_factory=list)
    at: dict[str, Deed] = field(default_factory=dict)

    def _now(self, what: str) -> None:
        deed = self.at.pop(what, None)
        if deed is not None:
            deed()

    def read_page(self, data: bytes, index: int, **given: object) -> ReadPage:  # noqa: ARG002 - told, whatever it is
        self._now(f"page {index}")
        return super().read_page(data, index)

    def searchable(self, data: bytes, texts: Sequence[bytes], *, title: str, at: datetime) -> bytes:
        self._now("searchable")
        return super().searchable(data, texts, title=title, at=at)

    def compose(self, original: bytes, *, mark: signing.ConversionMark, qr_png: bytes) -> bytes:
        self._now("compose")
        return super().compose(original, mark=mark, qr_png=qr_png)


class Renewing(PlainSeal):
    """Renews a seal by a byte, and lets something happen meanwhile."""

    meanwhile: Deed | None = None

    def renew(self, pdf: bytes) -> SealedPaper:
        if self.meanwhile is not None:
            self.meanwhile()
        return SealedPaper(pdf + b"\n", "B-LTA", pending=False, archived_until=None)


@pytest.fixture(scope="module")
def engines() -> Interrupted:
    return Interrupted()


@pytest.fixture(scope="module")
def app(parts: App, engines: Interrupted) -> App:
    return with_other(parts, engines=engines, sealing=Renewing())


@pytest.fixture(scope="module")
def officer(app: App) -> Actor:
    return account(app, "xoa-can-bo", Role.OFFICER, agency=AGENCY)


@pytest.fixture(scope="module")
def guard(app: App) -> Actor:
    return account(app, "xoa-bao-ve", Role.DATA_PROTECTION, agency=AGENCY)


@pytest.fixture
def db(app: App) -> Iterator[psycopg.Connection]:
    url = app.settings.owner_database_url
    assert url is not None
    connection = psycopg.connect(url.get_secret_value(), autocommit=True)
    yield connection
    connection.close()


def erased(app: App, guard: Actor, code: RecordCode) -> Erased:
    what = Erase(code, "Chủ thể yêu cầu xóa", "Luật 91/2025/QH15 Đ14")
    return erase(what, actor=guard, uow=app.uow, blobs=app.blobs, clock=app.clock)


def intake_of(app: App, code: RecordCode) -> IntakeId:
    with app.uow.begin() as tx:
        found = tx.intakes.find(code)
    assert found is not None
    return found.id


def nothing_is_left(app: App, paper: IntakeId) -> None:
    with app.uow.begin() as tx:
        assert tx.keys.of_paper(paper) == ()
        assert tx.intakes.pages(paper) == ()
        left = tx.intakes.get(paper)
    assert (left.filename, left.searchable, left.signatures, left.proposal) == ("", None, None, None)


def test_an_erased_paper_never_gets_a_key_again(app: App, officer: Actor, guard: Actor) -> None:
    data = desk.new_scan()
    code = desk.record_of(app, officer, data, holder=HOLDER)
    paper = intake_of(app, code)
    erased(app, guard, code)
    with pytest.raises(NotFound, match="PAPER_ERASED"):
        app.blobs.put(data, mime="image/png", paper=paper, agency=AGENCY)
    with pytest.raises(NotFound, match="PAPER_ERASED"), app.uow.begin() as tx:
        tx.intakes.add_page(paper, _a_page())
    nothing_is_left(app, paper)
    assert not app.blobs.has(digest_of(data))
    with pytest.raises(NotFound, match="RECORD_ERASED"):
        take_away(
            code, readme=str, actor=officer, uow=app.uow, blobs=app.blobs, engines=app.engines, sealing=app.sealing,
            status_of=lambda _: b"", lists={}, log=app.log, clock=app.clock,
        )  # fmt: skip
    with app.uow.begin() as tx:
        (told,) = tx.events.list(record=code, action=Action.DOWNLOAD, limit=5)
    assert (told.outcome, told.code) == (Outcome.REFUSED, "RECORD_ERASED"), "it was asked for, and nothing left"


def _a_page() -> Page:
    return Page(0, Digest("x"), 1, 1, 1, "PHẠM XÓA HẾT", Digest("x"))


def test_a_reader_in_the_middle_of_a_long_paper_leaves_nothing(
    app: App, officer: Actor, guard: Actor, engines: Interrupted
) -> None:
    engines.pages = FIRST_PAGES + 4
    try:
        code = desk.record_of(app, officer, holder=HOLDER)
        paper = intake_of(app, code)
        engines.at["page 9"] = lambda: erased(app, guard, code)
        desk.be_read(app, paper)
    finally:
        engines.pages = 1
    assert "page 9" not in engines.at
    nothing_is_left(app, paper)


def test_a_searchable_copy_under_way_is_not_kept(app: App, officer: Actor, guard: Actor, engines: Interrupted) -> None:
    code = desk.record_of(app, officer, holder=HOLDER)
    paper = intake_of(app, code)
    engines.at["searchable"] = lambda: erased(app, guard, code)
    make_searchable(paper, uow=app.uow, blobs=app.blobs, engines=engines)
    nothing_is_left(app, paper)
    make_searchable(paper, uow=app.uow, blobs=app.blobs, engines=engines)


def test_a_seal_that_is_renewed_meanwhile_stays_erased(app: App, officer: Actor, guard: Actor) -> None:
    code = desk.record_of(app, officer, holder=HOLDER)
    paper = intake_of(app, code)
    seal = app.sealing
    assert isinstance(seal, Renewing)

    def once() -> None:
        seal.meanwhile = None
        erased(app, guard, code)

    with app.uow.begin() as tx:
        waiting = tx.records.seals_to_renew(app.clock.now(), limit=200)
    assert code in waiting
    renewing = with_other(app, sealing=Renewing())
    _only(app, code, waiting)
    renewing.sealing.meanwhile = once
    renew_seals(uow=app.uow, blobs=app.blobs, sealing=renewing.sealing, clock=app.clock)
    with app.uow.begin() as tx:
        assert tx.records.get(code).erased
    nothing_is_left(app, paper)


def _only(app: App, code: RecordCode, waiting: Sequence[RecordCode]) -> None:
    """Let the seals of other tests' records last."""
    with app.uow.begin() as tx:
        for other in waiting:
            if other != code:
                kept = tx.records.get(other)
                until = app.clock.now().replace(year=2099)
                tx.records.set_seal(other, kept.sealed, level=kept.seal_level, archived_until=until)


def test_a_correction_that_is_sealed_meanwhile_ends_with_the_paper(
    app: App, officer: Actor, guard: Actor, engines: Interrupted
) -> None:
    code = desk.record_of(app, officer, holder=HOLDER)
    paper = intake_of(app, code)
    case = open_case(OpenCase(code, {"number": "13/GPXD"}), actor=officer, uow=app.uow, clock=app.clock, ids=app.ids)
    said = DecideCase(case.id, accept=True, reason="đúng", fields={"number": "13/GPXD"}, compared_with_original=True)
    decide_case(said, actor=officer, uow=app.uow, clock=app.clock, ids=app.ids)
    engines.at["compose"] = lambda: erased(app, guard, code)
    for _ in range(2):
        seal_version(
            case.id, uow=app.uow, blobs=app.blobs, engines=engines, sealing=app.sealing,
            credentials=app.credentials, catalogue=app.catalogue, clock=app.clock,
        )  # fmt: skip
    nothing_is_left(app, paper)
    with app.uow.begin() as tx:
        over = tx.corrections.get(case.id)
        assert tx.records.get(code).erased
    assert (over.state, over.failure, over.differences) == (CaseState.REFUSED, "RECORD_ERASED", ())


@pytest.mark.parametrize("of_a_blob", [False, True])
def test_an_erasure_waits_for_whoever_takes_a_key_and_then_ends_it(
    app: App, officer: Actor, guard: Actor, *, of_a_blob: bool
) -> None:
    code = desk.record_of(app, officer, holder=HOLDER)
    paper = intake_of(app, code)
    with ThreadPoolExecutor(1) as pool:
        with app.uow.begin() as tx:
            if of_a_blob:
                assert tx.keys.begin_use_of(paper, "late") == ()
            else:
                tx.keys.begin_use(paper)
            waiting = pool.submit(erased, app, guard, code)
            with suppress(TimeoutError):
                waiting.result(timeout=0.5)
            assert not waiting.done()
            late = HeldKey(paper, WrappedKey(AGENCY, "file:1", b"x"), "late")
            tx.keys.hold("late", late)
            assert tx.keys.begin_use_of(paper, "late") == (late,)
        waiting.result(timeout=30)
    nothing_is_left(app, paper)
    with pytest.raises(NotFound, match="PAPER_ERASED"), app.uow.begin() as tx:
        tx.keys.begin_use_of(paper, "late")


def test_scans_that_were_known_again_go_with_the_record(app: App, officer: Actor, guard: Actor) -> None:
    code = desk.record_of(app, officer, holder=HOLDER)
    scan = desk.new_scan()
    again = desk.received(app, officer, scan).intake.id
    desk.be_read(app, again)
    assert know_again(KnowAgain(again, code), actor=officer, uow=app.uow, clock=app.clock).state is IntakeState.KNOWN
    later = desk.received(app, officer, desk.new_scan()).intake.id
    desk.be_read(app, later)
    erased(app, guard, code)
    nothing_is_left(app, again)
    assert not app.blobs.has(digest_of(scan))
    with pytest.raises(NotFound, match="RECORD_ERASED"):
        know_again(KnowAgain(later, code), actor=officer, uow=app.uow, clock=app.clock)
    assert desk.received(app, officer, scan).intake.id != again, "handed in again it is a new paper"


def _batch(*pages: str) -> bytes:
    def page(text: str) -> Image.Image:
        found = Image.new("L", (620, 877), 255)
        ImageDraw.Draw(found).text((60, 100), text * 4, fill=0)
        for line in range(12 if text else 0):
            ImageDraw.Draw(found).line((60, 160 + 40 * line, 500, 160 + 40 * line), fill=0, width=3)
        return found

    separator = page("")
    symbol = Image.open(io.BytesIO(qr.render_png(separator_text(None), mm=80))).convert("L")
    separator.paste(symbol.resize((236, 236), Image.Resampling.NEAREST), (190, 300))
    found = [one for text in pages for one in (separator, page(text))]
    target = io.BytesIO()
    found[0].save(target, "PDF", save_all=True, append_images=found[1:], resolution=75)
    return target.getvalue()


def _split(parts: App, officer: Actor, data: bytes) -> tuple[IntakeId, ...]:
    batch = receive_batch(
        ReceiveBatch(data, "tap.pdf"), actor=officer, uow=parts.uow, blobs=parts.blobs, engines=parts.engines,
        clock=parts.clock, ids=parts.ids, max_bytes=parts.settings.max_batch_bytes,
    ).batch  # fmt: skip
    split(
        batch.id, uow=parts.uow, blobs=parts.blobs, engines=parts.engines, clock=parts.clock, ids=parts.ids,
        max_pages=300,
    )  # fmt: skip
    with parts.uow.begin() as tx:
        found = tx.batches.get(batch.id)
    assert found.state is BatchState.SPLIT
    return (IntakeId(found.id), *(one.intake for one in found.parts if one.intake))


def test_a_form_says_nothing_that_only_the_erased_paper_said(
    app: App, officer: Actor, guard: Actor, db: psycopg.Connection
) -> None:
    gone, stays = (desk.record_of(app, officer, holder=FORM, number=f"{one}/XOA") for one in (71, 72))
    asked = OpenDossier("1.004194", FORM.number)
    dossier = open_dossier(asked, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock).code
    told = FormDifference("holder.address", "address", "số 9 phố Xóa", "số 10", gone, 1)
    also = FormDifference("holder.birth_date", "birth_date", "1990-01-02", "1990-01-03", stays, 1)
    entries = {
        "GPXD.number": "71/XOA",
        "holder.name": FORM.name,
        "holder.address": "số 10",
        "holder.birth_date": "1990-01-03",
    }
    taken = {gone: ("GPXD.number", "holder.name"), stays: ("holder.name",)}
    entry = FormEntry(1, entries, (told, also), "hai giấy khác nhau", "x", "X", app.clock.now(), taken)
    with app.uow.begin() as tx:
        tx.forms.add(dossier, entry)
        tx.forms.add(dossier, replace(entry, number=2, taken={}))
    db.execute(
        "INSERT INTO attachment (dossier_code, component, record_code, version, decision, by_account, by_name, at)"
        " VALUES (%s, 'x', %s, 1, '{}', 'x', 'X', now())",
        (dossier, gone),
    )
    erased(app, guard, gone)
    with app.uow.begin() as tx:
        first, old = tx.forms.of_dossier(dossier)
        assert "71/XOA" not in f"{first} {old}"
    assert first.entries == {key: entries[key] for key in ("holder.name", "holder.address", "holder.birth_date")}
    assert (first.differences, first.reason, dict(first.taken)) == ((also,), entry.reason, {stays: ("holder.name",)})
    assert old.entries == {key: entries[key] for key in ("holder.address", "holder.birth_date")}, "by the value"
    assert "số 9 phố Xóa" not in f"{first} {old}"


def test_every_batch_that_shows_the_paper_goes_and_its_other_papers_stay(
    parts: App, app: App, officer: Actor, guard: Actor
) -> None:
    scans = [_batch("MOT 961", "HAI 961"), _batch("MOT 961", "BA 961")]
    first, paper, second = _split(parts, officer, scans[0])
    again, same, third = _split(parts, officer, scans[1])
    assert same == paper, "the same pages cut again give the same bytes"
    desk.be_read(app, paper)
    desk.confirmed(app, officer, desk.word(paper, holder=HOLDER))
    code = desk.be_sealed(with_other(parts, engines=parts.engines, sealing=app.sealing), paper)
    assert code is not None
    with app.uow.begin() as tx:
        tx.batches.set_state(again, BatchState.RECEIVED)
    with pytest.raises(Conflict, match="BATCH_SPLITTING"):
        erased(app, guard, code)
    with app.uow.begin() as tx:
        tx.batches.set_state(again, BatchState.SPLIT)
    erased(app, guard, code)
    nothing_is_left(app, paper)
    with app.uow.begin() as tx:
        assert tx.keys.of_paper(first) == tx.keys.of_paper(again) == ()
        others = [tx.intakes.get(one).original for one in (second, third)]
    assert not any(app.blobs.has(digest_of(one)) for one in scans)
    assert all(app.blobs.has(one) for one in others)
    anew, *_ = _split(parts, officer, scans[0])
    assert anew not in {first, again}, "handed in again it is a new batch"


def _lie_in_clear(app: App, db: psycopg.Connection, digest: Digest, papers: Sequence[IntakeId]) -> None:
    app.store.put(plain_name(digest), app.blobs.get(digest), mime="application/octet-stream")
    db.execute("DELETE FROM blob_key WHERE digest = %s AND paper = ANY(%s)", (digest, list(papers)))


def test_what_lies_in_clear_goes_too_unless_another_paper_reads_it_there(
    app: App, officer: Actor, guard: Actor, db: psycopg.Connection
) -> None:
    other = replace(officer, account_id="local:xoa-khac", agency_code="H24.962")
    shared, alone = desk.new_scan(), desk.new_scan()
    codes = [desk.record_of(app, officer, data, holder=HOLDER) for data in (shared, alone)]
    papers = [intake_of(app, code) for code in codes]
    theirs = desk.received(app, other, shared).intake.id
    _lie_in_clear(app, db, digest_of(shared), [papers[0], theirs])
    _lie_in_clear(app, db, digest_of(alone), [papers[1]])
    for code in codes:
        erased(app, guard, code)
    assert app.blobs.get(digest_of(shared)) == shared, "another agency's paper has no key of it yet"
    assert app.store.get(plain_name(digest_of(alone))) is None
    with pytest.raises(NotFound):
        app.blobs.get(digest_of(alone))
    # The other paper is encrypted later; then nobody needs the clear bytes.
    assert app.blobs.encrypt_old(digest_of(shared), paper=theirs, agency="H24.962")
    app.blobs.drop_plain(digest_of(shared))
    assert app.blobs.get(digest_of(shared)) == shared


def test_a_key_of_one_paper_does_not_cost_another_its_clear_bytes(
    app: App, officer: Actor, guard: Actor, db: psycopg.Connection
) -> None:
    other = replace(officer, account_id="local:xoa-khac", agency_code="H24.962")
    data = desk.new_scan()
    code = desk.record_of(app, officer, data, holder=HOLDER)
    theirs = desk.received(app, other, data).intake.id
    _lie_in_clear(app, db, digest_of(data), [theirs])  # ours has its key, theirs waits for encrypt-old
    erased(app, guard, code)
    assert app.blobs.get(digest_of(data)) == data
    assert app.blobs.encrypt_old(digest_of(data), paper=theirs, agency="H24.962")
    app.blobs.drop_plain(digest_of(data))
