"""An event as a leaf: a commitment that tells nothing by itself, beside the record's code and the leaf's place."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC

from vault.domain.audit import Event
from vault.ports import LogLeaf

SALT_SIZE = 16


def canonical(event: Event) -> bytes:
    """The event as JSON in one spelling: sorted names, no spaces, UTF-8, times in UTC to the microsecond."""
    values = {
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "account": event.actor.account_id,
        "name": event.actor.name,
        "role": event.actor.role.value,
        "agency": event.agency_code or event.actor.agency_code,
        "action": event.action.value,
        "outcome": event.outcome.value,
        "code": event.code,
        "purpose": event.purpose,
        "legal_ground": event.legal_ground,
        "record": event.record,
        "version": event.version,
        "dossier": event.dossier,
        "holder": event.holder_id,
        "details": dict(event.details),
    }
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def commitment(leaf: LogLeaf) -> bytes:
    """SHA-256 over the salt and the event: binding, and without the salt as good as random."""
    return hashlib.sha256(leaf.salt + canonical(leaf.event)).digest()


def entry_of(leaf: LogLeaf) -> bytes:
    """The bytes of the leaf as the log publishes them."""
    values = {"c": commitment(leaf).hex(), "p": leaf.position, "r": leaf.event.record}
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
