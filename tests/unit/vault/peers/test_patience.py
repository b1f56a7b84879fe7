"""Who asks is answered in time or told that it goes on; the work is done once, and nobody stops another one's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from vault.domain.errors import Forbidden
from vault.peers import Done, Patience
from vault.peers.patience import MOST_WAITING

LONG = 60.0
"""Far longer than anything here takes: only who waits 0 seconds is told that it goes on."""


@pytest.fixture
def patience() -> Iterator[Patience]:
    made = Patience(workers=2)
    yield made
    made.close()


class Work:
    """Work that waits for the test to let it go on."""

    def __init__(self) -> None:
        self.gate, self.begun, self.ended = Event(), Event(), Event()
        self.runs, self.late = 0, False

    def __call__(self, late: Callable[[], bool]) -> str:
        self.runs += 1
        self.begun.set()
        assert self.gate.wait(LONG)
        self.late = late()
        self.ended.set()
        return "answer"


def test_an_answer_in_time_is_the_answer(patience: Patience) -> None:
    assert asyncio.run(patience.within("q", lambda late: ("x", late()), LONG)) == Done(("x", False))


def test_a_refusal_in_time_is_a_refusal(patience: Patience) -> None:
    def refuse(_: object) -> None:
        raise Forbidden("PEER_REQUEST")

    with pytest.raises(Forbidden, match="PEER_REQUEST"):
        asyncio.run(patience.within("q", refuse, LONG))


def test_slow_work_goes_on_and_is_not_begun_twice(patience: Patience) -> None:
    work = Work()
    assert asyncio.run(patience.within("q", work, 0)) is None
    assert work.begun.wait(LONG)
    assert asyncio.run(patience.within("q", work, 0)) is None
    assert work.runs == 1
    work.gate.set()
    assert work.ended.wait(LONG)
    assert work.late, "it is told that nobody waits any more"
    # Who asks again has their own request judged: nothing is handed over from the first.
    assert asyncio.run(patience.within("q", lambda _: "anew", LONG)) == Done("anew")


def test_who_leaves_does_not_stop_the_work_that_another_waits_for(patience: Patience) -> None:
    work = Work()

    async def both() -> tuple[object, object]:
        first = asyncio.create_task(patience.within("q", work, LONG))
        await asyncio.to_thread(work.begun.wait, LONG)
        left = await patience.within("q", work, 0)
        work.gate.set()
        return await first, left

    assert asyncio.run(both()) == (Done("answer"), None)
    assert not work.late


def test_questions_beyond_measure_are_told_to_come_again(patience: Patience) -> None:
    works = [Work() for _ in range(MOST_WAITING + 1)]
    for place, work in enumerate(works):
        assert asyncio.run(patience.within(f"q{place}", work, 0)) is None
    for work in works:
        work.gate.set()
    assert all(work.ended.wait(LONG) for work in works[:-1])
    assert works[-1].runs == 0
