"""A child kept for the next file of the same sender, and who never meets it."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.golden.bad_input import bad_input
from vault.domain.errors import Invalid
from vault.sandbox import Limits, Sandbox

LIMITS = Limits(memory_bytes=1_000_000_000, seconds=20)
DOOR = {"max_bytes": 120_000_000, "max_pages": 300}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(LIMITS, each=3, keep=600) as box:
        yield box


def pid(sandbox: Sandbox, sender: str) -> int:
    return int(sandbox.run("selftest.echo", {}, b"x", sender=sender).header["pid"])


def test_files_of_one_sender_share_a_child_up_to_a_number(sandbox: Sandbox) -> None:
    pids = [pid(sandbox, "a") for _ in range(6)]
    assert pids == [pids[0]] * 3 + [pids[3]] * 3
    assert pids[0] != pids[3]


def test_nobody_meets_the_child_of_another_sender(sandbox: Sandbox) -> None:
    first = pid(sandbox, "b")
    assert pid(sandbox, "c") != first
    assert pid(sandbox, "b") == first


def test_without_a_sender_every_file_has_its_own(sandbox: Sandbox) -> None:
    assert len({pid(sandbox, "") for _ in range(3)}) == 3


def test_a_child_that_grew_old_is_asked_no_more_and_ends() -> None:
    with Sandbox(LIMITS, each=3, keep=0) as box:
        first = pid(box, "a")
        assert pid(box, "a") != first
        end = time.monotonic() + 60
        while _alive(first) and time.monotonic() < end:
            time.sleep(0.01)
        assert not _alive(first)


def test_a_refusal_by_the_engine_does_not_end_it_and_a_crash_does(sandbox: Sandbox) -> None:
    first = pid(sandbox, "d")
    with pytest.raises(Invalid, match="BROKEN"):
        sandbox.run("selftest.refuse", {"code": "BROKEN", "facts": {}}, sender="d")
    assert pid(sandbox, "d") == first
    again = pid(sandbox, "e")
    with pytest.raises(Invalid, match="PARSER_CRASHED") as caught:
        sandbox.run("selftest.crash", {"signal": "SIGSEGV"}, sender="e")
    assert caught.value.facts["reason"] == "SIGSEGV"
    assert pid(sandbox, "e") != again


def test_what_a_dead_child_does_not_answer_a_fresh_one_does(sandbox: Sandbox) -> None:
    """A file before it may have spoiled the child: the next one must not be refused for that."""
    first = pid(sandbox, "f")
    os.kill(first, signal.SIGKILL)
    assert pid(sandbox, "f") != first


def test_closing_ends_kept_children() -> None:
    with Sandbox(LIMITS, each=3, keep=600) as box:
        first = pid(box, "a")
        assert _alive(first)
    assert not _alive(first)


def test_the_door_says_of_each_file_what_it_is() -> None:
    """Good and bad ones by turns, from one sender, in one child: none is judged by the one before it."""
    names = (
        "pdf-named-jpg",
        "truncated-png",
        "cmyk-jpeg",
        "password",
        "giant-picture-in-pdf",
        "pdf-named-jpg",
        "empty",
    )
    with Sandbox(LIMITS, jobs="door", each=64, keep=600) as door:
        for case in map(bad_input, names):
            try:
                said = str(door.run("examine", DOOR, case.content, sender="a").header["kind"])
            except Invalid as error:
                said = error.code
            assert said == {"pdf-named-jpg": "pdf", "cmyk-jpeg": "jpeg"}.get(case.name, case.expected)


def _alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_sandbox_that_nobody_closed_leaves_nothing() -> None:
    """Its warnings would be errors here; its process is what costs memory."""
    box = Sandbox(LIMITS, each=3, keep=600)
    pid(box, "a")
    zygote = box._zygote
    assert zygote is not None
    del box
    gc.collect()
    assert zygote.process.poll() is not None
    assert not zygote.scratch.exists()
