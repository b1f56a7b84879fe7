"""Keys under which dossiers were asked for, so that asking again after a lost answer opens no second one."""

from __future__ import annotations

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, insert, select

from vault.db.tables import metadata
from vault.db.turns import one_at_a_time
from vault.domain.ids import DossierCode

dossier_key = Table(
    "dossier_key",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("dossier_code", Text, ForeignKey("dossier.code"), nullable=False),
)
_c = dossier_key.c


def opened_under(connection: Connection, account_id: str, key: str) -> DossierCode | None:
    """The dossier; whoever else asks under this key waits until the transaction is over."""
    one_at_a_time(connection, f"dossier-key {account_id} {key}")
    found = connection.execute(select(_c.dossier_code).where(_c.account_id == account_id, _c.key == key))
    code = found.scalar_one_or_none()
    return None if code is None else DossierCode(code)


def keep(connection: Connection, account_id: str, key: str, code: DossierCode) -> None:
    """Tie them."""
    connection.execute(insert(dossier_key).values(account_id=account_id, key=key, dossier_code=code))
