"""How long another vault is kept waiting: its answer, or after about a second "pending" while the work goes on.

Work runs in threads of its own, so that slow questions take none from the counters. The same question is worked on once
at a time: whoever asks it again meanwhile waits for that work to end, and then has its own request judged like any
other (a signature that was used before is still none). What the work finds stays in the database, where the next
request finds it; nothing is handed from one request to another in memory.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock
from time import monotonic
from typing import Generic, TypeVar

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
WORKERS = 4
MOST_WAITING = 64
"""Questions that may be under way or in the queue; further ones hear "pending" at once and are forgotten."""


@dataclass(frozen=True, slots=True)
class Done(Generic[_T]):
    """The work ended in time."""

    value: _T


class Patience:
    """Answers within a time or not at all, from any event loop."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="peer")
        self._lock = Lock()
        self._running: dict[str, Future[object]] = {}

    async def within(self, name: str, work: Callable[[Callable[[], bool]], _T], seconds: float) -> Done[_T] | None:
        """What the work returns, or raises, if that comes within so many seconds; None while it goes on.

        The work is told by a function whether its asker is gone by then.
        """
        end = monotonic() + seconds
        with self._lock:
            before = self._running.get(name)
        if before is not None and not await _ended(before, seconds):
            return None
        gone = Event()
        future = self._begin(name, lambda: work(gone.is_set))
        if future is None or not await _ended(future, end - monotonic()):
            gone.set()
            return None
        return Done(future.result())

    def _begin(self, name: str, work: Callable[[], _T]) -> Future[_T] | None:
        """None when another request began the same a moment ago, or too much is under way."""
        context = contextvars.copy_context()
        with self._lock:
            if name in self._running or len(self._running) >= MOST_WAITING:
                return None
            future = self._pool.submit(context.run, work)
            self._running[name] = future  # type: ignore[assignment] # a future of anything is one of objects
        future.add_done_callback(lambda one: self._over(name, one))
        return future

    def _over(self, name: str, future: Future[_T]) -> None:
        with self._lock:
            self._running.pop(name, None)
        if not future.cancelled() and (error := future.exception()) is not None:
            # Whoever waits is told by the future itself; this is for the log when nobody does.
            _log.info("a question of another vault ended in %s", type(error).__name__)

    def close(self) -> None:
        """Begin nothing more; what runs ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)


async def _ended(future: Future[_T], seconds: float) -> bool:
    """Whether it ended within so many seconds. Waiting for it, and giving that up, changes nothing about it."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: Future[_T]) -> None:
        with suppress(RuntimeError):  # the loop of somebody who left
            loop.call_soon_threadsafe(over.set)

    future.add_done_callback(tell)
    with suppress(TimeoutError):
        await asyncio.wait_for(over.wait(), max(seconds, 0))
    return future.done()
