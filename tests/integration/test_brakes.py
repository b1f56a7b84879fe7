"""Who asks like a program is told to wait: printed look-up codes and the officer's search."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes.parts import PASSWORD
from tests.integration.test_sign_in import World, at
from vault.bootstrap import App
from vault.domain.people import Role
from vault.domain.sign_in import LOOK_UP_CALLER, LOOK_UP_MISSES, SEARCHES, Limit

pytestmark = pytest.mark.service
NOBODY = {"code": "028T-5CY4-TQKF-F4"}
WAIT = (429, "TOO_MANY_LOOK_UPS")


@pytest.fixture
def world(parts: App) -> World:
    found = at(parts)
    found.clock.moved = timedelta(days=30)  # every test calls from one address: a window in which no other one was
    return found


def counted(world: World, limit: Limit, caller: str, times: int) -> None:
    with world.app.uow.begin() as tx:
        for _ in range(times):
            tx.sign_ins.tried(limit, caller, at=world.clock.now())


def test_codes_that_are_not_there_are_guessed_twenty_times_a_minute(world: World) -> None:
    def look_up() -> tuple[int, str]:
        answer = world.web.post("/api/v1/verify/code", json=NOBODY)
        return answer.status_code, answer.json()["code"]

    assert [look_up() for _ in range(LOOK_UP_MISSES.most + 2)] == [(404, "RECORD")] * LOOK_UP_MISSES.most + [WAIT] * 2
    officer = world.web.signed_in(world.person(), PASSWORD)
    answer = officer.post("/api/v1/verify/code", json=NOBODY)
    assert answer.status_code == 404, "who is signed in is counted by the account, not by the office's address"
    world.clock.moved += LOOK_UP_MISSES.window
    assert look_up() == (404, "RECORD")


def test_look_ups_are_braked_found_or_not(world: World) -> None:
    name = world.person(Role.VERIFIER)
    verifier = world.web.signed_in(name, PASSWORD)
    counted(world, LOOK_UP_CALLER, f"local:{name}", LOOK_UP_CALLER.most - 1)
    assert verifier.post("/api/v1/verify/code", json=NOBODY).status_code == 404
    answer = verifier.post("/api/v1/verify/code", json=NOBODY)
    assert (answer.status_code, answer.json()["code"]) == WAIT


def test_searches_are_braked_by_account(world: World) -> None:
    name = world.person()
    officer, colleague = (world.web.signed_in(one, PASSWORD) for one in (name, world.person()))
    what = {"text": "nguyễn", "purpose": "thử tìm giấy tờ"}
    counted(world, SEARCHES, f"local:{name}", SEARCHES.most - 1)
    assert officer.post("/api/v1/search", json=what).status_code == 200
    answer = officer.post("/api/v1/search", json=what)
    assert (answer.status_code, answer.json()["code"]) == WAIT
    assert colleague.post("/api/v1/search", json=what).status_code == 200
    world.clock.moved += SEARCHES.window
    assert officer.post("/api/v1/search", json=what).status_code == 200
