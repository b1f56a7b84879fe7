"""Consent is the later word, for one purpose; silence is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vault.domain.consents import Consent, ConsentPurpose, PaperConsent, consented, newest

P = ConsentPurpose
SEALED = datetime(2026, 11, 1, tzinfo=UTC)
ME, WIFE, STRANGER = 1, 2, 3
HERE, THERE = "H24.900", "H24.901"


def turn(holder: int, purpose: P, *, on: bool, days: int) -> Consent:
    return Consent(holder, purpose, on, SEALED + timedelta(days=days), "local:congdan")


def asked(*turns: Consent, given: bool = False, names: tuple[int, ...] = (ME,), at: str = HERE) -> bool:
    paper = PaperConsent(given, SEALED, HERE, names)
    return consented(paper, turns, people=(ME, WIFE), agency_code=at)


def test_silence_is_no_consent_and_what_was_said_with_the_paper_holds() -> None:
    assert asked() is False
    assert asked(given=True) is True
    assert asked(given=True, names=()) is True


@pytest.mark.parametrize(
    ("names", "at", "purpose"),
    [
        ((ME,), HERE, P.OWN_DOSSIERS),
        ((ME,), THERE, P.OTHER_AGENCIES),
        ((WIFE, ME), HERE, P.OWN_DOSSIERS),
        ((WIFE,), HERE, P.FAMILY_DOSSIERS),
        ((STRANGER, WIFE), THERE, P.FAMILY_DOSSIERS),
    ],
)
def test_each_purpose_opens_its_own_door_only(names: tuple[int, ...], at: str, purpose: P) -> None:
    speaks = ME if ME in names else WIFE
    for one in P:
        assert asked(turn(speaks, one, on=True, days=1), names=names, at=at) is (one is purpose)
        assert asked(turn(STRANGER, one, on=True, days=1), names=names, at=at) is False


def test_the_later_word_wins_both_ways() -> None:
    on, off = (turn(ME, P.OWN_DOSSIERS, on=one, days=5 + one) for one in (True, False))
    assert asked(on, off) is True, "turned off on day 5, on again on day 6"
    assert asked(turn(ME, P.OWN_DOSSIERS, on=False, days=7), on) is False
    assert asked(turn(ME, P.OWN_DOSSIERS, on=False, days=2), given=True) is False, "withdrawn after it came in"
    assert asked(turn(ME, P.OWN_DOSSIERS, on=False, days=-2), given=True) is True, "agreed again with the paper"
    assert asked(turn(ME, P.OWN_DOSSIERS, on=True, days=-2)) is True, "a standing consent covers papers to come"


def test_newest_keeps_the_last_turn_of_each_switch() -> None:
    first, last = turn(ME, P.OWN_DOSSIERS, on=True, days=1), turn(ME, P.OWN_DOSSIERS, on=False, days=2)
    assert newest((last, first)) == {(ME, P.OWN_DOSSIERS): last}
