"""The partner API as a partner meets it: by the recorded exchanges, by its schemas, and by a client from the guide."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.http import BASE, Client, stranger
from tests.fakes.parts import PASSWORD, account, with_other
from tests.partner_client import PartnerClient, PreviewNeeded, VaultProblem
from vault.bootstrap import App
from vault.domain.audit import Outcome
from vault.domain.document_uri import DocumentUri
from vault.domain.errors import Invalid
from vault.domain.holders import HolderId, HolderLink, HolderRole
from vault.domain.ids import DossierCode, normal_record_code
from vault.domain.intake import IntakeId, IntakeState, NamedHolder
from vault.domain.people import Action, Actor, Role
from vault.domain.reasons import ReasonCode, Verdict
from vault.domain.reuse import DossierFacts, decide
from vault.domain.sign_in import LOOK_UP_CALLER, PARTNERS, Limit
from vault.domain.states import RecordState, SignatureEvidence, SignerMatch, TrustLevel
from vault.usecases.digitize.discard import discard
from vault.usecases.exchange.partner_documents import PushDocument, Waits, push_document
from vault.usecases.reuse.close_dossier import CloseDossier, close_dossier
from vault.usecases.reuse.judge import candidate_of
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier
from vault.web.main import create

pytestmark = pytest.mark.service

GOLDEN = Path(__file__).parents[1] / "golden" / "partner" / "exchanges.json"
EXCHANGES = json.loads(GOLDEN.read_text(encoding="utf-8"))
WHO = NamedHolder("031090960001", "NGUYỄN VĂN ĐỐI TÁC")
ELSEWHERE = "H24.959"
OWN = "H24.900"


class InProcess(httpx.BaseTransport):
    """The client's requests go to the application in this process."""

    def __init__(self, app: App) -> None:
        self._transport = httpx.ASGITransport(create(app), raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""

        async def send() -> httpx.Response:
            content = request.read()
            asked = httpx.Request(request.method, request.url, headers=request.headers, content=content)
            answer = await self._transport.handle_async_request(asked)
            return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

        return asyncio.run(send())


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return with_other(parts, engines=ToldEngines())  # the real seal: what it signs is trusted here


@pytest.fixture(scope="module")
def officer(app: App) -> Actor:
    return account(app, "doi-tac-can-bo", Role.OFFICER, agency=app.settings.agency_code)


@pytest.fixture(scope="module")
def record(app: App, officer: Actor) -> str:
    return desk.record_of(app, officer, holder=WHO)


@pytest.fixture(scope="module")
def foreign(app: App) -> str:
    """A paper of the same person that another agency keeps."""
    clerk = account(app, "doi-tac-khac", Role.OFFICER, agency=ELSEWHERE)
    return desk.record_of(app, clerk, holder=WHO)


@pytest.fixture(scope="module")
def partner(app: App) -> Iterator[PartnerClient]:
    with PartnerClient(BASE, "doitac", "doitac-mau-2026", org=OWN, transport=InProcess(app)) as found:
        yield found


@pytest.fixture(scope="module")
def citizen(app: App) -> Client:
    with app.uow.begin() as tx:
        holder_id = tx.holders.ensure(HolderId.parse(WHO.number), WHO.name, at=app.clock.now())
    account(app, "doi-tac-dan", Role.CITIZEN, holder_id=holder_id)
    return stranger(app).signed_in("doi-tac-dan", PASSWORD)


def filled(value: Any, bound: dict[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        return bound[value]
    if isinstance(value, dict):
        return {name: filled(one, bound) for name, one in value.items()}
    return [filled(one, bound) for one in value] if isinstance(value, list) else value


def fits(wanted: Any, got: Any, bound: dict[str, Any], *, whole: bool) -> None:
    """`$name` is bound by its first answer and must stay; `$any` is anything. `whole`: nothing more may be there."""
    if isinstance(wanted, str) and wanted.startswith("$"):
        if wanted != "$any":
            assert bound.setdefault(wanted, got) == got
    elif isinstance(wanted, dict):
        assert set(wanted) <= set(got)
        if whole:
            assert set(wanted) == set(got)
        for name, one in wanted.items():
            fits(one, got[name], bound, whole=whole)
    elif isinstance(wanted, list):
        assert len(wanted) == len(got)
        for one, other in zip(wanted, got, strict=True):
            fits(one, other, bound, whole=whole)
    else:
        assert wanted == got


def test_the_recorded_exchanges_are_replayed(app: App, record: str, foreign: str, citizen: Client) -> None:
    web = stranger(app)
    uri = str(DocumentUri(ELSEWHERE, "GPXD", normal_record_code(foreign)))
    pdf = base64.b64encode(_plain_pdf(88)).decode()
    bound: dict[str, Any] = {"$holder": WHO.number, "$foreign": uri, "$foreign_code": foreign, "$pdf": pdf}
    for one in EXCHANGES:
        if one.get("by") == "person":
            path = re.sub(r"\$\w+", lambda found: str(bound[found[0]]), one["path"])
            assert citizen.post(path, data=filled(one["form"], bound)).status_code == one["status"], one["name"]
            continue
        headers = {"Authorization": f"Bearer {bound['$token']}"} if "$token" in bound else {}
        if "form" in one:
            answer = web.post(one["path"], data=one["form"])
        else:
            answer = web.post(one["path"], json=filled(one["json"], bound), headers=headers)
        assert answer.status_code == one["status"], (one["name"], answer.text)
        told = answer.json()
        fits(one["answer"], told, bound, whole="schema" in one)
        if "schema" in one:  # both directions: what a partner sends, and what it gets
            asked = one.get("request_schema", f"{one['schema']}-request")
            jsonschema.validate(filled(one["json"], bound), web.get(f"/partner/v1/schemas/{asked}").json())
            jsonschema.validate(told, web.get(f"/partner/v1/schemas/{one['schema']}-response.json").json())
    assert record.replace("-", "") in bound["$uri"]


def test_a_client_written_from_the_guide_uses_a_paper(app: App, partner: PartnerClient, record: str) -> None:
    dossier = partner.open_dossier("1.004194", WHO.number, WHO.name)
    (found,) = partner.pull_uri(dossier=dossier, doc_type="GPXD", holder=WHO.number)
    document = partner.pull_document(found["uri"], "đăng ký thường trú")
    assert document.content.startswith(b"%PDF")
    assert document.data["code"] == record
    attached = partner.attach(dossier, found["component"], found["uri"], "đã xem")
    assert attached["record"] == record
    with app.uow.begin() as tx:
        acts = tx.events.list(record=normal_record_code(record), limit=50)
    mine = {(act.action, act.purpose) for act in acts if act.actor.role is Role.PARTNER}
    assert (Action.DOWNLOAD, "đăng ký thường trú") in mine, "each look stands in the log with its purpose"


def test_without_an_open_dossier_nothing_is_pulled(app: App, partner: PartnerClient, officer: Actor) -> None:
    other = desk.record_of(app, officer, holder=NamedHolder("031090960002", "NGƯỜI KHÔNG CÓ HỒ SƠ"))
    for code in (other, "0000-0000-0000-00"):
        uri = f"{OWN}-GPXD-{code.replace('-', '')}"
        with pytest.raises(VaultProblem, match=r".") as caught:
            partner.pull_document(uri)
        assert (caught.value.status, caught.value.code) == (403, "PURPOSE_NEEDED")


def test_a_signed_document_becomes_a_record_and_is_taken_back(app: App, parts: App, partner: PartnerClient) -> None:
    pdf = parts.sealing.seal(_plain_pdf(1), reason="cấp phép").pdf
    document = {
        "docType": "GPXD",
        "docNumber": "45/GPXD",
        "issuer": "UBND phường Mẫu",
        "issuedOn": "2026-11-20",
        "holders": [{"number": WHO.number, "name": WHO.name}],
        "fields": {"address": "12 phố Mẫu"},
    }
    told = partner.push(pdf, document)
    assert (told["status"], told["duplicate"]) == ("1", False)
    again = partner.push(pdf, document)
    assert (again["uri"], again["duplicate"]) == (told["uri"], True)
    code = desk.be_sealed(app, IntakeId(told["intake"]))
    assert code == DocumentUri.parse(told["uri"]).record
    assert code is not None
    with app.uow.begin() as tx:
        record = tx.records.get(code)
    assert (record.trust, record.signer) == (TrustLevel.L4, SignerMatch.ISSUER)
    assert (record.number, record.fields["address"]) == ("45/GPXD", "12 phố Mẫu")
    assert app.blobs.get(record.original) == pdf, "what came signed stays byte for byte"
    with pytest.raises(VaultProblem) as caught:
        partner.withdraw(told["uri"], " ")
    assert caught.value.code == "REASON_MISSING"
    partner.withdraw(told["uri"], "cấp sai")
    partner.withdraw(told["uri"], "cấp sai")
    with app.uow.begin() as tx:
        assert tx.records.get(code).state is RecordState.REVOKED


def test_what_its_own_agency_did_not_sign_waits_for_an_officer(app: App, parts: App, partner: PartnerClient) -> None:
    who = [{"number": WHO.number, "name": WHO.name}]
    document = {"docType": "GPXD", "docNumber": "47/GPXD", "issuer": "UBND phường Khác", "holders": who}
    told = partner.push(parts.sealing.seal(_plain_pdf(4), reason="cấp phép").pdf, document)
    assert (told["status"], told["uri"], told["waits"]) == ("9", None, "SIGNER_NOT_ISSUER")
    with app.uow.begin() as tx:
        assert tx.intakes.get(IntakeId(told["intake"])).confirmation is None
    elsewhere = account(app, "doi-tac-he-thong-khac", Role.PARTNER, agency=ELSEWHERE)
    own = document | {"issuer": "UBND phường Mẫu"}
    for number, names, wanted in (
        (5, {ELSEWHERE: "UBND xã Nơi Khác"}, Waits.ISSUER_NOT_SENDER),
        (6, {}, Waits.SENDER_UNKNOWN),
    ):
        pushed = push_document(
            PushDocument(
                parts.sealing.seal(_plain_pdf(number), reason="cấp phép").pdf,
                "giay.pdf", "GPXD", (WHO,), {"number": "48/GPXD", "issuer": own["issuer"]}, "t",
            ),
            actor=elsewhere, uow=app.uow, blobs=app.blobs, engines=app.engines, sealing=app.sealing,
            catalogue=app.catalogue, clock=app.clock, ids=app.ids, max_bytes=1 << 20, names=names,
        )  # fmt: skip
        assert (pushed.record, pushed.waits) == (None, wanted)


def test_what_waited_is_its_systems_to_take_back_and_thrown_away_comes_again(
    app: App, officer: Actor, partner: PartnerClient
) -> None:
    who = [{"number": WHO.number, "name": WHO.name}]
    document = {"docType": "GPXD", "docNumber": "50/GPXD", "issuer": "UBND phường Mẫu", "holders": who}
    scan = desk.new_scan()
    intake = IntakeId(partner.push(scan, document)["intake"])
    desk.be_read(app, intake)
    discard(intake, actor=officer, uow=app.uow, clock=app.clock)
    again = partner.push(scan, document)
    assert (again["intake"], again["duplicate"], again["status"]) == (intake, True, "9")
    with app.uow.begin() as tx:
        assert tx.intakes.get(intake).state is IntakeState.RECEIVED, "an officer looks at it once more"
    desk.be_read(app, intake)
    desk.confirmed(app, officer, desk.word(intake, holder=WHO, number="50/GPXD"))
    code = desk.be_sealed(app, intake)
    uri = partner.push(scan, document)["uri"]
    assert uri == f"{OWN}-GPXD-{str(code).replace('-', '')}"
    partner.withdraw(uri, "cấp sai")
    with app.uow.begin() as tx:
        assert tx.records.get(normal_record_code(str(code))).state is RecordState.REVOKED


def test_our_own_sealed_copy_pushed_back_is_no_original(app: App, partner: PartnerClient, record: str) -> None:
    """Its seal is valid and of the very agency that the paper names: it says itself that it seals a copy."""
    with app.uow.begin() as tx:
        kept = tx.records.get(normal_record_code(record))
    who = [{"number": WHO.number, "name": WHO.name}]
    document = {"docType": "GPXD", "docNumber": "12/GPXD", "issuer": "UBND phường Mẫu", "holders": who}
    told = partner.push(app.blobs.get(kept.sealed), document)
    assert (told["status"], told["waits"]) == ("9", "SIGNER_NOT_ISSUER")


def test_a_citizen_who_signs_what_is_said_to_be_a_birth_certificate_makes_no_original(
    app: App, parts: App, officer: Actor
) -> None:
    said = {"number": "9/2020", "issued_on": "2020-02-03", "issuer": "UBND phường Chưa Ký"}
    intake = desk.received(app, officer, parts.sealing.seal(_plain_pdf(7), reason="tự ký").pdf).intake.id
    desk.be_read(app, intake)
    word = replace(desk.word(intake, holder=WHO), type_code="KS", fields=said, compared_with_original=False)
    with pytest.raises(Invalid) as caught:
        desk.confirmed(app, officer, word)
    assert caught.value.code == "SIGNER_NOT_ISSUER", "nobody compared it, and whose the signature is says nothing"
    desk.confirmed(app, officer, replace(word, compared_with_original=True))
    code = desk.be_sealed(app, intake)
    assert code is not None
    with app.uow.begin() as tx:
        record = tx.records.get(code)
    assert (record.trust, record.evidence, record.signer) == (
        TrustLevel.L1, SignatureEvidence.VALID, SignerMatch.OTHER_ORGANISATION,
    )  # fmt: skip
    found = candidate_of(record, ())
    component = app.catalogue.component("1.004884.TP02", date(2026, 11, 20))
    asked = DossierFacts("H24.900-261120-0001", "1.004884", record.holders[0], OWN)
    decision = decide(component, found, asked, catalogue=app.catalogue, now=app.clock.now())
    assert decision.verdict is Verdict.NEEDS_CHECK
    assert ReasonCode.SIGNER_NOT_ISSUER in decision.codes


def test_an_unsigned_document_waits_for_an_officer(app: App, partner: PartnerClient, record: str) -> None:
    document = {"docType": "GPXD", "docNumber": "46/GPXD", "holders": [{"number": WHO.number, "name": WHO.name}]}
    told = partner.push(_plain_pdf(2), document)
    assert (told["status"], told["uri"], told["waits"]) == ("9", None, "UNSIGNED")
    with app.uow.begin() as tx:
        intake = tx.intakes.get(IntakeId(told["intake"]))
    assert (intake.state.value, intake.confirmation, intake.hint_type) == ("RECEIVED", None, "GPXD")
    with pytest.raises(VaultProblem) as caught:  # what others digitised is not this system's to revoke
        partner.withdraw(f"{OWN}-GPXD-{record.replace('-', '')}", "thử")
    assert caught.value.code == "RECORD"
    for wrong in (document | {"docType": "GÌ"}, document | {"holders": [{"number": "1", "name": "X"}]}):
        with pytest.raises(VaultProblem) as caught:
            partner.push(_plain_pdf(3), wrong)
        assert caught.value.status in {404, 422}


def _plain_pdf(number: int) -> bytes:
    from io import BytesIO  # noqa: PLC0415 - only here

    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # noqa: PLC0415 - only here

    target = BytesIO()
    canvas = Canvas(target, invariant=1)
    canvas.drawString(100, 700, f"GIAY PHEP {number}")
    canvas.save()
    return target.getvalue()


def test_evidence_of_another_agency_goes_only_after_the_person_looked(
    app: App, partner: PartnerClient, citizen: Client, foreign: str
) -> None:
    dossier = partner.open_dossier("1.004194", WHO.number, WHO.name)
    asked = partner.ask_evidence(dossier=dossier, holder=WHO.number, kind="GPXD", purpose="Đăng ký thường trú")
    with pytest.raises(PreviewNeeded):
        partner.fetch_evidence(asked.request_id)
    page = citizen.get("/cua-toi/yeu-cau", headers={"Accept": "text/html"}).text
    assert asked.request_id in page
    assert "Đăng ký thường trú" in page
    assert foreign in page
    refused = citizen.post(f"/cua-toi/yeu-cau/{asked.request_id}", data={"record": "0000-0000-0000-00"})
    assert refused.status_code == 404, "only an own paper of that kind"
    assert citizen.post(f"/cua-toi/yeu-cau/{asked.request_id}", data={"record": foreign}).status_code == 303
    got = partner.fetch_evidence(asked.request_id)
    assert got.data["code"] == foreign
    assert got.data["agency_code"] == ELSEWHERE
    assert partner.fetch_evidence(asked.request_id).content == got.content
    # A yes to this paper opens no other one.
    with pytest.raises(VaultProblem) as caught:
        partner.pull_document(f"{ELSEWHERE}-GPXD-{foreign.replace('-', '')}")
    assert caught.value.code == "PURPOSE_NEEDED"
    told = citizen.post(f"/cua-toi/yeu-cau/{asked.request_id}", data={"record": ""})
    assert told.status_code == 409, "the first answer stays"
    with app.uow.begin() as tx:
        acts = tx.events.list(record=normal_record_code(foreign), action=Action.DOWNLOAD, outcome=Outcome.DONE, limit=9)
    acts = tuple(act for act in acts if act.details.get("request") == asked.request_id)
    assert {(act.purpose, act.details.get("ground")) for act in acts} == {("Đăng ký thường trú", "PRESENTED")}


def test_a_yes_opens_the_paper_only_while_it_is_the_persons_and_the_dossier_open(
    app: App, partner: PartnerClient, citizen: Client
) -> None:
    clerk = account(app, "doi-tac-noi-giu", Role.OFFICER, agency=ELSEWHERE)
    mine = desk.record_of(app, clerk, holder=WHO)

    def yes() -> tuple[str, str]:
        dossier = partner.open_dossier("1.004194", WHO.number, WHO.name)
        asked = partner.ask_evidence(dossier=dossier, holder=WHO.number, kind="GPXD", purpose="Đăng ký thường trú")
        assert citizen.post(f"/cua-toi/yeu-cau/{asked.request_id}", data={"record": mine}).status_code == 303
        assert partner.fetch_evidence(asked.request_id).data["code"]
        return dossier, asked.request_id

    dossier, request = yes()
    worker = account(app, "doi-tac-mot-cua", Role.OFFICER, agency=OWN)
    close_dossier(
        CloseDossier(DossierCode(dossier), "REFUSED"),
        actor=worker, uow=app.uow, catalogue=app.catalogue, clock=app.clock,
    )  # fmt: skip
    with pytest.raises(VaultProblem) as caught:
        partner.fetch_evidence(request)
    assert caught.value.code == "DOSSIER_CLOSED"
    _, request = yes()
    with app.uow.begin() as tx:  # as a correction does that finds the paper to be another's
        record = tx.records.get(normal_record_code(mine))
        tx.records.reserve_status(record.id, 960_001, list_id=record.status.list_id, version=2)
        other = HolderLink(HolderRole.SUBJECT, record.holders[0].kind, "031090960003", "NGƯỜI KHÁC")
        slot = tx.records.status_of(record.id, 2)
        assert slot is not None
        tx.records.add_version(
            replace(record, version=2, holders=(other,), status=slot), holder_ids=(_other_holder(app),)
        )
    with pytest.raises(VaultProblem) as caught:
        partner.fetch_evidence(request)
    assert caught.value.code == "RECORD_NOT_ACTIVE"


def test_a_no_is_a_no_and_nobody_answers_in_the_person_s_place(
    app: App, partner: PartnerClient, citizen: Client, officer: Actor
) -> None:
    dossier = partner.open_dossier("1.004194", WHO.number, WHO.name)
    asked = partner.ask_evidence(dossier=dossier, holder=WHO.number, kind="GPXD", purpose="Đăng ký thường trú")
    clerk = stranger(app).signed_in(officer.account_id.removeprefix("local:"), PASSWORD)
    assert clerk.post(f"/cua-toi/yeu-cau/{asked.request_id}", data={"record": ""}).status_code == 403
    other = account(app, "doi-tac-dan-khac", Role.CITIZEN, holder_id=_other_holder(app))
    stranger_ = stranger(app).signed_in(other.account_id.removeprefix("local:"), PASSWORD)
    assert stranger_.post(f"/cua-toi/yeu-cau/{asked.request_id}", data={"record": ""}).status_code == 404
    assert citizen.post(f"/cua-toi/yeu-cau/{asked.request_id}", data={"record": ""}).status_code == 303
    with pytest.raises(VaultProblem) as caught:
        partner.fetch_evidence(asked.request_id)
    assert (caught.value.status, caught.value.code) == (404, "EVIDENCE_REFUSED")
    # Another agency's system does not even learn that there was a request.
    account(app, "he-thong-khac", Role.PARTNER, agency=ELSEWHERE)
    with PartnerClient(BASE, "he-thong-khac", PASSWORD, org=ELSEWHERE, transport=InProcess(app)) as elsewhere:
        with pytest.raises(VaultProblem) as caught:
            elsewhere.fetch_evidence(asked.request_id)
        assert caught.value.code == "EVIDENCE_UNKNOWN"


def _other_holder(app: App) -> int:
    with app.uow.begin() as tx:
        return tx.holders.ensure(HolderId.parse("031090960003"), "NGƯỜI KHÁC", at=app.clock.now())


@pytest.mark.parametrize("limit", [LOOK_UP_CALLER, PARTNERS])
def test_a_system_that_copies_the_vault_is_told_to_wait(app: App, limit: Limit, foreign: str) -> None:
    """Evidence requests have the limit of other look-ups, papers that of another vault; other systems go on."""
    name, other = (f"he-thong-{limit.name}-{who}" for who in ("voi", "cham"))
    systems = [account(app, one, Role.PARTNER, agency=OWN) for one in (name, other)]
    now = app.clock.now()
    with app.uow.begin() as tx:
        for window in (now, now + limit.window):  # the minute may turn meanwhile
            for _ in range(limit.most):
                tx.sign_ins.tried(limit, systems[0].account_id, at=window)

    def codes(who: str) -> list[str]:
        with PartnerClient(BASE, who, PASSWORD, org=OWN, transport=InProcess(app)) as client:
            dossier = client.open_dossier("1.004194", WHO.number, WHO.name)
            about = {"dossier": dossier, "holder": WHO.number}
            uri = f"{ELSEWHERE}-GPXD-{foreign.replace('-', '')}"
            tries: dict[Limit, list[Callable[[], object]]] = {
                LOOK_UP_CALLER: [
                    lambda: client.ask_evidence(**about, kind="GPXD", purpose="Đăng ký thường trú"),
                    lambda: client.fetch_evidence("x"),
                ],
                PARTNERS: [lambda: client.pull_uri(**about, doc_type="GPXD"), lambda: client.pull_document(uri)],
            }
            return [_code(one) for one in tries[limit]]

    assert codes(name) == ["TOO_MANY_LOOK_UPS"] * 2
    assert "TOO_MANY_LOOK_UPS" not in codes(other)


def _code(call: Callable[[], object]) -> str:
    try:
        call()
    except VaultProblem as problem:
        return f"{problem.code}" if problem.status in {403, 404, 429} else str(problem.status)
    return ""


def test_people_do_not_use_the_systems_door(app: App, officer: Actor) -> None:
    clerk = stranger(app).signed_in(officer.account_id.removeprefix("local:"), PASSWORD)
    opening = OpenDossier("1.004194", WHO.number, WHO.name)
    dossier = open_dossier(opening, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    body = next(one["json"] for one in EXCHANGES if one["name"] == "pull-uri")
    told = clerk.post("/partner/v1/pull-uri", json=filled(body, {"$dossier": dossier.code, "$holder": WHO.number}))
    assert (told.status_code, told.json()["code"]) == (403, "PARTNERS_ONLY")


@pytest.mark.parametrize("text", ["", "H24.900-GPXD", "H24.900-GPXD-0000", "H24.900-GPXD-0000000000000Z", "a b-c-d"])
def test_what_is_no_uri_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="DOCUMENT_URI"):
        DocumentUri.parse(text)


def test_the_guide_names_every_route_and_schema(app: App) -> None:
    guide = stranger(app).get("/partner/v1/guide").text
    paths = {route for route in create(app).openapi()["paths"] if route.startswith("/partner/v1")}
    for path in paths - {"/partner/v1/guide", "/partner/v1/schemas/{schema}"}:
        assert path.replace("{webhook_id}", "ID") in guide, f"the guide says nothing of {path}"
    blocks = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", guide, flags=re.DOTALL)]
    assert len(blocks) >= 2, "its examples are JSON"
