"""A paper that comes with its facts and that nobody here compared: what an import and a partner's push have in common.

What is told is checked before anything is kept; the bytes, and what their signatures are worth, are settled before the
rows; and whoever may take such a paper at its word confirms it in the transaction that takes it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from vault.domain.audit import Event
from vault.domain.catalogue import Catalogue
from vault.domain.errors import Forbidden, Invalid
from vault.domain.ids import RecordCode, record_code
from vault.domain.intake import Confirmation, Intake, IntakeId, IntakeState, NamedHolder, step
from vault.domain.people import Action, Actor
from vault.ports import Blobs, Clock, Engines, Ids, SealingDesk, Tx, UnitOfWork
from vault.usecases.digitize.confirm import reserve, word_of
from vault.usecases.digitize.read import signatures_of
from vault.usecases.digitize.receive import keep_bytes


class ToldPaper(Protocol):
    """A file with what its sender says of it."""

    @property
    def data(self) -> bytes:
        """The file."""
        ...

    @property
    def type_code(self) -> str:
        """Its kind."""
        ...

    @property
    def holders(self) -> tuple[NamedHolder, ...]:
        """Whose it is."""
        ...

    @property
    def fields(self) -> Mapping[str, str]:
        """Its facts."""
        ...


def checked(what: ToldPaper, *, actor: Actor, catalogue: Catalogue, clock: Clock, max_bytes: int) -> Confirmation:
    """What is said of it, in the spelling in which it is kept, compared by nobody.

    `NO_AGENCY`, `FILE_TOO_LARGE`, and the codes of `word_of`.
    """
    if actor.agency_code is None:
        raise Forbidden("NO_AGENCY")
    if len(what.data) > max_bytes:
        raise Invalid("FILE_TOO_LARGE", limit=max_bytes)
    return word_of(
        what.type_code,
        what.holders,
        what.fields,
        compared=False,
        consent=False,
        actor=actor,
        catalogue=catalogue,
        now=clock.now(),
    )


def kept_and_judged(
    data: bytes, intake: Intake, *, uow: UnitOfWork, blobs: Blobs, engines: Engines, sealing: SealingDesk, clock: Clock
) -> tuple[Intake, IntakeId]:
    """The intake with what its signatures are worth (none for what is no PDF), and in whose name its bytes are kept."""
    paper = keep_bytes(data, intake, uow=uow, blobs=blobs)
    if intake.mime != "application/pdf":
        return intake, paper
    signatures = signatures_of(intake, data, blobs=blobs, engines=engines, sealing=sealing, clock=clock)
    return replace(intake, signatures=signatures), paper


def added(tx: Tx, intake: Intake) -> Intake:
    """The intake as kept, with its signatures; of the same bytes again, the one that is there."""
    kept = tx.intakes.add(intake)
    if kept.id == intake.id and intake.signatures is not None:
        tx.intakes.set_signatures(intake.id, intake.signatures)
    return kept


def confirm_at_once(
    tx: Tx, intake: Intake, said: Confirmation, *, actor: Actor, ids: Ids, details: Mapping[str, object], read: bool
) -> RecordCode:
    """Confirm a paper in the transaction that takes it in, and queue its seal; the code of the record it becomes."""
    said = replace(said, record_id=reserve(tx, ids))
    tx.intakes.set_state(intake.id, step(IntakeState.RECEIVED, IntakeState.READ))
    tx.intakes.set_state(intake.id, step(IntakeState.READ, IntakeState.CONFIRMED))
    tx.intakes.set_confirmation(intake.id, said)
    tx.jobs.seal(intake.id)
    if read:
        tx.jobs.read_on(intake.id)
    told = {**details, "type": said.type_code, "compared": False}
    tx.events.add(Event(said.at, actor, Action.CONFIRM, details=told))
    return record_code(said.record_id)
