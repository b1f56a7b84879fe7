"""Batches of papers parted by separator sheets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, File, UploadFile
from pydantic import BaseModel

from vault.domain.batches import Batch, BatchId
from vault.usecases.digitize.receive_batch import ReceiveBatch, receive_batch
from vault.usecases.digitize.view_batch import view_batch
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/batches", tags=["digitize"])


class PartOut(BaseModel):
    """One paper of a batch: its pages from 1 on (both ends included), and the intake it became."""

    number: int
    first_page: int
    last_page: int
    type: str | None
    intake: str | None
    failure: str | None


class BatchOut(BaseModel):
    """A batch and how far it has come."""

    id: str
    state: str
    sha256: str
    filename: str
    page_count: int
    pages_seen: int
    received_at: datetime
    failure: str | None
    parts: list[PartOut]

    @classmethod
    def of(cls, batch: Batch) -> Self:
        """From the domain."""
        return cls(
            id=batch.id,
            state=batch.state.value,
            sha256=batch.original,
            filename=batch.filename,
            page_count=batch.page_count,
            pages_seen=batch.pages_seen,
            received_at=batch.received_at,
            failure=batch.failure,
            parts=[
                PartOut(
                    number=one.position + 1,
                    first_page=one.first + 1,
                    last_page=one.last + 1,
                    type=one.type_code,
                    intake=one.intake,
                    failure=one.failure,
                )
                for one in batch.parts
            ],
        )


class ReceivedBatchOut(BaseModel):
    """The batch; `duplicate` when the agency has these very bytes already."""

    batch: BatchOut
    duplicate: bool


@router.post("", status_code=202)
def receive(
    actor: SignedIn, app: TheApp, file: Annotated[UploadFile, File(description="One PDF of many papers.")]
) -> ReceivedBatchOut:
    """Store the bytes as they came and queue the splitting."""
    limit = app.settings.max_batch_bytes
    received = receive_batch(
        ReceiveBatch(file.file.read(limit + 1), file.filename or ""),
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        clock=app.clock,
        ids=app.ids,
        max_bytes=limit,
    )
    return ReceivedBatchOut(batch=BatchOut.of(received.batch), duplicate=received.duplicate)


@router.get("/{batch_id}")
def get_batch(batch_id: str, actor: SignedIn, app: TheApp) -> BatchOut:
    """One batch with its papers."""
    return BatchOut.of(view_batch(BatchId(batch_id), actor=actor, uow=app.uow).batch)
