"""The real PostgreSQL and object store with keys and accounts, and no process that works on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from vault import bootstrap
from vault.bootstrap import App, SystemClock, SystemIds
from vault.config import Settings
from vault.domain.mandates import Mandate, MandateKind, Scope
from vault.domain.passwords import hash_password
from vault.domain.people import Actor, Role
from vault.embedded import Plan, Supervisor
from vault.ports import Account

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
        worker_jobs=1,
    )
    supervisor = Supervisor(plan)
    with supervisor.locked():
        supervisor.start_stores()
    app = bootstrap.build(settings_of(home))
    try:
        bootstrap.prepare(app.settings)
        yield app
    finally:
        app.close()
        supervisor.stop()


def with_other(app: App, **ports: object) -> App:
    """The same parts, but for the ones given by name; the pool of connections and the keys are shared."""
    settings = ports.pop("settings", app.settings)
    assert isinstance(settings, Settings)
    other = App(settings, SystemClock(), SystemIds())
    # The composition root makes each part on first use and keeps it here.
    for name in ("uow", "blobs", "sealing", "credentials", "catalogue"):
        other.__dict__[name] = ports.pop(name, None) or getattr(app, name)
    other.__dict__.update(ports)
    return other


def account(app: App, username: str, role: Role, *, agency: str | None = None, holder_id: int | None = None) -> Actor:
    """An account with the pass word `PASSWORD`; the actor behind it."""
    actor = Actor(f"local:{username}", f"Người {username}", role, agency, holder_id)
    with app.uow.begin() as tx:
        tx.accounts.add(Account(actor, username, hash_password(PASSWORD, salt=username)))
        if role is Role.GUARDIAN and holder_id is not None:
            now = app.clock.now()
            days = (now - timedelta(days=1)).date(), (now + timedelta(days=99)).date()
            ground, who = "Quyết định cử giám hộ 1/QĐ (mẫu)", (actor.account_id, holder_id)
            mandate = Mandate(
                f"uq_{username}", MandateKind.GUARDIAN, *who, ground, *days, frozenset(Scope), "H24.900", "x", now
            )
            tx.mandates.add(mandate)
    return actor
