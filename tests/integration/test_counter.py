"""At the counter: one look-up answers a dossier, nothing passes the guard, one notice tells all that is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.counter import AN, OTHER_AGENCY, Counter, running
from tests.fakes.http import Client
from vault.cli.main import main
from vault.domain.audit import PARTY, Outcome
from vault.domain.catalogue import Catalogue, Period, Procedure
from vault.domain.consents import Consent, ConsentPurpose
from vault.domain.errors import NotFound
from vault.domain.holders import HolderId, HolderRole
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.people import Action, Actor, Role
from vault.domain.reasons import Verdict
from vault.domain.reuse import VIET_NAM, Step
from vault.domain.states import RecordState, SignatureEvidence, TrustLevel
from vault.ports import Clock
from vault.usecases.oversee.count import who_looked
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.explain import Explained, explain_decision

pytestmark = pytest.mark.service

RESIDENCE = "1.004194"
"""Temporary residence: one component, proof of lawful dwelling (QSDD, GPXD, ...)."""
HOME = f"{RESIDENCE}.TP02"
MARRIAGE = "1.000894"


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running(tmp_path_factory.mktemp("counter")) as found:
        yield found


@pytest.fixture(scope="module")
def officer(counter: Counter) -> Client:
    return counter.client()


def opened(officer: Client, procedure: str = RESIDENCE, who: tuple[str, str] = AN, **more: Any) -> str:
    given = {"procedure": procedure, "holder": who[0], "holder_name": who[1], **more}
    return str(officer.post("/api/v1/dossiers", json=given).raise_for_status().json()["code"])


def components(officer: Client, dossier: str) -> dict[str, Any]:
    answered = officer.get(f"/api/v1/dossiers/{dossier}/components").raise_for_status().json()
    return {one["component"]: one for one in answered["components"]}


def person(serial: int, name: str) -> tuple[str, str]:
    return f"031090{900000 + serial}", name


def test_the_answer_shows_what_could_stand_for_a_component_and_nothing_else(counter: Counter, officer: Client) -> None:
    who = person(1, "LÊ VĂN MỘT")
    permit = counter.record("GPXD", who)
    counter.record("KSK", who)
    dossier = opened(officer, who=who)
    answered = officer.get(f"/api/v1/dossiers/{dossier}/components").json()
    assert set(answered["records"]) == {permit.code}
    (home,) = (one for one in answered["components"] if one["component"] == HOME)
    assert (home["verdict"], home["decisions"][0]["record"]) == ("USABLE", permit.code)
    with counter.app.uow.begin() as tx:
        (looked,) = tx.events.list(dossier=DossierCode(dossier), action=Action.LOOKUP, limit=5)
    assert looked.details["asked"] == [Step.THIS_VAULT], "sources that were really consulted, in their order"
    assert looked.details["settled"] == {"TP02": Step.THIS_VAULT}


def log_of(counter: Counter, who: tuple[str, str]) -> list[tuple[str, list[str], str | None]]:
    """The look-ups and searches in a citizen's own log: the act, their papers in it, what for."""
    with counter.app.uow.begin() as tx:
        holder = tx.holders.find(HolderId.parse(who[0]))
    citizen = Actor(f"local:cd-{who[0]}", "x", Role.CITIZEN, None, holder)
    told = who_looked(actor=citizen, uow=counter.app.uow.acting(citizen), limit=50)
    acts = {Action.LOOKUP, Action.SEARCH}
    return [(one.action.value, list(one.records), one.purpose) for one in told if one.action in acts]


def test_everybody_whose_paper_the_answer_shows_is_told_of_it(counter: Counter, officer: Client) -> None:
    """The parties, and whoever else stands on the paper; each is told of their own papers, once, and nobody else is."""
    groom, bride, wife = person(81, "VŨ VĂN BẢY"), person(82, "ĐỖ THỊ TÁM"), person(83, "LÊ THỊ CŨ")
    child = person(84, "VŨ VĂN CON")
    both = counter.record("XNTTHN", groom, wife, purpose="KET_HON", issued_on=date(2026, 9, 1))
    hers = counter.record("XNTTHN", bride, purpose="KET_HON", issued_on=date(2026, 9, 1))
    counter.record("KSK", bride)
    parties = [{"number": one[0], "name": one[1], "role": "SPOUSE"} for one in (bride, child)]
    dossier = opened(officer, MARRIAGE, groom, parties=parties)
    shown = officer.get(f"/api/v1/dossiers/{dossier}/components").json()["records"]
    assert set(shown) == {both.code, hers.code}
    assert log_of(counter, groom) == [("LOOKUP", [both.code], MARRIAGE)]
    assert log_of(counter, wife) == [("LOOKUP", [both.code], MARRIAGE)], "she is not in the dossier, but on the paper"
    assert log_of(counter, bride) == [("LOOKUP", [hers.code], MARRIAGE)]
    assert log_of(counter, child) == [], "nothing of theirs was shown"
    with counter.app.uow.begin() as tx:
        looked = tx.events.list(dossier=DossierCode(dossier), action=Action.LOOKUP, limit=9)
    (act,) = (one for one in looked if one.code != PARTY)
    assert sorted(act.details["records"]) == sorted(shown), "the act itself names every paper that it showed"
    assert [one.code for one in looked].count(PARTY) == 2


