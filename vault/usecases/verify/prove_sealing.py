"""Show that the log had a credential, and since when, to somebody who holds it and believes nobody."""

from __future__ import annotations

from vault.domain.errors import NotFound
from vault.domain.ids import digest_of, record_code
from vault.ports import Clock, CredentialDesk, PublicLog, SealingProof


def prove_sealing(text: str, *, credentials: CredentialDesk, log: PublicLog, clock: Clock) -> SealingProof:
    """The proof for this very text. `LOG_PROOF` when it is none of ours, or the log does not show it."""
    record_id = credentials.own_record(text, now=clock.now())
    if record_id is None:
        raise NotFound("LOG_PROOF", record="?")
    record = record_code(record_id)
    found = log.sealing_of(record, digest_of(text.encode()))
    if found is None:
        raise NotFound("LOG_PROOF", record=record)
    return found
