"""Reads the plan of every query of the program: each method of each repository is called, each statement explained.

>>> seq_scans(app)      # doctest: +SKIP
[]
"""

from __future__ import annotations

import inspect
import re
from collections import deque
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError

from vault.bootstrap import App
from vault.db import seeding
from vault.db.keys import HOLD_FIRST
from vault.domain.audit import Event, Outcome
from vault.domain.batches import Batch, BatchId, BatchState, Part, SeenPage
from vault.domain.catalogue import DemandForm
from vault.domain.consents import Consent, ConsentPurpose
from vault.domain.corrections import CaseState, Correction, CorrectionId, FieldDifference
from vault.domain.data_requests import DataRequest, RequestKind
from vault.domain.dossiers import Attachment, Closing, Demand, Dossier, Ending, Notice, NoticeItem, Replaced
from vault.domain.evidence import EvidenceRequest, EvidenceState
from vault.domain.forms import FormEntry
from vault.domain.hand_ins import HandIn
from vault.domain.holders import HolderAlias, HolderId, HolderKind, HolderLink, HolderRole
from vault.domain.ids import Digest, DossierCode, RecordCode, record_code
from vault.domain.intake import Channel, Confirmation, Intake, IntakeId, IntakeState, Page, Proposal, SignatureSummary
from vault.domain.kpi import ASKS, Figure
from vault.domain.mandates import Mandate, MandateKind, Scope
from vault.domain.outbox import LetterKind, LetterState
from vault.domain.outside import Ask, AskState, Claim, ConsentBy, FoundState, OutsidePaper
from vault.domain.peers import PeerQuestion
from vault.domain.people import Action, Actor, Role
from vault.domain.records import Record
from vault.domain.rescans import Likeness
from vault.domain.retention import Kept
from vault.domain.reuse import Standing
from vault.domain.search import parse_query
from vault.domain.shares import Share, ShareKind
from vault.domain.sign_in import SECOND_FACTOR, Strength
from vault.domain.states import RecordState
from vault.domain.ties import Tie, TieState
from vault.domain.upkeep import Fault, Run, Task
from vault.domain.webhooks import Attempt, Happening, Webhook, WebhookMessage, WebhookState, WebhookType
from vault.ports import Account, BrokenGlass, HeldKey, Passkey, SecondFactor, WrappedKey

_FEW = 20_000
LARGE = 10_000
"""A table of so many rows is read by index."""
NOW = datetime(2026, 11, 22, 2, 15, tzinfo=UTC)
AGENCY = "H24.2"
CLERK = Actor("local:plans", "Người đọc", Role.OFFICER, AGENCY)
DOSSIER = DossierCode("H24.2-261122-0001")
INTAKE = IntakeId("in-1")
WITHOUT_SQL = {"jobs", "vitals"}
"""The queue's statements are its own; what waits is counted, so read as a whole, from rows that are few or indexed."""


LOOKS_AT_ALL = {
    "keys.unheld",
    "keys.waiting",
    "keys.strays",
    "keys.agencies",
    "intakes.seal_old",
    "sign_ins.seal_old",
    "webhooks.seal_old",
    "forms.seal_old",
    "corrections.seal_old",
    "accounts.kept",
} | {
    f"upkeep.{one}"
    for one in ("among_rows", "undecided_originals", "held", "idle_keys", "names_clear", "resume", "changed_since")
}
"""Commands of the operator and the hourly sweep: they read everything, because that is their work.

`waiting` is asked by an erasure only while bytes of the paper lie in clear, which `encrypt-old` ends.
"""


def fill(connection: Connection) -> None:
    """So many rows in the tables that seeding leaves empty that no planner would read them through."""
    for statement in rows_of(_FEW, people=1000, many=_FEW, few={}):
        connection.connection.driver_connection.execute(statement)


def rows_of(less: int, *, people: int, many: int, few: Container[str]) -> Iterator[str]:
    """The statements of `plans.sql`, in order: `many` rows a table, `less` in each of `few`, about so many people."""
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in text.split(";\n"):
        found = re.search(r"(?:INSERT INTO|DELETE FROM) (\w+)", statement)
        if found:
            rows = less if found[1] in few else many
            yield statement.replace(":rows", str(rows)).replace(":people", str(people))


