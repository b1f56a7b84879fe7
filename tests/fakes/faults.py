"""Make the n-th call to any port fail, before it did anything or after it took effect.

>>> faults = Faults()
>>> blobs = faults.around(MemoryBlobs(), "blobs")      # counts and names every call
>>> faults.arm(0, "after"); blobs.put(b"x", mime="text/plain")   # stored, and then told as failed
Traceback (most recent call last):
vault.domain.errors.Unavailable: OBJECT_STORE_DOWN
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from vault.domain.errors import Unavailable
from vault.ports import Reach, Tx, UnitOfWork

When = Literal["before", "after"]


def _down(name: str) -> None:
    raise Unavailable("DATABASE_DOWN" if name == "commit" else "OBJECT_STORE_DOWN", call=name)


class Faults:
    """Counts the calls of one use case and strikes at one of them.

    `strike` is told the call's name: it raises (a part is down), kills the process, or returns when the world outside
    has changed (a server was killed meanwhile); then the call goes on.
    """

    def __init__(self, strike: Callable[[str], None] = _down) -> None:
        self.calls: list[str] = []
        self._strike = strike
        self._target: int | None = None
        self._when: When = "before"

    def arm(self, target: int, when: When) -> None:
        """Break the call with this number, counted from now."""
        self.calls, self._target, self._when = [], target, when

    def strike(self, number: int, when: When, name: str) -> None:
        """Strike if this is the moment."""
        if number == self._target and when == self._when:
            self._strike(name)

    def disarm(self) -> None:
        """Let everything pass again."""
        self.calls, self._target = [], None

    @property
    def struck(self) -> bool:
        """Whether the armed call was reached."""
        return self._target is not None and len(self.calls) > self._target

    def call(self, name: str, function: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        """Call, or fail before or after the call."""
        number = len(self.calls)
        self.calls.append(name)
        self.strike(number, "before", name)
        answer = function(*args, **kwargs)
        self.strike(number, "after", name)
        return answer

    def around(self, port: Any, name: str) -> Any:
        """The port with every method counted."""
        return _Counted(port, name, self)

    def unit_of_work(self, inner: UnitOfWork) -> FaultyUnitOfWork:
        """The unit of work with every method of every repository counted, and the commit too."""
        return FaultyUnitOfWork(inner, self)


class _Counted:
    def __init__(self, port: Any, name: str, faults: Faults) -> None:
        self._port, self._name, self._faults = port, name, faults

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._port, attribute)
        if not callable(found):
            return found
        return lambda *args, **kwargs: self._faults.call(f"{self._name}.{attribute}", found, *args, **kwargs)


class _CountedTx:
    def __init__(self, tx: Tx, faults: Faults) -> None:
        self._tx, self._faults = tx, faults

    def __getattr__(self, repository: str) -> _Counted:
        return _Counted(getattr(self._tx, repository), f"tx.{repository}", self._faults)


class FaultyUnitOfWork:
    """A commit that fails before it took effect rolled back; one that fails after it is there all the same."""

    def __init__(self, inner: UnitOfWork, faults: Faults) -> None:
        self._inner, self._faults = inner, faults

    @contextmanager
    def begin(self, reach: Reach = Reach.OWN) -> Iterator[Any]:
        """One transaction."""
        faults = self._faults
        with self._inner.begin(reach) as tx:
            yield _CountedTx(tx, faults)
            number = len(faults.calls)
            faults.calls.append("commit")
            faults.strike(number, "before", "commit")
        faults.strike(number, "after", "commit")

    @contextmanager
    def glance(self) -> Iterator[Any]:
        """Nothing to commit."""
        with self._inner.glance() as tx:
            yield _CountedTx(tx, self._faults)
