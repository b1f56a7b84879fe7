"""Put a signed trust list in force: only the pinned root's, only a newer one, only one that is in date."""

from __future__ import annotations

from datetime import datetime

import qr
from vault.domain.errors import Conflict, Invalid
from vault.usecases.trust.request import read_list


def judge(data: bytes, *, root_pem: bytes, installed: bytes | None, now: datetime) -> qr.TrustList:
    """The list in `data` if it may take the place of the installed one.

    `Invalid` with the engine's code (TRUST_WRONG_ROOT, TRUST_BAD_SIGNATURE, TRUST_OUTDATED, TRUST_ROLLED_BACK, …);
    `TRUST_FORKED` for another list of the version that is installed: two lists of one version are a sign of misuse.
    """
    before = None if installed is None else read_list(installed, public=root_pem)
    try:
        root = qr.public_key_from_pem(root_pem)
        listed = qr.verify_trust_list(
            data, root=root, now=now, previous_version=None if before is None else before.version
        )
    except qr.QrError as error:
        raise Invalid(error.code) from error
    if before is not None and listed.version == before.version and data != installed:
        raise Conflict("TRUST_FORKED", version=listed.version)
    return listed
