"""Bring a deployment to where it can serve, and refuse a production service that must not."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from vault.bootstrap.app import App, build
from vault.bootstrap.places import owner_database_url, passphrase_of
from vault.config import Settings
from vault.db import upgrade
from vault.domain.errors import Unavailable
from vault.domain.holders import HolderId
from vault.domain.passwords import hash_password, password_fits
from vault.domain.people import Actor, Role
from vault.keys import prepare_development_keys, prepare_development_trust
from vault.keys.folder import write_private
from vault.ports import Account


def prepare(settings: Settings) -> None:
    """Bring a deployment to where it can serve: schema, bucket, keys, first accounts. Safe to run again."""
    upgrade(owner_database_url(settings))
    with closing(build(settings)) as app:
        app.store.prepare()
        if settings.environment == "development":
            prepare_keys(app)
            remember_names(app)
            seed_accounts(app)
        else:
            require_production_ready(app)


def prepare_keys(app: App) -> None:
    """Make the development keys that are missing; in production keys are made on purpose, never by the way."""
    settings = app.settings
    if settings.environment != "development":
        return
    passphrase_file = settings.home / "keys" / "passphrase"
    if settings.key_passphrase is None and not passphrase_file.exists():
        write_private(passphrase_file, app.ids.token().encode())
    passphrase, now = passphrase_of(settings), app.clock.now()
    prepare_development_keys(app.keys, agency_name=settings.agency_name, passphrase=passphrase, now=now)
    prepare_development_trust(app.keys, agency_code=settings.agency_code, passphrase=passphrase, now=now)
    if settings.kms == "file" and not app.keys.wrapping.exists():
        app.wrapping.add_first(at=now)


def remember_names(app: App) -> None:
    """Keep the log's name and the host of credentials, so that a later change of host loses neither."""
    app.keys.origin_for(app.settings.qr_host)
    app.keys.remember_host(app.settings.qr_host)


@dataclass(frozen=True, slots=True)
class SeedAccount:
    """A sign-in of the development service. The people are invented, their numbers lie in a range never given out."""

    username: str
    password: str
    name: str
    role: Role
    holder: str | None = None


SEED_ACCOUNTS = (
    SeedAccount("canbo", "canbo-mau-2026", "Trần Thị Mẫu", Role.OFFICER),
    SeedAccount("congdan", "congdan-mau-2026", "NGUYỄN VĂN MẪU", Role.CITIZEN, "031090000001"),
    SeedAccount("kiemtra", "kiemtra-mau-2026", "Lê Văn Thử", Role.VERIFIER),
    SeedAccount("doitac", "doitac-mau-2026", "Hệ thống một cửa mẫu", Role.PARTNER),
    SeedAccount("vanhanh", "vanhanh-mau-2026", "Phạm Thị Thử", Role.OPERATOR),
)


def seed_accounts(app: App) -> None:
    """Add the sign-ins of the development service; the ones that are there stay as they are."""
    now = app.clock.now()
    for seed in SEED_ACCOUNTS:
        with app.uow.begin() as tx:
            if tx.accounts.by_username(seed.username) is not None:
                continue
            holder_id = None
            if seed.holder is not None:
                holder_id = tx.holders.ensure(HolderId.parse(seed.holder), seed.name, at=now)
            agency = app.settings.agency_code if seed.role in {Role.OFFICER, Role.OPERATOR, Role.PARTNER} else None
            actor = Actor(f"local:{seed.username}", seed.name, seed.role, agency, holder_id)
            password = hash_password(seed.password, salt=app.ids.token())
            tx.accounts.add(Account(actor, seed.username, password))


UNFIT = frozenset({"DEVELOPMENT_KEY", "SEED_ACCOUNTS", "SECURE_COOKIES"})
"""What waiting does not mend: a production service with one of these must not answer at all."""


def require_production_ready(app: App) -> None:
    """Refuse what only a development service may run with: a code of `UNFIT`, or of the part that does not answer."""
    if not app.settings.secure_cookies:
        raise Unavailable("SECURE_COOKIES")
    if app.keys.development_part("").exists():
        raise Unavailable("DEVELOPMENT_KEY", file="development")
    _ = app.sealing  # refuses a development seal wherever it lies
    with app.uow.begin() as tx:
        found = [(seed, tx.accounts.by_username(seed.username)) for seed in SEED_ACCOUNTS]
    known = [
        seed.username for seed, account in found if account and password_fits(seed.password, account.password_hash)
    ]
    if known:
        raise Unavailable("SEED_ACCOUNTS", names=", ".join(known))
