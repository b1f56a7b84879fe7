"""The walls of one transaction: the role that owns nothing, and the side on which its actor stands (migration 0014)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy import Connection, text

from vault.domain.people import HOLDER_ROLES, Actor, Role
from vault.ports import Reach

PROGRAM = "vault_program"
# Local to the transaction: the pool gets its connection back as it was, however the transaction ends.
_RAISE = text(
    "SELECT set_config('vault.agency', :agency, true), set_config('vault.people', :people, true),"
    " set_config('vault.reach', :reach, true), set_config('role', :role, true)"
)
# The database asks by its own clock whether a mandate lives, before anything else is asked.
_RAISE_UNDER = text(
    "SELECT set_config('vault.agency', '', true), set_config('vault.mandate', :mandate, true),"
    " set_config('vault.people', coalesce((SELECT min(holder_id)::text FROM mandate"
    " WHERE id = ANY (string_to_array(:mandate, ',')) AND holder_id::text = :people AND revoked_at IS NULL"
    " AND (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date BETWEEN valid_from AND valid_until), ''), true),"
    " set_config('vault.reach', :reach, true), set_config('role', :role, true)"
)
PEOPLE = "vault.people"
"""The people of a dossier that the walls let through, whose papers are seen from then on (`db.dossiers`)."""
_ROLE = text("SELECT set_config('role', :role, true)")


@dataclass(frozen=True, slots=True)
class Walls:
    """Which agency, whose papers, and how far; the connection once the transaction runs."""

    agency: str
    people: tuple[int, ...]
    reach: Reach
    mandate: str | None = None
    connection: Connection | None = None

    @classmethod
    def of(cls, actor: Actor, reach: Reach) -> Self:
        """A holder has people and no agency, everybody else an agency or nothing at all."""
        if actor.role in HOLDER_ROLES:
            nobody = actor.holder_id is None or (actor.role is Role.GUARDIAN and actor.mandate is None)
            people = () if nobody or actor.holder_id is None else (actor.holder_id,)
            return cls("", people, reach, actor.mandate)
        return cls(actor.agency_code or "", (), reach)

    def over(self, connection: Connection) -> Self:
        """The same for a transaction that has begun."""
        return replace(self, connection=connection)

    @property
    def _db(self) -> Connection:
        if self.connection is None:
            message = "walls without a transaction"
            raise RuntimeError(message)
        return self.connection

    def raise_(self) -> None:
        """Take the role and say where it stands: one round trip."""
        people = ",".join(map(str, self.people))
        if self.mandate is not None:
            given = {"mandate": self.mandate, "people": people, "reach": self.reach.value, "role": PROGRAM}
            self._db.execute(_RAISE_UNDER, given)
            return
        self._db.execute(_RAISE, {"agency": self.agency, "people": people, "reach": self.reach.value, "role": PROGRAM})

    @contextmanager
    def lowered(self) -> Iterator[None]:
        """The owner's view for the few statements that need it; on an error the transaction is over anyway."""
        self._db.execute(_ROLE, {"role": "none"})
        yield
        self._db.execute(_ROLE, {"role": PROGRAM})
