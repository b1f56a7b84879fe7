"""Indicators of QĐ 766/QĐ-TTg (4.1 to 4.5) and the shares that the city reports, from logged acts alone.

The portal counts a flag a dossier: a system can score without any reuse. Here a dossier is what the log tells of it. A
component counts as reused when a record was attached that had been sealed before the dossier came in; a record that was
digitised for this very dossier is not. Whoever wants a better figure has to do the thing.

Shapes: acts of one dossier, oldest first -> `DossierLog` -> one `Unit` a dossier, component or procedure ->
`Share`, in percent to two decimals. No date of receipt: left out. Nothing to divide by: no percentage.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import groupby

from vault.domain.dossiers import Ending
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.kpi import REOPENED
from vault.domain.people import Action, Role
from vault.domain.reuse import VIET_NAM
from vault.domain.states import Source
from vault.domain.working_time import EVERY_WEEKDAY, WorkingTime

FULL_FROM = Decimal(80)
"""Percent from which 4.2 and 4.3 give all their points (QĐ 766)."""
FROM_OUTSIDE = frozenset({Source.CONNECTED_DATA, Source.NATIONAL_STORE})
SENDERS = frozenset({Role.PARTNER, Role.CITIZEN, Role.GUARDIAN, Role.SYSTEM})
"""Who opens a dossier from outside the counter: then it is received when somebody of the agency first acts on it."""
RECEIVERS = frozenset({Role.OFFICER, Role.CERTIFIER, Role.AGENCY_HEAD, Role.DIGITISER})


class Indicator(StrEnum):
    """What is measured; the numbers are those of QĐ 766, the others have none."""

    E_RESULT = "e_result"
    DIGITISED_DOSSIERS = "digitised_dossiers"
    REUSED_DOSSIERS = "reused_dossiers"
    SHARED = "shared"
    IDENTIFIED = "identified"
    POPULATION_DATA = "population_data"
    DIGITISED_RESULTS = "digitised_results"
    REUSED_COMPONENTS = "reused_components"
    COPIES_AVOIDED = "copies_avoided"
    PROCEDURES_WITH_DATA = "procedures_with_data"
    LATE = "late"
    RECEIVED_IN_4_HOURS = "received_in_4_hours"


NUMBERS: Mapping[Indicator, str] = {
    Indicator.E_RESULT: "4.1",
    Indicator.DIGITISED_DOSSIERS: "4.2",
    Indicator.REUSED_DOSSIERS: "4.3",
    Indicator.SHARED: "4.4",
    Indicator.IDENTIFIED: "4.5a",
    Indicator.POPULATION_DATA: "4.5b",
}
MOST_POINTS: Mapping[Indicator, Decimal] = {
    Indicator.DIGITISED_DOSSIERS: Decimal(4),
    Indicator.REUSED_DOSSIERS: Decimal(2),
}
"""Points whose formula is known: all of them from 80 %, below that in proportion."""


@dataclass(frozen=True, slots=True)
class Act:
    """One logged act on a dossier, with what the log tells of the record that it names."""

    id: int
    at: datetime
    action: Action
    role: Role
    dossier: DossierCode
    agency: str
    code: str | None = None
    procedure: str | None = None
    component: str | None = None
    record: RecordCode | None = None
    sealed_at: datetime | None = None
    """When that record was first sealed, by the log."""
    source: Source = Source.THIS_VAULT
    due_on: date | None = None
    identified: bool = False
    """Whether the holder had signed in with an electronic identity by then."""
    ending: str | None = None
    sent_at: datetime | None = None
    """When the portal took a dossier in that it told us of later, by the log of the act that opened it."""

    @property
    def begun_at(self) -> datetime:
        """Since when the dossier waits: an outage between the portal and us is not the citizen's."""
        return self.sent_at or self.at


@dataclass(frozen=True, slots=True)
class DossierLog:
    """What the log tells of one dossier. `received` is None for one that was sent and that nobody took up yet."""

    opened: Act
    received: Act | None
    attached: Mapping[str, Act]
    demanded: Mapping[str, Act]
    results: tuple[Act, ...]
    national: tuple[Act, ...]
    """Results that the national store was told of, and papers that were fetched from it."""
    closed: Act | None

    @property
    def procedure(self) -> str:
        """National code of the procedure."""
        return self.opened.procedure or ""

    @property
    def online(self) -> bool:
        """Whether it was sent, not handed in at the counter."""
        return self.opened.role in SENDERS

    @property
    def reused(self) -> tuple[Act, ...]:
        """Attachments of what was there before the dossier was."""
        return tuple(one for one in self.attached.values() if _was_there(one, self.opened))

    def received_within(self, since: date, until: date) -> bool:
        """Whether its day of receipt lies in the span, both days included."""
        return self.received is not None and since <= day_of(self.received.at) <= until


