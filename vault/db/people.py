"""Accounts, sessions and holders."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.codec import AnyRow
from vault.db.mandates import living_of
from vault.db.walls import Walls
from vault.domain.holders import HolderAlias, HolderId, HolderKind, HolderLink, HolderRole
from vault.domain.people import Action, Actor, Role
from vault.domain.sign_in import SessionFacts, Strength, session_id
from vault.ports import Account, KeptAccount

_ACTOR = (t.account.c.id, t.account.c.name, t.account.c.role, t.account.c.agency_code, t.account.c.holder_id)

_AGENCIES = text(
    """
    WITH RECURSIVE found(code) AS (
      (SELECT agency_code FROM account WHERE agency_code IS NOT NULL ORDER BY agency_code LIMIT 1)
      UNION ALL
      SELECT (SELECT agency_code FROM account WHERE agency_code > found.code ORDER BY agency_code LIMIT 1)
      FROM found WHERE found.code IS NOT NULL
    )
    SELECT code FROM found WHERE code IS NOT NULL
    """
)


def actor_of_row(row: AnyRow) -> Actor:
    """The actor in a row of an account."""
    return Actor(row.id, row.name, Role(row.role), row.agency_code, row.holder_id)


_LIVING = select(
    *_ACTOR,
    *(column for column in t.session.c if column.name != "account_id"),
).join(t.session, t.session.c.account_id == t.account.c.id)
_SESSION = _LIVING.where(
    t.session.c.token_hash == bindparam("token_hash"),
    t.session.c.expires_at > bindparam("at"),
    ~t.account.c.disabled,
)


def _session(row: AnyRow) -> SessionFacts:
    return SessionFacts(
        id=session_id(row.token_hash),
        actor=actor_of_row(row),
        strength=Strength(row.strength),
        strong_at=row.strong_at or row.created_at,
        created_at=row.created_at,
        seen_at=row.seen_at or row.created_at,
        expires_at=row.expires_at,
        agent=row.agent,
        bound=row.bound,
    )


class PgAccounts:
    """`ports.Accounts` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def by_username(self, username: str) -> Account | None:
        """The account, unless it is disabled."""
        query = select(*_ACTOR, t.account.c.username, t.account.c.password_hash).where(
            t.account.c.username == username, ~t.account.c.disabled
        )
        row = self._db.execute(query).one_or_none()
        return None if row is None else Account(self._acting(actor_of_row(row)), row.username, row.password_hash)

    def add(self, account: Account) -> bool:
        """Add; the first with a name stays."""
        statement = (
            upsert(t.account)
            .values(
                id=account.actor.account_id,
                username=account.username,
                name=account.actor.name,
                role=account.actor.role.value,
                agency_code=account.actor.agency_code,
                holder_id=account.actor.holder_id,
                password_hash=account.password_hash,
            )
            .on_conflict_do_nothing()
            .returning(t.account.c.id)
        )
        return self._db.execute(statement).one_or_none() is not None

    def guardian(self, username: str) -> tuple[str, int] | None:
        """By its name."""
        a = t.account.c
        query = select(a.id, a.holder_id).where(
            a.username == username, a.role == Role.GUARDIAN.value, ~a.disabled, a.holder_id.is_not(None)
        )
        row = self._db.execute(query).one_or_none()
        return None if row is None else (row.id, row.holder_id)

    def _acting(self, actor: Actor) -> Actor:
        """A guardian under the mandates that live now; without one they are nobody's."""
        if actor.role is not Role.GUARDIAN:
            return actor
        found = living_of(self._db, actor.account_id, actor.holder_id)
        if not found:
            return replace(actor, holder_id=None, only=frozenset())
        allowed = frozenset[Action]().union(*(one.actions for one in found))
        return replace(actor, mandate=",".join(one.id for one in found), only=allowed)

    def kept(self) -> tuple[KeptAccount, ...]:
        """By name."""
        rows = self._db.execute(
            select(*_ACTOR, t.account.c.username, t.account.c.disabled).order_by(t.account.c.username)
        )
        return tuple(KeptAccount(Account(actor_of_row(row), row.username, ""), row.disabled) for row in rows)

    def set_password(self, username: str, password_hash: str) -> str | None:
        """Keep it."""
        return self._change(username, password_hash=password_hash)

    def set_disabled(self, username: str, *, disabled: bool) -> str | None:
        """Keep it."""
        return self._change(username, disabled=disabled)

    def _change(self, username: str, **values: object) -> str | None:
        mine = update(t.account).where(t.account.c.username == username).values(values).returning(t.account.c.id)
        found = self._db.execute(mine).scalar_one_or_none()
        return None if found is None else str(found)

    def agencies(self) -> tuple[str, ...]:
        """Agencies that have an account, each found by one step in the index instead of by reading every account."""
        return tuple(self._db.execute(_AGENCIES).scalars())

    def open_session(
        self,
        token_hash: str,
        account_id: str,
        *,
        at: datetime,
        expires_at: datetime,
        strength: Strength = Strength.PASSWORD,
        agent: str = "",
        bound: str | None = None,
        strong_at: datetime | None = None,
    ) -> None:
        """Start a session and forget the ones that have run out."""
        self._db.execute(delete(t.session).where(t.session.c.expires_at < at))
        self._db.execute(
            insert(t.session).values(
                token_hash=token_hash,
                account_id=account_id,
                created_at=at,
                expires_at=expires_at,
                strength=int(strength),
                strong_at=strong_at or at,
                seen_at=at,
                agent=agent,
                bound=bound,
            )
        )

    def actor_of(self, token_hash: str, *, at: datetime) -> Actor | None:
        """Who holds the session."""
        found = self.session_of(token_hash, at=at)
        return None if found is None else found.actor

    def session_of(self, token_hash: str, *, at: datetime) -> SessionFacts | None:
        """The session, if it lives."""
        row = self._db.execute(_SESSION, {"token_hash": token_hash, "at": at}).one_or_none()
        return None if row is None else self._own_session(row)

    def sessions_of(self, account_id: str, *, at: datetime) -> tuple[SessionFacts, ...]:
        """Newest first."""
        mine = t.session.c.account_id == account_id
        query = _LIVING.where(mine, t.session.c.expires_at > at).order_by(t.session.c.created_at.desc())
        return tuple(self._own_session(row) for row in self._db.execute(query).all())

    def _own_session(self, row: AnyRow) -> SessionFacts:
        found = _session(row)
        return found if found.actor.role is not Role.GUARDIAN else replace(found, actor=self._acting(found.actor))

    def seen(self, token_hash: str, *, at: datetime) -> None:
        """It is in use."""
        self._db.execute(update(t.session).where(t.session.c.token_hash == token_hash).values(seen_at=at))

    def strengthen(self, token_hash: str, strength: Strength, *, at: datetime) -> None:
        """Who sits there was asked again."""
        self._db.execute(
            update(t.session)
            .where(t.session.c.token_hash == token_hash)
            .values(strength=func.greatest(t.session.c.strength, int(strength)), strong_at=at)
        )

    def end_sessions(self, account_id: str, *, only: str | None = None, but: str | None = None) -> int:
        """By the names of `SessionFacts.id`; all of them without one."""
        mine = select(t.session.c.token_hash).where(t.session.c.account_id == account_id)
        hashes = [
            one
            for one in self._db.execute(mine).scalars()
            if (only is None or session_id(one) == only) and (but is None or session_id(one) != but)
        ]
        self._db.execute(delete(t.session).where(t.session.c.token_hash.in_(hashes)))
        return len(hashes)

    def by_id(self, account_id: str) -> Account | None:
        """The account, unless it is disabled."""
        query = select(*_ACTOR, t.account.c.username, t.account.c.password_hash).where(
            t.account.c.id == account_id, ~t.account.c.disabled
        )
        row = self._db.execute(query).one_or_none()
        return None if row is None else Account(self._acting(actor_of_row(row)), row.username, row.password_hash)

    def vouched(self, holder_id: int) -> bool:
        """Accounts of providers are made by signing in through them, and by nothing else (`identify.federate`)."""
        query = select(t.account.c.id).where(t.account.c.holder_id == holder_id, t.account.c.id.startswith("idp:"))
        return self._db.execute(query.limit(1)).scalar_one_or_none() is not None

    def keep(self, account: Account) -> Account | None:
        """Add or renew; a disabled one stays disabled and is not given."""
        values = {
            "name": account.actor.name,
            "role": account.actor.role.value,
            "agency_code": account.actor.agency_code,
            "holder_id": account.actor.holder_id,
        }
        self._db.execute(
            upsert(t.account)
            .values(
                id=account.actor.account_id, username=account.username, password_hash=account.password_hash, **values
            )
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )
        return self.by_id(account.actor.account_id)

    def end_session(self, token_hash: str) -> None:
        """End it."""
        self._db.execute(delete(t.session).where(t.session.c.token_hash == token_hash))


