"""What a printed credential says (format VNQ1), and its CBOR form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from qr import cbor, characters
from qr.errors import CredentialError, EncodingError
from qr.verdicts import rfc3339

ISS, EXP, IAT, CTI, STATUS, PAPER = 1, 4, 6, 7, 65535, -70001  # RFC 8392; IETF Token Status List; private use
TYPE, NUMBER, ISSUED_ON, HOLDER_NAME, HOLDER_MASKED, DIGEST = range(1, 7)

RECORD_ID_SIZE = 8
DIGEST_SIZE = 16
MAX_PAYLOAD = 256
MAX_STATUS_INDEX = 2**31 - 1
LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z
EPOCH = date(1970, 1, 1)
FIRST_DAY, LAST_DAY = (date.min - EPOCH).days, (date.max - EPOCH).days

_REQUIRED = frozenset({ISS, IAT, CTI, STATUS, PAPER})
_PAPER_REQUIRED = frozenset({TYPE, NUMBER, HOLDER_NAME, HOLDER_MASKED})


@dataclass(frozen=True)
class StatusRef:
    """Where the status stands: entry `index` of the status list at `uri` (https)."""

    index: int
    uri: str


@dataclass(frozen=True, kw_only=True)
class Claims:
    """The claims of a printed credential. Times are aware and whole seconds; texts are NFC without hidden characters.

    `number` and `holder_masked` may be empty (old papers carry no number, some belong to nobody in particular);
    `expires_at` is None for papers without a term; `original_digest16` is the first 16 bytes of the SHA-256 of the
    original as received.
    """

    issuer: str
    issued_at: datetime
    expires_at: datetime | None = None
    record_id: bytes
    status: StatusRef
    type_code: str
    number: str
    issued_on: date | None = None
    holder_name: str
    holder_masked: str
    original_digest16: bytes | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape shared with the browser module."""
        return {
            "issuer": self.issuer,
            "issued_at": rfc3339(self.issued_at),
            "expires_at": None if self.expires_at is None else rfc3339(self.expires_at),
            "record_id": self.record_id.hex(),
            "status": {"index": self.status.index, "uri": self.status.uri},
            "type_code": self.type_code,
            "number": self.number,
            "issued_on": None if self.issued_on is None else self.issued_on.isoformat(),
            "holder_name": self.holder_name,
            "holder_masked": self.holder_masked,
            "original_digest16": None if self.original_digest16 is None else self.original_digest16.hex(),
        }


def encode(claims: Claims) -> bytes:
    """The deterministic CBOR of `claims`; CredentialError if they could not be read back as they are."""
    paper: dict[cbor.Key, cbor.Value] = {
        TYPE: claims.type_code,
        NUMBER: claims.number,
        HOLDER_NAME: claims.holder_name,
        HOLDER_MASKED: claims.holder_masked,
    }
    if claims.issued_on is not None:
        paper[ISSUED_ON] = (claims.issued_on - EPOCH).days
    if claims.original_digest16 is not None:
        paper[DIGEST] = claims.original_digest16
    content: dict[cbor.Key, cbor.Value] = {
        ISS: claims.issuer,
        IAT: seconds(claims.issued_at),
        CTI: claims.record_id,
        STATUS: {"status_list": {"idx": claims.status.index, "uri": claims.status.uri}},
        PAPER: paper,
    }
    if claims.expires_at is not None:
        content[EXP] = seconds(claims.expires_at)
    try:
        payload = cbor.encode(content)
    except EncodingError as error:
        raise CredentialError("CLAIMS", error.detail) from error
    if decode(payload) != claims:
        raise CredentialError("CLAIMS", "times must be whole seconds in UTC, values of the documented types")
    return payload