def test_an_explanation_and_a_form_tell_whose_papers_were_shown(counter: Counter, officer: Client) -> None:
    who, wife = person(85, "TRẦN VĂN GIẢI"), person(86, "TRẦN THỊ GIẢI")
    permit = counter.record("GPXD", who, wife)
    dossier = opened(officer, who=who)
    explain_decision(
        DossierCode(dossier), HOME, actor=counter.officer, uow=counter.app.uow, catalogue=counter.app.catalogue,
        clock=counter.app.clock,
    )  # fmt: skip
    told = [("LOOKUP", [permit.code], RESIDENCE)]
    assert (log_of(counter, who), log_of(counter, wife)) == (told, told)


def test_parties_submitter_and_authority_reach_the_decision(counter: Counter, officer: Client) -> None:
    groom, bride, father = person(2, "VŨ VĂN HAI"), person(3, "ĐỖ THỊ BA"), person(4, "VŨ VĂN BỐN")
    status = counter.record("XNTTHN", bride, purpose="KET_HON", issued_on=date(2026, 9, 1))
    more = {
        "parties": [{"number": bride[0], "name": bride[1], "role": "SPOUSE"}],
        "submitted_by": {"number": father[0], "name": father[1], "role": "PARENT"},
    }
    dossier = opened(officer, MARRIAGE, groom, **more)
    shown = officer.get(f"/api/v1/dossiers/{dossier}/notice").json()["dossier"]
    assert [(one["number"], one["role"]) for one in shown["parties"]] == [(bride[0], "SPOUSE")]
    assert (shown["submitted_by"]["number"], shown["authority"]) == (father[0], "NONE")
    found = components(officer, dossier)[f"{MARRIAGE}.TP04"]["decisions"]
    assert [one["record"] for one in found] == [status.code]
    # The component is about the applicant; the bride's paper is found because she takes part, and judged as hers.
    codes = {reason["code"] for reason in found[0]["reasons"]}
    assert {"HOLDER_MISMATCH", "SUBMITTER_WITHOUT_AUTHORITY"} <= codes
    allowed = opened(officer, MARRIAGE, groom, **more, authority="AUTHORISED")
    codes = {reason["code"] for reason in components(officer, allowed)[f"{MARRIAGE}.TP04"]["decisions"][0]["reasons"]}
    assert "SUBMITTER_WITHOUT_AUTHORITY" not in codes
    refused = officer.post("/api/v1/dossiers", json={"procedure": MARRIAGE, "holder": groom[0], "authority": "KING"})
    assert (refused.status_code, refused.json()["code"]) == (422, "AUTHORITY")


def test_the_consent_that_counts_is_the_switch_as_it_stands_now(counter: Counter, officer: Client) -> None:
    who = person(31, "PHAN VĂN ĐỒNG")
    paper = counter.record("HONGHEO", who, consent=False)
    dossier = opened(officer, "3.000333", who)

    def asks() -> bool:
        found = components(officer, dossier)["3.000333.TP03"]["decisions"]
        assert [one["record"] for one in found] == [paper.code]
        codes = {reason["code"] for one in found if one["record"] == paper.code for reason in one["reasons"]}
        return "NO_CONSENT" in codes

    def turn(purpose: ConsentPurpose, *, on: bool) -> None:
        with counter.app.uow.begin() as tx:
            holder = tx.holders.find(HolderId.parse(who[0]))
            assert holder is not None
            tx.consents.add(Consent(holder, purpose, on, counter.app.clock.now(), "local:congdan"))

    assert asks()
    turn(ConsentPurpose.OTHER_AGENCIES, on=True)
    assert asks(), "a consent for another purpose opens nothing"
    turn(ConsentPurpose.OWN_DOSSIERS, on=True)
    assert not asks()
    turn(ConsentPurpose.OWN_DOSSIERS, on=False)
    assert asks(), "withdrawn is withdrawn, at once"


