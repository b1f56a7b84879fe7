"""How backups are named in a copy, and which of them bring a moment back.

base/STAMP/{base.tar.gz, pg_wal.tar.gz, backup_manifest, begin}    `begin`, written last: the segment before it
log/SEGMENT                                                        a segment of PostgreSQL's log, a timeline's history
mark/STAMP                                                         all that was committed before STAMP is in here
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from vault.domain.errors import Invalid, NotFound

BASE, LOG, MARK = "base/", "log/", "mark/"
BEGIN = "begin"
_STAMP = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything that was committed before `until` stands in the log up to `segment`."""

    until: datetime
    segment: str

    def to_json(self) -> str:
        """As it is kept."""
        return json.dumps({"until": self.until.isoformat(), "segment": self.segment})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Again."""
        told = json.loads(text)
        return cls(datetime.fromisoformat(told["until"]), told["segment"])


def stamp(at: datetime) -> str:
    """A moment as a name; names sort as moments do."""
    return at.astimezone(UTC).strftime(_STAMP)


def base_of(at: datetime) -> str:
    """Where the base backup lies whose log reaches to a moment at least."""
    return BASE + stamp(at)


def mark_of(at: datetime) -> str:
    """Where the mark of a moment lies."""
    return MARK + stamp(at)


def moment_of(name: str) -> datetime:
    """The moment that a base or a mark is named after."""
    return datetime.strptime(name.split("/")[1], _STAMP).replace(tzinfo=UTC)


def whole_bases(names: Iterable[str]) -> Sequence[str]:
    """Base backups that are there to the end, the oldest first."""
    return sorted(name.removesuffix(f"/{BEGIN}") for name in names if name.endswith(f"/{BEGIN}"))


@dataclass(frozen=True, slots=True)
class Choice:
    """What a restore takes: a base, and how far the log is replayed (None: to its end)."""

    base: str
    until: datetime | None


def choose(bases: Sequence[str], marks: Sequence[str], until: datetime | None) -> Choice:
    """The newest base from before a moment. `BACKUP_NONE` without one, `BACKUP_TOO_NEW` for what no mark covers."""
    if not bases or not marks:
        raise NotFound("BACKUP_NONE")
    newest = moment_of(marks[-1])
    if until is None or until == newest:
        return Choice(bases[-1], None)
    if until > newest:
        raise Invalid("BACKUP_TOO_NEW", newest=newest.isoformat())
    older = [one for one in bases if moment_of(one) <= until]
    if not older:
        raise Invalid("BACKUP_TOO_OLD", oldest=moment_of(bases[0]).isoformat())
    return Choice(older[-1], until)


def superfluous(bases: Sequence[str], before: datetime) -> Sequence[str]:
    """Bases that no restore to a moment from `before` on begins with: all but the newest of those that are older."""
    return [one for one in bases if moment_of(one) < before][:-1]
