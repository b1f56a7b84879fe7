"""A paper on its way in: received, read, confirmed against the original, sealed. Bytes that came in never change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from vault.domain.errors import Conflict, Invalid
from vault.domain.ids import Digest, RecordCode
from vault.domain.rescans import Likeness

IntakeId = NewType("IntakeId", str)


class IntakeState(StrEnum):
    """Where a paper stands on its way in."""

    RECEIVED = "RECEIVED"
    READ = "READ"
    CONFIRMED = "CONFIRMED"
    SEALED = "SEALED"
    FAILED = "FAILED"
    DISCARDED = "DISCARDED"
    """An officer said that it is no paper for the vault. The bytes stay; sending them again brings it back."""
    KNOWN = "KNOWN"
    """An officer saw that it is a record that the vault holds already."""


class Channel(StrEnum):
    """How the bytes arrived."""

    PAGE = "PAGE"
    API = "API"
    CLI = "CLI"
    CITIZEN = "CITIZEN"
    """Photographed and sent by the citizen; nobody at a desk has held the paper yet."""
    BATCH = "BATCH"
    """Cut from a batch at its separator sheets."""
    FOLDER = "FOLDER"
    """Picked up from a scanner's folder."""
    OUTSIDE = "OUTSIDE"
    """Fetched from the national store or another vault for a dossier."""
    PHONE = "PHONE"
    """Photographed by the phone that an officer's desk let in for some minutes."""
    IMPORT = "IMPORT"
    """Taken over from an old store, with its index (`vault import`); nobody here compared it with an original."""


_NEXT: Mapping[IntakeState, frozenset[IntakeState]] = MappingProxyType(
    {
        IntakeState.RECEIVED: frozenset({IntakeState.READ, IntakeState.FAILED}),
        IntakeState.READ: frozenset({IntakeState.CONFIRMED, IntakeState.DISCARDED, IntakeState.KNOWN}),
        IntakeState.CONFIRMED: frozenset({IntakeState.SEALED, IntakeState.READ}),
        IntakeState.SEALED: frozenset(),
        IntakeState.FAILED: frozenset({IntakeState.RECEIVED, IntakeState.DISCARDED}),
        IntakeState.DISCARDED: frozenset({IntakeState.RECEIVED}),
        IntakeState.KNOWN: frozenset(),
    }
)


def step(now: IntakeState, then: IntakeState) -> IntakeState:
    """The next state, or `INTAKE_STATE` when the paper is not there yet or already further."""
    if then not in _NEXT[now]:
        raise Conflict("INTAKE_STATE", state=now.value, wanted=then.value)
    return then


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in pixels of the rendered page, origin top left."""

    page: int
    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True, slots=True)
class ProposedField:
    """What the reader proposes for a field. Never a fact until a person confirmed it."""

    value: str
    confidence: float
    box: Box | None
    sure: bool
    """Confident enough to be taken over unchanged; everything else a person looks at with the picture beside it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Type and fields as read, with confidences between 0 and 1, and the codes found on the pages."""

    type_code: str
    type_confidence: float
    fields: Mapping[str, ProposedField]
    warnings: tuple[str, ...] = ()
    own_record: RecordCode | None = None
    """Set when the paper carries a QR that this vault issued: then it is that record, and needs no reading."""


@dataclass(frozen=True, slots=True)
class SignatureSummary:
    """What was found about signatures already on the file."""

    verdict: str
    count: int
    present: bool
    """Anything signed on it at all: signatures, time stamps, or what is left of signatures that a tool destroyed."""
    signers: tuple[str, ...]
    report: Mapping[str, object]
    evidence: Digest | None = None
    """Blob of what was collected at intake (CRLs, OCSP responses, a time stamp): it proves the signatures for years."""


@dataclass(frozen=True, slots=True)
class NamedHolder:
    """A person or organisation on the paper, as the officer confirmed it."""

    number: str
    name: str
    role: str = "SUBJECT"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The officer's word: this is the paper, these are its facts, I compared it with the original."""

    type_code: str
    holders: tuple[NamedHolder, ...]
    fields: Mapping[str, str]
    compared_with_original: bool
    consent: bool
    by_account: str
    by_name: str
    at: datetime
    record_id: bytes
    """Reserved now, so that a seal that is retried after a crash seals the same record."""


@dataclass(frozen=True, slots=True)
class Page:
    """One rendered page: its picture for the officer and what was read from it."""

    index: int
    preview: Digest
    width: int
    height: int
    dpi: int
    text: str
    layout: Digest
    """Blob with the words and boxes as JSON, too large for a row."""


@dataclass(frozen=True, slots=True)
class Intake:
    """A received file and how far it has come."""

    id: IntakeId
    state: IntakeState
    original: Digest
    filename: str
    mime: str
    size: int
    channel: Channel
    agency_code: str
    received_by: str
    received_at: datetime
    page_count: int
    pages_read: int = 0
    failure: str | None = None
    hint_type: str | None = None
    hint_holder: str | None = None
    signatures: SignatureSummary | None = None
    proposal: Proposal | None = None
    confirmation: Confirmation | None = None
    withdrawn: Confirmation | None = None
    """The last word that was taken back, by the officer or because it could not be sealed: what was typed is kept."""
    record: RecordCode | None = None
    same_as: RecordCode | None = None
    """The record that an officer knew the paper to be (KNOWN)."""
    rescan_of: tuple[Likeness, ...] = ()
    """Records that the paper may be a rescan of; offered, never merged by itself."""
    searchable: Digest | None = None
    """The searchable copy of its pages, once it is made."""

    @property
    def signed_original(self) -> bool:
        """A file that already carries signatures is stored byte for byte and never composed anew."""
        return self.signatures is not None and self.signatures.present


DATE_FIELDS = ("issued_on", "expires_on")
_BIRTH = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
"""Old papers print only the year of birth, or month and year."""


def day_of(fields: Mapping[str, str], name: str) -> date | None:
    """A date field (ISO 8601); `FIELD_DATE` when it is there and is none."""
    text = fields.get(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("FIELD_DATE", field=name, value=text) from error


def check_confirmation(holders: tuple[NamedHolder, ...], fields: Mapping[str, str], *, today: date) -> None:
    """Refuse a confirmation that names nobody, a date that is none or lies ahead, a term that ends before it begins."""
    if not holders:
        raise Invalid("HOLDER_MISSING")
    days = {name: day_of(fields, name) for name in DATE_FIELDS}
    issued_on, expires_on = days["issued_on"], days["expires_on"]
    if issued_on and issued_on > today:
        raise Invalid("FIELD_DATE", field="issued_on", value=issued_on.isoformat())
    if not _BIRTH.fullmatch(fields.get("birth_date", "0000")):
        day_of(fields, "birth_date")
    if issued_on and expires_on and expires_on < issued_on:
        raise Invalid("TERM_BACKWARDS", issued_on=issued_on.isoformat(), expires_on=expires_on.isoformat())