def day_of(moment: datetime) -> date:
    """The day in Viet Nam."""
    return moment.astimezone(VIET_NAM).date()


def _was_there(attached: Act, opened: Act) -> bool:
    if attached.source in FROM_OUTSIDE or attached.source is Source.OTHER_VAULT:
        return True
    return attached.sealed_at is not None and attached.sealed_at < opened.begun_at


def logs(acts: Iterable[Act]) -> Iterator[DossierLog]:
    """One log a dossier; `acts` stand together by dossier and in the order of the log. Unopened dossiers are no log."""
    for _, of_one in groupby(acts, key=lambda act: act.dossier):
        found = tuple(of_one)
        opened = next((one for one in found if one.action is Action.OPEN_DOSSIER), None)
        if opened is not None:
            yield _log(opened, found)


def _log(opened: Act, acts: tuple[Act, ...]) -> DossierLog:
    received: Act | None = opened
    if opened.role in SENDERS:
        received = next((one for one in acts if one.role in RECEIVERS), None)
    closings = [one for one in acts if one.action is Action.CLOSE_DOSSIER]
    closed = closings[-1] if closings and closings[-1].code != REOPENED else None
    return DossierLog(
        opened,
        received,
        attached={one.component or "": one for one in acts if one.action is Action.ATTACH},
        demanded={one.component or "": one for one in acts if one.action is Action.DEMAND},
        results=tuple(one for one in acts if one.action is Action.GIVE_RESULT),
        national=tuple(one for one in acts if one.action in {Action.TELL_NATIONAL, Action.FETCH_OUTSIDE}),
        closed=closed,
    )


@dataclass(frozen=True, slots=True)
class Rules:
    """The span (both days included), the day on which it is judged, and what the catalogue says."""

    since: date
    until: date
    today: date
    with_result: frozenset[str]
    """Procedures that end in a paper."""
    copies: frozenset[str]
    """Components for which a copy is asked."""
    working: WorkingTime = EVERY_WEEKDAY
    """How quickly is quick, from sending to the first act of the agency's people; and which due days are none."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One dossier, component or procedure in the denominator of an indicator; `events` are the acts that make it so."""

    key: str
    agency: str
    procedure: str
    dossier: DossierCode
    counted: bool
    events: tuple[int, ...]
    received_at: datetime | None


def units(indicator: Indicator, log: DossierLog, rules: Rules) -> Iterator[Unit]:
    """What a dossier puts into an indicator: nothing, itself, or each of its components."""
    if indicator is Indicator.LATE:
        yield from _late(log, rules)
    elif not log.received_within(rules.since, rules.until):
        return
    elif indicator is Indicator.REUSED_COMPONENTS:
        yield from _components(log, None)
    elif indicator is Indicator.COPIES_AVOIDED:
        yield from _components(log, rules.copies)
    elif indicator is Indicator.PROCEDURES_WITH_DATA:
        yield _unit(log, log.reused, key=log.procedure)
    elif indicator is Indicator.RECEIVED_IN_4_HOURS:
        if log.online and log.received is not None:
            quick = rules.working.within(log.opened.begun_at, log.received.at, rules.working.receive)
            yield _unit(log, (log.received,) if quick else ())
    elif indicator is Indicator.E_RESULT:
        if log.procedure in rules.with_result:
            yield _unit(log, log.results)
    elif indicator is Indicator.DIGITISED_RESULTS:
        if log.closed is not None and log.closed.ending == Ending.ANSWERED:
            yield _unit(log, log.results)
    else:
        yield _unit(log, _evidence(indicator, log))


