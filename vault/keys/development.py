"""The trust list of a development machine, whose root lies beside the keys. In production the root is off line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import qr
from vault.keys.folder import KeyFolder, write_private
from vault.keys.ring import KeyRing, Use

_TRUST_DAYS = 30
_EPOCH, _ANY_AGE = datetime(1970, 1, 1, tzinfo=UTC), timedelta(days=365 * 8000)
_USES: tuple[Use, ...] = ("qr", "status", "peer")


def prepare_development_trust(folder: KeyFolder, *, agency_code: str, passphrase: bytes, now: datetime) -> None:
    """Make a key for each use that has none in force, and a trust list that names every key. Safe to run again."""
    now = now.astimezone(UTC).replace(microsecond=0)
    ring = KeyRing(folder)
    root = qr.SigningKey.from_pem(folder.read(folder.trust_root), passphrase)
    old = _installed(folder, root)
    ring.adopt(issuer=agency_code, passphrase=passphrase, listed=old.entries if old else (), now=now)
    for use in _USES:
        if not any(_may_sign(key.entry, use, now) for key in ring.keys):
            ring.create(use, issuer=agency_code, passphrase=passphrase, now=now)
    write_private(folder.trust_root_public, qr.public_key_to_pem(root.public))
    ours = {entry.kid: entry for entry in ring.entries}
    kept = () if old is None else tuple(entry for entry in old.entries if entry.kid not in ours)
    entries = (*kept, *ours.values())
    if old is None or old.entries != entries or now >= old.issued_at + timedelta(days=_TRUST_DAYS // 2):
        fresh = qr.TrustList(
            version=1 if old is None else old.version + 1,
            issued_at=now,
            next_update=now + timedelta(days=_TRUST_DAYS),
            entries=entries,
        )
        write_private(folder.trust_list, qr.issue_trust_list(fresh, sign=root.sign, root_kid=root.kid))
    ring.mark_listed(entries)


def _may_sign(entry: qr.TrustEntry, use: Use, now: datetime) -> bool:
    return entry.use == use and entry.revoked_at is None and now <= entry.not_after


def _installed(folder: KeyFolder, root: qr.SigningKey) -> qr.TrustList | None:
    """The list that is there, read as of its own time: one that ran out still tells which version comes next."""
    if not folder.trust_list.exists():
        return None
    try:
        return qr.verify_trust_list(folder.read(folder.trust_list), root=root.public, now=_EPOCH, leeway=_ANY_AGE)
    except qr.TrustError:  # another root's: a development machine begins anew
        return None