class PgHolders:
    """`ports.Holders` on PostgreSQL."""

    def __init__(self, connection: Connection, walls: Walls | None = None) -> None:
        self._db = connection
        self._walls = walls

    def ensure(self, number: HolderId, name: str, *, at: datetime) -> int:
        """The holder with this number; the unique key decides between two callers at once."""
        known = self.find(number)
        if known is not None:
            return known
        made = self._db.execute(insert(t.holder).values(name=name, created_at=at).returning(t.holder.c.id)).scalar_one()
        won = self._db.execute(
            upsert(t.holder_identifier)
            .values(kind=number.kind.value, number=number.number, holder_id=made, is_main=True)
            .on_conflict_do_nothing()
            .returning(t.holder_identifier.c.holder_id)
        ).scalar_one_or_none()
        if won is not None:
            return int(won)
        self._db.execute(delete(t.holder).where(t.holder.c.id == made))
        winner = self.find(number)
        if winner is None:  # the unique key just said that it is there
            message = "the holder's number vanished while it was being added"
            raise RuntimeError(message)
        return winner

    def find(self, number: HolderId) -> int | None:
        """The holder who bears or bore this number. A household business is found under its owner's number too."""
        kinds = [number.kind.value]
        if number.kind in (HolderKind.PERSONAL, HolderKind.HOUSEHOLD_BUSINESS):
            kinds = [HolderKind.PERSONAL.value, HolderKind.HOUSEHOLD_BUSINESS.value]
        query = select(t.holder_identifier.c.holder_id).where(
            t.holder_identifier.c.number == number.number, t.holder_identifier.c.kind.in_(kinds)
        )
        found = self._db.execute(query.limit(1)).scalar_one_or_none()
        return None if found is None else int(found)

    def get(self, holder_id: int) -> HolderLink:
        """Main number, name and the other numbers."""
        rows = self._db.execute(
            select(t.holder.c.name, *t.holder_identifier.c)
            .join(t.holder_identifier, t.holder_identifier.c.holder_id == t.holder.c.id)
            .where(t.holder.c.id == holder_id)
            .order_by(t.holder_identifier.c.is_main.desc(), t.holder_identifier.c.kind)
        ).all()
        main = rows[0]
        aliases = tuple(
            HolderAlias(HolderId(HolderKind(row.kind), row.number), row.valid_from, row.valid_to, row.source)
            for row in rows[1:]
        )
        return HolderLink(HolderRole.SUBJECT, HolderKind(main.kind), main.number, main.name, aliases)

    def tie(self, holder_id: int, alias: HolderAlias) -> int:
        """The unique key decides between two callers at once."""
        with self._walls.lowered() if self._walls else nullcontext():
            self._db.execute(
                upsert(t.holder_identifier)
                .values(
                    kind=alias.id.kind.value,
                    number=alias.id.number,
                    holder_id=holder_id,
                    is_main=False,
                    valid_from=alias.valid_from,
                    valid_to=alias.valid_to,
                    source=alias.source,
                )
                .on_conflict_do_nothing()
            )
            mine = t.holder_identifier.c
            found = select(mine.holder_id).where(mine.kind == alias.id.kind.value, mine.number == alias.id.number)
            return int(self._db.execute(found).scalar_one())
