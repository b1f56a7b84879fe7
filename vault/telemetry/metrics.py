"""Prometheus metrics with the names of the journeys.

Counters and histograms are the processes' own; several processes of one machine share them through the folder in
`PROMETHEUS_MULTIPROC_DIR` (`vault up` sets it), so any web process answers for all. What waits or runs out is read from
the rows when somebody asks (`gauges`), so it is right whichever process answers and however often one was restarted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.values import MultiProcessValue, ValueClass

from vault.domain.audit import PARTY, Event
from vault.domain.people import Action
from vault.domain.vitals import Look, Vitals

LIVE = CollectorRegistry(auto_describe=True)
"""What this process counts."""

_JOURNEYS: dict[str, frozenset[Action]] = {
    "digitise": frozenset({Action.RECEIVE, Action.READ, Action.CONFIRM, Action.SEAL, Action.RENEW_SEAL}),
    "reuse": frozenset(
        {Action.OPEN_DOSSIER, Action.LOOKUP, Action.ATTACH, Action.DEMAND, Action.NOTIFY, Action.SEARCH}
    ),
    "present": frozenset({Action.LIST_OWN, Action.PRESENT, Action.SHARE, Action.STOP_SHARE, Action.REDEEM}),
    "verify": frozenset({Action.VERIFY}),
    "oversee": frozenset({Action.OVERSEE, Action.CHANGE_STATE, Action.VIEW_RECORD, Action.DOWNLOAD}),
}
_JOURNEY_OF = {action: journey for journey, actions in _JOURNEYS.items() for action in actions}

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_LONG_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)

ACTS = Counter(
    "vault_acts", "Acts in the audit trail, by journey, action and outcome.", ["journey", "action", "outcome"],
    registry=LIVE,
)  # fmt: skip
REQUEST_SECONDS = Histogram(
    "vault_http_request_seconds", "Time to answer a request.", ["method", "route", "status"],
    buckets=_SECONDS, registry=LIVE,
)  # fmt: skip
JOB_SECONDS = Histogram(
    "vault_job_seconds", "Time of one run of a job.", ["job", "outcome"], buckets=_LONG_SECONDS, registry=LIVE
)
ENGINE_SECONDS = Histogram(
    "vault_engine_seconds", "Time of one call of an engine in its child process.", ["operation", "outcome"],
    buckets=_LONG_SECONDS, registry=LIVE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """The labels of one act."""

    journey: str
    action: str
    outcome: str


def act_of(event: Event) -> Act:
    """Labels of an event: no agency, person or record, so that their number stays small."""
    return Act(_JOURNEY_OF.get(event.action, "other"), event.action.value, event.outcome.value)


def observe_act(event: Event) -> None:
    """Count an act whose transaction is over. One that concerns several people is one event each, and counts once."""
    if event.code == PARTY:
        return
    act = act_of(event)
    ACTS.labels(act.journey, act.action, act.outcome).inc()


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request; `route` is the template of the address, never the address."""
    REQUEST_SECONDS.labels(method, route, str(status)).observe(seconds)


def observe_job(job: str, outcome: str, seconds: float) -> None:
    """Count one run of a job: `ok`, `again` (a part is down, it will be tried again) or `error`."""
    JOB_SECONDS.labels(job, outcome).observe(seconds)


def gauges(look: Look) -> Iterator[Metric]:
    """What waits and what runs out. What a part that is down would have known is missing, never zero."""
    up = GaugeMetricFamily("vault_part_up", "Whether a part answered just now.", labels=["part"])
    for part in look.parts:
        up.add_metric([part], float(part not in look.down))
    yield up
    left = GaugeMetricFamily("vault_expires_seconds", "Time until it ends; negative: it has.", labels=["what"])
    for one in look.expiries:
        left.add_metric([one.what], (one.at - look.now).total_seconds())
    yield left
    if look.vitals is not None:
        yield from _rows(look.vitals, look.now)
        paper = "Working time that the oldest paper has waited for an officer."
        yield GaugeMetricFamily("vault_paper_working_seconds", paper, value=look.paper_wait.total_seconds())


def _rows(vitals: Vitals, now: datetime) -> Iterator[Metric]:
    many = GaugeMetricFamily("vault_waiting", "How many wait.", labels=["what"])
    age = GaugeMetricFamily("vault_waiting_seconds", "How long the oldest has waited.", labels=["what"])
    waiting = {f"job_{name}": one for name, one in vitals.jobs.items()}
    waiting |= {"paper": vitals.papers, "timestamp": vitals.seals, "log": vitals.log, "letter": vitals.letters}
    for name, one in waiting.items():
        many.add_metric([name], one.count)
        age.add_metric([name], one.seconds(now))
    yield from (many, age)
    yield GaugeMetricFamily(
        "vault_failed_jobs", "Jobs that were given up within the last day.", value=vitals.failed_jobs
    )
    yield GaugeMetricFamily("vault_dead_letters", "Letters that the national store refused.", value=vitals.dead_letters)
    yield GaugeMetricFamily("vault_workers", "Workers that live.", value=vitals.workers)
    yield GaugeMetricFamily(
        "vault_late_dossiers", "Open dossiers whose day is over, by working days.", value=vitals.late
    )
    hooks = "Partners' addresses that were switched off or have failed for an hour."
    yield GaugeMetricFamily("vault_failing_webhooks", hooks, value=vitals.failing_webhooks)
    yield GaugeMetricFamily("vault_scrub_errors", "Blobs that do not read back.", value=vitals.scrub_errors)
    since = GaugeMetricFamily("vault_upkeep_seconds", "Time since it last ended well.", labels=["task"])
    for task, at in vitals.upkeep.items():
        since.add_metric([task.value], max(0.0, (now - at).total_seconds()))
    yield since


class _Everything(Collector):
    """The processes' counts, and a fresh look each time."""

    def __init__(self, look: Callable[[], Look]) -> None:
        self._look = look

    def describe(self) -> Iterable[Metric]:
        return ()  # registering must not look

    def collect(self) -> Iterator[Metric]:
        yield from gauges(self._look())
        if not _shared():
            yield from LIVE.collect()


def _registry(look: Callable[[], Look]) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Everything(look))
    if _shared():
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def exposition(look: Callable[[], Look]) -> tuple[bytes, str]:
    """The text for Prometheus and its media type."""
    return generate_latest(_registry(look)), CONTENT_TYPE_LATEST


def serve(port: int, host: str, look: Callable[[], Look]) -> None:
    """Answer Prometheus on a port of its own, for a process that has no web: a worker on its own machine."""
    start_http_server(port, addr=host, registry=_registry(look))


def _shared() -> bool:
    """Whether counts live in files that several processes share; the library decides it when it is imported."""
    return ValueClass is not None and getattr(ValueClass, "__qualname__", "").startswith(MultiProcessValue.__name__)