def seq_scans(app: App, *, large: int = LARGE) -> list[str]:
    """``repository.method: table`` for every large table that a query reads from end to end. There should be none.

    Nothing that is called here stays: the transaction is rolled back.
    """
    found = []
    with app.uow.engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT relname FROM pg_class WHERE reltuples >= %s", (large,))
        big = set(tables.scalars())
        for caller, statement, parameters in statements(app):
            explain = "EXPLAIN (FORMAT JSON) " + statement
            plan = connection.exec_driver_sql(explain, parameters).scalar_one()[0]["Plan"]
            found += [f"{caller}: {table}" for table in sorted(set(_scanned(plan)) & big)]
            connection.rollback()
    return sorted(set(found))


def wide_reads(app: App, *, rows: int, pages: int) -> list[str]:
    """``repository.method: what N`` of every statement that reads too much.

    Told twice: nodes that the planner expects to read or sort more than `rows`, where no LIMIT ends it sooner, and
    statements that touched more than `pages` (8 kB) when they ran on what lies there. A statement that the data refuse
    (a key that is taken) is only planned.
    """
    found = []
    with app.uow.engine.connect() as connection:
        for caller, statement, parameters in statements(app):
            try:
                explain = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + statement
                plan = connection.exec_driver_sql(explain, parameters).scalar_one()[0]["Plan"]
            except IntegrityError:
                connection.rollback()
                explain = "EXPLAIN (FORMAT JSON) " + statement
                plan = connection.exec_driver_sql(explain, parameters).scalar_one()[0]["Plan"]
            connection.rollback()
            found += [f"{caller}: {node} {many:.0f}" for node, many in _expected(plan) if many > rows]
            touched = plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0)
            found += [f"{caller}: pages {touched}"] if touched > pages else []
    return sorted(set(found))


_BLOCKING = {"Sort", "Hash", "Aggregate", "Materialize", "Bitmap Heap Scan"}
"""These read all that is under them before they give the first row."""


def _expected(plan: dict[str, Any], *, limited: bool = False) -> Iterator[tuple[str, float]]:
    """Nodes that read or sort, with the rows that are expected of them."""
    kind = plan["Node Type"]
    if ("Scan" in kind or kind.endswith("Sort")) and not limited:
        yield (
            " ".join(plan[word] for word in ("Node Type", "Relation Name", "Index Name") if word in plan),
            plan["Plan Rows"],
        )
    inside = (limited or kind == "Limit") and kind not in _BLOCKING
    for part in plan.get("Plans", ()):
        yield from _expected(part, limited=inside)


def _scanned(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from _scanned(part)


def methods(tx: Any) -> set[str]:
    """Every public method of every repository, as ``repository.method``."""
    return {
        f"{name}.{method}"
        for name in type(tx).__slots__
        if name not in WITHOUT_SQL
        for method, _ in inspect.getmembers(getattr(tx, name), inspect.ismethod)
        if not method.startswith("_")
    }


def statements(app: App) -> list[tuple[str, str, Any]]:
    """(repository.method, statement, parameters) of everything that reads or writes the large tables."""
    seen: list[tuple[str, str, Any]] = []
    caller = ""

    def note(*heard: Any) -> None:
        _, _, statement, parameters, _, executemany = heard
        if (
            statement.split(maxsplit=1)[0].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}
            and "pg_try_advisory" not in statement
        ):
            seen.append((caller, statement, parameters[0] if executemany else parameters))

    with app.uow.engine.connect() as connection:
        transaction = connection.begin()
        tx = app.uow.over(connection)
        event.listen(app.uow.engine, "before_cursor_execute", note)
        called = set()
        try:
            for name, method, arguments, keywords in calls():
                caller = f"{name}.{method}"
                called.add(caller)
                made = [one.make(tx) if isinstance(one, Made) else one for one in arguments]
                with connection.begin_nested():
                    answer = getattr(getattr(tx, name), method)(*made, **keywords)
                    if isinstance(answer, Iterator):  # asks when it is read
                        deque(answer, maxlen=0)
        finally:
            event.remove(app.uow.engine, "before_cursor_execute", note)
            transaction.rollback()
        missing = methods(tx) - called - LOOKS_AT_ALL
    if missing:
        message = f"no call of {', '.join(sorted(missing))} stands in tests/plans.py"
        raise LookupError(message)
    # Sent past SQLAlchemy, in a pipeline of the driver.
    seen.append(
        (
            "keys.hold_first",
            HOLD_FIRST,
            dict.fromkeys(("paper", "digest", "agency_code", "key"), "x") | {"wrapped": b"x"},
        )
    )
    return seen


