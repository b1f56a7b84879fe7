"""What a deployment asks the off-line root to sign: every key for verifiers to accept, in a file a person can read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import qr
from vault.domain.errors import Invalid

FORMAT = "kho-so-trust-request/1"
_ANY_AGE = timedelta(days=365 * 8000)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TrustRequest:
    """The entries wanted and the version that follows the installed one."""

    version: int
    made_at: datetime
    entries: tuple[qr.TrustEntry, ...]

    @property
    def text(self) -> str:
        """As JSON: kid, iss, use, x, y, nbf, exp, revoked_at of each key. Nothing in it is secret."""
        return json.dumps(
            {
                "format": FORMAT,
                "version": self.version,
                "made_at": self.made_at.isoformat(),
                "keys": [_row(entry) for entry in self.entries],
            },
            indent=1,
        )


def ask(own: Sequence[qr.TrustEntry], *, installed: qr.TrustList | None, now: datetime) -> TrustRequest:
    """A request for our keys beside those that the installed list names: nobody falls off the list unnoticed."""
    ours = {entry.kid: entry for entry in own}
    before = () if installed is None else installed.entries
    kept = tuple(entry for entry in before if entry.kid not in ours)
    version = 1 if installed is None else installed.version + 1
    return TrustRequest(version, now.astimezone(UTC).replace(microsecond=0), (*kept, *ours.values()))


def read_request(text: str) -> TrustRequest:
    """The request in a file; `TRUST_REQUEST` for anything that is none."""
    try:
        content = json.loads(text)
        if content["format"] != FORMAT or not isinstance(content["version"], int) or content["version"] < 1:
            raise Invalid("TRUST_REQUEST")
        entries = tuple(_entry(row) for row in content["keys"])
        made_at = _moment(content["made_at"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("TRUST_REQUEST") from error
    return TrustRequest(content["version"], made_at, entries)


def read_entry(text: str) -> qr.TrustEntry:
    """One key as `row_of` gives it; `TRUST_REQUEST` for anything that is none, or no key of another vault."""
    try:
        row = json.loads(text)
        entry = _entry(row.get("key", row))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid("TRUST_REQUEST") from error
    if entry.use != "peer":
        raise Invalid("TRUST_REQUEST")
    return entry


def read_list(data: bytes, *, root: qr.SigningKey | None = None, public: bytes | None = None) -> qr.TrustList:
    """A signed list as of its own time, however old: `Invalid` with the engine's code unless this root signed it."""
    try:
        key = root.public if root is not None else qr.public_key_from_pem(public or b"")
        return qr.verify_trust_list(data, root=key, now=_EPOCH, leeway=_ANY_AGE)
    except qr.QrError as error:
        raise Invalid(error.code) from error


def row_of(entry: qr.TrustEntry) -> dict[str, object]:
    """A key of the list as JSON values."""
    return _row(entry)


def _row(entry: qr.TrustEntry) -> dict[str, object]:
    return {
        "kid": entry.kid.hex(),
        "iss": entry.issuer,
        "use": entry.use,
        "x": entry.x.hex(),
        "y": entry.y.hex(),
        "nbf": entry.not_before.isoformat(),
        "exp": entry.not_after.isoformat(),
        "revoked_at": entry.revoked_at.isoformat() if entry.revoked_at else None,
    }


def _entry(row: Mapping[str, Any]) -> qr.TrustEntry:
    return qr.TrustEntry(
        kid=bytes.fromhex(row["kid"]),
        issuer=row["iss"],
        x=bytes.fromhex(row["x"]),
        y=bytes.fromhex(row["y"]),
        not_before=_moment(row["nbf"]),
        not_after=_moment(row["exp"]),
        use=row["use"],
        revoked_at=None if row["revoked_at"] is None else _moment(row["revoked_at"]),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)
