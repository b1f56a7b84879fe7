"""Every call of every step fails once before it did anything and once after it took effect; then it is done again.

Whatever struck: nothing is lost, nothing is there twice, nothing is stuck. A step is what a person or the worker does
again by itself: hand the file in, press confirm, take the job off the queue, press attach.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import get_args

import psycopg
import pypdf
import pytest

from tests.fakes import desk
from tests.fakes.desk import be_read, be_sealed, confirmed, new_scan, received, record_of, word
from tests.fakes.engines import ToldEngines
from tests.fakes.faults import Faults, When
from tests.fakes.parts import with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.domain.audit import Outcome
from vault.domain.errors import Unavailable
from vault.domain.ids import RecordCode, digest_of
from vault.domain.intake import Intake, IntakeId, IntakeState, NamedHolder
from vault.domain.people import Action, Actor
from vault.usecases.digitize.make_searchable import make_searchable
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

pytestmark = pytest.mark.service
PORTS = ("blobs", "engines", "sealing", "credentials")


@dataclass
class Stage:
    """Parts that work, the same parts with faults, and who acts."""

    app: App
    faulty: App
    faults: Faults
    officer: Actor

    def jobs(self, intake_id: IntakeId) -> Counter[str]:
        """Jobs that wait for the worker, by name."""
        url = self.app.settings.database_url
        assert url is not None
        with psycopg.connect(url.get_secret_value()) as connection:
            rows = connection.execute(
                "SELECT task_name FROM procrastinate_jobs WHERE args->>'intake_id' = %s AND status = 'todo'",
                (intake_id,),
            ).fetchall()
        return Counter(row[0] for row in rows)

    def events(self, action: Action, intake_id: IntakeId) -> list[str | None]:
        """Codes of the events that say an act was done to the paper."""
        with self.app.uow.begin() as tx:
            found = tx.events.list(action=action, outcome=Outcome.DONE, limit=1000)
        return [one.code for one in found if one.details.get("intake") == intake_id]

    def intake(self, intake_id: IntakeId) -> Intake:
        with self.app.uow.begin() as tx:
            return tx.intakes.get(intake_id)


@pytest.fixture(scope="module")
def stage(parts: App) -> Stage:
    app = with_other(parts, engines=ToldEngines(pages=2), sealing=PlainSeal())
    faults = Faults()
    ports = {name: faults.around(getattr(app, name), name) for name in PORTS}
    faulty = with_other(app, uow=faults.unit_of_work(app.uow), **ports)
    return Stage(app, faulty, faults, desk.actor_of(app))


@dataclass(frozen=True)
class Step:
    """`prepare` gives what the step works on, `act` is the step, `check` says what must hold after the second try."""

    name: str
    prepare: Callable[[Stage], object]
    act: Callable[[Stage, App, object], object]
    check: Callable[[Stage, object], None]


# --- hand in ---------------------------------------------------------------------------------------------------------
def _receive(stage: Stage, app: App, data: object) -> object:
    assert isinstance(data, bytes)
    return received(app, stage.officer, data)


def _received_once(stage: Stage, data: object) -> None:
    assert isinstance(data, bytes)
    with stage.app.uow.begin() as tx:
        found = [one for one in tx.intakes.list("H24.900", limit=500) if one.original == digest_of(data)]
    assert len(found) == 1
    intake = found[0]
    assert intake.state is IntakeState.RECEIVED
    assert stage.app.blobs.get(intake.original) == data
    assert stage.jobs(intake.id)["read_intake"] >= 1
    assert stage.events(Action.RECEIVE, intake.id).count(None) == 1
    be_read(stage.app, intake.id)
    assert stage.intake(intake.id).state is IntakeState.READ


# --- read ------------------------------------------------------------------------------------------------------------
def _to_read(stage: Stage) -> object:
    return received(stage.app, stage.officer, new_scan()).intake.id


def _read(stage: Stage, app: App, intake_id: object) -> object:
    del stage
    be_read(app, IntakeId(str(intake_id)))
    return None


def _read_once(stage: Stage, intake_id: object) -> None:
    intake = stage.intake(IntakeId(str(intake_id)))
    assert (intake.state, intake.failure, intake.pages_read) == (IntakeState.READ, None, 2)
    assert intake.proposal is not None
    with stage.app.uow.begin() as tx:
        pages = tx.intakes.pages(intake.id)
    assert [page.index for page in pages] == [0, 1]
    assert all(stage.app.blobs.has(page.preview) and stage.app.blobs.has(page.layout) for page in pages)
    assert stage.events(Action.READ, intake.id) == [None]


# --- make the searchable copy -----------------------------------------------------------------------------------------
def _to_copy(stage: Stage) -> object:
    intake_id = _to_confirm(stage)
    assert stage.jobs(IntakeId(str(intake_id)))["make_searchable"] == 1
    return intake_id


def _copy(stage: Stage, app: App, intake_id: object) -> object:
    del stage
    make_searchable(IntakeId(str(intake_id)), uow=app.uow, blobs=app.blobs, engines=app.engines)
    return None


def _copied_once(stage: Stage, intake_id: object) -> None:
    intake = stage.intake(IntakeId(str(intake_id)))
    assert intake.searchable is not None
    copy = pypdf.PdfReader(io.BytesIO(stage.app.blobs.get(intake.searchable)))
    assert [page.extract_text().split() for page in copy.pages] == [["GIẤY", "PHÉP", "XÂY", "DỰNG"]] * 2
    assert intake.searchable != intake.original
    assert intake.state is IntakeState.READ


# --- confirm ---------------------------------------------------------------------------------------------------------
def _to_confirm(stage: Stage) -> object:
    intake_id = _to_read(stage)
    _read(stage, stage.app, intake_id)
    return intake_id


def _confirm(stage: Stage, app: App, intake_id: object) -> object:
    return confirmed(app, stage.officer, word(IntakeId(str(intake_id))))


def _confirmed_once(stage: Stage, intake_id: object) -> None:
    intake = stage.intake(IntakeId(str(intake_id)))
    assert intake.state is IntakeState.CONFIRMED
    assert intake.confirmation is not None
    assert stage.events(Action.CONFIRM, intake.id) == [None]
    assert stage.jobs(intake.id)["seal_intake"] == 1
    with stage.app.uow.begin() as tx:
        assert tx.records.status_of(intake.confirmation.record_id) is not None


# --- seal ------------------------------------------------------------------------------------------------------------
def _to_seal(stage: Stage) -> object:
    intake_id = _to_confirm(stage)
    _confirm(stage, stage.app, intake_id)
    return intake_id


def _seal(stage: Stage, app: App, intake_id: object) -> object:
    del stage
    return be_sealed(app, IntakeId(str(intake_id)))


def _sealed_once(stage: Stage, intake_id: object) -> None:
    intake = stage.intake(IntakeId(str(intake_id)))
    assert (intake.state, intake.failure) == (IntakeState.SEALED, None)
    assert intake.record is not None
    with stage.app.uow.begin() as tx:
        record = tx.records.get(intake.record)
        assert len(tx.events.list(record=record.code, action=Action.SEAL, outcome=Outcome.DONE, limit=10)) == 1
        same = [one.code for one in tx.records.of_blob(intake.original)]
    assert same == [record.code]
    assert stage.app.blobs.has(record.sealed)
    assert stage.app.credentials.own_record(record.credential, now=stage.app.clock.now()) == record.id


# --- attach ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Wish:
    """A record for a component of a dossier."""

    what: Attach


def _to_attach(stage: Stage) -> object:
    record = record_of(stage.app, stage.officer)
    opened = open_dossier(
        OpenDossier("1.004194", desk.HOLDER.number),
        actor=stage.officer,
        uow=stage.app.uow,
        catalogue=stage.app.catalogue,
        clock=stage.app.clock,
    )
    return Wish(Attach(opened.code, _component(stage, record), record))


def _component(stage: Stage, record: RecordCode) -> str:
    today = stage.app.clock.now().date()
    with stage.app.uow.begin() as tx:
        kind = tx.records.get(record).type_code
    components = stage.app.catalogue.components("1.004194", today)
    return next(one.code for one in components if stage.app.catalogue.accepts(one, kind, today))


def _attach(stage: Stage, app: App, wish: object) -> object:
    assert isinstance(wish, Wish)
    return attach(wish.what, actor=stage.officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)


def _attached_once(stage: Stage, wish: object) -> None:
    assert isinstance(wish, Wish)
    with stage.app.uow.begin() as tx:
        dossier = tx.dossiers.get(wish.what.dossier)
        done = tx.events.list(dossier=dossier.code, action=Action.ATTACH, outcome=Outcome.DONE, limit=10)
    assert [(one.component, one.record) for one in dossier.attachments] == [(wish.what.component, wish.what.record)]
    assert len(done) == 1


STEPS = (
    Step("receive", lambda _: new_scan(), _receive, _received_once),
    Step("read", _to_read, _read, _read_once),
    Step("searchable", _to_copy, _copy, _copied_once),
    Step("confirm", _to_confirm, _confirm, _confirmed_once),
    Step("seal", _to_seal, _seal, _sealed_once),
    Step("attach", _to_attach, _attach, _attached_once),
)
LEAST_CALLS = {"receive": 6, "read": 14, "searchable": 6, "confirm": 8, "seal": 14, "attach": 5}


def calls_of(stage: Stage, step: Step) -> Sequence[str]:
    """The calls that the step makes when nothing fails."""
    thing = step.prepare(stage)
    stage.faults.disarm()
    step.act(stage, stage.faulty, thing)
    return tuple(stage.faults.calls)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_fault_of_a_step_is_mended_by_doing_it_again(stage: Stage, step: Step) -> None:
    calls = calls_of(stage, step)
    assert len(calls) >= LEAST_CALLS[step.name], calls
    for number, name in enumerate(calls):
        for when in get_args(When):
            thing = step.prepare(stage)
            stage.faults.arm(number, when)
            with pytest.raises(Unavailable) as caught:
                step.act(stage, stage.faulty, thing)
            assert caught.value.facts["call"] == name, f"the steps are the same each time: {calls}"
            stage.faults.disarm()
            step.act(stage, stage.faulty, thing)
            try:
                step.check(stage, thing)
            except AssertionError as wrong:
                pytest.fail(f"{step.name}: call {number} ({name}) failed {when} it took effect: {wrong}")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_done_three_times_is_done_once(stage: Stage, step: Step) -> None:
    thing = step.prepare(stage)
    for _ in range(3):
        step.act(stage, stage.app, thing)
    step.check(stage, thing)


# --- faults of the paper, not of a part ------------------------------------------------------------------------------
def test_a_page_that_nothing_can_read_does_not_hide_the_ones_after_it(stage: Stage) -> None:
    """Regression: reading on stopped for good at the first page that could not be read."""
    engines = ToldEngines(pages=30, bad_pages=frozenset({9, 20}))
    app = with_other(stage.app, engines=engines)
    intake_id = received(app, stage.officer, new_scan()).intake.id
    be_read(app, intake_id)
    assert stage.intake(intake_id).state is IntakeState.READ
    runs = 0
    while (waiting := stage.jobs(intake_id)["read_intake"] - 1) > runs:
        runs = waiting
        be_read(app, intake_id)
    with app.uow.begin() as tx:
        indices = [page.index for page in tx.intakes.pages(intake_id)]
    assert indices == [index for index in range(30) if index not in engines.bad_pages]
    assert runs < 6, "it ends"


def test_a_first_page_that_nothing_can_read_is_a_failure_and_sending_it_again_tries_again(stage: Stage) -> None:
    data = new_scan()
    broken = with_other(stage.app, engines=ToldEngines(pages=2, bad_pages=frozenset({0})))
    intake_id = received(broken, stage.officer, data).intake.id
    be_read(broken, intake_id)
    failed = stage.intake(intake_id)
    assert (failed.state, failed.failure) == (IntakeState.FAILED, "PAGE_TOO_LARGE")
    again = received(stage.app, stage.officer, data)
    assert (again.intake.id, again.intake.state, again.intake.failure) == (intake_id, IntakeState.RECEIVED, None)
    be_read(stage.app, intake_id)
    assert stage.intake(intake_id).state is IntakeState.READ


def test_a_word_that_cannot_be_sealed_goes_back_to_the_officer_with_its_reason(stage: Stage) -> None:
    unprintable = NamedHolder("031090000001", "NGUYỄN \ue000 MẪU")  # private use: no font and no reader knows it
    other = IntakeId(str(_to_confirm(stage)))
    confirmed(stage.app, stage.officer, word(other, holder=unprintable))
    assert be_sealed(stage.app, other) is None
    back = stage.intake(other)
    assert (back.state, back.failure, back.confirmation) == (IntakeState.READ, "CHARACTERS", None)
    confirmed(stage.app, stage.officer, word(other))
    assert be_sealed(stage.app, other) is not None
    _sealed_once(stage, other)


@pytest.mark.parametrize("expires_on", ["9999-12-31", "9999-12-30", "2026-10-01"])
def test_a_paper_without_term_is_sealed(stage: Stage, expires_on: str) -> None:
    intake_id = IntakeId(str(_to_confirm(stage)))
    confirmed(stage.app, stage.officer, word(intake_id, expires_on=expires_on))
    be_sealed(stage.app, intake_id)
    _sealed_once(stage, intake_id)


@pytest.mark.parametrize("issued_on", ["1945-09-02", "1900-01-01", "1899-12-31", "0001-01-01"])
def test_an_old_paper_is_sealed_or_given_back_with_a_reason(stage: Stage, issued_on: str) -> None:
    intake_id = IntakeId(str(_to_confirm(stage)))
    confirmed(stage.app, stage.officer, word(intake_id, issued_on=issued_on))
    code = be_sealed(stage.app, intake_id)
    intake = stage.intake(intake_id)
    if issued_on >= "1900":
        assert code is not None, intake.failure
    else:
        assert (code is None) == (intake.failure is not None)
