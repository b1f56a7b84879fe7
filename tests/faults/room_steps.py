"""Writes of the rooms beside the desk: forms, holds, retention, accounts, what citizens send, old papers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.fakes.desk import HOLDER, new_scan
from tests.fakes.parts import account
from tests.faults.steps import Stage, Step, read_to_confirm
from vault.bootstrap import App
from vault.domain.errors import Conflict
from vault.domain.ids import DossierCode, digest_of
from vault.domain.intake import Intake, IntakeId, IntakeState, NamedHolder
from vault.domain.people import Action, Actor, Role
from vault.domain.retention import Kept, Rule
from vault.usecases.digitize.discard import discard
from vault.usecases.digitize.hand_in import Sending, hand_in
from vault.usecases.digitize.import_paper import Fate, Imported, ImportPaper, import_paper
from vault.usecases.exchange.subscribe import Subscribe, subscribe
from vault.usecases.identify.manage_accounts import NewAccount, add_account
from vault.usecases.oversee.break_glass import BreakGlass, break_glass
from vault.usecases.protect.apply_retention import apply_retention
from vault.usecases.protect.hold import hold, lift
from vault.usecases.reuse.demand import DemandOf, demand
from vault.usecases.reuse.fill_form import SubmitForm, submit_form
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

AGENCY = "H24.900"


# --- the form of a dossier -------------------------------------------------------------------------------------------
def _dossier(stage: Stage) -> object:
    return _opened(stage, "1.004194")


def _opened(stage: Stage, procedure: str) -> DossierCode:
    opening = OpenDossier(procedure, HOLDER.number)
    return open_dossier(
        opening, actor=stage.officer, uow=stage.app.uow, catalogue=stage.app.catalogue, clock=stage.app.clock
    ).code


def _submit(stage: Stage, app: App, code: object) -> object:
    what = SubmitForm(DossierCode(str(code)), {})
    return submit_form(what, actor=stage.officer, uow=app.uow, clock=app.clock).number


def _submitted_once(stage: Stage, code: object) -> None:
    dossier = DossierCode(str(code))
    with stage.app.uow.begin() as tx:
        assert [one.number for one in tx.forms.of_dossier(dossier)] == [1]
        told = tx.events.list(dossier=dossier, action=Action.FILL_FORM, limit=10)
    assert [one.code for one in told] == ["SUBMIT"]


# --- what a citizen is asked for -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Wanted:
    """A component of a dossier that no record stands for."""

    dossier: DossierCode
    component: str


def _to_demand(stage: Stage) -> object:
    """Proof of enough room to live in, of somebody who has handed in building permits only."""
    return Wanted(_opened(stage, "1.004222"), "1.004222.TP04")


def _demand(stage: Stage, app: App, wanted: object) -> object:
    assert isinstance(wanted, Wanted)
    what = DemandOf(wanted.dossier, wanted.component, "NO_DATA", "đã tra cứu, không có")
    asked, _ = demand(what, actor=stage.officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    return asked.component


def _demanded_once(stage: Stage, wanted: object) -> None:
    assert isinstance(wanted, Wanted)
    with stage.app.uow.begin() as tx:
        assert [one.component for one in tx.dossiers.get(wanted.dossier).demands] == [wanted.component]
        assert len(tx.events.list(dossier=wanted.dossier, action=Action.DEMAND, limit=10)) == 1


# --- holds -----------------------------------------------------------------------------------------------------------
def _guardian(stage: Stage) -> Actor:
    return replace(stage.officer, role=Role.DATA_PROTECTION)


def _reason(stage: Stage) -> object:
    return f"tranh chấp số {next(stage.marks)}"


def _hold(stage: Stage, app: App, reason: object) -> object:
    hold(stage.paper, str(reason), actor=_guardian(stage), uow=app.uow, clock=app.clock)
    return None


def _held_until_lifted(stage: Stage, reason: object) -> None:
    with stage.app.uow.begin() as tx:
        assert str(reason) in tx.holds.living(stage.paper)
        told = tx.events.list(record=stage.paper, action=Action.HOLD, limit=100)
    assert str(reason) in {one.purpose for one in told}
    assert lift(stage.paper, "xong", actor=_guardian(stage), uow=stage.app.uow, clock=stage.app.clock) >= 1
    with stage.app.uow.begin() as tx:
        assert tx.holds.living(stage.paper) == (), "said twice or not: one word lifts it"


# --- retention -------------------------------------------------------------------------------------------------------
def _due(stage: Stage) -> object:
    intake = stage.intake(IntakeId(str(read_to_confirm(stage))))
    discard(intake.id, actor=stage.officer, uow=stage.app.uow, clock=stage.app.clock)
    with stage.app.uow.engine.begin() as db:
        db.exec_driver_sql(
            "UPDATE intake SET received_at = received_at - interval '30 years' WHERE id = %(id)s", {"id": intake.id}
        )
    return intake


def _let_go(stage: Stage, app: App, intake: object) -> object:
    del intake
    rules = (Rule(Kept.DISCARDED, 9000, "quy chế của cơ quan", verified=False),)
    done = apply_retention(rules, dry_run=False, actor=_guardian(stage), uow=app.uow, blobs=app.blobs, clock=app.clock)
    return [one.papers for one in done]


def _gone_once(stage: Stage, intake: object) -> None:
    assert isinstance(intake, Intake)
    assert not stage.app.blobs.has(intake.original)
    assert stage.intake(intake.id).original.startswith("erased:")
    with stage.app.uow.begin() as tx:
        assert tx.keys.ended(intake.id)


# --- accounts --------------------------------------------------------------------------------------------------------
def _name(stage: Stage) -> object:
    return f"can-bo-{digest_of(new_scan())[:12]}-{next(stage.marks)}"


def _add(stage: Stage, app: App, username: object) -> object:
    what = NewAccount(str(username), "Người mới", Role.OFFICER, "mật khẩu đủ dài 2026", AGENCY)
    operator = replace(stage.officer, role=Role.OPERATOR, agency_code=None)
    try:
        add_account(what, actor=operator, uow=app.uow, clock=app.clock, ids=app.ids)
    except Conflict as there:  # said again, it is told that the account is there
        return there.code
    return None


def _added_once(stage: Stage, username: object) -> None:
    with stage.app.uow.begin() as tx:
        assert tx.accounts.by_username(str(username)) is not None
        told = tx.events.list(action=Action.MANAGE_ACCOUNTS, limit=1000)
    mine = [one for one in told if username in one.details.values() and one.code == "ADDED"]
    assert len([one for one in mine if one.outcome.value == "DONE"]) == 1


# --- what a citizen sends in -----------------------------------------------------------------------------------------
def _to_send(stage: Stage) -> object:
    """By another account for every sending: each may only have so many that wait."""
    data = new_scan()
    key = f"dien-thoai-{digest_of(data)[:24]}"
    account(stage.app, key, Role.CITIZEN, holder_id=stage.citizen.holder_id)
    return Sending(key, data, "giấy phép.png")


def _send(stage: Stage, app: App, what: object) -> object:
    assert isinstance(what, Sending)
    return hand_in(
        what,
        agency_code=AGENCY,
        actor=_sender(stage, what),
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        clock=app.clock,
        ids=app.ids,
        max_bytes=app.settings.max_upload_bytes,
    ).state.value


def _sender(stage: Stage, what: Sending) -> Actor:
    return replace(stage.citizen, account_id=f"local:{what.key}")


def _sent_once(stage: Stage, what: object) -> None:
    assert isinstance(what, Sending)
    with stage.app.uow.begin() as tx:
        found = tx.hand_ins.of_account(_sender(stage, what).account_id, limit=10)
        intake = tx.intakes.of_bytes(AGENCY, digest_of(what.data))
    assert intake is not None
    assert [kept.id for _, kept in found] == [intake.id]
    assert stage.events(Action.HAND_IN, intake.id) == [None]
    assert stage.jobs(intake.id)["read_intake"] >= 1
    assert stage.app.blobs.get(intake.original) == what.data


# --- a paper of an old store -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Old:
    """A row and its file."""

    what: ImportPaper


def _to_import(stage: Stage) -> object:
    data = new_scan()
    number = f"{int(digest_of(data)[:8], 16)}/GPXD"
    fields = {"number": number, "issued_on": "2019-03-05", "issuer": "UBND phường Mẫu"}
    holder = NamedHolder("031090000001", HOLDER.name)
    return Old(ImportPaper(data, "cu.png", next(stage.marks), "dot-1", "GPXD", (holder,), fields))


def _import(stage: Stage, app: App, old: object) -> object:
    assert isinstance(old, Old)
    found: Imported = import_paper(
        old.what,
        actor=stage.officer,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        sealing=app.sealing,
        catalogue=app.catalogue,
        clock=app.clock,
        ids=app.ids,
        max_bytes=app.settings.max_upload_bytes,
    )
    assert found.fate is Fate.IMPORTED
    return found.intake


def _imported_once(stage: Stage, old: object) -> None:
    assert isinstance(old, Old)
    with stage.app.uow.begin() as tx:
        intake = tx.intakes.of_bytes(AGENCY, digest_of(old.what.data))
    assert intake is not None
    assert intake.state is IntakeState.CONFIRMED
    assert stage.app.blobs.get(intake.original) == old.what.data
    assert stage.jobs(IntakeId(intake.id))["seal_intake"] == 1
    assert stage.events(Action.RECEIVE, intake.id) == [None]


# --- what has no number of its own before it is there ----------------------------------------------------------------
def _wish(stage: Stage) -> object:
    return f"phieu-{digest_of(new_scan())[:24]}-{next(stage.marks)}"


def _open(stage: Stage, app: App, key: object) -> object:
    what = OpenDossier("1.004194", HOLDER.number, purpose=f"cho {key}", key=str(key))
    return open_dossier(what, actor=stage.officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock).code


def _opened_once(stage: Stage, key: object) -> None:
    code = DossierCode(str(_open(stage, stage.app, key)))
    with stage.app.uow.begin() as tx:
        assert len(tx.events.list(dossier=code, action=Action.OPEN_DOSSIER, limit=10)) == 1
        newest = tx.dossiers.list(AGENCY, limit=20)
    assert [one.code for one in newest if one.purpose == f"cho {key}"] == [code]


def _to_subscribe(stage: Stage) -> object:
    return account(stage.app, str(_wish(stage)), Role.PARTNER, agency=AGENCY)


def _subscribe(stage: Stage, app: App, partner: object) -> object:
    assert isinstance(partner, Actor)
    del stage
    what = Subscribe("https://doi-tac.example.vn/tin", ("record.revoked", "record.created"))
    return subscribe(what, actor=partner, uow=app.uow, clock=app.clock, ids=app.ids).webhook.secret


def _subscribed_once(stage: Stage, partner: object) -> None:
    assert isinstance(partner, Actor)
    with stage.app.uow.begin() as tx:
        (kept,) = tx.webhooks.of_account(partner.account_id)
    assert _subscribe(stage, stage.app, partner) == kept.secret, "whoever lost the answer is told"


def _urgent(stage: Stage) -> object:
    return f"cấp cứu, ca số {next(stage.marks)} của {digest_of(new_scan())[:12]}"


def _break(stage: Stage, app: App, reason: object) -> object:
    what = BreakGlass(stage.paper, str(reason))
    return break_glass(what, actor=stage.officer, uow=app.uow, clock=app.clock, ids=app.ids).id


def _broken_once(stage: Stage, reason: object) -> None:
    told = [one for one in stage.told(Action.BREAK_GLASS, stage.paper) if one.purpose == reason]
    assert [one.details["glass"] for one in told] == [_break(stage, stage.app, reason)], "the holder is told once"


ROOMS = (
    Step("open dossier", _wish, _open, _opened_once),
    Step("subscribe", _to_subscribe, _subscribe, _subscribed_once),
    Step("break glass", _urgent, _break, _broken_once),
    Step("submit form", _dossier, _submit, _submitted_once),
    Step("demand", _to_demand, _demand, _demanded_once),
    Step("hold", _reason, _hold, _held_until_lifted),
    Step("let go", _due, _let_go, _gone_once, best_effort=True),
    Step("add account", _name, _add, _added_once),
    Step("send in", _to_send, _send, _sent_once),
    Step("import", _to_import, _import, _imported_once),
)