def _evidence(indicator: Indicator, log: DossierLog) -> tuple[Act, ...]:
    """The acts for which a received dossier counts in an indicator that every received dossier is part of."""
    if indicator is Indicator.DIGITISED_DOSSIERS:
        return (*log.attached.values(), *log.results) if log.attached and log.results else ()
    if indicator is Indicator.REUSED_DOSSIERS:
        return log.reused
    if indicator is Indicator.SHARED:
        return (*(one for one in log.attached.values() if one.source is Source.NATIONAL_STORE), *log.national)
    if indicator is Indicator.IDENTIFIED:
        return (log.opened,) if log.opened.identified else ()
    return tuple(one for one in log.attached.values() if one.source in FROM_OUTSIDE)


def _components(log: DossierLog, among: frozenset[str] | None) -> Iterator[Unit]:
    reused = {one.component: one for one in log.reused}
    for component in sorted({*log.attached, *log.demanded}):
        if among is None or component in among:
            yield _unit(
                log, (reused[component],) if component in reused else (), key=f"{log.opened.dossier} {component}"
            )


def _late(log: DossierLog, rules: Rules) -> Iterator[Unit]:
    """Dossiers whose due day lies in the span, once it is over or they are; late is closed after it, or not at all.

    A due day that is none of the agency's working days is over with the next one.
    """
    due = log.opened.due_on
    if due is None or not rules.since <= due <= rules.until:
        return
    last = rules.working.due_day(due)
    if log.closed is not None:
        yield _unit(log, (log.closed,) if day_of(log.closed.at) > last else ())
    elif last < rules.today:
        yield _unit(log, (log.opened,))


def _unit(log: DossierLog, evidence: Iterable[Act], *, key: str = "") -> Unit:
    found = tuple(evidence)
    return Unit(
        key or log.opened.dossier,
        log.opened.agency,
        log.procedure,
        log.opened.dossier,
        counted=bool(found),
        events=tuple(one.id for one in found) or (log.opened.id,),
        received_at=log.received.at if log.received else None,
    )


@dataclass(frozen=True, slots=True)
class Share:
    """A figure as it is reported."""

    counted: int = 0
    all: int = 0

    @property
    def percent(self) -> Decimal | None:
        """To two decimals, halves up; None when there is nothing to divide by.

        >>> Share(1, 3).percent, Share(1, 800).percent, Share().percent
        (Decimal('33.33'), Decimal('0.13'), None)
        """
        if not self.all:
            return None
        return (Decimal(100 * self.counted) / Decimal(self.all)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def points(indicator: Indicator, share: Share) -> Decimal | None:
    """Points of QĐ 766 where the formula is known, to two decimals; None where it is not, or nothing was divided."""
    most, percent = MOST_POINTS.get(indicator), share.percent
    if most is None or percent is None:
        return None
    return min(most, most * percent / FULL_FROM).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares of all agencies together and of each. `unreceived`: sent in the span, and nobody took them up."""

    total: Mapping[Indicator, Share]
    by_agency: Mapping[str, Mapping[Indicator, Share]]
    dossiers: int
    unreceived: int


def measure(found: Iterable[DossierLog], rules: Rules) -> Measured:
    """Add up. Memory is one entry a procedure and agency, however many dossiers there are."""
    counts: dict[tuple[str, Indicator], list[int]] = {}
    procedures: dict[tuple[str, str], bool] = {}
    dossiers = unreceived = 0
    agencies: set[str] = set()
    for log in found:
        agencies.add(log.opened.agency)
        dossiers += log.received_within(rules.since, rules.until)
        unreceived += log.received is None and rules.since <= day_of(log.opened.begun_at) <= rules.until
        for indicator in Indicator:
            for unit in units(indicator, log, rules):
                for side in ("", unit.agency):
                    if indicator is Indicator.PROCEDURES_WITH_DATA:
                        procedures[side, unit.key] = procedures.get((side, unit.key), False) or unit.counted
                    else:
                        one = counts.setdefault((side, indicator), [0, 0])
                        one[0] += unit.counted
                        one[1] += 1
    for (side, _), counted in procedures.items():
        one = counts.setdefault((side, Indicator.PROCEDURES_WITH_DATA), [0, 0])
        one[0] += counted
        one[1] += 1
    return Measured(
        _shares(counts, ""), {code: _shares(counts, code) for code in sorted(agencies)}, dossiers, unreceived
    )


def _shares(counts: Mapping[tuple[str, Indicator], list[int]], side: str) -> Mapping[Indicator, Share]:
    return {one: Share(*counts.get((side, one), (0, 0))) for one in Indicator}
