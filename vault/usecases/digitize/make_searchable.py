"""Make the searchable copy of a paper that was read: a rendition beside the original, never a change of it."""

from __future__ import annotations

from vault.domain.intake import IntakeId
from vault.ports import Blobs, Engines, UnitOfWork
from vault.usecases.protect.ended import ends_with


def make_searchable(intake_id: IntakeId, *, uow: UnitOfWork, blobs: Blobs, engines: Engines) -> None:
    """Make it once; doing it again changes nothing. Pages that nobody could read are pictures only.

    The copy bears the time at which the paper was received, so that making it again gives the same bytes.
    """
    with uow.begin() as tx:
        intake = tx.intakes.get(intake_id)
        read = {page.index: page.layout for page in tx.intakes.pages(intake_id)}
    if intake.searchable is not None or not read:
        return
    with ends_with(intake_id, uow):
        texts = [blobs.get(read[index]) if index in read else b"" for index in range(intake.page_count)]
        pdf = engines.searchable(blobs.get(intake.original), texts, title=intake.filename, at=intake.received_at)
        copy = blobs.put(pdf, mime="application/pdf", paper=intake.id, agency=intake.agency_code)
        with uow.begin() as tx:
            tx.intakes.get(intake_id, lock=True)
            tx.keys.begin_use(intake_id)
            tx.intakes.set_searchable(intake_id, copy)
