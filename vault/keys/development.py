"""The trust list of a development machine, whose root lies beside the keys. In production the root is off line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import qr
from vault.keys.folder import KeyFolder, write_private
from vault.keys.ring import KeyRing

_TRUST_DAYS = 30
_USES: tuple[Literal["qr", "status"], ...] = ("qr", "status")


def prepare_development_trust(folder: KeyFolder, *, agency_code: str, passphrase: bytes, now: datetime) -> None:
    """Make a key for each use that has none, and a trust list that names every key. Safe to run again."""
    now = now.astimezone(UTC).replace(microsecond=0)
    ring = KeyRing(folder)
    for use in _USES:
        if not any(key.entry.use == use for key in ring.keys):
            ring.create(use, issuer=agency_code, passphrase=passphrase, now=now)
    root = qr.SigningKey.from_pem(folder.read(folder.trust_root), passphrase)
    write_private(folder.trust_root_public, qr.public_key_to_pem(root.public))
    old = _installed(folder, root, now)
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


def _installed(folder: KeyFolder, root: qr.SigningKey, now: datetime) -> qr.TrustList | None:
    """The list that is there, read as of its own time: one that ran out still tells which version comes next."""
    if not folder.trust_list.exists():
        return None
    data = folder.read(folder.trust_list)
    for days in (0, *range(_TRUST_DAYS, 3650, _TRUST_DAYS)):
        try:
            return qr.verify_trust_list(data, root=root.public, now=now - timedelta(days=days))
        except qr.TrustError as error:
            if error.code not in {"TRUST_OUTDATED", "TRUST_FROM_FUTURE"}:
                return None
    return None
