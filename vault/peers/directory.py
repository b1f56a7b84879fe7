"""The directory of vaults, from a JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from vault.domain.agencies import AgencyCode
from vault.domain.errors import Invalid
from vault.domain.peers import Peer, PeerDirectory

_KEYS = frozenset({"code", "name", "url", "kinds", "valid_from", "valid_to", "successor"})


def load_directory(file: Path | None, *, production: bool) -> PeerDirectory:
    """Every vault of the file; `SETTINGS_WRONG` for one with a slip. In production only https is an address."""
    if file is None:
        return PeerDirectory()
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return PeerDirectory(tuple(_peer(one, production=production) for one in told))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, Invalid) as error:
        raise Invalid("SETTINGS_WRONG", names="VAULT_PEERS") from error


def _peer(told: Mapping[str, object], *, production: bool) -> Peer:
    address = urlsplit(str(told["url"]))
    good = address.scheme == "https" or (address.scheme == "http" and not production)
    if set(told) - _KEYS or not good or not address.hostname:
        raise Invalid("SETTINGS_WRONG", names="VAULT_PEERS")
    kinds = told.get("kinds") or []
    return Peer(
        code=AgencyCode.parse(str(told["code"])).qd20,
        name=str(told["name"]),
        url=str(told["url"]).rstrip("/"),
        kinds=frozenset(str(one) for one in kinds) if isinstance(kinds, list) else frozenset(),
        valid_from=_day(told.get("valid_from")),
        valid_to=_day(told.get("valid_to")),
        successor=str(told["successor"]) if told.get("successor") else None,
    )


def _day(told: object) -> date | None:
    return date.fromisoformat(str(told)) if told else None