def calls() -> Iterator[tuple[str, str, tuple[Any, ...], dict[str, Any]]]:
    """One call, or more where the arguments change the statement, of every method of every repository."""
    yield from _people()
    yield from _intakes()
    yield from _records()
    yield from _dossiers()
    yield from _shares()
    yield from _trays()
    yield from _corrections()
    yield from _access()
    yield from _citizens()
    yield from _rest()


def _call(name: str, method: str, *arguments: Any, **keywords: Any) -> tuple[str, str, tuple[Any, ...], dict[str, Any]]:
    return name, method, arguments, keywords


_NUMBER = HolderId(HolderKind.PERSONAL, "031090999777")
_SEEDED = seeding.record_of(2)


def _people() -> Iterator[Any]:
    known = HolderId(HolderKind.PERSONAL, seeding.holder_of(1).number)
    yield _call("accounts", "by_username", "u-7")
    yield _call("accounts", "add", Account(CLERK, "plans", ""))
    yield _call("accounts", "agencies")
    yield _call("accounts", "set_password", "u-7", "x")
    yield _call("accounts", "set_disabled", "u-8", disabled=True)
    yield _call("accounts", "vouched", 7)
    yield _call("accounts", "open_session", "h", "a-1", at=NOW - timedelta(days=3), expires_at=NOW)
    yield from _sign_ins()
    yield _call("accounts", "actor_of", "s-7", at=NOW)
    yield _call("accounts", "end_session", "s-7")
    yield _call("holders", "ensure", _NUMBER, "NGUYỄN VĂN MẪU", at=NOW)
    yield _call("holders", "find", known)
    yield _call("holders", "get", 1)
    yield _call("holders", "tie", 1, HolderAlias(HolderId(HolderKind.PERSONAL, seeding.holder_of(2).number)))


def _sign_ins() -> Iterator[Any]:
    account = Account(replace(CLERK, account_id="a-7"), "u-7", "")
    passkey = Passkey(b"new", "a-7", b"k", 0, "x", NOW)
    yield _call("accounts", "by_id", "a-7")
    yield _call("accounts", "keep", account)
    yield _call("accounts", "session_of", "s-7", at=NOW)
    yield _call("accounts", "sessions_of", "a-7", at=NOW)
    yield _call("accounts", "seen", "s-7", at=NOW)
    yield _call("accounts", "strengthen", "s-7", Strength.TWO_FACTORS, at=NOW)
    yield _call("accounts", "end_sessions", "a-7", but=None)
    yield _call("sign_ins", "set_second_factor", "a-7", SecondFactor(b"s", NOW, 1))
    yield _call("sign_ins", "second_factor", "a-7", lock=True)
    yield _call("sign_ins", "used_step", "a-7", 2)
    yield _call("sign_ins", "set_recovery_codes", "a-7", ("d-7",))
    yield _call("sign_ins", "use_recovery_code", "a-7", "d-7")
    yield _call("sign_ins", "recovery_codes_left", "a-7")
    yield _call("sign_ins", "add_passkey", passkey)
    yield _call("sign_ins", "passkeys", "a-7")
    yield _call("sign_ins", "passkey", b"new")
    yield _call("sign_ins", "used_passkey", b"new", sign_count=1, at=NOW)
    yield _call("sign_ins", "drop_passkey", "a-7", b"new")
    yield _call("sign_ins", "begin_step", "t-7", "x", account_id="a-7", data={}, expires_at=NOW, at=NOW)
    yield _call("sign_ins", "step", "t-7", "x", at=NOW, take=True)
    yield _call("sign_ins", "tries", SECOND_FACTOR, "a-7", at=NOW)
    yield _call("sign_ins", "forgiven", SECOND_FACTOR, "a-7", at=NOW)
    yield _call("sign_ins", "tried", SECOND_FACTOR, "a-7", at=NOW)


def _intakes() -> Iterator[Any]:
    digest = Digest("0" * 64)
    intake = Intake(
        IntakeId("new"), IntakeState.RECEIVED, digest, "x", "image/png", 1, Channel.API, AGENCY, "x", NOW, 1
    )  # fmt: skip
    summary = SignatureSummary("VALID", 1, present=True, signers=(), report=MappingProxyType({}))
    said = Confirmation("GPXD", (), {}, compared_with_original=True, consent=True, by_account="x", by_name="x", at=NOW, record_id=b"")  # fmt: skip  # noqa: E501 - one value
    yield _call("intakes", "add", intake)
    yield _call("intakes", "get", INTAKE, lock=True)
    yield _call("intakes", "list", AGENCY, limit=50)
    yield _call("intakes", "open_ones", AGENCY, limit=50)
    yield _call("intakes", "set_state", INTAKE, IntakeState.READ)
    yield _call("intakes", "set_signatures", INTAKE, summary)
    yield _call("intakes", "add_page", INTAKE, Page(1, digest, 1, 1, 1, "x", digest))
    yield _call("intakes", "pages", INTAKE)
    yield _call("intakes", "set_proposal", INTAKE, Proposal("GPXD", 1.0, {}))
    yield _call("intakes", "set_confirmation", INTAKE, said)
    yield _call("intakes", "set_confirmation", INTAKE, None)
    yield _call("intakes", "find", RecordCode("r-7"))
    yield _call("intakes", "received_by", RecordCode("r-7"))
    yield _call("intakes", "signatures_of", (RecordCode("r-7"), RecordCode("r-8")))
    yield _call("intakes", "known_as", RecordCode("r-7"))
    yield _call("intakes", "of_bytes", AGENCY, digest)
    yield _call("intakes", "erase", INTAKE)
    yield _call("intakes", "set_record", INTAKE, RecordCode("r-new"))
    yield _call("intakes", "set_known", INTAKE, RecordCode("r-7"))
    yield _call("intakes", "retire", INTAKE)
    yield _call("intakes", "set_searchable", INTAKE, digest)
    yield _call("intakes", "set_rescans", INTAKE, (Likeness(RecordCode("r-7"), 0.9),))


@dataclass(frozen=True)
class Made:
    """An argument that is made of what is there."""

    make: Callable[[Any], object]


def a_record(tx: Any) -> Record:
    """A record like the seeded ones, not among them, with its place in a status list."""
    key = (1 << 40).to_bytes(8, "big")
    tx.records.reserve_status(key, 7, list_id=98)
    return replace(tx.records.get(RecordCode(_SEEDED.code)), id=key, code=record_code(key))


def _trays() -> Iterator[Any]:
    batch = Batch(BatchId("new"), BatchState.RECEIVED, Digest("3" * 64), "x", 1, 1, AGENCY, "x", "x", NOW)
    yield _call("batches", "add", batch)
    yield _call("batches", "get", BatchId("b-7"))
    yield _call("batches", "list", AGENCY, limit=20)
    yield _call("batches", "set_state", BatchId("b-7"), BatchState.SPLIT)
    yield _call("batches", "add_seen", BatchId("b-7"), 0, (SeenPage(None, blank=False),))
    yield _call("batches", "seen", BatchId("b-7"))
    yield _call("batches", "set_parts", BatchId("b-7"), (Part(5, 0, 0),))
    yield _call("batches", "erase", BatchId("b-7"))
    yield _call("batches", "set_part", BatchId("b-7"), Part(0, 0, 0, failure="x"))
    yield _call("hand_overs", "open", "new", "a-7", at=NOW - timedelta(days=3), expires_at=NOW)
    yield _call("hand_overs", "actor_of", "h-7", at=NOW)
    yield _call("hand_overs", "close", "h-7", account_id="a-7", at=NOW)
    yield _call("hand_overs", "note", "h-8", IntakeId("in-8"), at=NOW)
    yield _call("hand_overs", "intakes", "h-7", account_id="a-7")
    yield _call("intakes", "get_all", (INTAKE, IntakeId("in-2")))


def a_version(tx: Any) -> Record:
    """The next version of a seeded record, with its place in a status list."""
    tx.records.reserve_status(_SEEDED.key, 8, list_id=98, version=2)
    return replace(tx.records.get(RecordCode(_SEEDED.code)), version=2, credential="VNQ1:2")