def test_a_later_correction_asks_for_a_look(counter: Counter, officer: Client) -> None:
    who = person(5, "BÙI VĂN NĂM")
    permit = counter.record("GPXD", who, issued_on=date(2020, 1, 1))
    dossier = opened(officer, who=who)
    assert components(officer, dossier)[HOME]["verdict"] == "USABLE"
    correction = counter.record("CAICHINH", who, issued_on=date(2023, 1, 1))
    home = components(officer, dossier)[HOME]
    assert (home["verdict"], home["decisions"][0]["record"]) == ("NEEDS_CHECK", permit.code)
    reasons = {reason["code"]: reason["vi"] for reason in home["decisions"][0]["reasons"]}
    assert correction.code in reasons["CORRECTED_LATER"]
    counter.change(correction.code, RecordState.REVOKED)
    assert components(officer, dossier)[HOME]["verdict"] == "USABLE"


def test_the_identity_card_ties_the_old_number_to_the_person(counter: Counter, officer: Client) -> None:
    name = "PHẠM THỊ SÁU"
    old = counter.record("GPXD", ("031999006", name), issued_on=date(2010, 3, 4), roles=(HolderRole.OWNER,))
    number = person(6, name)[0]
    before = opened(officer, who=(number, name))
    assert components(officer, before)[HOME]["decisions"] == []
    card = f"{number}|031999006|Phạm Thị Sáu|01021990|Nữ|Phường Mẫu|05062021|tail|that|grows"
    after = opened(officer, who=(card, ""))
    (decision,) = components(officer, after)[HOME]["decisions"]
    assert decision["verdict"] == "NEEDS_CHECK", "the QR of a card is not signed"
    assert "HOLDER_OLD_NUMBER_UNTIED" in {reason["code"] for reason in decision["reasons"]}
    (tie,) = officer.get(f"/api/v1/dossiers/{after}/components").json()["dossier"]["old_numbers"]
    assert (tie["state"], "031999006" in str(tie)) == ("PROPOSED", False)
    reason = {"reason": "Đã đối chiếu thẻ căn cước của người có mặt"}
    officer.post(f"/api/v1/dossiers/{after}/old-numbers/{tie['id']}/confirm", json=reason).raise_for_status()
    (decision,) = components(officer, after)[HOME]["decisions"]
    assert decision["record"] == old.code
    assert "HOLDER_OLD_NUMBER" in {reason["code"] for reason in decision["reasons"]}
    with counter.app.uow.begin() as tx:
        assert tx.records.get(old.code).holders[0].number == "031999006"  # what the paper prints stays
    answer = officer.post("/api/v1/dossiers", json={"procedure": RESIDENCE, "holder": "abc|def"})
    assert (answer.status_code, answer.json()["code"]) == (422, "IDENTITY_CARD")


def test_an_attachment_keeps_its_question_and_replays_after_the_record_changed(
    counter: Counter, officer: Client
) -> None:
    who = person(7, "NGÔ VĂN BẢY")
    permit = counter.record("GPXD", who)
    dossier = opened(officer, who=who)
    given = {"component": HOME, "record": permit.code}
    officer.post(f"/api/v1/dossiers/{dossier}/attach", json=given).raise_for_status()
    counter.change(permit.code, RecordState.REVOKED)
    app = counter.app
    (told,) = explain_decision(
        DossierCode(dossier), HOME, actor=counter.officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock
    )
    assert told.replays is True
    assert told.kept is not None
    assert told.question.candidate.record_code == permit.code
    assert told.decision.verdict.value == told.kept["verdict"] == "USABLE"
    with pytest.raises(NotFound):  # another agency's officer learns nothing
        explain_decision(
            DossierCode(dossier), HOME, actor=counter.other, uow=app.uow, catalogue=app.catalogue, clock=app.clock
        )


def test_an_old_decision_is_explained_under_every_later_edition(counter: Counter, officer: Client) -> None:
    """Dated changes replay to the same answer; an edition changed in place, or without the entry, is found out."""
    who = person(71, "NGÔ VĂN BẢY MỐT")
    permit, app = counter.record("GPXD", who), counter.app
    dossier = opened(officer, who=who)
    given = {"component": HOME, "record": permit.code}
    officer.post(f"/api/v1/dossiers/{dossier}/attach", json=given).raise_for_status()
    today = app.clock.now().astimezone(VIET_NAM).date()
    current = app.catalogue.procedure(RESIDENCE, today)
    tomorrow = today + timedelta(days=1)

    def edition(*entries: Procedure) -> Catalogue:
        others = tuple(one for one in app.catalogue.procedures if one.code != RESIDENCE)
        return replace(app.catalogue, procedures=(*others, *entries), version="2027")

    def told(catalogue: Catalogue) -> Explained:
        code = DossierCode(dossier)
        (one,) = explain_decision(
            code, HOME, actor=counter.officer, uow=app.uow, catalogue=catalogue, clock=Tomorrow(app.clock)
        )
        assert one.kept is not None
        assert one.kept["verdict"] == "USABLE", "what was decided stays decided"
        return one

    class Tomorrow:
        def __init__(self, clock: Clock) -> None:
            self._clock = clock

        def now(self) -> datetime:
            return self._clock.now() + timedelta(days=2)

    ended = replace(current, period=Period(current.period.valid_from, today))
    other = replace(current, components=current.components[:1], period=Period(tomorrow, None))
    dated = told(edition(ended, other))
    assert (dated.replays, dated.decision is not None) == (True, True), "the component is gone since, its day is not"
    lost = told(edition(other))
    assert (lost.replays, lost.decision) == (False, None)
    in_place = replace(
        current,
        components=tuple(replace(one, accepts=("KSK",)) if one.code == HOME else one for one in current.components),
    )
    changed = told(edition(in_place))
    assert changed.replays is False
    assert changed.decision is not None
    assert changed.decision.verdict is Verdict.NOT_USABLE


