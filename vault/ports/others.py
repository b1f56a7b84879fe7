"""Ports towards other systems of the state: what is told to them (outbox) and what they are asked (national store)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vault.domain.ids import DossierCode
from vault.domain.outbox import Letter, LetterKind


class Outbox(Protocol):
    """Letters to the national store. Without a connected store nothing is kept."""

    def put(self, kind: LetterKind, subject: str, *, dossier: DossierCode, agency_code: str, at: datetime) -> None:
        """Say that a thing changed. One that waits, not composed yet, covers this change too."""
        ...

    def take(self, *, at: datetime, until: datetime) -> Letter | None:
        """The letter that is due, leased until a time; None when none is. Two callers never get the same."""
        ...

    def compose(self, letter_id: int, body: Mapping[str, object]) -> None:
        """Keep the body that every try sends."""
        ...

    def delivered(self, letter_id: int, *, at: datetime, receipt: str) -> None:
        """It arrived. The body is forgotten: what it said stands in the rows it was made of."""
        ...

    def failed(self, letter_id: int, failure: str, *, due_at: datetime, fault: bool) -> None:
        """It did not arrive this time; `fault`: the receiver answered, with a fault of its own."""
        ...

    def bury(self, letter_id: int, failure: str) -> None:
        """It is not tried any more until an operator says so."""
        ...

    def revive(self, letter_id: int, *, at: datetime) -> bool:
        """Try a dead letter again; false when it is not dead, or a newer letter about the same thing exists."""
        ...

    def dead(self, *, limit: int) -> tuple[Letter, ...]:
        """Dead letters, the oldest first."""
        ...

    def of_dossier(self, code: DossierCode) -> tuple[Letter, ...]:
        """Letters about a dossier and its results, the newest first."""
        ...


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file that goes with a letter; the receiver knows it by its SHA-256."""

    sha256: str
    mime: str
    data: bytes


class NationalStore(Protocol):
    """The national data store of citizens and organisations (Kho quản lý dữ liệu điện tử).

    Every method raises `Unavailable`: `NATIONAL_DOWN` when it cannot be reached or is busy, `NATIONAL_FAULT` when it
    answered with a fault of its own or with something that cannot be read. Then the call may or may not have had its
    effect; the same call again is safe.
    """

    def push(self, letter: Letter, body: Mapping[str, object], files: Sequence[OutFile]) -> str:
        """Tell the state of a dossier or a result; the store's receipt. One effect a `letter.key`.

        `Invalid` (`NATIONAL_REFUSED`) when the store will not have it: the same again will be refused as well.
        """
        ...