def _records() -> Iterator[Any]:
    code = RecordCode(_SEEDED.code)
    yield _call("records", "add", Made(a_record), intake_id=None, holder_ids=(1,))
    yield _call("records", "get", code, lock=True)
    yield _call("records", "find", code)
    yield _call("records", "of_codes", (code, RecordCode(seeding.record_of(3).code)))
    yield _call("records", "add_version", Made(a_version), holder_ids=(1,))
    yield _call("records", "index_again", IntakeId("in-1"))
    yield _call("records", "history", code)
    yield _call("records", "holder_ids", code)
    yield _call("records", "first_holder", code)
    yield _call("records", "of_blob", Digest("1" * 64))
    yield _call("records", "of_holder", 1)
    yield _call("records", "of_people", (1, 2, 3))
    yield _call("records", "reserve_status", b"12345678", 1 << 20, list_id=99)
    yield _call("records", "status_lists")
    yield _call("records", "status_of", _SEEDED.key)
    yield _call("records", "states", 0)
    yield _call("records", "seals_to_renew", NOW, limit=200)
    yield _call("records", "set_seal", code, Digest("2" * 64), level="B-LTA", archived_until=NOW)
    yield _call("records", "erased_at", code)
    yield _call("records", "erase", code, at=NOW)
    yield _call("records", "set_state", code, RecordState.SUSPENDED, superseded_by=None, at=NOW)


def _dossiers() -> Iterator[Any]:
    link = HolderLink(HolderRole.SUBJECT, HolderKind.PERSONAL, "031090999777", "x")
    dossier = Dossier(DOSSIER, "1", 1, link, AGENCY, None, "x", NOW, None)
    attached = Attachment("1.TP01", RecordCode(_SEEDED.code), 1, MappingProxyType({}), "x", "x", NOW)
    demand = Demand("1.TP01", "x", "x", None, "x", "x", NOW)
    item = NoticeItem("1.TP01", "x", DemandForm.COPY, "x", "x", "x")
    yield _call("dossiers", "add", dossier, key="k")
    yield _call("dossiers", "opened_under", "a-7", "k")
    yield _call("dossiers", "next_serial", AGENCY, date(2026, 11, 22))
    yield _call("dossiers", "get", DossierCode("d-7"), lock=True)
    yield _call("dossiers", "list", AGENCY, limit=50)
    yield _call("dossiers", "open_ones", AGENCY, limit=50)
    yield _call("dossiers", "open_ones", AGENCY, due_before=date(2026, 11, 22), limit=50)
    yield _call("dossiers", "due_days", (AGENCY, "H24.3"), before=date(2026, 11, 22))
    yield _call("dossiers", "close", DossierCode("d-9"), Closing(Ending.ANSWERED, "x", "x", NOW))
    yield _call("dossiers", "using", RecordCode(_SEEDED.code), limit=50)
    yield _call("dossiers", "attach", DossierCode("d-8"), replace(attached, component="1.TP02"))
    ended = Replaced(RecordCode(_SEEDED.code), 1, Standing.NOT_USABLE, ("REVOKED",), "", "x", "x", NOW)
    yield _call("dossiers", "replace", DossierCode("d-8"), replace(attached, component="1.TP02"), ended)
    yield _call("dossiers", "demand", DossierCode("d-8"), demand)
    yield _call("dossiers", "notify", DossierCode("d-8"), Notice(2, (item,), "x", "x", NOW))
    yield _call("events", "searched", AGENCY, since=NOW - timedelta(days=1), until=NOW)
    yield _call("dossiers", "reported", AGENCY, since=NOW - timedelta(days=1), until=NOW)


def _shares() -> Iterator[Any]:
    share = Share("new", ShareKind.CODE, RecordCode(_SEEDED.code), 1, "x", "x", (), NOW, NOW, digits="9")
    yield _call("shares", "add", share)
    yield _call("shares", "redeem", "d7", at=NOW)
    yield _call("shares", "find_code", "d7")
    yield _call("shares", "of_holder", 7, since=NOW + timedelta(days=30))
    yield _call("shares", "stop", "sh-7", holder_id=8, at=NOW)
    yield _call("shares", "states", 7)
    yield _call("shares", "free", NOW - timedelta(days=400))
    yield _call("shares", "missed", "c-7", minute=NOW)
    yield _call("shares", "misses", "c-7", minute=NOW)


def _corrections() -> Iterator[Any]:
    code = RecordCode(seeding.record_of(5).code)
    found = (FieldDifference("address", "x", "y"),)
    case = Correction(
        CorrectionId("new"), CaseState.OPEN, code, 1, 1, AGENCY, AGENCY, None, found, "", "x", "x", NOW
    )  # fmt: skip
    yield _call("corrections", "open", case)
    yield _call("corrections", "get", CorrectionId("c-7"), lock=True)
    yield _call("corrections", "set", replace(case, id=CorrectionId("c-7")))
    yield _call("corrections", "list", AGENCY, limit=50)
    yield _call("corrections", "of_holder", 7, limit=50)
    yield _call("corrections", "of_dossier", DossierCode("d-7"))
    yield _call("forms", "add", DossierCode("d-8"), FormEntry(2, {"a": "b"}, (), "", "x", "x", NOW))
    yield _call("forms", "of_dossier", DossierCode("d-7"))
    yield _call("forms", "forget", Made(lambda tx: tx.records.get(RecordCode(_SEEDED.code))))


def _access() -> Iterator[Any]:
    code = RecordCode(_SEEDED.code)
    glass = BrokenGlass("new", code, AGENCY, CLERK.account_id, CLERK.name, "x", NOW)
    yield _call("access", "circumstances", CLERK, code, (1, 2), now=NOW)
    yield _call("access", "break_glass", glass, since=NOW)
    yield _call("access", "broken", AGENCY, limit=50)
    yield _call("access", "broken_on", 7, limit=50)
    yield _call("access", "review", "g-7", agency_code="H24.7", by="x", at=NOW, finding="x")


def _citizens() -> Iterator[Any]:
    yield _call("consents", "add", Consent(7, ConsentPurpose.OWN_DOSSIERS, on=True, at=NOW, by_account="x"))
    yield _call("consents", "of_holders", (7, 8))
    yield _call("hand_ins", "add", HandIn("a-7", "new", IntakeId("in-7"), 7, NOW))
    yield _call("hand_ins", "find", "a-7", "k-7")
    yield _call("hand_ins", "of_account", "a-7", limit=50)


def _rest() -> Iterator[Any]:
    yield _call("search", "find", parse_query("Nguyễn Văn An"), agency_code=AGENCY, people=(1,), limit=10)
    yield _call("search", "find", parse_query(f"số {_SEEDED.number}"), agency_code=AGENCY, people=(), limit=10)
    yield _call("search", "find", parse_query("99123/2019"), agency_code=AGENCY, people=(), limit=10)
    yield _call("events", "add", Event(NOW, CLERK, Action.LOOKUP))
    filters: tuple[dict[str, Any], ...] = (
        {"agency_code": AGENCY},
        {"holder_id": 7},
        {"record": RecordCode("r-7")},
        {"dossier": DossierCode("d-7")},
        {"agency_code": AGENCY, "action": Action.DEMAND, "outcome": Outcome.DONE},
    )
    for chosen in filters:
        yield _call("events", "list", **chosen, limit=50)
    span = {"since": date(2026, 11, 1), "until": date(2026, 11, 22)}
    yield _call(
        "events",
        "usages",
        7,
        {RecordCode("r-7"): None, RecordCode("r-8"): NOW},
        since=NOW,
        until=NOW,
        offset=0,
        limit=50,
    )
    yield _call("events", "oldest")
    spanned = {"since": NOW - timedelta(days=1), "until": NOW}
    yield _call("events", "span", AGENCY, **spanned, account_id="x")
    yield _call("intakes", "due", AGENCY, Kept.DISCARDED, before=NOW, limit=200)
    yield _call("intakes", "count_due", AGENCY, Kept.KNOWN, before=NOW)
    yield _call("events", "tally", (AGENCY, "H24.3"), **span)
    yield _call("events", "behind", ASKS[Figure.REUSED], (AGENCY,), **span, limit=100)
    only = {"procedure": "1", "components": ("1.TP01",), "offset": 100}
    yield _call("events", "behind", ASKS[Figure.ONCE_ONLY_REFUSED], (AGENCY,), **span, **only, limit=100)
    yield from _webhooks()
    asked = EvidenceRequest("new", AGENCY, "x", "x", DossierCode("d-8"), "1", 7, "GPXD", "x", NOW)
    yield _call("evidence", "add", asked)
    yield _call("evidence", "get", "e-7", lock=True)
    yield _call("evidence", "of_holder", 7, limit=50)
    yield _call("evidence", "decide", "e-7", EvidenceState.REFUSED, record=None, at=NOW)
    yield _call("evidence", "delivered", "e-7", at=NOW)
    yield _call("figures", "acts", (AGENCY,), since=date(2026, 11, 22), until=date(2026, 11, 22))
    yield from _keys()
    yield from _outside()
    yield _call("log", "my_turn")
    yield _call("log", "wait_turn")
    yield _call("log", "set_cosigned", 7, "x", 2)
    yield _call("log", "best_head", 7)
    yield _call("log", "size")
    yield _call("log", "leaves", 5, 9)
    yield _call("log", "places_of", RecordCode("r-7"))
    yield _call("log", "covered_at", 7)
    yield _call("log", "head")
    yield _call("log", "set_head", 10_000_000, "x", at=NOW)
    yield _call("log", "take", 10, lambda: b"x")


