"""The one tree of errors: a kind that edges map, a stable code that programs match, and facts for the message.

The words a person reads live in the message catalogue (`vault/messages.py`), keyed by code; an error carries only what
the sentence needs. Edges map `kind` to an HTTP status or an exit code, each in one table.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What an edge must know about a failure."""

    INVALID = "INVALID"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    UNAVAILABLE = "UNAVAILABLE"


class VaultError(Exception):
    """Base of everything this program refuses. `code` is stable: partners may match on it."""

    kind: Kind = Kind.INVALID
    told = False
    """Whether an event of this refusal was written: one refusal, one event."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, object] = facts

    def __str__(self) -> str:
        """The code and its facts, for logs; people read the catalogue's sentence instead."""
        facts = ", ".join(f"{name}={value!r}" for name, value in sorted(self.facts.items()))
        return f"{self.code}({facts})" if facts else self.code


class Invalid(VaultError):  # noqa: N818 - the kind is the name; "InvalidError" would say it twice
    """What came in cannot be used; the sender can mend it."""

    kind = Kind.INVALID


class Forbidden(VaultError):  # noqa: N818 - as above
    """The actor may not do this."""

    kind = Kind.FORBIDDEN


class NotFound(VaultError):  # noqa: N818 - as above
    """There is no such thing, or the actor may not know of it: the two answer alike."""

    kind = Kind.NOT_FOUND


class Conflict(VaultError):  # noqa: N818 - as above
    """The state of things forbids it, for instance `ONCE_ONLY`."""

    kind = Kind.CONFLICT


class Unavailable(VaultError):  # noqa: N818 - as above
    """A part is down; the same call may succeed later."""

    kind = Kind.UNAVAILABLE
