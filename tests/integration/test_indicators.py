"""Indicators against a second count of the same log, and the acts that they rest on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pypdf
import pytest

from tests import recount
from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.http import Client, stranger
from tests.fakes.parts import PASSWORD, account, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.domain.errors import Conflict, NotFound
from vault.domain.holders import HolderId
from vault.domain.ids import RecordCode
from vault.domain.indicators import Indicator
from vault.domain.intake import NamedHolder
from vault.domain.people import Action, Actor, Role
from vault.domain.reuse import VIET_NAM
from vault.usecases.oversee.count import Span
from vault.usecases.oversee.measure import evidence, indicators, rules_of
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.give_result import GiveResult, give_result
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

pytestmark = pytest.mark.service

AGENCY = "H24.955"
AGENCIES = [AGENCY, f"{AGENCY}.1", f"{AGENCY}.2"]
SINCE, UNTIL = date(2025, 3, 1), date(2025, 3, 30)
WHO = NamedHolder("031090955001", "PHẠM THỊ CHỈ SỐ")
DOSSIERS = 700


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return with_other(parts, engines=ToldEngines(), sealing=PlainSeal(), catalogue=recount.judged(parts.catalogue))


@pytest.fixture(scope="module")
def head(app: App) -> Actor:
    for agency in AGENCIES[1:]:
        account(app, f"chi-so-{agency}", Role.OFFICER, agency=agency)
    return account(app, "chi-so", Role.AGENCY_HEAD, agency=AGENCY)


@pytest.fixture(scope="module")
def log(app: App, head: Actor) -> Iterator[psycopg.Connection[Any]]:
    url = app.settings.owner_database_url
    assert url is not None
    assert head
    with app.uow.begin() as tx:
        holder = tx.holders.ensure(HolderId.parse(WHO.number), WHO.name, at=app.clock.now())
    with psycopg.connect(url.get_secret_value()) as connection:
        recount.fill(
            connection, dossiers=DOSSIERS, seed=1, agencies=[*AGENCIES, "H24.956"], since=SINCE, days=30, holder=holder
        )
        yield connection


def counted(app: App, head: Actor, span: Span) -> Any:
    return indicators(span, actor=head, uow=app.uow.acting(head), catalogue=app.catalogue, clock=app.clock).measured


@pytest.mark.parametrize(("since", "until"), [(SINCE, UNTIL), (date(2025, 3, 14), date(2025, 3, 14))])
def test_a_second_count_from_the_raw_events_is_equal(
    app: App, head: Actor, log: psycopg.Connection[Any], since: date, until: date
) -> None:
    rows = recount.rows_of(log)
    span = Span(since, until)
    rules = rules_of(span, app.catalogue, app.clock.now())
    asked = {
        "since": since,
        "until": until,
        "today": rules.today,
        "with_result": {one for one in rules.with_result if one.startswith("9.")},
        "copies": set(rules.copies),
    }
    found = counted(app, head, span)
    again = recount.recount(rows, agencies=AGENCIES, **asked)
    assert recount.told(found.total) == again
    if since != until:
        assert all(0 < above < of for above, of, _ in again.values() if of > 30)
        assert all(of > 0 for _, of, _ in again.values()), "an indicator with nothing in it proves nothing"
    for agency in AGENCIES:
        assert recount.told(found.by_agency[agency]) == recount.recount(rows, agencies=[agency], **asked)
    assert "H24.956" not in found.by_agency


def test_every_figure_lists_its_evidence(app: App, head: Actor, log: psycopg.Connection[Any]) -> None:
    acts = {row["id"]: row for row in recount.rows_of(log)}
    span = Span(SINCE, UNTIL)
    found = counted(app, head, span)
    wanted = {
        Indicator.REUSED_DOSSIERS: {"ATTACH"},
        Indicator.E_RESULT: {"GIVE_RESULT"},
        Indicator.DIGITISED_DOSSIERS: {"ATTACH", "GIVE_RESULT"},
    }
    for indicator in Indicator:
        units = evidence(
            indicator, span, actor=head, uow=app.uow, catalogue=app.catalogue, clock=app.clock, limit=10**6
        )
        keys: dict[str, bool] = {}
        for unit in units:
            keys[unit.key] = keys.get(unit.key, False) or unit.counted
            assert unit.events, "every row names the acts behind it"
            named = [acts[event] for event in unit.events]
            assert {act["dossier_code"] for act in named} == {unit.dossier}
            assert {act["outcome"] for act in named} == {"DONE"}
            if unit.counted and indicator in wanted:
                assert {act["action"] for act in named} <= wanted[indicator]
        assert (sum(keys.values()), len(keys)) == (found.total[indicator].counted, found.total[indicator].all)


def test_nothing_to_divide_by_is_no_percentage(app: App, head: Actor) -> None:
    empty = counted(app, head, Span(date(2019, 1, 1), date(2019, 1, 31)))
    assert {one.percent for one in empty.total.values()} == {None}
    assert empty.by_agency == {}


def test_the_acts_at_the_counter_make_the_figures(app: App) -> None:
    """Nothing is written by hand here: an old paper is attached, a new one made for the dossier, a result given."""
    agency = "H24.957"
    officer = account(app, "chi-so-that", Role.OFFICER, agency=agency)
    who = NamedHolder("031090955002", "LÊ VĂN KẾT QUẢ")
    old = desk.record_of(app, officer, holder=who)
    opening = OpenDossier("1.004194", who.number, who.name)
    dossier = open_dossier(opening, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    home = next(one.code for one in app.catalogue.components("1.004194", dossier.opened_at.date()) if one.accepts)
    today = dossier.opened_at.astimezone(VIET_NAM).date()

    def figures() -> dict[str, tuple[int, int, str]]:
        return recount.told(counted(app, officer, Span(today, today)).total)

    def give(record: str) -> str:
        what = GiveResult(dossier.code, RecordCode(record))
        return give_result(what, actor=officer, uow=app.uow, clock=app.clock).code

    assert figures()["reused_dossiers"] == (0, 1, "0.00")
    what = Attach(dossier.code, home, old, "đã đối chiếu")
    attach(what, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    assert figures()["reused_dossiers"] == (1, 1, "100.00")
    assert figures()["digitised_dossiers"] == (0, 1, "0.00")
    with pytest.raises(Conflict, match="RESULT_NOT_OF_DOSSIER"):
        give(old)
    other = desk.record_of(app, officer, holder=NamedHolder("031090955003", "NGƯỜI NGOÀI"))
    with pytest.raises(Conflict, match="RESULT_NOT_OF_DOSSIER"):
        give(other)
    with pytest.raises(NotFound, match="RECORD"):
        give("0000-0000-0000-00")
    assert figures()["digitised_dossiers"] == (0, 1, "0.00")
    new = desk.record_of(app, officer, holder=who)
    assert give(new) == f"{dossier.code}-KQ1"
    assert give(new) == f"{dossier.code}-KQ1", "given again, it is answered"
    later = open_dossier(opening, actor=officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    with pytest.raises(Conflict, match="RESULT_OLDER"):
        give_result(GiveResult(later.code, new), actor=officer, uow=app.uow, clock=app.clock)
    assert figures()["digitised_dossiers"] == (1, 2, "50.00")
    with app.uow.begin() as tx:
        acts = tx.events.list(dossier=dossier.code, action=Action.GIVE_RESULT, limit=10)
    assert [act.outcome.value for act in acts] == ["DONE", "REFUSED", "REFUSED", "REFUSED"]


def test_the_report_leaves_as_page_pdf_and_csv(app: App, head: Actor, log: psycopg.Connection[Any]) -> None:
    assert log
    client: Client = stranger(app).signed_in(head.account_id.removeprefix("local:"), PASSWORD)
    query = "tu=2025-03-01&den=2025-03-30"
    page = client.get(f"/giam-sat/chi-so?{query}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    found = counted(app, head, Span(SINCE, UNTIL))
    share = str(found.total[Indicator.REUSED_DOSSIERS].percent).replace(".", ",")
    assert share in page.text
    pdf = client.get(f"/giam-sat/chi-so/bao-cao.pdf?{query}")
    assert pdf.headers["content-type"] == "application/pdf"
    text = "\n".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(pdf.content)).pages)
    assert share in text
    assert "khai thác, sử dụng lại" in " ".join(text.split())
    table = client.get(f"/giam-sat/chi-so/bao-cao.csv?{query}").text
    assert table.count("\n") == 1 + len(Indicator) * (1 + len(AGENCIES))
    behind = client.get(f"/giam-sat/chi-so/reused_dossiers.csv?{query}").text
    assert behind.count("\n") == 1 + found.total[Indicator.REUSED_DOSSIERS].all
    assert client.get(f"/giam-sat/chi-so/bao-cao.docx?{query}").status_code == 422
    assert client.get(f"/giam-sat/chi-so/nothing?{query}").status_code == 404
    answer = client.get("/api/v1/indicators?since=2025-03-01&until=2025-03-30").json()
    assert {one["name"] for one in answer["total"]} == set(Indicator)
    rows = client.get("/api/v1/indicators/late?since=2025-03-01&until=2025-03-30&limit=5").json()
    assert len(rows) == 5
    assert all(row["events"] for row in rows)
