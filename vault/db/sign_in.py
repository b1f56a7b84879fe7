"""Second factors, recovery codes, passkeys, steps of a sign-in that is under way, and the counters of the brake."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import access_tables as a
from vault.db import tables as t
from vault.db.texts import SEALED, PgTexts
from vault.domain.sign_in import Limit
from vault.ports import Passkey, SecondFactor
from vault.ports.sign_in import TYPED

_PLACE = "one-time passwords"


class PgSignIns:
    """`ports.SignIns` on PostgreSQL."""

    def __init__(self, connection: Connection, texts: PgTexts) -> None:
        self._db = connection
        self._texts = texts

    def second_factor(self, account_id: str, *, lock: bool = False) -> SecondFactor | None:
        """The account's one-time passwords."""
        query = select(a.second_factor).where(a.second_factor.c.account_id == account_id)
        row = self._db.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            return None
        secret = self._texts.open_secret(bytes(row.secret), account_id=account_id, place=_PLACE)
        return SecondFactor(secret, row.confirmed_at, row.last_step)

    def set_second_factor(self, account_id: str, factor: SecondFactor | None) -> None:
        """Keep it, or forget it with its recovery codes."""
        self._db.execute(delete(a.second_factor).where(a.second_factor.c.account_id == account_id))
        if factor is None:
            self.set_recovery_codes(account_id, ())
            return
        self._db.execute(
            insert(a.second_factor).values(
                account_id=account_id,
                secret=self._sealed(account_id, factor.secret),
                confirmed_at=factor.confirmed_at,
                last_step=factor.last_step,
            )
        )

    def _sealed(self, account_id: str, secret: bytes) -> bytes:
        return self._texts.seal_secret(secret, account_id=account_id, place=_PLACE)

    def seal_old(self, *, limit: int) -> int:
        """Seal secrets that lie in clear."""
        c = a.second_factor.c
        clear = func.substring(c.secret, 1, len(SEALED)) != SEALED
        rows = self._db.execute(select(c.account_id, c.secret).where(clear).limit(limit).with_for_update()).all()
        for row in rows:
            sealed = self._sealed(row.account_id, bytes(row.secret))
            self._db.execute(update(a.second_factor).where(c.account_id == row.account_id).values(secret=sealed))
        return len(rows)

    def used_step(self, account_id: str, step: int) -> None:
        """Keep it."""
        mine = a.second_factor.c.account_id == account_id
        self._db.execute(update(a.second_factor).where(mine).values(last_step=step))

    def set_recovery_codes(self, account_id: str, digests: Collection[str]) -> None:
        """In the place of the old ones."""
        self._db.execute(delete(a.recovery_code).where(a.recovery_code.c.account_id == account_id))
        if digests:
            rows = [{"account_id": account_id, "digest": one} for one in digests]
            self._db.execute(insert(a.recovery_code), rows)

    def use_recovery_code(self, account_id: str, digest: str) -> bool:
        """One deletion: whoever is second finds none."""
        c = a.recovery_code.c
        return (
            self._db.execute(delete(a.recovery_code).where(c.account_id == account_id, c.digest == digest)).rowcount
            == 1
        )

    def recovery_codes_left(self, account_id: str) -> int:
        """How many."""
        query = select(func.count()).where(a.recovery_code.c.account_id == account_id)
        return int(self._db.execute(query).scalar_one())

    def passkeys(self, account_id: str) -> tuple[Passkey, ...]:
        """In the order in which they were added."""
        query = select(a.passkey).where(a.passkey.c.account_id == account_id).order_by(a.passkey.c.created_at)
        return tuple(_passkey(row) for row in self._db.execute(query))

    def passkey(self, credential_id: bytes) -> Passkey | None:
        """The passkey, unless its account is disabled; locked, so that its counter only rises."""
        query = (
            select(a.passkey)
            .join(t.account, t.account.c.id == a.passkey.c.account_id)
            .where(a.passkey.c.credential_id == credential_id, ~t.account.c.disabled)
            .with_for_update(of=a.passkey)
        )
        row = self._db.execute(query).one_or_none()
        return None if row is None else _passkey(row)

    def add_passkey(self, passkey: Passkey) -> bool:
        """A credential belongs to one account."""
        statement = (
            upsert(a.passkey)
            .values(
                credential_id=passkey.credential_id,
                account_id=passkey.account_id,
                public_key=passkey.public_key,
                sign_count=passkey.sign_count,
                name=passkey.name,
                created_at=passkey.created_at,
            )
            .on_conflict_do_nothing()
            .returning(a.passkey.c.credential_id)
        )
        return self._db.execute(statement).one_or_none() is not None

    def used_passkey(self, credential_id: bytes, *, sign_count: int, at: datetime) -> None:
        """Keep the counter."""
        self._db.execute(
            update(a.passkey)
            .where(a.passkey.c.credential_id == credential_id)
            .values(sign_count=sign_count, last_used_at=at)
        )

    def drop_passkey(self, account_id: str, credential_id: bytes) -> bool:
        """Only one's own."""
        c = a.passkey.c
        mine = delete(a.passkey).where(c.account_id == account_id, c.credential_id == credential_id)
        return self._db.execute(mine).rowcount == 1

    def begin_step(
        self,
        step_hash: str,
        kind: str,
        *,
        account_id: str | None,
        data: Mapping[str, Any],
        expires_at: datetime,
        at: datetime,
    ) -> None:
        """Keep it; steps that have run out are forgotten."""
        kept = dict(data)
        if account_id is not None and TYPED in kept:
            text = json.dumps(kept[TYPED]).encode()
            kept[TYPED] = self._texts.seal_secret(text, account_id=account_id, place=TYPED).decode()
        self._db.execute(delete(a.sign_in_step).where(a.sign_in_step.c.expires_at < at))
        self._db.execute(
            insert(a.sign_in_step).values(
                step_hash=step_hash, kind=kind, account_id=account_id, data=kept, expires_at=expires_at
            )
        )

    def step(
        self, step_hash: str, kind: str, *, at: datetime, take: bool
    ) -> tuple[str | None, Mapping[str, Any]] | None:
        """Read it, or take it away, which one caller only can."""
        c = a.sign_in_step.c
        mine = (c.step_hash == step_hash) & (c.kind == kind) & (c.expires_at > at)
        statement = (
            delete(a.sign_in_step).where(mine).returning(c.account_id, c.data)
            if take
            else select(c.account_id, c.data).where(mine)
        )
        row = self._db.execute(statement).one_or_none()
        if row is None:
            return None
        found = dict(row.data)
        if row.account_id is not None and TYPED in found:
            kept = str(found[TYPED]).encode()
            found[TYPED] = json.loads(self._texts.open_secret(kept, account_id=row.account_id, place=TYPED))
        return row.account_id, found

    def tries(self, limit: Limit, caller: str, *, at: datetime) -> int:
        """In the window of now."""
        c = t.share_try.c
        query = select(func.coalesce(func.sum(c.tries), 0)).where(
            c.caller == limit.bucket(caller), c.minute == limit.begins(at)
        )
        return int(self._db.execute(query).scalar_one())

    def forgiven(self, limit: Limit, caller: str, *, at: datetime) -> None:
        """Take one off."""
        c = t.share_try.c
        mine = update(t.share_try).where(c.caller == limit.bucket(caller), c.minute == limit.begins(at), c.tries > 0)
        self._db.execute(mine.values(tries=c.tries - 1))

    def tried(self, limit: Limit, caller: str, *, at: datetime) -> int:
        """Count one."""
        statement = upsert(t.share_try).values(caller=limit.bucket(caller), minute=limit.begins(at), tries=1)
        counted = statement.on_conflict_do_update(
            index_elements=[t.share_try.c.caller, t.share_try.c.minute], set_={"tries": t.share_try.c.tries + 1}
        ).returning(t.share_try.c.tries)
        return int(self._db.execute(counted).scalar_one())


def _passkey(row: Any) -> Passkey:
    return Passkey(
        credential_id=bytes(row.credential_id),
        account_id=row.account_id,
        public_key=bytes(row.public_key),
        sign_count=row.sign_count,
        name=row.name,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )
