"""No answer's time tells whether a thing exists: medians of calls in turn differ by at most five milliseconds."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from statistics import median
from typing import Any

import pytest
from sqlalchemy import event

from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.http import Client, stranger
from tests.fakes.parts import PASSWORD, account, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.domain.errors import Forbidden
from vault.domain.holders import HolderId
from vault.domain.ids import RecordCode, record_code
from vault.domain.intake import NamedHolder
from vault.domain.people import Role
from vault.usecases.identify.opening import Caller
from vault.usecases.identify.sign_in import SignIn, sign_in

pytestmark = pytest.mark.service
MOST = 0.005
"""Seconds, by issue 8."""
TURNS, ROUNDS = 10, 4
LONG = 0.009
"""Seconds of a call, and of a difference that must be seen."""
HERE, THERE = "H24.965", "H24.966"


def seconds(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def spin(cpu: float) -> None:
    """Compute for so many seconds of this process."""
    end = time.process_time() + cpu
    while time.process_time() < end:
        hashlib.sha256(bytes(1024)).digest()


def slowness() -> float:
    """How many times longer than alone on the machine a computation takes just now.

    As long as what is measured: a shorter one often runs through before the machine turns to somebody else.
    """
    return max(1.0, seconds(partial(spin, LONG)) / LONG)


def difference(one: Callable[[], object], other: Callable[[], object], *, turns: int = TURNS) -> float:
    """Median of what a pair of calls differs by, in seconds of a machine that does nothing else.

    The two take turns, also in who is first: what else the machine does meets both alike. Measured on until it is
    small, so that a burst does not fail it; a real difference stays.
    """
    found: list[float] = []
    slow: list[float] = []
    for _ in range(ROUNDS):
        for turn in range(turns):
            slow.append(slowness())
            if turn % 2:
                late = seconds(other)
                found.append(seconds(one) - late)
            else:
                found.append(seconds(one) - seconds(other))
        if abs(median(found)) / median(slow) <= MOST:
            break
    return abs(median(found)) / median(slow)


@contextmanager
def statements(app: App) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(app.uow.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(app.uow.engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return with_other(parts, engines=ToldEngines(), sealing=PlainSeal())


@pytest.fixture(scope="module")
def codes(app: App) -> tuple[RecordCode, RecordCode, RecordCode]:
    """A paper of this agency, one of another, and none."""
    found = []
    for number, agency in enumerate((HERE, THERE)):
        officer = account(app, f"gio-nhap-{number}", Role.OFFICER, agency=agency)
        found.append(desk.record_of(app, officer, holder=NamedHolder(f"03109000096{number + 6}", "LÝ THỊ GIỜ")))
    return found[0], found[1], record_code(b"\xfe" * 8)


@pytest.fixture(scope="module")
def officer(app: App) -> Client:
    account(app, "gio-can-bo", Role.OFFICER, agency=HERE)
    return stranger(app).signed_in("gio-can-bo", PASSWORD)


@pytest.fixture(scope="module")
def citizen(app: App) -> Client:
    with app.uow.begin() as tx:
        holder = tx.holders.ensure(HolderId.parse("031090000969"), "NGƯỜI KHÁC", at=app.clock.now())
    account(app, "gio-cong-dan", Role.CITIZEN, holder_id=holder)
    return stranger(app).signed_in("gio-cong-dan", PASSWORD)


@pytest.mark.parametrize("path", ["", "/files/SEALED", "/versions"])
def test_an_officer_without_a_ground_does_not_learn_which_papers_there_are(
    app: App, officer: Client, codes: tuple[RecordCode, ...], path: str
) -> None:
    own, theirs, none = (partial(officer.get, f"/api/v1/records/{code}{path}") for code in codes)
    answers = [one() for one in (own, theirs, none)]
    assert {one.status_code for one in answers} == {403}
    assert len({one.text for one in answers}) == 1
    asked = []
    for one in (own, theirs, none):
        with statements(app) as seen:
            one()
        asked.append(tuple(seen))
    assert asked[0] == asked[1] == asked[2], "the database is asked the same, whatever there is"
    assert difference(own, none) <= MOST
    assert difference(theirs, none) <= MOST


def test_a_citizen_does_not_learn_which_papers_others_have(citizen: Client, codes: tuple[RecordCode, ...]) -> None:
    there, nowhere = (partial(citizen.get, f"/api/v1/records/{code}") for code in (codes[0], codes[2]))
    assert (there().status_code, nowhere().status_code) == (404, 404)
    assert difference(there, nowhere) <= MOST


def test_urgent_access_to_another_agency_s_paper_is_like_to_none(
    officer: Client, codes: tuple[RecordCode, ...]
) -> None:
    body = {"reason": "Bệnh nhân cấp cứu, cần biết ngay"}
    theirs, nowhere = (partial(officer.post, f"/api/v1/records/{code}/urgent-access", json=body) for code in codes[1:])
    assert (theirs().status_code, nowhere().status_code) == (404, 404)
    assert difference(theirs, nowhere) <= MOST


def test_signing_in_takes_as_long_for_a_name_that_is_none(app: App) -> None:
    account(app, "gio-ten", Role.OFFICER, agency=HERE)
    number = iter(range(10**6))

    def guess(name: str) -> None:
        caller = Caller(f"10.1.{next(number)}", "test")  # an address of its own: the brake is not what is measured
        with suppress(Forbidden):
            sign_in(SignIn(name, "falsch"), uow=app.uow, clock=app.clock, ids=app.ids, hours=1, caller=caller)

    assert difference(partial(guess, "gio-ten"), partial(guess, "khong-co-ten-nay"), turns=8) <= MOST


def test_a_real_difference_is_seen() -> None:
    assert difference(partial(spin, LONG), partial(spin, 0), turns=5) > MOST
