"""On which ground who reads a paper: every role x side of the wall x circumstance, and each ground's last moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from vault.domain.access import (
    BREAK_GLASS_FOR,
    DOSSIER_AFTER_DUE,
    DOSSIER_WITHOUT_DUE,
    HANDED_IN_FOR,
    PRESENTED_FOR,
    Circumstances,
    DossierRef,
    Ground,
    PaperFacts,
    basis_of,
    is_open,
)
from vault.domain.errors import Forbidden, NotFound
from vault.domain.ids import DossierCode
from vault.domain.people import HOLDER_ROLES, Actor, Role

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)
OLD = PaperFacts("H24.900", frozenset({7, 8}), frozenset({"local:maker"}), NOW - 400 * DAY)
STAFF = [role for role in Role if role not in HOLDER_ROLES]


def dossier(**given: object) -> DossierRef:
    values = {"opened_at": NOW - DAY, "due_on": NOW.date() + 10 * DAY, "closed_at": None, **given}
    return DossierRef(DossierCode("H24.900-261127-0001"), "1.004194", **values)  # type: ignore[arg-type]


KNOWN = {
    None: Circumstances(),
    Ground.DOSSIER: Circumstances(dossiers=(dossier(),)),
    Ground.PRESENTED: Circumstances(presented_at=NOW - timedelta(hours=1)),
    Ground.CORRECTION: Circumstances(correction_waits=True),
    Ground.BREAK_GLASS: Circumstances(glass_broken_at=NOW - timedelta(minutes=1)),
}


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("ground", KNOWN)
@pytest.mark.parametrize("side", ["own agency", "other agency", "no agency", "no paper"])
def test_staff_read_on_a_ground_and_on_their_side_only(role: Role, ground: Ground | None, side: str) -> None:
    agency = {"other agency": "H24.901", "no agency": None}.get(side, "H24.900")
    actor = Actor("local:reader", "X", role, agency, holder_id=7)  # a stray holder opens nothing for them
    paper = None if side == "no paper" else OLD
    decides = role in {Role.OFFICER, Role.CERTIFIER}  # a case opens the paper to those only who may decide it
    if ground is not None and side == "own agency" and (decides or ground is not Ground.CORRECTION):
        assert basis_of(actor, paper, KNOWN[ground], NOW).ground is ground
        return
    with pytest.raises(Forbidden) as caught:
        basis_of(actor, paper, KNOWN[ground], NOW)
    assert (caught.value.code, dict(caught.value.facts)) == ("PURPOSE_NEEDED", {}), "the same words for every case"


@pytest.mark.parametrize("role", sorted(HOLDER_ROLES))
@pytest.mark.parametrize("ground", KNOWN)
@pytest.mark.parametrize(("holder_id", "own"), [(7, True), (8, True), (9, False), (None, False)])
def test_holders_read_their_own_and_nothing_else_on_any_ground(
    role: Role, ground: Ground | None, holder_id: int | None, *, own: bool
) -> None:
    actor = Actor("local:citizen", "X", role, "H24.900", holder_id)  # a stray agency opens nothing for them
    if own:
        assert basis_of(actor, OLD, KNOWN[ground], NOW).ground is Ground.OWN
    for paper in (None, *(() if own else (OLD,))):
        with pytest.raises(NotFound, match="RECORD"):
            basis_of(actor, paper, KNOWN[ground], NOW)


def test_the_paper_that_was_handed_in_may_be_looked_at_for_a_day_by_who_handled_it() -> None:
    maker = Actor("local:maker", "X", Role.OFFICER, "H24.900")
    for age, allowed in ((HANDED_IN_FOR - MOMENT, True), (HANDED_IN_FOR, False)):
        paper = PaperFacts(OLD.agency_code, OLD.holder_ids, OLD.handled_by, NOW - age)
        if allowed:
            assert basis_of(maker, paper, Circumstances(), NOW).ground is Ground.HANDED_IN
        for actor in (Actor("local:colleague", "Y", Role.OFFICER, "H24.900"), *(() if allowed else (maker,))):
            with pytest.raises(Forbidden, match="PURPOSE_NEEDED"):
                basis_of(actor, paper, Circumstances(), NOW)
    moved = Actor("local:maker", "X", Role.OFFICER, "H24.901")
    fresh = PaperFacts(OLD.agency_code, OLD.holder_ids, OLD.handled_by, NOW)
    with pytest.raises(Forbidden, match="PURPOSE_NEEDED"):
        basis_of(moved, fresh, Circumstances(), NOW)


@pytest.mark.parametrize(
    ("known", "allowed"),
    [
        (Circumstances(presented_at=NOW - PRESENTED_FOR + MOMENT), True),
        (Circumstances(presented_at=NOW - PRESENTED_FOR), False),
        (Circumstances(glass_broken_at=NOW - BREAK_GLASS_FOR + MOMENT), True),
        (Circumstances(glass_broken_at=NOW - BREAK_GLASS_FOR), False),
        (Circumstances(dossiers=(dossier(closed_at=NOW),)), False),
        (Circumstances(dossiers=(dossier(closed_at=NOW + MOMENT),)), True),
    ],
)
def test_a_ground_ends(known: Circumstances, *, allowed: bool) -> None:
    actor = Actor("local:reader", "X", Role.OFFICER, "H24.900")
    if allowed:
        assert basis_of(actor, OLD, known, NOW)
    else:
        with pytest.raises(Forbidden, match="PURPOSE_NEEDED"):
            basis_of(actor, OLD, known, NOW)


def test_a_dossier_is_open_until_a_month_after_its_day_or_a_year_without_one() -> None:
    assert is_open(dossier(due_on=NOW.date() - DOSSIER_AFTER_DUE), NOW)
    assert not is_open(dossier(due_on=NOW.date() - DOSSIER_AFTER_DUE - DAY), NOW)
    assert is_open(dossier(due_on=None, opened_at=NOW - DOSSIER_WITHOUT_DUE + MOMENT), NOW)
    assert not is_open(dossier(due_on=None, opened_at=NOW - DOSSIER_WITHOUT_DUE), NOW)


def test_a_dossier_ends_at_midnight_in_viet_nam() -> None:
    last_day = date(2026, 3, 31)
    due = dossier(due_on=last_day - DOSSIER_AFTER_DUE)
    assert is_open(due, datetime(2026, 3, 31, 16, 59, tzinfo=UTC))
    assert not is_open(due, datetime(2026, 3, 31, 17, 1, tzinfo=UTC))


def test_the_newest_open_dossier_is_the_purpose_and_comes_before_other_grounds() -> None:
    older, newer = dossier(opened_at=NOW - 3 * DAY), dossier(opened_at=NOW - DAY)
    ended = dossier(due_on=date(2026, 1, 1), opened_at=NOW)
    known = Circumstances((older, newer, ended), presented_at=NOW, glass_broken_at=NOW)
    basis = basis_of(Actor("local:reader", "X", Role.OFFICER, "H24.900"), OLD, known, NOW)
    assert (basis.ground, basis.dossier) == (Ground.DOSSIER, newer)
