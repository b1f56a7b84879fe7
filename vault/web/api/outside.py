"""Shapes of what is exchanged with other systems: results of a dossier and how far they were told."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel

from vault.domain.outbox import Letter
from vault.usecases.outside.view_results import DossierResults


class GivenOut(BaseModel):
    """A result with its code `<mã hồ sơ>-KQ<n>`."""

    code: str
    record: str


class LetterOut(BaseModel):
    """How far the national store was told: WAITING, DELIVERED, SUPERSEDED or DEAD (an operator has to look)."""

    about: str
    state: str
    at: datetime
    attempts: int
    failure: str | None
    delivered_at: datetime | None
    receipt: str | None

    @classmethod
    def of(cls, one: Letter) -> Self:
        """From the domain."""
        return cls(
            about=one.subject,
            state=one.state.value,
            at=one.at,
            attempts=one.attempts,
            failure=one.failure,
            delivered_at=one.delivered_at,
            receipt=one.receipt,
        )


class ResultsOut(BaseModel):
    """Results in their order, and the newest letter about the dossier and each of them."""

    results: list[GivenOut]
    told: list[LetterOut]

    @classmethod
    def of(cls, found: DossierResults) -> Self:
        """From the use case."""
        return cls(
            results=[GivenOut(code=one.code, record=one.record) for one in found.results],
            told=[LetterOut.of(one) for one in found.letters],
        )