def _outside() -> Iterator[Any]:
    code = DossierCode("d-7")
    yield _call("outbox", "put", LetterKind.DOSSIER, "d-8", dossier=DossierCode("d-8"), agency_code=AGENCY, at=NOW)
    yield _call("outbox", "take", at=NOW, until=NOW)
    yield _call("outbox", "compose", 7, {})
    yield _call("outbox", "failed", 7, "x", due_at=NOW, fault=True)
    yield _call("outbox", "bury", 7, "x")
    yield _call("outbox", "revive", 7, at=NOW)
    yield _call("outbox", "delivered", 7, at=NOW, receipt="x")
    yield _call("outbox", "dead", limit=50)
    yield _call("outbox", "of_agency", AGENCY, LetterState.DELIVERED, newest=True, limit=20)
    yield _call("outbox", "of_dossier", code)
    asked = Ask("q-new", code, AGENCY, "NATIONAL", 7, ConsentBy.LAW, "x", "x", NOW)
    link = HolderLink(HolderRole.SUBJECT, HolderKind.PERSONAL, "031090999777", "x")
    claim = Claim("r", "GPXD", link, "0" * 64, "application/pdf")
    yield _call("outside", "ask", asked)
    yield _call("outside", "get_ask", "q-7", lock=True)
    yield _call("outside", "settle", "q-7", AskState.ANSWERED, at=NOW)
    yield _call("outside", "pick", code, {})
    yield _call("outside", "asks", code)
    yield _call("outside", "keep", OutsidePaper("p-new", "q-7", code, AGENCY, "NATIONAL", 7, claim, NOW))
    yield _call("outside", "papers", code)
    yield _call("outside", "paper", "p-new", lock=True)
    yield _call("outside", "set_paper", "p-7", FoundState.FETCHED, intake=INTAKE)
    yield _call("outside", "of_intake", INTAKE)
    yield _call("outside", "fresh", "H23", "n", at=NOW, until=NOW)
    question = PeerQuestion("pq-7", "H23", "x", "x", "x", "x", frozenset({"KS"}), 7, NOW, NOW)
    yield _call("peer_questions", "put", question)
    yield _call("peer_questions", "get", "pq-7", lock=True)
    yield _call("peer_questions", "save", question)
    yield _call("peer_questions", "waiting", 7, limit=50)
    yield _call("outside", "cursor", AGENCY)
    yield _call("outside", "set_cursor", AGENCY, 7)


