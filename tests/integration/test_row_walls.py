"""The walls below the program: with every check of the program left out, PostgreSQL still gives nothing.

Each question here is asked as a request asks it (`App.acting`), but in plain SQL without any condition: what the use
cases check is not there. Rows of the other side must not be there either, in any table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
import pytest
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError

from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.http import stranger
from tests.fakes.parts import OTHER_AGENCY, PASSWORD, account, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.catalogue import request_terms
from vault.cli import access_checks
from vault.cli.findings import State, words
from vault.db import tables as t
from vault.domain.batches import Batch, BatchId, BatchState, Part
from vault.domain.consents import ConsentPurpose
from vault.domain.data_requests import RequestKind
from vault.domain.dossiers import Attachment, Replaced
from vault.domain.forms import FormEntry
from vault.domain.hand_ins import HandIn
from vault.domain.holders import HolderId
from vault.domain.ids import Digest, RecordCode
from vault.domain.intake import NamedHolder
from vault.domain.people import STRANGER, Actor, Role
from vault.domain.reuse import Standing
from vault.ports import Reach
from vault.usecases.correct.open_case import OpenCase, open_case
from vault.usecases.oversee.break_glass import BreakGlass, break_glass
from vault.usecases.present.make_code import MakeCode, make_code
from vault.usecases.present.set_consent import set_consent
from vault.usecases.protect.data_requests import AskAboutData, ask_about_data
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

pytestmark = pytest.mark.service
HOLDER = NamedHolder("031090000041", "NGUYỄN THỊ TƯỜNG")
OF_THE_OTHER_SIDE = ["intake", "intake_page", "record", "record_version", "record_holder", "record_search"]
OF_THE_OTHER_SIDE += ["correction", "form_entry", "consent", "hand_in", "hold", "batch", "batch_part"]
OF_THE_OTHER_SIDE += ["outbox", "outside_ask", "outside_paper", "online_cursor", "peer_question"]
OF_THE_OTHER_SIDE += ["hand_over", "hand_over_intake", "data_request", "mandate", "dossier_key", "number_tie"]
OF_THE_OTHER_SIDE += [
    "dossier",
    "dossier_person",
    "attachment",
    "replaced_attachment",
    "demand",
    "notice",
    "share",
    "broken_glass",
]
WALLED = {*OF_THE_OTHER_SIDE, "event", "holder", "holder_identifier", "blob_key"}
OPEN = {
    "account": "signing in comes before any side is known",
    "session": "the same",
    "dossier_serial": "a counter of an agency and a day",
    "log_queue": "numbers of events",
    "log_leaf": "salted commitments, which are published",
    "log_head": "published",
    "cosigned_head": "published",
    "share_try": "digests of callers",
    "status_slot": "published",
    "second_factor": "signing in comes before any side is known",
}
"""Tables without a wall, and why; a new table stands in one of the two lists or fails the test."""


@dataclass
class World:
    app: App
    record: RecordCode
    people: Mapping[str, Actor]


@pytest.fixture(scope="module")
def world(parts: App) -> World:
    app = with_other(parts, engines=ToldEngines(), sealing=PlainSeal())
    own, now = parts.settings.agency_code, app.clock.now()
    with app.uow.begin() as tx:
        mine = tx.holders.ensure(HolderId.parse(HOLDER.number), HOLDER.name, at=now)
        other = tx.holders.ensure(HolderId.parse("031090000042"), "NGƯỜI KHÁC", at=now)
    people = {
        "officer": account(app, "tuong-can-bo", Role.OFFICER, agency=own),
        "other officer": account(app, "tuong-khac", Role.OFFICER, agency="H24.977"),
        "without agency": account(app, "tuong-le", Role.OFFICER),
        "citizen": account(app, "tuong-cong-dan", Role.CITIZEN, holder_id=mine),
        "other citizen": account(app, "tuong-cong-dan-khac", Role.CITIZEN, holder_id=other),
        "verifier": account(app, "tuong-kiem-tra", Role.VERIFIER),
        "stranger": STRANGER,
    }
    account(app, "tuong-giam-ho", Role.GUARDIAN, holder_id=mine)
    officer = people["officer"]
    record = desk.record_of(app, officer, holder=HOLDER)
    asked = OpenDossier("1.004194", HOLDER.number, key="tuong")
    dossier = open_dossier(asked, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    case = OpenCase(record, {"number": "14/GPXD"}, "đọc nhầm")
    open_case(case, actor=officer, uow=app.uow, clock=app.clock, ids=app.ids)
    set_consent(ConsentPurpose.OWN_DOSSIERS, on=True, actor=people["citizen"], uow=app.uow, clock=app.clock)
    with app.uow.begin() as tx:
        intake = tx.intakes.find(record)
        assert intake is not None
        tx.forms.add(dossier.code, FormEntry(1, {"a": "b"}, (), "", "x", "x", now))
        tx.holds.put(record, "khiếu nại", by="x", at=now)
        attached = Attachment("1.004194.TP02", record, 1, {}, "x", "x", now)
        tx.dossiers.attach(dossier.code, attached)
        tx.dossiers.replace(dossier.code, attached, Replaced(record, 1, Standing.GOOD, (), "x", "x", "x", now))
        tx.hand_ins.add(HandIn(people["citizen"].account_id, "k", intake.id, mine, now))
        batch = Batch(BatchId("tuong"), BatchState.SPLIT, Digest("b"), "x", 1, 1, own, "x", "x", now)
        tx.batches.add(batch)
        tx.batches.set_parts(batch.id, (Part(0, 0, 0),))
        tx.hand_overs.open("tuong", officer.account_id, at=now, expires_at=now)
        tx.hand_overs.note("tuong", intake.id, at=now)
    about, citizen = AskAboutData(RequestKind.SEE, own, note="xem"), people["citizen"]
    walled = app.uow.acting(citizen)
    ask_about_data(
        about,
        terms=request_terms(),
        working=app.catalogue.working_time,
        actor=citizen,
        uow=walled,
        clock=app.clock,
        ids=app.ids,
    )
    consent = MakeCode(record, ("number",), "UBND", "đối chiếu")
    make_code(consent, actor=people["citizen"], uow=app.uow, clock=app.clock, ids=app.ids)
    reason = BreakGlass(record, "Bệnh nhân cấp cứu, cần biết ngay")
    break_glass(reason, actor=officer, uow=app.uow, clock=app.clock, ids=app.ids)
    return World(app, record, people)


def rows(world: World, who: str, table: str, reach: Reach = Reach.OWN) -> int:
    """How many rows an unconditional question gives."""
    with world.app.uow.acting(world.people[who]).begin(reach) as tx:
        return int(tx.records._db.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - our names


def sees(world: World, who: str, place: str, value: object, reach: Reach = Reach.OWN) -> bool:
    """Whether a row of this side is there; `place` is `table.column`."""
    table, column = place.split(".")
    with world.app.uow.acting(world.people[who]).begin(reach) as tx:
        query = text(f"SELECT count(*) FROM {table} WHERE {column} = :value")  # noqa: S608 - our names
        return int(tx.records._db.execute(query, {"value": value}).scalar_one()) > 0


def test_every_table_with_somebody_s_data_has_a_wall(world: World) -> None:
    with world.app.uow.begin() as tx:
        query = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace")
        walled = set(tx.records._db.execute(query).scalars())
    assert walled >= WALLED
    marks = {"agency_code", "holder_id", "record_code", "record_id", "dossier_code", "intake_id"}
    personal = {one.name for one in t.metadata.tables.values() if marks & set(_columns(one))}
    assert personal - walled - set(OPEN) == set(), "a new table: give it a wall in its migration, or a reason in OPEN"


def _columns(table: Table) -> list[str]:
    return [column.name for column in table.columns]


@pytest.mark.parametrize("who", ["other officer", "without agency", "other citizen", "verifier", "stranger"])
@pytest.mark.parametrize("table", OF_THE_OTHER_SIDE)
def test_the_other_side_has_no_row_of_anything(world: World, who: str, table: str) -> None:
    assert rows(world, who, table) == 0


@pytest.mark.parametrize("who", ["other officer", "without agency", "other citizen", "verifier", "stranger"])
def test_nobody_s_acts_on_a_paper_are_seen_from_the_other_side(world: World, who: str) -> None:
    assert not sees(world, who, "event.record_code", world.record)


@pytest.mark.parametrize("who", ["other citizen", "verifier", "stranger", "without agency"])
def test_nobody_but_an_agency_finds_people_by_number(world: World, who: str) -> None:
    assert not sees(world, who, "holder_identifier.number", HOLDER.number)
    assert rows(world, who, "holder") <= 1


def test_each_side_sees_its_own(world: World) -> None:
    for who in ("officer", "citizen"):
        assert sees(world, who, "record.code", world.record), who
        assert sees(world, who, "event.record_code", world.record), who
        assert sees(world, who, "broken_glass.record_code", world.record), who
        assert rows(world, who, "record_version") >= 1, who
    for table in (
        "dossier",
        "dossier_key",
        "correction",
        "form_entry",
        "hold",
        "batch",
        "batch_part",
        "hand_over",
        "hand_over_intake",
    ):
        assert rows(world, "officer", table) >= 1, table
    for table in ("share", "correction", "consent", "hand_in", "data_request", "mandate"):
        assert rows(world, "citizen", table) == 1, table
    assert rows(world, "officer", "share") == 0, "what a citizen agreed to show is not the agency's"
    assert rows(world, "officer", "consent") == 0, "switches of people are asked for in their dossier"
    assert rows(world, "citizen", "dossier") == rows(world, "citizen", "form_entry") == 0


def test_the_intake_goes_with_its_record_and_its_pages_stay_with_the_agency(world: World) -> None:
    for who, reach in (("citizen", Reach.OWN), ("stranger", Reach.SHOWN)):
        assert sees(world, who, "intake.record_code", world.record, reach), who
        assert not sees(world, who, "intake.record_code", None, reach), who
        assert rows(world, who, "intake_page", reach) == 0, who
        with world.app.uow.acting(world.people[who]).begin(reach) as tx:
            loose = text("SELECT count(*) FROM intake WHERE record_code IS NULL")
            assert tx.records._db.execute(loose).scalar_one() == 0, who
            assert tx.records._db.execute(text("UPDATE intake SET filename = ''")).rowcount == 0, who
            assert tx.records._db.execute(text("DELETE FROM intake")).rowcount == 0, who
    assert rows(world, "citizen", "intake") == 1
    assert rows(world, "officer", "intake_page") >= 1


def test_a_wrapped_key_is_seen_with_its_paper_and_destroyed_by_its_agency_alone(world: World) -> None:
    """Whoever destroys the last wrap destroys the paper: no request of another side gets as far as a row."""
    app, of_record = world.app, "paper = (SELECT intake_id FROM record WHERE code = :code)"
    with app.uow.begin() as tx:
        there = text(f"SELECT count(*) FROM blob_key WHERE {of_record}")  # noqa: S608 - our words
        assert tx.records._db.execute(there, {"code": world.record}).scalar_one() >= 2
        (paper,) = tx.records._db.execute(
            text("SELECT intake_id FROM record WHERE code = :c"), {"c": world.record}
        ).one()
    mine = text("SELECT count(*) FROM blob_key WHERE paper = :paper")
    for who in ("other officer", "without agency", "other citizen", "verifier", "stranger", "citizen"):
        with app.uow.acting(world.people[who]).begin() as tx:
            seen = tx.records._db.execute(mine, {"paper": paper}).scalar_one()
            assert (seen > 0) is (who == "citizen"), who
            for change in ("DELETE FROM blob_key", "UPDATE blob_key SET wrapped = ''"):
                changed = tx.records._db.execute(text(f"{change} WHERE paper = :paper"), {"paper": paper})
                assert changed.rowcount == 0, who
    planted = text(
        "INSERT INTO blob_key (digest, paper, agency_code, key, wrapped) VALUES ('x', :paper, 'H24.900', '', '')"
    )
    with pytest.raises(DBAPIError), app.uow.acting(world.people["other officer"]).begin() as tx:
        tx.records._db.execute(planted, {"paper": paper})


def test_who_shows_a_paper_opens_papers_and_nothing_else(world: World) -> None:
    assert sees(world, "stranger", "record.code", world.record, Reach.SHOWN)
    for table in ("intake_page", "dossier", "event", "holder", "record_search", "broken_glass", "correction", "hold"):
        assert rows(world, "stranger", table, Reach.SHOWN) == 0, table


def test_a_dossier_opens_the_papers_of_its_people_in_its_own_transaction_only(world: World) -> None:
    app, other = world.app, world.people["other officer"]
    asked = OpenDossier("1.004194", HOLDER.number)
    opened = open_dossier(asked, actor=other, uow=app.uow.acting(other), catalogue=app.catalogue, clock=app.clock)
    with app.uow.acting(other).begin() as tx:
        assert tx.records.of_people(opened.people) == (), "before the dossier is looked at there is nothing"
        tx.dossiers.get(opened.code)
        assert [one.code for one in tx.records.of_people(opened.people)] == [world.record]
    assert not sees(world, "other officer", "record.code", world.record)


def test_what_the_program_reads_before_it_checks_is_not_there_either(world: World) -> None:
    """`trace_record` and `view_record` ask for the record and check; here the repository is asked, unchecked."""
    for who in ("other officer", "other citizen", "stranger"):
        with world.app.uow.acting(world.people[who]).begin() as tx:
            assert tx.records.find(world.record) is None
            assert tx.records.holder_ids(world.record) == ()
            assert tx.events.list(record=world.record, limit=10) == ()
            assert tx.intakes.find(world.record) is None
            assert tx.access.broken("H24.900", limit=10) == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE record SET state = 'REVOKED'",
        "UPDATE record SET agency_code = 'H24.977'",
        "DELETE FROM share",
        "UPDATE dossier SET purpose = '' WHERE agency_code = 'H24.900'",
        "UPDATE broken_glass SET reason = ''",
    ],
)
def test_nothing_of_the_other_side_can_be_changed(world: World, change: str) -> None:
    with world.app.uow.acting(world.people["other officer"]).begin() as tx:
        assert tx.records._db.execute(text(change)).rowcount == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET actor_name = ''",
        "DELETE FROM event",
        "TRUNCATE event",
        "ALTER TABLE record DISABLE ROW LEVEL SECURITY",
        "DROP POLICY wall ON record",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_the_role_of_a_request_may_not_touch_the_log_or_the_walls(world: World, change: str) -> None:
    with pytest.raises(DBAPIError), world.app.uow.acting(world.people["officer"]).begin() as tx:
        tx.records._db.execute(text(change))


def test_the_doctor_sees_a_wall_that_was_switched_off(world: World) -> None:
    (good,) = access_checks.walls(world.app)
    assert good.state is State.GOOD
    url = world.app.settings.owner_database_url
    assert url is not None
    with psycopg.connect(url.get_secret_value(), autocommit=True) as owner:
        owner.execute("ALTER TABLE hold DISABLE ROW LEVEL SECURITY")
        try:
            (bad,) = access_checks.walls(world.app)
        finally:
            owner.execute("ALTER TABLE hold ENABLE ROW LEVEL SECURITY")
    assert (bad.state, bad.told) == (State.WORSE, words("walls.down", names="hold"))
    for look in (access_checks.scanner, access_checks.witnesses, access_checks.providers):
        (one,) = look(world.app)
        assert (one.state, one.told.key.endswith(".none")) == (State.GOOD, True)


def test_a_paper_is_not_given_to_another_agency(world: World) -> None:
    with pytest.raises(DBAPIError), world.app.uow.acting(world.people["officer"]).begin() as tx:
        tx.records._db.execute(text("UPDATE record SET agency_code = 'H24.977'"))


def test_walls_stand_for_one_transaction_and_the_pool_gives_back_a_plain_connection(world: World) -> None:
    rows(world, "citizen", "record")
    with world.app.uow.begin() as tx:
        role, side = tx.records._db.execute(text("SELECT current_user, current_setting('vault.people', true)")).one()
    assert role != "vault_program"
    assert not side


def test_over_http_every_request_stands_behind_the_walls(world: World) -> None:
    """The same session that saw nothing above is given 403 and 404 over HTTP, and its owner is given the paper."""
    web = stranger(world.app)
    citizen = web.signed_in("tuong-cong-dan", PASSWORD)
    assert citizen.get(f"/api/v1/records/{world.record}").status_code == 200
    assert web.signed_in("tuong-cong-dan-khac", PASSWORD).get(f"/api/v1/records/{world.record}").status_code == 404
    assert web.post("/api/v1/verify/code", json={"code": world.record}).json()["state"] == "ACTIVE"
    assert OTHER_AGENCY != "H24.977", "an agency of its own, so that no other test gives it rows"