def test_the_command_line_explains_a_decision(
    counter: Counter, officer: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    who = person(15, "CAO VĂN MƯỜI LĂM")
    permit = counter.record("GPXD", who)
    dossier = opened(officer, who=who)
    monkeypatch.setattr("vault.bootstrap.build", lambda: counter.app)  # a command opens its own connections otherwise

    def told() -> dict[str, Any]:
        assert main(["explain", dossier, HOME, "--as", "can-bo", "--json"]) == 0
        (one,) = json.loads(capsys.readouterr().out.strip().splitlines()[-1])["decisions"]
        return dict(one)

    assert (told()["replays"], told()["decision"]["record_code"]) == (None, permit.code)
    officer.post(f"/api/v1/dossiers/{dossier}/attach", json={"component": HOME, "record": permit.code})
    one = told()
    assert (one["replays"], one["kept"]["verdict"]) == (True, "USABLE")
    assert one["why"][0].startswith("Dùng được")
    assert main(["explain", dossier, HOME, "--as", "can-bo"]) == 0
    assert "the same answer" in capsys.readouterr().out
    (attached,) = officer.get(f"/api/v1/dossiers/{dossier}/components").json()["dossier"]["attachments"]
    named = attached["decision_id"]
    assert named == f"{dossier}-TP02" == attached["decision"]["id"]
    assert main(["explain", named.lower(), "--as", "can-bo", "--json"]) == 0
    (by_id,) = json.loads(capsys.readouterr().out.strip().splitlines()[-1])["decisions"]
    assert (by_id["kept"], by_id["replays"]) == (one["kept"], True)
    with counter.app.uow.begin() as tx:
        (event,) = tx.events.list(dossier=DossierCode(dossier), action=Action.ATTACH, limit=5)
        # As one of before ids were kept: the row's own key names it.
        old = tx.dossiers.get(DossierCode(dossier)).attachments[0]
    assert event.details["decision"] == named
    assert old.decision_id == named
    assert main(["explain", "gì đó", "--as", "can-bo", "--json"]) == 1
    assert json.loads(capsys.readouterr().out.strip().splitlines()[-1])["code"] == "DECISION_ID"


def test_a_component_of_another_procedure_does_not_belong_here(counter: Counter, officer: Client) -> None:
    who = person(8, "HỒ VĂN TÁM")
    permit = counter.record("GPXD", who)
    dossier = opened(officer, who=who)
    for path, given in (
        ("attach", {"component": "1.004222.TP02", "record": permit.code}),
        ("demand", {"component": "1.004222.TP02", "ground": "NO_DATA", "reason": "thiếu"}),
    ):
        answer = officer.post(f"/api/v1/dossiers/{dossier}/{path}", json=given)
        assert (answer.status_code, answer.json()["code"]) == (404, "COMPONENT_UNKNOWN")


def test_somebody_elses_paper_is_not_attached(counter: Counter, officer: Client) -> None:
    who, other = person(9, "DƯƠNG VĂN CHÍN"), person(10, "DƯƠNG VĂN MƯỜI")
    own_agency = counter.record("GPXD", other)
    elsewhere = counter.record("GPXD", other, agency=OTHER_AGENCY)
    dossier = opened(officer, who=who)
    answers = [
        officer.post(f"/api/v1/dossiers/{dossier}/attach", json={"component": HOME, "record": one.code}).json()["code"]
        for one in (own_agency, elsewhere)
    ]
    assert answers == ["NOT_USABLE", "RECORD"]


def test_one_notice_tells_everything_that_is_missing(officer: Client) -> None:
    who = person(11, "MAI VĂN MƯỜI MỘT")
    dossier = opened(officer, MARRIAGE, who)
    draft = officer.get(f"/api/v1/dossiers/{dossier}/notice").raise_for_status().json()
    asked = [one["component"] for one in draft["undecided"]]
    assert asked == [f"{MARRIAGE}.TP02", f"{MARRIAGE}.TP04"]
    assert (draft["complete"], draft["items"], draft["issued"]) == (False, [], [])
    early = officer.post(f"/api/v1/dossiers/{dossier}/notice")
    assert (early.status_code, early.json()["code"]) == (409, "NOTICE_INCOMPLETE")
    for component in asked:
        given = {"component": component, "ground": "NO_DATA", "reason": "đã tra cứu, không có", "form": "SHOW_ORIGINAL"}
        officer.post(f"/api/v1/dossiers/{dossier}/demand", json=given).raise_for_status()
    draft = officer.get(f"/api/v1/dossiers/{dossier}/notice").json()
    assert draft["complete"] is True
    sent = officer.post(f"/api/v1/dossiers/{dossier}/notice").raise_for_status().json()
    assert sent["number"] == 1
    assert [(one["component"], one["form"], one["ground"]) for one in sent["items"]] == [
        (component, "SHOW_ORIGINAL", "NO_DATA") for component in asked
    ]
    assert all("NĐ 309/2026" in one["article"] and one["name"] and one["reason"] for one in sent["items"])
    again = officer.post(f"/api/v1/dossiers/{dossier}/notice").json()
    assert again == sent  # the same notice, not a second one
    late = {"component": f"{MARRIAGE}.TP03", "ground": "NO_DATA", "reason": "quên"}
    refused = officer.post(f"/api/v1/dossiers/{dossier}/demand", json=late)
    assert (refused.status_code, refused.json()["code"]) == (409, "NOTICE_SENT")
    officer.post(f"/api/v1/dossiers/{dossier}/demand", json=late | {"override": True}).raise_for_status()
    second = officer.post(f"/api/v1/dossiers/{dossier}/notice").raise_for_status().json()
    assert (second["number"], second["reason"], len(second["items"])) == (2, "quên", 1)
    told = officer.get("/api/v1/reports/overrides").raise_for_status().json()["overrides"]
    assert [one["demand"]["component"] for one in told if one["dossier"] == dossier] == [f"{MARRIAGE}.TP03"]


def test_a_complete_dossier_needs_no_notice(counter: Counter, officer: Client) -> None:
    who = person(12, "TẠ VĂN MƯỜI HAI")
    permit = counter.record("GPXD", who)
    dossier = opened(officer, who=who)
    draft = officer.get(f"/api/v1/dossiers/{dossier}/notice").json()
    assert [(one["situation"], one["record"]) for one in draft["undecided"]] == [("USABLE", permit.code)]
    officer.post(f"/api/v1/dossiers/{dossier}/attach", json={"component": HOME, "record": permit.code})
    answer = officer.post(f"/api/v1/dossiers/{dossier}/notice")
    assert (answer.status_code, answer.json()["code"]) == (409, "NOTHING_MISSING")


def test_the_daily_report_names_who_asked_against_a_usable_record(counter: Counter, officer: Client) -> None:
    who = person(13, "LÝ VĂN MƯỜI BA")
    permit = counter.record("GPXD", who)
    dossier = opened(officer, who=who)
    given = {"component": HOME, "ground": "SYSTEM_DOWN", "reason": "mất điện", "override": True}
    plain = officer.post(f"/api/v1/dossiers/{dossier}/demand", json=given | {"override": False})
    assert (plain.status_code, plain.json()["code"]) == (409, "ONCE_ONLY")
    officer.post(f"/api/v1/dossiers/{dossier}/demand", json=given).raise_for_status()
    today = counter.app.clock.now().astimezone(VIET_NAM).date()
    told = officer.get("/api/v1/reports/overrides", params={"day": today.isoformat()}).raise_for_status().json()
    (mine,) = (one["demand"] for one in told["overrides"] if one["dossier"] == dossier)
    assert (mine["overrides"], mine["reason"], mine["by"]) == (permit.code, "mất điện", counter.officer.name)
    yesterday = {"day": (today - timedelta(days=1)).isoformat()}
    assert officer.get("/api/v1/reports/overrides", params=yesterday).json()["overrides"] == []
    other = counter.client("can-bo-khac", OTHER_AGENCY)
    assert other.get("/api/v1/reports/overrides").json()["overrides"] == []


def test_what_is_attached_is_not_asked_for_until_it_loses_its_force(counter: Counter, officer: Client) -> None:
    who = person(14, "TỐNG VĂN MƯỜI BỐN")
    permit = counter.record("GPXD", who)
    dossier = opened(officer, who=who)
    officer.post(f"/api/v1/dossiers/{dossier}/attach", json={"component": HOME, "record": permit.code})
    given = {"component": HOME, "ground": "NEWER_PAPER", "reason": "bị thu hồi", "form": "COPY"}
    insisting = given | {"ground": "SYSTEM_DOWN", "reason": "mất điện", "override": True}
    assert officer.post(f"/api/v1/dossiers/{dossier}/demand", json=given).json()["code"] == "ONCE_ONLY"
    assert officer.post(f"/api/v1/dossiers/{dossier}/demand", json=insisting).json()["code"] == "COMPONENT_TAKEN"
    counter.change(permit.code, RecordState.REVOKED)
    officer.post(f"/api/v1/dossiers/{dossier}/demand", json=given).raise_for_status()


# --- no way round ----------------------------------------------------------------------------------------------------
BAD = {
    "revoked": {"state": RecordState.REVOKED},
    "broken": {"evidence": SignatureEvidence.BROKEN, "signed_original": True, "trust": TrustLevel.L0},
    "expired": {"valid_until": date(2020, 1, 1)},
}


@pytest.mark.parametrize("fault", BAD)
def test_a_record_that_is_not_usable_is_attached_by_nobody(counter: Counter, officer: Client, fault: str) -> None:
    who = person(20 + list(BAD).index(fault), "QUÁCH VĂN HAI MƯƠI")
    record = counter.record("GPXD", who, **BAD[fault])
    dossier = opened(officer, who=who)
    app = counter.app
    for checked in (None, "đã xem bản chính"):
        given = {"component": HOME, "record": record.code, "checked": checked}
        assert officer.post(f"/api/v1/dossiers/{dossier}/attach", json=given).json()["code"] == "NOT_USABLE"
    with pytest.raises(Exception, match="NOT_USABLE"):
        attach(
            Attach(DossierCode(dossier), HOME, record.code, "x"),
            actor=counter.officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock,
        )  # fmt: skip


# --- what becomes of a paper after it was attached -------------------------------------------------------------------
def attached(officer: Client, dossier: str, record: str, component: str = HOME, **more: Any) -> Any:
    return officer.post(f"/api/v1/dossiers/{dossier}/attach", json={"component": component, "record": record, **more})


def supersede(counter: Counter, old: str, new: str) -> None:
    with counter.app.uow.begin() as tx:
        at = counter.app.clock.now()
        tx.records.set_state(RecordCode(old), RecordState.SUPERSEDED, superseded_by=RecordCode(new), at=at)


def test_an_attached_paper_that_was_superseded_gives_way_to_its_successor(counter: Counter, officer: Client) -> None:
    """Once it was a deadlock: attaching the successor was COMPONENT_TAKEN, asking for it ONCE_ONLY."""
    who = person(41, "ĐẶNG VĂN BỐN MỐT")
    first, other = counter.record("GPXD", who), counter.record("GPXD", who, issued_on=date(2026, 1, 2))
    dossier = opened(officer, who=who)
    attached(officer, dossier, first.code).raise_for_status()
    taken = attached(officer, dossier, other.code)
    assert (taken.status_code, taken.json()["code"]) == (409, "COMPONENT_TAKEN")
    assert "lý do thay" in taken.json()["title"], "the words say what to do"
    newer = counter.record("GPXD", who, issued_on=date(2025, 1, 2))
    supersede(counter, first.code, newer.code)
    home = components(officer, dossier)[HOME]
    assert (home["standing"]["standing"], home["standing"]["successor"]) == ("NOT_USABLE", newer.code)
    assert home["standing"]["decision"]["reasons"][0]["code"] == "SUPERSEDED"
    assert [one["record"] for one in home["decisions"]][:2] == [newer.code, other.code], "the successor comes first"
    page = officer.get(f"/ho-so/{dossier}").text
    assert f"Giấy tờ đã đính kèm đã bị thay thế bởi {newer.code}" in page
    draft = officer.get(f"/api/v1/dossiers/{dossier}/notice").json()
    assert [(one["standing"], one["record"]) for one in draft["undecided"]] == [("NOT_USABLE", newer.code)]
    given = {"component": HOME, "ground": "NO_DATA", "reason": "thiếu", "form": "SHOW_ORIGINAL"}
    assert officer.post(f"/api/v1/dossiers/{dossier}/demand", json=given).json()["code"] == "ONCE_ONLY"
    second = attached(officer, dossier, newer.code)
    assert second.status_code == 200
    assert attached(officer, dossier, newer.code).json() == second.json(), "the same again is answered"
    assert second.json()["decision_id"] == f"{dossier}-TP02.2"
    found = officer.get(f"/api/v1/dossiers/{dossier}/components").json()
    assert [one["record"] for one in found["dossier"]["attachments"]] == [newer.code]
    (kept,) = found["dossier"]["replaced"]
    assert (kept["record"], kept["decision_id"], kept["by"]) == (first.code, f"{dossier}-TP02", counter.officer.name)
    assert (kept["replaced_by"], kept["standing"], kept["codes"][0]) == (newer.code, "NOT_USABLE", "SUPERSEDED")
    assert {one["component"]: one for one in found["components"]}[HOME]["standing"]["standing"] == "GOOD"
    with counter.app.uow.begin() as tx:
        acts = tx.events.list(dossier=DossierCode(dossier), action=Action.ATTACH, outcome=Outcome.DONE, limit=9)
        used = tx.dossiers.using(first.code, limit=9)
    assert [(one.record, one.code, one.details.get("replaces")) for one in acts] == [
        (newer.code, "REPLACED", first.code),
        (first.code, None, None),
    ]
    assert [one.replaced.record for _, one in used if one.replaced] == [newer.code]
    app = counter.app
    for number, verdict in ((1, first.code), (2, newer.code)):
        (told,) = explain_decision(
            DossierCode(dossier), "TP02", number,
            actor=counter.officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock,
        )  # fmt: skip
        assert (told.replays, told.question.candidate.record_code) == (True, verdict)


@pytest.mark.parametrize("state", [RecordState.REVOKED, RecordState.SUSPENDED])
def test_a_result_does_not_rest_on_a_paper_that_is_good_no_more(
    counter: Counter, officer: Client, state: RecordState
) -> None:
    who = person(42 + (state is RecordState.REVOKED), "ĐẶNG VĂN BỐN HAI")
    permit = counter.record("GPXD", who)
    dossiers = [opened(officer, who=who) for _ in range(3)]
    for one in dossiers:
        attached(officer, one, permit.code).raise_for_status()
    counter.change(permit.code, state)

    def close(dossier: str, **more: Any) -> Any:
        return officer.post(f"/api/v1/dossiers/{dossier}/close", json={"ending": "ANSWERED", **more})

    first, second, third = dossiers
    refused = close(first)
    assert (refused.status_code, refused.json()["code"]) == (409, "ATTACHED_NOT_GOOD")
    assert permit.code in refused.json()["title"]
    assert close(first, override=True).json()["code"] == "ATTACHED_NOT_GOOD", "not without a reason"
    assert close(first, reason="ghi chú").json()["code"] == "ATTACHED_NOT_GOOD", "nor by a reason for something else"
    assert 'name="override"' in officer.get(f"/ho-so/{first}").text
    close(first, override=True, reason="còn hiệu lực khi nộp").raise_for_status()
    with counter.app.uow.begin() as tx:
        done = tx.events.list(dossier=DossierCode(first), action=Action.CLOSE_DOSSIER, outcome=Outcome.DONE, limit=9)
    assert [one.details["against"] for one in done] == [[permit.code]]
    asked = {"component": HOME, "ground": "NEWER_PAPER", "reason": "không dùng được", "form": "COPY"}
    officer.post(f"/api/v1/dossiers/{second}/demand", json=asked).raise_for_status()
    close(second).raise_for_status()  # something else was asked for, and that is what it rests on
    officer.post(f"/api/v1/dossiers/{third}/close", json={"ending": "WITHDRAWN"}).raise_for_status()


def test_what_was_checked_stays_checked_until_there_is_something_new(counter: Counter, officer: Client) -> None:
    who = person(44, "ĐẶNG VĂN BỐN BỐN")
    permit = counter.record("GPXD", who, trust=TrustLevel.L0, compared_with_original=False, conversion_mark=False)
    dossier = opened(officer, who=who)
    assert attached(officer, dossier, permit.code).json()["code"] == "CHECK_FIRST"
    attached(officer, dossier, permit.code, checked="đã xem bản chính").raise_for_status()
    assert components(officer, dossier)[HOME]["standing"]["standing"] == "GOOD"
    correction = counter.record("CAICHINH", who, issued_on=date(2026, 1, 1))
    home = components(officer, dossier)[HOME]
    assert home["standing"]["standing"] == "CHECK_AGAIN"
    assert any(correction.code in reason["vi"] for reason in home["standing"]["decision"]["reasons"])
    assert attached(officer, dossier, permit.code).json()["code"] == "CHECK_FIRST"
    attached(officer, dossier, permit.code, checked="cải chính không liên quan").raise_for_status()
    assert components(officer, dossier)[HOME]["standing"]["standing"] == "GOOD"
    (kept,) = officer.get(f"/api/v1/dossiers/{dossier}/components").json()["dossier"]["replaced"]
    assert (kept["record"], kept["replaced_by"], kept["standing"]) == (permit.code, permit.code, "CHECK_AGAIN")


def test_a_paper_that_is_good_is_replaced_for_a_stated_reason(counter: Counter, officer: Client) -> None:
    who = person(45, "ĐẶNG VĂN BỐN LĂM")
    wrong, right = counter.record("GPXD", who), counter.record("GPXD", who, issued_on=date(2020, 1, 2))
    dossier = opened(officer, who=who)
    attached(officer, dossier, wrong.code).raise_for_status()
    assert "reason" in officer.get(f"/ho-so/{dossier}").text
    form = {"component": HOME, "record": right.code}
    assert officer.post(f"/ho-so/{dossier}/dinh-kem", data=form).status_code == 409
    assert officer.post(f"/ho-so/{dossier}/dinh-kem", data=form | {"reason": "chọn nhầm thửa"}).status_code == 303
    (kept,) = officer.get(f"/api/v1/dossiers/{dossier}/components").json()["dossier"]["replaced"]
    assert (kept["record"], kept["standing"], kept["reason"]) == (wrong.code, "GOOD", "chọn nhầm thửa")
    assert "chọn nhầm thửa" in officer.get(f"/ho-so/{dossier}").text


def test_the_notice_does_not_ask_for_what_has_come_in_since(counter: Counter, officer: Client) -> None:
    who = person(46, "ĐẶNG VĂN BỐN SÁU")
    dossier = opened(officer, who=who)
    given = {"component": HOME, "ground": "NO_DATA", "reason": "chưa có", "form": "SHOW_ORIGINAL"}
    officer.post(f"/api/v1/dossiers/{dossier}/demand", json=given).raise_for_status()
    assert officer.get(f"/api/v1/dossiers/{dossier}/notice").json()["complete"] is True
    permit = counter.record("GPXD", who)  # the day after, another desk digitises it
    draft = officer.get(f"/api/v1/dossiers/{dossier}/notice").json()
    assert (draft["items"], draft["complete"]) == ([], False)
    assert [(one["component"], one["record"], one["demand"]["reason"]) for one in draft["dropped"]] == [
        (HOME, permit.code, "chưa có")
    ]
    page = officer.get(f"/ho-so/{dossier}/phieu").text
    assert page.count(permit.code) == 1, "said once, with the record to attach"
    assert "không cần phiếu" not in page
    refused = officer.post(f"/api/v1/dossiers/{dossier}/notice").json()
    assert (refused["code"], refused["facts"]["components"]) == ("NOTICE_INCOMPLETE", [HOME])
    insisted = given | {"ground": "SYSTEM_DOWN", "reason": "mất điện", "override": True}
    officer.post(f"/api/v1/dossiers/{dossier}/demand", json=insisted).raise_for_status()
    sent = officer.post(f"/api/v1/dossiers/{dossier}/notice").raise_for_status().json()
    assert [one["reason"] for one in sent["items"]] == ["mất điện"]
    kept = officer.get(f"/api/v1/dossiers/{dossier}/components").json()["dossier"]["demands"]
    assert [one["reason"] for one in kept] == ["chưa có", "mất điện"], "what was demanded stays told"


def test_the_second_notice_tells_what_is_asked_again_on_the_same_ground(counter: Counter, officer: Client) -> None:
    """Once a demand was told for ever: what was asked again after its paper was revoked stood in no notice."""
    who = person(47, "ĐẶNG VĂN BỐN BẢY")
    dossier = opened(officer, who=who)
    given = {"component": HOME, "ground": "NO_DATA", "reason": "chưa có", "form": "SHOW_ORIGINAL"}
    officer.post(f"/api/v1/dossiers/{dossier}/demand", json=given).raise_for_status()
    officer.post(f"/api/v1/dossiers/{dossier}/notice").raise_for_status()
    permit = counter.record("GPXD", who)
    attached(officer, dossier, permit.code).raise_for_status()
    with counter.app.uow.begin() as tx:
        tx.records.erase(permit.code, at=counter.app.clock.now())
    draft = officer.get(f"/api/v1/dossiers/{dossier}/notice").json()
    assert [one["standing"] for one in draft["undecided"]] == ["NOT_USABLE"]
    again = given | {"reason": "bản đã nộp bị xóa", "override": True}
    officer.post(f"/api/v1/dossiers/{dossier}/demand", json=again).raise_for_status()
    second = officer.post(f"/api/v1/dossiers/{dossier}/notice").raise_for_status().json()
    assert (second["number"], [one["reason"] for one in second["items"]]) == (2, ["bản đã nộp bị xóa"])
