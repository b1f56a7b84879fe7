"""The signatures that a file brought with it, as far as an officer reads the report on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vault.domain.intake import SignatureSummary


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature that was on the file when it came."""

    name: str
    organisation: str
    kind: str
    signed_at: datetime | None
    verdict: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignaturesView:
    """The signatures that were on the file when it came."""

    verdict: str
    count: int
    signers: tuple[Signer, ...]


def signatures_view(summary: SignatureSummary | None) -> SignaturesView | None:
    """The report on signatures that came with the file, as far as an officer reads it; None when there are none."""
    if summary is None or not summary.present:
        return None
    found: Any = summary.report.get("signatures", ())
    return SignaturesView(
        verdict=summary.verdict,
        count=summary.count,
        signers=tuple(
            Signer(
                name=str(one["signer"]),
                organisation=str(one["organisation"]),
                kind=str(one["kind"]),
                signed_at=datetime.fromisoformat(one["signed_at"]) if one["signed_at"] else None,
                verdict=str(one["verdict"]),
                reasons=tuple(str(reason) for reason in one["reasons"]),
            )
            for one in found
        ),
    )
