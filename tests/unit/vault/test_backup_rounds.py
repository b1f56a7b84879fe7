"""`vault backup --follow`: a database that is away for a moment ends no backup; settings that are missing do."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest

from vault.cli.backup import rounds
from vault.domain.errors import Unavailable
from vault.usecases.heal.back_up import BackedUp

DONE = BackedUp(datetime(2026, 11, 28, tzinfo=UTC))


class Enough(Exception):  # noqa: N818 - ends the test, is no error
    """The third sleep."""


def run(*answers: BackedUp | Unavailable, every: float) -> tuple[list[BackedUp], list[str]]:
    """What was told of rounds that end so, one after another."""
    left, done, refused = list(answers), list[BackedUp](), list[str]()

    def once() -> BackedUp:
        answer = left.pop(0)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    def sleep(seconds: float) -> None:
        assert seconds == every
        if not left:
            raise Enough

    with suppress(Enough):
        done.extend(rounds(once, every=every, refused=lambda error: refused.append(error.code), sleep=sleep))
    return done, refused


def test_a_part_that_is_down_is_told_and_the_next_round_comes() -> None:
    assert run(DONE, Unavailable("DATABASE_DOWN"), DONE, every=60) == ([DONE, DONE], ["DATABASE_DOWN"])


def test_one_round_alone_says_what_refused_and_ends() -> None:
    assert run(DONE, every=0) == ([DONE], [])
    with pytest.raises(Unavailable, match="BACKUP_DATABASE"):
        run(Unavailable("BACKUP_DATABASE"), every=0)


def test_settings_that_are_missing_are_not_waited_for() -> None:
    with pytest.raises(Unavailable, match="BACKUP_NO_COPIES"):
        run(Unavailable("BACKUP_NO_COPIES"), every=60)