def _webhooks() -> Iterator[Any]:
    types = frozenset({WebhookType.REVOKED})
    happening = Happening(1, WebhookType.REVOKED, RecordCode(_SEEDED.code), NOW)
    message = WebhookMessage("new", "w-7", WebhookType.REVOKED, "{}", NOW)
    yield _call("webhooks", "announce", WebhookType.REVOKED, RecordCode(_SEEDED.code), at=NOW)
    yield _call("webhooks", "add", Webhook("new", AGENCY, "a-7", "https://x.example", types, b"x", NOW))
    yield _call("webhooks", "of_account", "a-7", lock=True)
    yield _call("webhooks", "of_agency", AGENCY)
    yield _call("webhooks", "get", "w-7")
    yield _call("webhooks", "counts", "w-7")
    yield _call("webhooks", "set_state", "w-7", WebhookState.ACTIVE)
    yield _call("webhooks", "revive", "w-7", at=NOW)
    yield _call("webhooks", "happenings", limit=200)
    yield _call("webhooks", "listeners", happening)
    yield _call("webhooks", "spread", 1, (message,))
    yield _call("webhooks", "take", at=NOW, until=NOW)
    yield _call("webhooks", "tried", message, Attempt(200), at=NOW, due_at=None)
    yield _call("webhooks", "sweep", NOW - timedelta(days=4000))
    yield _call("webhooks", "remove", "w-8")
    asked = DataRequest(
        "new", RequestKind.SEE, 7, AGENCY, None, "x", third_party=False, asked_at=NOW, asked_by="x",
        answer_by=NOW.date(), due_on=NOW.date(),
    )  # fmt: skip
    days = NOW.date(), NOW.date()
    mandate = Mandate("new", MandateKind.PARENT, "a-7", 7, "x", *days, frozenset({Scope.SEE}), AGENCY, "x", NOW)
    old = HolderAlias(HolderId(HolderKind.CMND, "031999777"))
    tie = Tie("new", 7, 8, old, DOSSIER, AGENCY, "x", "x", NOW)
    yield _call("ties", "propose", tie)
    yield _call("ties", "get", "new", lock=True)
    yield _call("ties", "decide", "new", TieState.CONFIRMED, by="x", named="x", reason="x", at=NOW)
    yield _call("ties", "part", tie)
    borne = HolderAlias(HolderId(HolderKind.PERSONAL, seeding.holder_of(8).number))
    yield _call("ties", "unite", replace(tie, alias=borne))
    yield _call("mandates", "add", mandate)
    yield _call("mandates", "get", "new", lock=True)
    yield _call("mandates", "revoke", "new", by="x", reason="x", at=NOW)
    yield _call("mandates", "of_agency", AGENCY, limit=200)
    yield _call("mandates", "of_holder", 7)
    yield _call("accounts", "guardian", "a-7")
    yield _call("data_requests", "add", asked)
    yield _call("data_requests", "get", "new", lock=True)
    yield _call("data_requests", "set", asked)
    yield _call("data_requests", "of_agency", AGENCY, limit=200)
    yield _call("data_requests", "of_holder", 7, limit=200)


def _keys() -> Iterator[Any]:
    held = HeldKey(INTAKE, WrappedKey(AGENCY, "file:1", b"x"), "d-7")
    yield _call("keys", "lock", "x")
    yield _call("keys", "of", "d-7", lock=True)
    yield _call("keys", "of_papers", "text", ["in-1", "in-2"])
    yield _call("keys", "hold", "d-new", held)
    yield _call("keys", "hold_first", "d-newer", held)
    yield _call("keys", "let_go", "d-7", INTAKE)
    yield _call("keys", "of_paper", INTAKE)
    yield _call("keys", "begin_use", INTAKE)
    yield _call("keys", "begin_use_of", INTAKE, "d-7")
    yield _call("keys", "ended", INTAKE)
    yield _call("keys", "wholes_of", (INTAKE, IntakeId("in-8")))
    yield _call("keys", "files_of", (INTAKE, IntakeId("in-8")))
    yield _call("keys", "end_papers", (IntakeId("in-8"), IntakeId("in-9")))
    yield _call("keys", "older", "H24.7", "file:2", limit=500)
    yield _call("keys", "rewrap", [(held, WrappedKey(AGENCY, "file:2", b"y"))])
    yield _call("upkeep", "patient")
    yield _call("upkeep", "held_after", "1" * 64, limit=100)
    yield _call("upkeep", "is_used", "1" * 64, INTAKE)
    yield _call("upkeep", "reindex", RecordCode(_SEEDED.code))
    yield _call("upkeep", "entries", b"\x80", limit=50)
    yield _call("upkeep", "queue_event", Made(lambda tx: tx.log.size() + 1))
    yield _call("upkeep", "damaged", "1" * 64, Fault.BLOB_MISSING, at=NOW)
    yield _call("upkeep", "healed", "1" * 64, at=NOW, by="x")
    yield _call("upkeep", "damages")
    yield _call("upkeep", "note", Task.SCRUB, Run(NOW, {}))
    yield _call("upkeep", "noted")
    yield _call("holds", "put", RecordCode(_SEEDED.code), "x", by="x", at=NOW)
    yield _call("holds", "living", RecordCode("r-7"))
    yield _call("holds", "lift", RecordCode("r-7"), at=NOW)
