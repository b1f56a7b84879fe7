from __future__ import annotations

from dataclasses import asdict
from datetime import date
from itertools import product

from vault.domain.audit import Outcome
from vault.domain.kpi import Tally, figures
from vault.domain.people import Action

DAY, NEXT = date(2026, 11, 22), date(2026, 11, 23)
OF = {
    "digitised": Action.SEAL,
    "reused": Action.ATTACH,
    "asked_again": Action.DEMAND,
    "presented": Action.PRESENT,
    "verified": Action.VERIFY,
    "dossiers": Action.OPEN_DOSSIER,
}


def one(action: Action, outcome: Outcome = Outcome.DONE, code: str | None = None, count: int = 1) -> Tally:
    return Tally(DAY, action, outcome, code, count)


def test_nothing_done_counts_nothing() -> None:
    assert set(asdict(figures(())).values()) == {0}


def test_every_act_counts_in_its_own_figure_only() -> None:
    for action in Action:
        counted = {name for name, value in asdict(figures([one(action, count=3)])).items() if value}
        assert counted == {name for name, counts in OF.items() if counts is action}


def test_days_and_codes_are_added_up() -> None:
    tallies = [
        Tally(DAY, Action.VERIFY, Outcome.DONE, "VALID", 5),
        Tally(NEXT, Action.VERIFY, Outcome.DONE, "REVOKED", 2),
        Tally(NEXT, Action.DEMAND, Outcome.DONE, "OVERRIDDEN", 1),
        Tally(NEXT, Action.DEMAND, Outcome.DONE, "ALLOWED", 4),
    ]
    counted = figures(iter(tallies))
    assert (counted.verified, counted.asked_again, counted.once_only_refused) == (7, 5, 0)


def test_a_refusal_counts_for_nothing_but_the_once_only_rule() -> None:
    for action, code in product(Action, (None, "NOT_USABLE", "GROUND_REQUIRED")):
        assert set(asdict(figures([one(action, Outcome.REFUSED, code)])).values()) == {0}, (action, code)
    refused = figures(
        [one(Action.DEMAND, Outcome.REFUSED, "ONCE_ONLY", 4), one(Action.ATTACH, Outcome.REFUSED, "ONCE_ONLY")]
    )
    assert (refused.once_only_refused, refused.asked_again) == (4, 0)