def decode(payload: bytes) -> Claims:
    """The claims in `payload`; CredentialError CBOR, CLAIMS (missing, unknown or mistyped) or CHARACTERS."""
    try:
        content = cbor.decode(payload, max_size=MAX_PAYLOAD)
    except EncodingError as error:
        raise CredentialError("CBOR", error.detail) from error
    if not isinstance(content, dict) or not _REQUIRED <= content.keys() <= _REQUIRED | {EXP}:
        raise CredentialError("CLAIMS", "the claims of VNQ1, all of them and no others")
    paper = content[PAPER]
    if not isinstance(paper, dict) or not _PAPER_REQUIRED <= paper.keys() <= _PAPER_REQUIRED | {ISSUED_ON, DIGEST}:
        raise CredentialError("CLAIMS", "the paper's fields, all of them and no others")
    issued_on = paper.get(ISSUED_ON)
    claims = Claims(
        issuer=read_text(content[ISS]),
        issued_at=read_moment(content[IAT]),
        expires_at=read_moment(content[EXP]) if EXP in content else None,
        record_id=read_bytes(content[CTI], RECORD_ID_SIZE),
        status=read_status(content[STATUS]),
        type_code=read_text(paper[TYPE]),
        number=read_text(paper[NUMBER], empty=True),
        issued_on=read_day(issued_on) if ISSUED_ON in paper else None,
        holder_name=read_text(paper[HOLDER_NAME]),
        holder_masked=read_text(paper[HOLDER_MASKED], empty=True),
        original_digest16=read_bytes(paper[DIGEST], DIGEST_SIZE) if DIGEST in paper else None,
    )
    if not all(
        characters.is_plain(text)
        for text in (
            claims.issuer,
            claims.status.uri,
            claims.type_code,
            claims.number,
            claims.holder_name,
            claims.holder_masked,
        )
    ):
        raise CredentialError("CHARACTERS", "NFC without control, bidi or invisible characters")
    return claims


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970-01-01T00:00Z, rounded down; ValueError for a naive time (a caller's mistake)."""
    if moment.tzinfo is None:
        raise ValueError("times must be aware")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


def moment(value: int) -> datetime:
    """The UTC time `value` seconds after 1970-01-01T00:00Z."""
    return datetime.fromtimestamp(value, UTC)


def is_integer(value: object, low: int, high: int) -> bool:
    """Whether `value` is an integer (not a boolean) in `low`..`high`."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def read_moment(value: cbor.Value) -> datetime:
    """A decoded time; CredentialError CLAIMS unless it is whole seconds from 1970 to 9999."""
    if not isinstance(value, int) or not is_integer(value, 0, LAST_SECOND):
        raise CredentialError("CLAIMS", "a time is whole seconds since 1970")
    return moment(value)


def read_day(value: cbor.Value) -> date:
    """A decoded day; CredentialError CLAIMS unless it counts days within years 1 to 9999."""
    if not isinstance(value, int) or not is_integer(value, FIRST_DAY, LAST_DAY):
        raise CredentialError("CLAIMS", "a day is counted from 1970-01-01")
    return EPOCH + timedelta(days=value)


def read_text(value: cbor.Value, *, empty: bool = False) -> str:
    """A decoded text, its characters not yet judged; CredentialError CLAIMS for another type or, by default, none."""
    if not isinstance(value, str) or not (value or empty):
        raise CredentialError("CLAIMS", "a text is missing")
    return value


def read_bytes(value: cbor.Value, size: int) -> bytes:
    """A decoded byte string of `size` bytes; CredentialError CLAIMS otherwise."""
    if not isinstance(value, bytes) or len(value) != size:
        raise CredentialError("CLAIMS", f"a byte string of {size} bytes")
    return value


def read_status(value: cbor.Value) -> StatusRef:
    """A decoded status reference, its characters not yet judged; CredentialError CLAIMS for any other shape."""
    entry = value.get("status_list") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(entry, dict) or entry.keys() != {"idx", "uri"}:
        raise CredentialError("CLAIMS", "the status reference of the IETF Token Status List")
    index, uri = entry["idx"], entry["uri"]
    if not isinstance(index, int) or not is_integer(index, 0, MAX_STATUS_INDEX):
        raise CredentialError("CLAIMS", "a status index")
    if not isinstance(uri, str) or not uri.startswith("https://"):
        raise CredentialError("CLAIMS", "a status list is at an https address")
    return StatusRef(index, uri)
