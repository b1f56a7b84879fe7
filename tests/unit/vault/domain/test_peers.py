"""Which vault is asked when, what a question must say, and what it comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.domain.consents import Consent, ConsentPurpose
from vault.domain.errors import Conflict, Forbidden
from vault.domain.peers import (
    AT_ONCE,
    LONGEST_WAIT,
    QUESTION_OPEN,
    Peer,
    PeerDirectory,
    PeerQuestion,
    QuestionState,
    again,
    decided_by_person,
    judge,
    question_id,
    question_of,
    read_request,
    switch_for,
    wait_of,
)

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
DAY = date(2026, 11, 27)
MERGED = date(2025, 7, 1)
OLD = Peer("H23", "Hải Dương", "https://hd.example.vn", valid_to=date(2025, 6, 30), successor="H24")
NEW = Peer("H24", "Hải Phòng", "https://hp.example.vn", kinds=frozenset({"GPXD"}))
SAID = {
    "request": "q1", "asker": "H24", "officer": "x", "purpose": "1.004194", "ground": "NĐ", "dossier": "H24-1",
    "consent": "COUNTER", "number": "031090000001", "kinds": ["GPXD", "KS"],
}  # fmt: skip
KEPT = PeerQuestion(
    "id", "H24", "Hải Phòng", "x", "1.004194", "H24-1", frozenset({"GPXD", "KS"}), 7, NOW, NOW + QUESTION_OPEN
)
SECOND = timedelta(seconds=1)
State = QuestionState


# --- the directory ---------------------------------------------------------------------------------------------------
def test_an_entry_answers_on_its_days_both_included() -> None:
    only = Peer("H1", "x", "https://x", valid_from=DAY, valid_to=DAY)
    assert [only.answers(DAY + timedelta(days=n)) for n in (-1, 0, 1)] == [False, True, False]
    assert Peer("H1", "x", "https://x").answers(date.min)


def test_a_merged_agency_is_found_under_its_successor_and_before_under_itself() -> None:
    directory = PeerDirectory((OLD, NEW))
    assert directory.find("H23", MERGED) is NEW
    assert directory.find("H23", MERGED - timedelta(days=1)) is OLD
    assert directory.find("H24", DAY) is NEW
    assert directory.find("H99", DAY) is None
    assert PeerDirectory((OLD,)).find("H23", DAY) is None, "its successor has no vault"


def test_an_old_vault_that_goes_on_answering_is_asked_itself() -> None:
    living = replace(OLD, valid_to=None)
    assert PeerDirectory((living, NEW)).find("H23", DAY) is living


def test_successors_in_a_circle_lead_nowhere() -> None:
    ended = date(2020, 1, 1)
    ring = [Peer(f"H{n}", "x", "https://x", valid_to=ended, successor=f"H{(n + 1) % 3}") for n in range(3)]
    assert PeerDirectory(tuple(ring)).find("H0", DAY) is None


def test_a_vault_is_asked_for_kinds_that_it_holds() -> None:
    assert NEW.holds(frozenset({"GPXD", "KS"})) == {"GPXD"}
    assert OLD.holds(frozenset({"GPXD", "KS"})) == {"GPXD", "KS"}, "no list: any"
    directory = PeerDirectory((OLD, NEW))
    assert directory.holding(frozenset({"KS"}), DAY) == ()
    assert directory.holding(frozenset({"GPXD"}), DAY) == (NEW,)


# --- what a question must say ----------------------------------------------------------------------------------------
def test_a_question_that_says_all_is_read() -> None:
    said = read_request({**SAID, "wait": 3, "more": "of a later version"}, sender="H24")
    assert (said.request, sorted(said.kinds), said.ref, said.wait) == ("q1", ["GPXD", "KS"], None, 3.0)


@pytest.mark.parametrize("name", ["officer", "request", "number", "asker", "kinds"])
def test_a_question_that_lacks_something_is_none(name: str) -> None:
    for told in ({k: v for k, v in SAID.items() if k != name}, {**SAID, name: ""}, {**SAID, name: 7}):
        with pytest.raises(Forbidden, match="PEER_REQUEST"):
            read_request(told, sender="H24")


@pytest.mark.parametrize("name", ["purpose", "ground", "dossier"])
@pytest.mark.parametrize("value", [None, "", 7, []])
def test_without_a_purpose_nothing_is_answered(name: str, value: object) -> None:
    with pytest.raises(Forbidden, match="PEER_PURPOSE"):
        read_request({**SAID, name: value}, sender="H24")


@pytest.mark.parametrize("consent", ["", "LAW", "counter", None, True])
def test_without_consent_or_asking_for_it_nothing_is_answered(consent: object) -> None:
    with pytest.raises(Forbidden, match="PEER_CONSENT"):
        read_request({**SAID, "consent": consent}, sender="H24")


def test_nobody_asks_in_another_s_name_or_without_measure() -> None:
    for told in (
        {**SAID, "asker": "H99"}, {**SAID, "kinds": ["x"] * 201}, {**SAID, "kinds": "GPXD"}, {**SAID, "ref": 7},
        {**SAID, "officer": "x" * 201},
    ):  # fmt: skip
        with pytest.raises(Forbidden, match="PEER_REQUEST"):
            read_request(told, sender="H24")


_json: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(_json | st.fixed_dictionaries({}, optional={**dict.fromkeys([*SAID, "ref", "wait"], _json)}))
def test_whatever_comes_is_read_or_refused(told: Any) -> None:
    assert 0 <= wait_of(told) <= LONGEST_WAIT
    assert len(question_of(told)) == 32
    try:
        said = read_request(told, sender="H24")
    except Forbidden as refused:
        outcome = refused.code
    else:
        outcome = said.asker
    assert outcome in {"H24", "PEER_REQUEST", "PEER_CONSENT", "PEER_PURPOSE"}


@pytest.mark.parametrize("wait", [None, "3", True, -1, float("nan"), [], {}])
def test_who_says_no_time_hears_after_a_second(wait: object) -> None:
    assert wait_of({"wait": wait}) == AT_ONCE


# --- the same question -----------------------------------------------------------------------------------------------
def test_the_same_question_has_one_name_however_long_somebody_waits() -> None:
    name = question_id(read_request(SAID, sender="H24"))
    assert name == question_of({**SAID, "wait": 9, "officer": "y", "kinds": ["GPXD"]})
    for key in ("request", "asker", "purpose", "dossier", "consent", "number"):
        assert question_of({**SAID, key: "z"}) != name, key


def test_an_answer_is_the_same_one_until_it_ends_and_a_no_stays_a_no() -> None:
    new = replace(KEPT, at=NOW + SECOND, ends_at=NOW + SECOND + QUESTION_OPEN)
    answered, refused = replace(KEPT, state=State.ANSWERED), replace(KEPT, state=State.REFUSED)
    assert again(answered, new, KEPT.ends_at - SECOND) is answered
    assert again(answered, new, KEPT.ends_at) is new
    wider = replace(new, kinds=frozenset({"GPXD", "KS", "KH"}))
    agreed = replace(KEPT, state=State.AGREED)
    assert again(agreed, wider, NOW) is wider, "a yes to some kinds is none to others"
    assert again(refused, wider, NOW) is refused
    assert again(KEPT, new, KEPT.ends_at) is KEPT, "one that nobody answered ends, and does not begin again"


# --- what it comes to ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("consent", "switch", "state", "comes_to"),
    [
        ("COUNTER", None, State.WAITING, State.ANSWERED),
        ("SWITCH", False, State.WAITING, State.ANSWERED),  # with nothing in it
        ("ASK", None, State.WAITING, State.WAITING),
        ("ASK", False, State.WAITING, State.WAITING),  # tells no more than somebody unknown
        ("ASK", True, State.WAITING, State.ANSWERED),
        ("ASK", None, State.AGREED, State.ANSWERED),
        ("ASK", None, State.ANSWERED, State.ANSWERED),
    ],
)
def test_who_has_to_be_asked_is_waited_for(
    consent: str,
    switch: bool | None,  # noqa: FBT001 - a column of the table above
    state: State,
    comes_to: State,
) -> None:
    said = read_request({**SAID, "consent": consent}, sender="H24")
    kept = replace(KEPT, state=state)
    assert judge(kept, said, switch=switch, now=NOW) is comes_to
    with pytest.raises(Forbidden, match="PEER_QUESTION_OVER"):
        judge(kept, said, switch=switch, now=KEPT.ends_at)


def test_the_later_word_of_the_person_wins() -> None:
    def turned(at: datetime, *, on: bool) -> Consent:
        return Consent(7, ConsentPurpose.OTHER_AGENCIES, on, at, "x")

    yes = replace(KEPT, state=State.ANSWERED, decided_at=NOW)
    assert switch_for(yes, None) is True
    assert switch_for(yes, turned(NOW - SECOND, on=False)) is True
    assert switch_for(yes, turned(NOW + SECOND, on=False)) is False
    assert switch_for(KEPT, None) is None
    assert switch_for(KEPT, turned(NOW, on=False)) is False
    assert switch_for(replace(KEPT, state=State.REFUSED, decided_at=NOW), turned(NOW, on=True)) is True, "judge refuses"


def test_a_no_is_told() -> None:
    said = read_request({**SAID, "consent": "ASK"}, sender="H24")
    with pytest.raises(Forbidden, match="PEER_QUESTION_REFUSED"):
        judge(replace(KEPT, state=State.REFUSED), said, switch=True, now=KEPT.ends_at)


def test_the_person_s_first_word_stays() -> None:
    yes, no = (decided_by_person(KEPT, agreed=one, now=NOW + SECOND) for one in (True, False))
    assert (yes.state, no.state, yes.decided_at) == (State.AGREED, State.REFUSED, NOW + SECOND)
    assert decided_by_person(yes, agreed=True, now=NOW) is yes
    assert decided_by_person(no, agreed=False, now=NOW) is no
    for kept, word in ((yes, False), (no, True), (replace(yes, state=State.ANSWERED), False)):
        with pytest.raises(Conflict, match="PEER_DECIDED"):
            decided_by_person(kept, agreed=word, now=NOW)
    with pytest.raises(Conflict, match="PEER_DECIDED"):
        decided_by_person(KEPT, agreed=True, now=KEPT.ends_at)
