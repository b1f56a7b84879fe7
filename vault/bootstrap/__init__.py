"""The composition root: settings become an `App` of ports. The only importer of db, blobs, keys, sandbox and config."""

from __future__ import annotations

from vault.bootstrap.app import App, acting, build, old_bucket
from vault.bootstrap.keys import end_seal, make_log, put_seal, root_row, seal_request, seals_before
from vault.bootstrap.places import database_url, owner_database_url, passphrase_of
from vault.bootstrap.preparing import (
    SEED_ACCOUNTS,
    UNFIT,
    SeedAccount,
    prepare,
    prepare_keys,
    remember_names,
    require_production_ready,
    seed_accounts,
)
from vault.bootstrap.system import SystemClock, SystemIds

__all__ = [
    "SEED_ACCOUNTS",
    "UNFIT",
    "App",
    "SeedAccount",
    "SystemClock",
    "SystemIds",
    "acting",
    "build",
    "database_url",
    "end_seal",
    "make_log",
    "old_bucket",
    "owner_database_url",
    "passphrase_of",
    "prepare",
    "prepare_keys",
    "put_seal",
    "remember_names",
    "require_production_ready",
    "root_row",
    "seal_request",
    "seals_before",
    "seed_accounts",
]
