"""Shapes of what the API tells of a paper that came signed: its signatures now, and what changed after each."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel

import signing
from vault.usecases.oversee.compare_revision import Comparison


class ChangedPageOut(BaseModel):
    """A page (from 0) that looks different, with the addresses of its picture then and now."""

    page: int
    signed: str
    now: str


class ChangesOut(BaseModel):
    """What changed after a signature, for a person to look at; `reasons` are those of that signature."""

    number: int
    reasons: list[str]
    pages: list[ChangedPageOut]

    @classmethod
    def of(cls, code: str, found: Comparison) -> Self:
        """From the use case."""
        base, number = f"/api/v1/records/{code}/revisions", found.revision.number
        return cls(
            number=number,
            reasons=[reason.value for reason in found.revision.report.reasons],
            pages=[
                ChangedPageOut(page=one, signed=f"{base}/{number}/pages/{one}", now=f"{base}/0/pages/{one}")
                for one in found.pages
            ],
        )


class EvidenceOut(BaseModel):
    """How much evidence was kept when a paper came in signed."""

    crls: int
    ocsps: int
    timestamps: int


class SignaturesNowOut(BaseModel):
    """The report on a file's signatures as of now, and what it rests on."""

    report: dict[str, Any]
    evidence: EvidenceOut

    @classmethod
    def of(cls, report: signing.Report, evidence: signing.Evidence) -> Self:
        """From the use case."""
        kept = EvidenceOut(crls=len(evidence.crls), ocsps=len(evidence.ocsps), timestamps=len(evidence.tokens))
        return cls(report=report.as_dict(), evidence=kept)
