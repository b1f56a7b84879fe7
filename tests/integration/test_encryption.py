"""What a thief of the bucket or of what was read finds: nothing that stands on a paper. And what erasure ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.fakes import desk
from tests.fakes.desk import be_read, be_sealed, confirmed, new_scan, received, record_of, word
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import OTHER_AGENCY, account, with_other
from tests.fakes.seals import PlainSeal
from vault.blobs.encrypted import plain_name
from vault.bootstrap import App
from vault.db.codec import to_json
from vault.domain.audit import Event, Outcome
from vault.domain.corrections import CaseDecision, CaseState
from vault.domain.errors import Conflict, NotFound, Unavailable, VaultError
from vault.domain.forms import FormDifference, FormEntry
from vault.domain.ids import Digest, RecordCode, digest_of
from vault.domain.intake import IntakeId, NamedHolder
from vault.domain.people import Action, Actor, Role
from vault.domain.states import RecordState
from vault.ports import key_context
from vault.usecases.correct.open_case import OpenCase, open_case
from vault.usecases.digitize.view_intake import view_intake
from vault.usecases.exchange.export_record import Export, ExportForm, export_record
from vault.usecases.oversee.view_record import Copy, download
from vault.usecases.protect.encrypt_old import encrypt_old
from vault.usecases.protect.erase import Erase, erase
from vault.usecases.protect.hold import hold, lift
from vault.usecases.protect.rewrap import rewrap
from vault.usecases.protect.sweep import sweep
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier
from vault.usecases.reuse.search import SearchFor, search

pytestmark = pytest.mark.service
WORDS = "GIẤY PHÉP XÂY DỰNG QUỲNHTƯỜNGVY"
HOLDER = NamedHolder("031090000777", "ĐOÀN QUỲNHTƯỜNGVY")
SECRET = "QUỲNHTƯỜNGVY"


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return with_other(parts, engines=ToldEngines(WORDS, pages=2), sealing=PlainSeal())


@pytest.fixture(scope="module")
def officer(app: App) -> Actor:
    return desk.actor_of(app)


@pytest.fixture(scope="module")
def operator(app: App) -> Actor:
    return account(app, "bao-ve-du-lieu", Role.DATA_PROTECTION, agency="H24.900")


@pytest.fixture
def db(app: App) -> Iterator[psycopg.Connection]:
    url = app.settings.owner_database_url
    assert url is not None
    connection = psycopg.connect(url.get_secret_value(), autocommit=True)
    yield connection
    connection.close()


def bucket(app: App) -> dict[str, bytes]:
    """Everything of papers in the bucket."""
    names = [name for prefix in ("sealed/", "blob/") for name in app.store.names(prefix)]
    return {name: app.store.get(name) or b"" for name in names}


def rows_of(db: psycopg.Connection, table: str) -> str:
    query = sql.SQL("SELECT coalesce(json_agg(x), '[]')::text FROM {} x").format(sql.Identifier(table))
    found = db.execute(query).fetchone()
    assert found is not None
    return str(found[0])


def test_no_known_text_in_the_bucket_nor_in_what_was_read(app: App, officer: Actor, db: psycopg.Connection) -> None:
    data = new_scan()
    intake_id = received(app, officer, data).intake.id
    be_read(app, intake_id)
    confirmed(app, officer, word(intake_id, holder=HOLDER))
    code = be_sealed(app, intake_id)
    assert code is not None
    with app.uow.begin() as tx:
        record = tx.records.get(code)
        pages = tx.intakes.pages(intake_id)
        intake = tx.intakes.get(intake_id)
    # The program itself reads all of it.
    assert SECRET in pages[0].text
    assert SECRET in app.blobs.get(pages[0].layout).decode()
    assert intake.confirmation is not None
    assert intake.confirmation.holders[0].name == HOLDER.name
    objects = bucket(app)
    digests = {record.original, record.sealed, record.preview, *(page.layout for page in pages)}
    for name, stored in objects.items():
        assert not any(digest in name for digest in digests), "a name tells nothing"
        assert data[:64] not in stored
        # No word of fewer than seven bytes: millions of random ones spell it now and then.
        for text in (SECRET, "QUỲNH", "%PDF-1.", "preview"):
            assert text.encode() not in stored
            assert text.encode("utf-16-le") not in stored
    # The text that was read, the proposal and the officer's word: sealed in their rows.
    assert SECRET not in rows_of(db, "intake_page")
    assert SECRET not in rows_of(db, "intake")
    assert HOLDER.number not in rows_of(db, "intake")
    assert len({len(name) for name in objects}) == 1


def test_forms_and_cases_lie_sealed_and_those_of_before_are_sealed_later(
    app: App, officer: Actor, db: psycopg.Connection
) -> None:
    code = record_of(app, officer, holder=HOLDER)
    asked = OpenDossier("1.004194", HOLDER.number)
    dossier = open_dossier(asked, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock).code
    difference = FormDifference("holder.name", "holder_name", HOLDER.name, f"{SECRET} KHÁC", code, 1)
    entry = FormEntry(1, {"holder.name": f"{SECRET} KHÁC"}, (difference,), f"vì {SECRET}", "x", "X", app.clock.now())
    case = open_case(
        OpenCase(code, {"number": f"{SECRET}/GPXD"}, f"trên giấy là {SECRET}"),
        actor=officer, uow=app.uow, clock=app.clock, ids=app.ids,
    )  # fmt: skip
    decision = CaseDecision(f"đúng: {SECRET}", {"number": SECRET}, (HOLDER,), "x", "X", app.clock.now())
    decided = replace(case, state=CaseState.ACCEPTED, decision=decision)
    with app.uow.begin() as tx:
        tx.forms.add(dossier, entry)
        tx.corrections.set(decided)

    def kept() -> tuple[FormEntry, ...]:
        with app.uow.begin() as tx:
            assert tx.corrections.get(case.id) == decided
            assert tx.corrections.list("H24.900", limit=1) == (decided,)
            return tx.forms.of_dossier(dossier)

    def in_clear() -> bool:
        return any(
            SECRET in rows_of(db, table) or HOLDER.number in rows_of(db, table)
            for table in ("form_entry", "correction")
        )

    assert kept() == (entry,)
    assert not in_clear()
    # As the version before wrote them.
    old = [json.dumps(one, ensure_ascii=False) for one in (dict(entry.entries), [to_json(difference)])]
    db.execute(
        "UPDATE form_entry SET entries = %s, differences = %s, reason = %s WHERE dossier_code = %s",
        (*old, entry.reason, dossier),
    )
    said = json.dumps([to_json(one) for one in case.differences], ensure_ascii=False)
    word = json.dumps(to_json(decision), ensure_ascii=False)
    db.execute(
        "UPDATE correction SET differences = %s, note = %s, decision = %s WHERE id = %s",
        (said, case.note, word, case.id),
    )
    assert kept() == (entry,), "what lies in clear is read as it is"
    assert in_clear()
    encrypt_old(uow=app.uow, blobs=app.blobs)
    assert kept() == (entry,)
    assert not in_clear()
    # Their keys are no strays.
    db.execute(
        "UPDATE blob_key SET created_at = created_at - interval '25 hours' WHERE paper ~ '^(dossier|correction):'"
    )
    sweep(uow=app.uow, blobs=app.blobs, clock=app.clock)
    assert kept() == (entry,)


def test_equal_bytes_of_two_agencies_are_one_object_with_two_wraps(app: App, officer: Actor) -> None:
    other = account(app, "ma-hoa", Role.OFFICER, agency=OTHER_AGENCY)
    data = new_scan()
    before = set(bucket(app))
    ids = [received(app, actor, data).intake.id for actor in (officer, other, officer)]
    assert len(set(bucket(app)) - before) == 1
    with app.uow.begin() as tx:
        held = tx.keys.of(digest_of(data))
    assert {(one.paper, one.wrapped.agency) for one in held} == {(ids[0], "H24.900"), (ids[1], OTHER_AGENCY)}
    assert ids[2] == ids[0]
    # One wrap that rots takes nothing with it.
    for lost in held:
        with pytest.raises(Unavailable):
            app.key_service.unwrap(
                replace(lost.wrapped, agency="H24.999"), context=key_context(lost.digest, lost.paper)
            )
    assert app.blobs.get(digest_of(data)) == data


def test_ten_thousand_keys_are_wrapped_anew_while_papers_are_read(
    app: App, officer: Actor, db: psycopg.Connection
) -> None:
    data = new_scan()
    received(app, officer, data)
    rows = []
    for number in range(10_000):
        digest, paper = f"{number:064x}", IntakeId(f"mass-{number % 50}")
        key = number.to_bytes(32, "big")
        wrapped = app.key_service.wrap(key, agency="H24.905", context=key_context(digest, paper))
        rows.append((digest, paper, wrapped.agency, wrapped.key, wrapped.wrapped))
    columns = "digest, paper, agency_code, key, wrapped"
    with db.cursor() as cursor, cursor.copy(f"COPY blob_key ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    old = app.wrapping.newest()
    new = app.wrapping.add(at=app.clock.now()).name
    assert app.blobs.get(digest_of(data)) == data
    found = rewrap(uow=app.uow, keys=app.key_service)
    assert found.done >= 10_000
    assert found.failed == 0
    assert rewrap(uow=app.uow, keys=app.key_service).done == 0
    with app.uow.begin() as tx:
        assert {key for _, key, _ in tx.keys.agencies()} == {new}
        for number in (0, 4_321, 9_999):
            held = tx.keys.of(f"{number:064x}")[0]
            context = key_context(held.digest, held.paper)
            assert app.key_service.unwrap(held.wrapped, context=context) == number.to_bytes(32, "big")
    db.execute("DELETE FROM blob_key WHERE agency_code = 'H24.905'")
    app.wrapping.drop(old, used=0)
    assert app.blobs.get(digest_of(data)) == data


def nothing_leaves(app: App, code: RecordCode, officer: Actor) -> None:
    """An erased paper goes into no package, and no event says that it did."""
    with pytest.raises(NotFound, match="RECORD_ERASED"):
        export_record(
            Export(code, ExportForm.SIP), actor=officer, uow=app.uow, blobs=app.blobs, catalogue=app.catalogue,
            agency_name="BẢN MẪU", prove=lambda _: [], clock=app.clock,
        )  # fmt: skip
    with app.uow.begin() as tx:
        given = tx.events.list(record=code, action=Action.DOWNLOAD, outcome=Outcome.DONE, limit=50)
    assert given == (), "nothing was given, so nothing says so"


def test_erasure_ends_bytes_text_previews_and_index_and_the_log_still_tells(
    app: App, officer: Actor, operator: Actor, db: psycopg.Connection
) -> None:
    data = new_scan()
    code = record_of(app, officer, data, holder=HOLDER)
    with app.uow.begin() as tx:
        record, intake = tx.records.get(code), tx.intakes.find(code)
        assert intake is not None
        pages = tx.intakes.pages(intake.id)
    digests = [record.original, record.sealed, record.preview, *(page.layout for page in pages)]
    objects = set(bucket(app))
    hits = search(SearchFor(SECRET, purpose="thử tìm giấy tờ"), actor=officer, uow=app.uow, clock=app.clock)
    assert code in {hit.record.code for hit in hits}
    what = Erase(code, "Chủ thể yêu cầu xóa", "Luật 91/2025/QH15 Đ14")

    hold(code, "Đang khiếu nại", actor=operator, uow=app.uow, clock=app.clock)
    with pytest.raises(Conflict) as caught:
        erase(what, actor=operator, uow=app.uow, blobs=app.blobs, clock=app.clock)
    assert caught.value.code == "UNDER_HOLD"
    assert app.blobs.get(record.original) == data
    assert lift(code, "Đã giải quyết", actor=operator, uow=app.uow, clock=app.clock) == 1
    with pytest.raises(VaultError):
        erase(what, actor=officer, uow=app.uow, blobs=app.blobs, clock=app.clock)

    done = erase(what, actor=operator, uow=app.uow, blobs=app.blobs, clock=app.clock)
    assert done.files >= 2
    again = erase(what, actor=operator, uow=app.uow, blobs=app.blobs, clock=app.clock)
    assert (again.at, again.files) == (done.at, 0)

    with app.uow.begin() as tx:
        assert tx.keys.of_paper(intake.id) == ()
        assert tx.intakes.pages(intake.id) == ()
        left = tx.records.get(code)
        events = tx.events.list(record=code, limit=50)
    assert left.state is RecordState.REVOKED
    assert left.fields == {}
    # Whatever other papers of this module use (a told page looks like another) stays theirs; the rest is gone.
    gone = [digest for digest in digests if not app.blobs.has(digest)]
    assert record.original in gone
    assert record.sealed in gone
    assert len(objects - set(bucket(app))) == len(set(gone))
    for digest in gone:
        with pytest.raises(NotFound):
            app.blobs.get(digest)
    for copy in Copy:
        with pytest.raises(NotFound) as missing:
            download(code, copy, actor=officer, uow=app.uow, blobs=app.blobs, clock=app.clock, purpose=None)
        assert missing.value.code == "RECORD_ERASED"
    nothing_leaves(app, code, officer)
    hits = search(SearchFor(SECRET, purpose="thử tìm giấy tờ"), actor=officer, uow=app.uow, clock=app.clock)
    assert code not in {hit.record.code for hit in hits}
    _told_nowhere(db, record.id)
    assert {event.action for event in events} >= {Action.SEAL, Action.HOLD, Action.ERASE}
    while app.log.head().size < app.log.advance():
        pass
    proofs = app.log.prove(code)
    assert any(code in proof.entry.decode() for proof in proofs)
    assert app.log.fsck() == ()
    # The same paper handed in again is a new paper.
    assert received(app, officer, data).intake.id != intake.id


def _told_nowhere(db: psycopg.Connection, record_id: bytes) -> None:
    for table in ("record_version", "record_holder", "record_search"):
        query = sql.SQL("SELECT json_agg(x)::text FROM {} x WHERE record_id = %s").format(sql.Identifier(table))
        rows = db.execute(query, (record_id,)).fetchone()
        assert rows is not None
        assert HOLDER.name not in (rows[0] or "")
        assert HOLDER.number not in (rows[0] or "")


def test_equal_bytes_outlive_the_erasure_of_one_of_their_records(app: App, officer: Actor, operator: Actor) -> None:
    other = account(app, "ma-hoa", Role.OFFICER, agency=OTHER_AGENCY)
    data = new_scan()
    code = record_of(app, officer, data)
    received(app, other, data)
    erase(Erase(code, "Yêu cầu", "Luật"), actor=operator, uow=app.uow, blobs=app.blobs, clock=app.clock)
    assert app.blobs.get(digest_of(data)) == data


def test_keys_of_papers_that_never_came_to_be_are_swept(app: App, db: psycopg.Connection) -> None:
    digest = app.blobs.put(b"never a row", mime="text/plain", paper=IntakeId("stray"), agency="H24.900")
    assert sweep(uow=app.uow, blobs=app.blobs, clock=app.clock) == 0, "it may be on its way"
    db.execute("UPDATE blob_key SET created_at = created_at - interval '25 hours' WHERE paper = 'stray'")
    assert sweep(uow=app.uow, blobs=app.blobs, clock=app.clock) == 1
    assert not app.blobs.has(digest)


def test_a_store_of_before_encryption_works_on_and_is_encrypted_step_by_step(
    app: App, officer: Actor, db: psycopg.Connection
) -> None:
    data = new_scan()
    apart = with_other(app, engines=ToldEngines(f"{WORDS} CŨ", pages=2))  # no other paper has these pages
    code = record_of(apart, officer, data, holder=HOLDER)
    with app.uow.begin() as tx:
        record, intake = tx.records.get(code), tx.intakes.find(code)
        assert intake is not None
        pages, seen = tx.intakes.pages(intake.id), tx.intakes.get(intake.id)
    digests = {record.original, record.sealed, *(one for page in pages for one in (page.preview, page.layout))}
    _make_old(app, db, intake.id, digests, [page.text for page in pages])
    orphan = digest_of(b"no paper names me")
    app.store.put(plain_name(orphan), b"no paper names me", mime="text/plain")

    # As it is, everything works.
    assert app.blobs.get(record.original) == data
    assert all(app.blobs.has(digest) for digest in digests)
    assert view_intake(intake.id, actor=officer, uow=app.uow, clock=app.clock).pages == pages
    assert SECRET in rows_of(db, "intake_page")

    # A crash after the first: the rest is done by the next run.
    uses = _unheld(app)
    assert app.blobs.encrypt_old(uses[0][0], paper=uses[0][1], agency=uses[0][2])
    found = encrypt_old(uow=app.uow, blobs=app.blobs)
    assert found.blobs == len(digests) - 1
    assert found.removed == len(digests)
    assert found.orphans == 1
    assert found.texts == 4, "two pages, the proposal, the officer's word"
    again = encrypt_old(uow=app.uow, blobs=app.blobs)
    assert (again.blobs, again.removed, again.texts, again.orphans) == (0, 0, 0, 1)
    app.store.remove(plain_name(orphan))

    assert app.blobs.get(record.original) == data
    with app.uow.begin() as tx:
        assert tx.intakes.get(intake.id) == seen
        assert tx.intakes.pages(intake.id) == pages
    assert SECRET not in rows_of(db, "intake_page")
    assert not list(app.store.names("blob/"))


def _make_old(app: App, db: psycopg.Connection, intake_id: IntakeId, digests: set[Digest], texts: list[str]) -> None:
    """Put a paper back to how version 6 of the schema kept it."""
    for digest in digests:
        app.store.put(plain_name(digest), app.blobs.get(digest), mime="application/octet-stream")
    with app.uow.begin() as tx:
        intake = tx.intakes.get(intake_id)
        held = {digest: tx.keys.of(digest) for digest in digests}
    assert intake.confirmation is not None
    from vault.db.codec import to_json  # noqa: PLC0415 - only here

    for index, text in enumerate(texts):
        where = (text, intake_id, index)
        db.execute("UPDATE intake_page SET text = %s WHERE intake_id = %s AND page_index = %s", where)
    values = (Jsonb(to_json(intake.confirmation)), Jsonb(to_json(intake.proposal)), intake_id)
    db.execute("UPDATE intake SET confirmation = %s, proposal = %s WHERE id = %s", values)
    for digest in held:
        db.execute("DELETE FROM blob_key WHERE digest = %s", (digest,))
    db.execute("DELETE FROM blob_key WHERE paper = %s", (intake_id,))


def _unheld(app: App) -> tuple[tuple[Digest, IntakeId, str], ...]:
    with app.uow.begin() as tx:
        return tx.keys.unheld(("", ""), limit=100)


def test_a_wrong_row_cannot_lend_its_text_to_another(app: App, officer: Actor, db: psycopg.Connection) -> None:
    ids = [received(app, officer, new_scan()).intake.id for _ in range(2)]
    for one in ids:
        be_read(app, one)
    db.execute(
        "UPDATE intake_page a SET text = b.text FROM intake_page b WHERE a.intake_id = %s AND b.intake_id = %s"
        " AND a.page_index = 0 AND b.page_index = 0",
        ids,
    )
    with pytest.raises(Unavailable) as caught, app.uow.begin() as tx:
        tx.intakes.pages(ids[0])
    assert caught.value.code == "KEY_UNWRAP"
    db.execute("UPDATE intake_page SET text = '' WHERE intake_id = %s", (ids[0],))


def test_what_the_log_publishes_names_nobody(app: App) -> None:
    with app.uow.begin() as tx:
        tx.events.add(Event(app.clock.now(), desk.actor_of(app), Action.OVERSEE, record=RecordCode("AAAA")))
    while app.log.head().size < app.log.advance():
        pass
    for name in app.store.names("log/tile/entries/"):
        raw = app.store.get(name) or b""
        assert HOLDER.name.encode() not in raw
        assert HOLDER.number.encode() not in raw
        assert json.dumps(HOLDER.name).encode() not in raw
