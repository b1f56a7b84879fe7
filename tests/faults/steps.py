"""The steps of the journeys, for tests that break them: what each works on, what it does, and what must hold after.

A step is what a person or the worker does again by itself: hand the file in, press confirm, take the job off the queue,
press attach. Things that a step works on can travel to another process.
"""

from __future__ import annotations

import io
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import psycopg
import pypdf

import signing
from tests.fakes import desk
from tests.fakes.desk import be_read, be_sealed, confirmed, new_scan, received, record_of, word
from tests.fakes.engines import ToldEngines
from tests.fakes.faults import Faults
from tests.fakes.parts import with_other
from tests.fakes.seals import PlainSeal
from vault.blobs import EncryptedBlobs, S3Files
from vault.bootstrap import App
from vault.domain.audit import Event, Outcome
from vault.domain.ids import RecordCode, digest_of
from vault.domain.intake import Intake, IntakeId, IntakeState
from vault.domain.people import Action, Actor, Role
from vault.usecases.digitize.make_searchable import make_searchable
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

_ALL = 100_000
"""Events of one kind: more than thousands of kills on one paper leave."""


@dataclass
class Stage:
    """Parts that work, the same parts with faults, and who acts."""

    app: App
    faulty: App
    faults: Faults
    officer: Actor
    citizen: Actor
    marks: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    """What tells one try on the shared paper from the next."""

    @cached_property
    def paper(self) -> RecordCode:
        """A sealed paper that steps may use which leave it as it is: making one takes longer than most steps."""
        return record_of(self.app, self.officer)

    def told(self, action: Action, record: RecordCode, **details: object) -> list[Event]:
        """Events that say an act was done to the record."""
        with self.app.uow.begin() as tx:
            found = tx.events.list(record=record, action=action, outcome=Outcome.DONE, limit=_ALL)
        return [one for one in found if all(one.details.get(name) == value for name, value in details.items())]

    def jobs(self, intake_id: IntakeId) -> Counter[str]:
        """Jobs that wait for the worker, by name."""
        url = self.app.settings.owner_database_url or self.app.settings.database_url  # a server of one's own has one
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
            found = tx.events.list(action=action, outcome=Outcome.DONE, limit=_ALL)
        return [one.code for one in found if one.details.get("intake") == intake_id]

    def intake(self, intake_id: IntakeId) -> Intake:
        with self.app.uow.begin() as tx:
            return tx.intakes.get(intake_id)


class QuickEngines(ToldEngines):
    """Composition is told too: the strip on a page is not what breaks here."""

    def start(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Nothing to end."""

    def compose(self, original: bytes, *, mark: signing.ConversionMark, qr_png: bytes) -> bytes:
        """A page of its own for every record."""
        del mark
        return self.to_pdf(original) + b"\n%% " + digest_of(qr_png).encode()

    def searchable(self, data: bytes, texts: Sequence[bytes], *, title: str, at: datetime) -> bytes:
        """The real copy, another one for every paper."""
        return super().searchable(data, texts, title=title, at=at) + b"\n%% " + digest_of(data).encode()


def stage_over(parts: App, faults: Faults) -> Stage:
    """Reading and sealing are told, so that a step takes milliseconds; everything that is kept is kept for real.

    Files are broken below their encryption: a fault strikes between the key that commits and the object too.
    """
    app = with_other(parts, engines=QuickEngines(pages=2), sealing=PlainSeal())
    uow, store = faults.unit_of_work(app.uow), faults.around(app.store, "store")
    faulty = with_other(
        app,
        uow=uow,
        blobs=EncryptedBlobs(store, uow=uow, keys=app.key_service, ids=app.ids),
        published=S3Files(store, "public"),
        **{name: faults.around(getattr(app, name), name) for name in ("engines", "sealing", "credentials")},
    )
    return Stage(app, faulty, faults, desk.actor_of(app), desk.actor_of(app, Role.CITIZEN))


@dataclass(frozen=True)
class Step:
    """`prepare` gives what the step works on, `act` is the step, `check` says what must hold after the second try."""

    name: str
    prepare: Callable[[Stage], object]
    act: Callable[[Stage, App, object], object]
    check: Callable[[Stage, object], None]
    best_effort: bool = False
    """What it does after its commit may fail without being told: bytes whose key is gone open to nobody anyway."""


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
    intake_id = read_to_confirm(stage)
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
def read_to_confirm(stage: Stage) -> object:
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
    intake_id = read_to_confirm(stage)
    _confirm(stage, stage.app, intake_id)
    return intake_id


def _seal(stage: Stage, app: App, intake_id: object) -> object:
    del stage
    return be_sealed(app, IntakeId(str(intake_id)))


def sealed_once(stage: Stage, intake_id: object) -> None:
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
    record = stage.paper
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


DIGITISE = (
    Step("receive", lambda _: new_scan(), _receive, _received_once),
    Step("read", _to_read, _read, _read_once),
    Step("searchable", _to_copy, _copy, _copied_once),
    Step("confirm", read_to_confirm, _confirm, _confirmed_once),
    Step("seal", _to_seal, _seal, sealed_once),
)
REUSE = (Step("attach", _to_attach, _attach, _attached_once),)
