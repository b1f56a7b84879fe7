"""The keys of QR credentials and status lists: several at a time, so that a new one is known before the old one ends.

`ring.json` holds what everybody may know (kid, coordinates, term, revocation); each private key lies in a PEM file of
its own, encrypted. A key signs only once the root has listed it and while it is in force; the newest such key signs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Literal

import qr
from vault.domain.errors import Conflict, NotFound, Unavailable
from vault.keys.folder import KEY_YEARS, KeyFolder, write_private

Use = Literal["qr", "status", "peer"]
LEAD = timedelta(days=7)
"""How long before its first use a new key is published: verifiers without network fetch the list in that time."""


@dataclass(frozen=True, slots=True)
class RingKey:
    """One key. `listed`: the installed trust list names it with this very term."""

    entry: qr.TrustEntry
    file: str
    created_at: datetime
    listed: bool

    @property
    def kid(self) -> str:
        """Its name, as hexadecimal."""
        return self.entry.kid.hex()

    def signs(self, use: Use, at: datetime) -> bool:
        """Whether it may sign for `use` at that time."""
        entry = self.entry
        in_force = entry.not_before <= at <= entry.not_after and entry.revoked_at is None
        return self.listed and entry.use == use and in_force

    def as_dict(self) -> dict[str, object]:
        """JSON values; nothing private."""
        entry = self.entry
        return {
            "kid": self.kid,
            "use": entry.use,
            "iss": entry.issuer,
            "x": entry.x.hex(),
            "y": entry.y.hex(),
            "nbf": entry.not_before.isoformat(),
            "exp": entry.not_after.isoformat(),
            "revoked_at": entry.revoked_at.isoformat() if entry.revoked_at else None,
            "created_at": self.created_at.isoformat(),
            "file": self.file,
            "listed": self.listed,
        }


class KeyRing:
    """The ring of one agency in a folder."""

    def __init__(self, folder: KeyFolder) -> None:
        self._folder = folder

    @property
    def keys(self) -> tuple[RingKey, ...]:
        """Every key, the oldest first; none while nothing was made. `KEY_UNUSABLE` when the file is damaged."""
        if not self._folder.ring.exists():
            if self._old_files():
                # Made before there was a ring: going on as if there were no keys would begin with new ones.
                raise Unavailable("KEY_FOLDER_OLD")
            return ()
        try:
            rows = json.loads(self._folder.read(self._folder.ring))
            return tuple(_key(row) for row in rows)
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable("KEY_UNUSABLE", file=self._folder.ring.name) from error

    @property
    def entries(self) -> tuple[qr.TrustEntry, ...]:
        """The entries for the trust list."""
        return tuple(key.entry for key in self.keys)

    def create(
        self, use: Use, *, issuer: str, passphrase: bytes, now: datetime, lead: timedelta = timedelta(days=-1)
    ) -> RingKey:
        """Make a key for two years from `now + lead`. It signs once the root has listed it."""
        now = now.astimezone(UTC).replace(microsecond=0)
        made = qr.SigningKey.generate()
        entry = qr.TrustEntry.for_key(
            made.public,
            issuer=issuer,
            use=use,
            not_before=now + lead,
            not_after=now + lead + timedelta(days=365 * KEY_YEARS),
        )
        key = RingKey(entry, f"{use}-{entry.kid.hex()}.pem", now, listed=False)
        # The private key first: a crash between the two leaves a file that nobody names, never a name without a file.
        write_private(self._folder.root / key.file, made.to_pem(passphrase))
        self._write((*self.keys, key))
        return key

    def adopt(self, *, issuer: str, passphrase: bytes, listed: Sequence[qr.TrustEntry], now: datetime) -> int:
        """Take the keys of a folder without a ring into one, each with the term that the trust list gives it.

        How many; 0 when there is nothing to take. A key that the list does not name has two years from now.
        """
        if self._folder.ring.exists():
            return 0
        known, now = {entry.kid: entry for entry in listed}, now.astimezone(UTC).replace(microsecond=0)
        found = []
        for use, file in self._old_files():
            try:
                public = qr.SigningKey.from_pem(self._folder.read(self._folder.root / file), passphrase).public
            except qr.KeyFileError as error:
                raise Unavailable(error.code, file=file) from error
            fresh = qr.TrustEntry.for_key(
                public, issuer=issuer, use=use, not_before=now, not_after=now + timedelta(days=365 * KEY_YEARS)
            )
            entry = known.get(fresh.kid, fresh)
            found.append(RingKey(entry, file, entry.not_before, listed=fresh.kid in known))
        if found:
            self._write(found)
        return len(found)

    def _old_files(self) -> tuple[tuple[Use, str], ...]:
        uses: tuple[Use, ...] = ("qr", "status")
        return tuple((use, f"{use}.pem") for use in uses if (self._folder.root / f"{use}.pem").exists())

    def retire(self, kid: str, *, at: datetime) -> RingKey:
        """The key signs nothing after `at`; what it signed before stays verifiable. `KEY_NOT_SIGNING` if it ended."""
        key = self.get(kid)
        at = at.astimezone(UTC).replace(microsecond=0)
        if key.entry.revoked_at is not None or at >= key.entry.not_after:
            raise Conflict("KEY_NOT_SIGNING", kid=kid)
        # A key whose term has not begun never signs: its term ends where it begins.
        return self._change(key, replace(key.entry, not_after=max(at, key.entry.not_before)))

    def revoke(self, kid: str, *, at: datetime) -> RingKey:
        """The key is not to be believed from `at` on: it may be in other hands since then.

        The earlier of two times stays: a compromise may turn out older, never younger.
        """
        key = self.get(kid)
        at = at.astimezone(UTC).replace(microsecond=0)
        known = key.entry.revoked_at
        return self._change(key, replace(key.entry, revoked_at=at if known is None else min(at, known)))

    def get(self, kid: str) -> RingKey:
        """The key with this name; `KEY_UNKNOWN_HERE`."""
        found = next((key for key in self.keys if key.kid == kid.lower()), None)
        if found is None:
            raise NotFound("KEY_UNKNOWN_HERE", kid=kid)
        return found

    def mark_listed(self, listed: Sequence[qr.TrustEntry]) -> None:
        """Remember which keys the installed trust list names. What is known here about a compromise stays known."""
        kids = {entry.kid for entry in listed}
        self._write(tuple(replace(key, listed=key.entry.kid in kids) for key in self.keys))

    def chosen(self, use: Use, *, at: datetime) -> RingKey:
        """The newest key that may sign at that time; `SIGNING_KEY_NONE` when there is none."""
        fit = [key for key in self.keys if key.signs(use, at)]
        if not fit:
            raise Unavailable("SIGNING_KEY_NONE", use=use)
        return max(fit, key=lambda key: (key.entry.not_before, key.created_at))

    def open(self, key: RingKey, passphrase: bytes) -> qr.SigningKey:
        """The private half; `KEY_MISSING`, or the engine's code when the file does not open.

        It signs by RFC 6979: a sealing job that runs again makes the same credential, hence the same page.
        """
        try:
            opened = qr.SigningKey.from_pem(self._folder.read(self._folder.root / key.file), passphrase)
            return replace(opened, deterministic=True)
        except qr.KeyFileError as error:
            raise Unavailable(error.code, file=key.file) from error

    def _change(self, old: RingKey, entry: qr.TrustEntry) -> RingKey:
        changed = replace(old, entry=entry)
        self._write(tuple(changed if key.kid == old.kid else key for key in self.keys))
        return changed

    def _write(self, keys: Sequence[RingKey]) -> None:
        text = json.dumps([key.as_dict() for key in keys], indent=1)
        write_private(self._folder.ring, text.encode())


class OpenKeys:
    """The keys that sign now, opened once: that derives a key from the pass phrase, which is slow on purpose."""

    def __init__(self, ring: KeyRing, passphrase: bytes) -> None:
        self._ring = ring
        self._passphrase = passphrase
        self._opened: dict[str, qr.SigningKey] = {}
        self._lock = Lock()

    def signer(self, use: Use, at: datetime) -> qr.SigningKey:
        """The newest key that may sign for `use` at that time."""
        key = self._ring.chosen(use, at=at)
        with self._lock:
            if key.kid not in self._opened:
                self._opened[key.kid] = self._ring.open(key, self._passphrase)
            return self._opened[key.kid]


def _key(row: Mapping[str, Any]) -> RingKey:
    entry = qr.TrustEntry(
        kid=bytes.fromhex(row["kid"]),
        issuer=row["iss"],
        x=bytes.fromhex(row["x"]),
        y=bytes.fromhex(row["y"]),
        not_before=datetime.fromisoformat(row["nbf"]),
        not_after=datetime.fromisoformat(row["exp"]),
        use=row["use"],
        revoked_at=datetime.fromisoformat(row["revoked_at"]) if row["revoked_at"] else None,
    )
    return RingKey(entry, row["file"], datetime.fromisoformat(row["created_at"]), row["listed"])
