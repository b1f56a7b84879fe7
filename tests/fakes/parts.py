"""The real PostgreSQL and object store with keys and accounts, and no process that works on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vault import bootstrap
from vault.bootstrap import App, SystemClock, SystemIds
from vault.config import Settings
from vault.domain.passwords import hash_password
from vault.domain.people import Actor, Role
from vault.embedded import Plan, Supervisor
from vault.ports import Account, Engines, SealingDesk

HOST = "kho.example.vn"
OTHER_AGENCY = "H24.901"
PASSWORD = "mau-2026"


def settings_of(home: Path) -> Settings:
    """Settings of the parts in `home`."""
    return Settings(home=home, public_host=HOST, web_processes=0, workers=0)


@contextmanager
def running(home: Path) -> Iterator[App]:
    """The parts, prepared as `vault up` prepares them; stopped at the end."""
    plan = Plan(
        home=home,
        database_url=None,
        s3_endpoint=None,
        http_host="127.0.0.1",
        http_port=0,
        web_processes=0,
        workers=0,
    )
    supervisor = Supervisor(plan)
    with supervisor.locked():
        supervisor.start_stores()
    app = bootstrap.build(settings_of(home))
    try:
        bootstrap.prepare(app.settings)
        yield app
    finally:
        app.uow.close()
        supervisor.stop()


def with_told(app: App, *, engines: Engines | None = None, sealing: SealingDesk | None = None) -> App:
    """The same parts with other engines or another seal; the pool of connections is shared."""
    other = App(app.settings, SystemClock(), SystemIds())
    # The composition root makes each part on first use and keeps it here.
    other.__dict__["uow"] = app.uow
    other.__dict__["blobs"] = app.blobs
    if engines is not None:
        other.__dict__["engines"] = engines
    if sealing is not None:
        other.__dict__["sealing"] = sealing
    return other


def account(app: App, username: str, role: Role, *, agency: str | None = None, holder_id: int | None = None) -> Actor:
    """An account with the pass word `PASSWORD`; the actor behind it."""
    actor = Actor(f"local:{username}", f"Người {username}", role, agency, holder_id)
    with app.uow.begin() as tx:
        tx.accounts.add(Account(actor, username, hash_password(PASSWORD, salt=username)))
    return actor
