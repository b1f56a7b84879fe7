"""Random dossiers in the log, and a second count of the indicators that shares nothing with the first.

`fill` writes events as the use cases do, with everything that must not count among them: refusals, flags that say
"reused", other people's copies of an act, records sealed too late or never, dossiers nobody received, acts after the
span. `recount` reads every row of the table and does what the words of QĐ 766 say, slowly, with plain dictionaries.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any

import yaml
from psycopg import Connection

from vault.domain.catalogue import Catalogue, ComponentForm

HOUR = timedelta(hours=1)
Rows = list[dict[str, Any]]


def judged(catalogue: Catalogue) -> Catalogue:
    """The catalogue with procedures `9.0000NN`: half of them end in a paper, and TP01 and TP03 are copies."""
    like = catalogue.procedure("1.004194", date(2026, 11, 22))
    first = like.components[0]
    made = tuple(
        replace(
            like,
            code=f"9.0000{number:02}",
            results=("KQ.1",) if number % 2 else (),
            components=tuple(
                replace(first, code=f"9.0000{number:02}.TP0{place}", form=ComponentForm.COPY) for place in (1, 3)
            ),
        )
        for number in range(30)
    )
    return replace(catalogue, procedures=(*catalogue.procedures, *made))


def fill(
    connection: Connection[Any], *, dossiers: int, seed: int, agencies: list[str], since: date, days: int, holder: int
) -> None:
    """Write so many dossiers. Their procedures are `9.0000NN`, their components `<procedure>.TP0N`."""
    rng = random.Random(seed)
    begin = datetime(since.year, since.month, since.day, tzinfo=UTC) - timedelta(days=20, hours=7)
    rows: list[tuple[Any, ...]] = []
    papers: list[tuple[Any, ...]] = []
    for number in range(dossiers):
        agency = rng.choice(agencies)
        code = f"{agency}-R{seed}-{number:06}"
        procedure = f"9.0000{rng.randrange(30):02}"
        opened = begin + timedelta(seconds=rng.randrange((days + 40) * 86400))
        due = rng.choice([None, (opened + timedelta(days=rng.randrange(15), hours=7)).date()])
        papers.append((code, procedure, holder, "SUBJECT", agency, "x", opened, due))
        rows += _life(rng, code, procedure, agency, opened, due)
    rows.sort(key=lambda row: row[0])  # the log is in the order of time, whatever dossier an act is on
    with connection.cursor() as cursor:
        columns = "code, procedure_code, holder_id, holder_role, agency_code, opened_by, opened_at, due_on"
        with cursor.copy(f"COPY dossier ({columns}) FROM STDIN") as copy:
            for paper in papers:
                copy.write_row(paper)
        columns = "at, account_id, actor_name, role, agency_code, action, outcome, code, purpose, record_code"
        columns += ", dossier_code, details"
        with cursor.copy(f"COPY event ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    connection.commit()


def _life(  # noqa: PLR0912, PLR0915, PLR0917 - one life, told from its beginning to its end
    rng: random.Random, code: str, procedure: str, agency: str, opened: datetime, due: date | None
) -> Iterable[tuple[Any, ...]]:
    def act(
        at: datetime, action: str, *, role: str = "OFFICER", outcome: str = "DONE", said: str | None = None,
        record: str | None = None, dossier: str | None = code, **details: object,
    ) -> tuple[Any, ...]:  # fmt: skip
        purpose = procedure if action == "OPEN_DOSSIER" else "x"
        return at, "x", "x", role, agency, action, outcome, said, purpose, record, dossier, json.dumps(details)

    sent = rng.random() < 0.4
    flags = {"reused": True, "HoSoCoThanhPhanSoHoa": 1}
    if rng.random() < 0.03:
        yield act(opened + HOUR, "ATTACH", record=f"{code}-0", component=f"{procedure}.TP01")  # opened by nobody
        return
    opening: dict[str, object] = {"due_on": due and due.isoformat(), "identified": rng.random() < 0.3}
    if sent and rng.random() < 0.3:  # the portal told it late
        opening["sent_at"] = (opened - timedelta(seconds=rng.choice([1, 14400, 100_000, 172_800]))).isoformat()
    yield act(opened, "OPEN_DOSSIER", role=rng.choice(["PARTNER", "SYSTEM"]) if sent else "OFFICER", **opening, **flags)
    if rng.random() < 0.3:
        yield act(opened, "OPEN_DOSSIER", said="PARTY", **opening)
    if sent and rng.random() < 0.15:
        yield act(opened + HOUR, "ATTACH", role="PARTNER", record=f"{code}-9", component=f"{procedure}.TP09")
        yield act(opened - HOUR, "SEAL", role="SYSTEM", record=f"{code}-9", dossier=None)
        return  # nobody took it up
    received = opened
    if sent:
        received = opened + timedelta(seconds=rng.choice([0, 3599, 14400, 14401, 90000]))
        yield act(received - timedelta(seconds=1) if rng.random() < 0.2 else received, "LOOKUP", outcome="REFUSED")
        yield act(received, "LOOKUP", role=rng.choice(["OFFICER", "CERTIFIER"]))
    for place in range(rng.randrange(5)):
        component, record = f"{procedure}.TP0{place}", f"{code}-{place}"
        at = received + timedelta(minutes=rng.randrange(1, 5000))
        kind = rng.randrange(7)
        if kind == 0:
            yield act(at, "DEMAND", component=component, said=rng.choice(["ALLOWED", "OVERRIDDEN"]))
            continue
        if kind == 1:
            yield act(at, "ATTACH", outcome="REFUSED", said="NOT_USABLE", record=record, component=component, **flags)
            continue
        if kind == 2:
            yield act(at, "DEMAND", component=component, said="ALLOWED")
        source = rng.choice(
            ["THIS_VAULT", "THIS_VAULT", "THIS_VAULT", "NATIONAL_STORE", "CONNECTED_DATA", "OTHER_VAULT", "CITIZEN"]
        )
        yield act(at + HOUR, "ATTACH", record=record, component=component, source=source, **flags)
        sealed = rng.choice([opened - timedelta(days=9), opened - timedelta(seconds=1), opened, at, None])
        if sealed is not None:
            yield act(sealed, "SEAL", role="SYSTEM", record=record, dossier=None)
            yield act(
                sealed - timedelta(days=30), "SEAL", role="SYSTEM", outcome="REFUSED", record=record, dossier=None
            )
    end = received + timedelta(minutes=rng.randrange(6000, 30000))
    for number in range(rng.choice([0, 1, 1, 2])):
        yield act(end, "GIVE_RESULT", record=f"{code}-KQ{number}", outcome=rng.choice(["DONE", "DONE", "REFUSED"]))
    if rng.random() < 0.2:
        place = rng.choice(["NATIONAL", "H30"])  # another province's vault is no national store
        yield act(received + HOUR, "FETCH_OUTSIDE", outcome=rng.choice(["DONE", "REFUSED"]), source=place)
    if rng.random() < 0.3:
        told = rng.choice([f"{code}-KQ1#7", f"{code}#8"])  # a result, or the dossier itself, which is no result
        yield act(end + HOUR, "TELL_NATIONAL", role="SYSTEM", outcome=rng.choice(["DONE", "REFUSED"]), key=told)
    if rng.random() < 0.8:
        ending = rng.choice(["ANSWERED", "ANSWERED", "REFUSED", "WITHDRAWN"])
        yield act(end, "CLOSE_DOSSIER", ending=ending)
        if rng.random() < 0.2:
            yield act(end + HOUR, "CLOSE_DOSSIER", said="REOPENED", ending="REOPENED")
            if rng.random() < 0.6:
                yield act(end + 30 * HOUR, "CLOSE_DOSSIER", ending="ANSWERED", said="LATE")


def rows_of(connection: Connection[Any]) -> Rows:
    """Every event there is, as plain values."""
    cursor = connection.execute("SELECT * FROM event ORDER BY id")
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def recount(  # noqa: PLR0912, PLR0915 - one plain pass on purpose: it shares no shape with what it checks
    rows: Rows, *, agencies: list[str], since: date, until: date, today: date, with_result: set[str], copies: set[str]
) -> dict[str, tuple[int, int, str]]:
    """Numerator, denominator and percentage of every indicator, by its name."""
    done = [row for row in rows if row["outcome"] == "DONE" and _day(row["at"]) <= until]
    sealed: dict[str, datetime] = {}
    dossiers: dict[str, Rows] = {}
    for row in done:
        if row["action"] == "SEAL" and row["record_code"]:
            sealed[row["record_code"]] = min(row["at"], sealed.get(row["record_code"], row["at"]))
        if row["dossier_code"]:
            dossiers.setdefault(row["dossier_code"], []).append(row)
    # a seal after the span is known to the log as well, and never earlier than an act inside it
    above = dict.fromkeys(_NAMES, 0)
    below = dict.fromkeys(_NAMES, 0)
    using: dict[str, bool] = {}

    def put(name: str, counted: bool) -> None:  # noqa: FBT001 - a tally mark
        below[name] += 1
        above[name] += 1 if counted else 0

    for acts in dossiers.values():
        openings = [act for act in acts if act["action"] == "OPEN_DOSSIER" and act["code"] is None]
        if not openings or openings[0]["agency_code"] not in agencies:
            continue
        opening = openings[0]
        procedure = opening["purpose"]
        closings = [act for act in acts if act["action"] == "CLOSE_DOSSIER"]
        closing = None if not closings or closings[-1]["code"] == "REOPENED" else closings[-1]
        due = opening["details"].get("due_on")
        if due and since <= date.fromisoformat(due) <= until:
            last = date.fromisoformat(due)
            while not _working_day(last):
                last += timedelta(days=1)
            if closing:
                put("late", _day(closing["at"]) > last)
            elif last < today:
                put("late", counted=True)
        received = opening["at"]
        told = opening["details"].get("sent_at")
        sent_at = datetime.fromisoformat(told) if told else opening["at"]
        if opening["role"] in ("PARTNER", "CITIZEN", "GUARDIAN", "SYSTEM"):
            taken = [a["at"] for a in acts if a["role"] in ("OFFICER", "CERTIFIER", "AGENCY_HEAD", "DIGITISER")]
            if not taken:
                continue
            received = taken[0]
        if not since <= _day(received) <= until:
            continue
        if opening["role"] in ("PARTNER", "CITIZEN", "GUARDIAN", "SYSTEM"):
            put("received_in_4_hours", _worked_seconds(sent_at, received) <= 4 * 3600)
        components: dict[str, bool] = {}
        attached = national = connected = False
        for act in acts:
            component = act["details"].get("component")
            if act["action"] == "DEMAND":
                components.setdefault(component, False)
            if act["action"] == "ATTACH":
                source = act["details"].get("source", "THIS_VAULT")
                seal = sealed.get(act["record_code"])
                old = source in ("NATIONAL_STORE", "CONNECTED_DATA", "OTHER_VAULT") or (
                    seal is not None and seal < sent_at
                )
                components[component] = old
                attached = True
                national = national or source == "NATIONAL_STORE"
                connected = connected or source in ("NATIONAL_STORE", "CONNECTED_DATA")
        result = any(act["action"] == "GIVE_RESULT" for act in acts)
        for act in acts:
            if act["action"] == "FETCH_OUTSIDE" and act["details"]["source"] == "NATIONAL":
                national = True
            if act["action"] == "TELL_NATIONAL" and act["details"]["key"].split("#")[0].endswith("-KQ1"):
                national = True
        reused = any(components.values())
        using[procedure] = using.get(procedure, False) or reused
        if procedure in with_result:
            put("e_result", result)
        put("digitised_dossiers", attached and result)
        put("reused_dossiers", reused)
        put("shared", national)
        put("identified", opening["details"].get("identified") is True)
        put("population_data", connected)
        if closing and closing["details"]["ending"] == "ANSWERED":
            put("digitised_results", result)
        for component, old in components.items():
            put("reused_components", old)
            if component in copies:
                put("copies_avoided", old)
    for used in using.values():
        put("procedures_with_data", used)
    return {name: (above[name], below[name], _percent(above[name], below[name])) for name in _NAMES}


_NAMES = (
    "e_result", "digitised_dossiers", "reused_dossiers", "shared", "identified", "population_data", "digitised_results",
    "reused_components", "copies_avoided", "procedures_with_data", "late", "received_in_4_hours",
)  # fmt: skip


_TIMES: Any = yaml.safe_load((files("vault.catalogue") / "data" / "working_time.yaml").read_text(encoding="utf-8"))


def _working_day(day: date) -> bool:
    def among(entries: Any) -> bool:
        return any(one["first"] <= day <= one.get("last", one["first"]) for one in entries)

    return among(_TIMES["days_worked"]) or (day.weekday() in _TIMES["weekdays"] and not among(_TIMES["days_off"]))


def _worked_seconds(sent: datetime, taken: datetime) -> int:
    """Seconds of office hours between them: what each office hour of each day has in common with the wait."""
    seconds, day = 0, _day(sent)
    while day <= _day(taken):
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=7)
        first, last = ((at - begin).total_seconds() for at in (sent, taken))
        for one in _TIMES["hours"] if _working_day(day) else ():
            opens, shuts = (int(one[at][:2]) * 3600 + int(one[at][3:]) * 60 for at in ("begins", "ends"))
            seconds += max(0, int(min(last, shuts) - max(first, opens)))
        day += timedelta(days=1)
    return seconds


def _day(moment: datetime) -> date:
    return (moment.astimezone(UTC) + timedelta(hours=7)).date()


def _percent(counted: int, of: int) -> str:
    """By whole numbers only: hundredths of a percent, halves up."""
    if of == 0:
        return "N/A"
    hundredths = (2 * 10000 * counted + of) // (2 * of)
    return f"{hundredths // 100}.{hundredths % 100:02}"


def told(shares: Mapping[Any, Any]) -> dict[str, tuple[int, int, str]]:
    """What the program says, in the same shape."""
    return {
        one.value: (share.counted, share.all, "N/A" if share.percent is None else str(share.percent))
        for one, share in shares.items()
    }
