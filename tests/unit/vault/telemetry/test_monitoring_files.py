"""Alerts and the dashboard ask only for what the program tells; each alert fires on what it is for and nothing else.

That a running service really tells every series is held by `tests/integration/test_seen.py`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.monitoring import FOLDER, alerts, questions, selectors
from vault import telemetry
from vault.bootstrap import build
from vault.config import Settings
from vault.domain.audit import Outcome
from vault.domain.people import Action
from vault.domain.upkeep import Task
from vault.domain.vitals import Expiry, Look, Vitals, Waiting
from vault.ports import JobName
from vault.web.main import create

RUNBOOK = FOLDER.parents[1] / "deploy" / "README.md"
NOW = datetime(2026, 11, 27, tzinfo=UTC)
ENDS = ("trust_list", "seal_certificate", "qr_key", "status_key", "status_list")
NONE = Waiting(0)
WELL = Vitals(
    {name.value: NONE for name in JobName}, 0, NONE, NONE, NONE, 2, upkeep={Task.BACKUP: NOW - timedelta(hours=1)}
)
LOOK = Look(
    NOW, ("database", "objects", "keys"), (), WELL, tuple(Expiry(one, NOW + timedelta(days=90)) for one in ENDS)
)


def told(look: Look) -> list[tuple[str, Mapping[str, str], float]]:
    text, _ = telemetry.exposition(lambda: look)
    families = text_string_to_metric_families(text.decode())
    return [(one.name, one.labels, one.value) for each in families for one in each.samples]


@pytest.fixture(scope="module")
def names() -> set[str]:
    families = [*telemetry.gauges(LOOK), *telemetry.LIVE.collect()]
    ends = {"counter": ("_total",), "histogram": ("_count", "_bucket", "_sum"), "gauge": ("",)}
    return {one.name + end for one in families for end in ends[one.type]}


@pytest.mark.parametrize("asked", questions())
def test_what_is_asked_exists_and_parses(asked: str, names: set[str]) -> None:
    found = {name for name, _ in selectors(promql_parser.parse(asked))}
    assert found
    assert found <= names | {"ALERTS"}


def test_labels_that_are_asked_for_are_labels_that_are_told(tmp_path: Path) -> None:
    asked = " ".join(questions())
    routes = set(create(build(Settings(home=tmp_path))).openapi()["paths"])
    assert set(re.findall(r'route="([^"]+)"', asked)) <= routes
    assert set(re.findall(r'action="([A-Z_]+)"', asked)) <= {action.value for action in Action}
    assert set(re.findall(r'outcome="([A-Z_]+)"', asked)) <= {outcome.value for outcome in Outcome}
    assert set(re.findall(r'task="([A-Za-z_]+)"', asked)) <= {task.value for task in Task}


def firing(expression: Any, samples: list[tuple[str, Mapping[str, str], float]]) -> bool:
    """Whether an expression of `AGGREGATE(series) OP number` holds, or one side of `or`; rates are no part of it."""
    if expression.op.__str__() == "or":
        return firing(expression.lhs, samples)
    aggregate, op = str(expression.lhs.op), str(expression.op)
    ((name, matchers),) = selectors(expression.lhs)
    limit = _number(expression.rhs)
    values = [
        value
        for one, labels, value in samples
        if one == name and all(re.fullmatch(wanted, labels.get(label, "")) for label, wanted in matchers.items())
    ]
    assert values, f"nobody tells {name} {matchers}"
    found = {"max": max, "min": min}[aggregate](values)
    return {">": found > limit, "<": found < limit, "==": found == limit}[op]


def _number(expression: Any) -> float:
    if hasattr(expression, "val"):
        return float(expression.val)
    if hasattr(expression, "expr") and not hasattr(expression, "op"):
        return _number(expression.expr)
    assert str(expression.op) == "*"
    return _number(expression.lhs) * _number(expression.rhs)


def ends(what: str, left: timedelta) -> Look:
    return replace(
        LOOK, expiries=tuple(Expiry(one.what, NOW + left) if one.what == what else one for one in LOOK.expiries)
    )


def work(**changed: Any) -> Look:
    return replace(LOOK, vitals=replace(WELL, **changed))


def since(**age: float) -> Waiting:
    return Waiting(1, NOW - timedelta(**age))


HAPPENS = {
    "PartDown": replace(LOOK, down=("objects",)),
    "NoWorker": work(workers=0),
    "QueueOld": work(jobs={JobName.SEAL.value: since(minutes=6)}),
    "PapersWaitForOfficers": replace(LOOK, paper_wait=timedelta(hours=5)),
    "JobsGivenUp": work(failed_jobs=1),
    "NationalStoreBehind": work(letters=since(minutes=61)),
    "LettersRefused": work(dead_letters=1),
    "WebhooksFail": work(failing_webhooks=1),
    "TimestampPending": work(seals=since(minutes=11)),
    "LogLag": work(log=since(seconds=31)),
    "LateDossiers": work(late=1),
    "ScrubErrors": work(scrub_errors=1),
    "BackupOld": work(upkeep={Task.BACKUP: NOW - timedelta(hours=27)}),
    "EndsSoon": ends("seal_certificate", timedelta(days=59)),
    "TrustListEndsSoon": ends("trust_list", timedelta(days=6)),
    "StatusListOld": ends("status_list", timedelta(seconds=-1)),
}


@cache
def of(what: str) -> list[tuple[str, Mapping[str, str], float]]:
    """What is told when this happens; `nothing`: when nothing does."""
    return told(HAPPENS.get(what, LOOK))


COUNTED = {"NobodyAnswers", "ErrorsOfOurs", "SlowLookups"}
"""Over time or over silence: only `promtool` can judge them."""


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_each_alert_moves_when_the_thing_happens_and_no_sooner(rule: dict[str, Any]) -> None:
    if rule["alert"] in COUNTED:
        return
    expression = promql_parser.parse(rule["expr"])
    assert firing(expression, of(rule["alert"]))
    for other in HAPPENS:
        if other != rule["alert"]:
            assert not firing(expression, of(other)), other
    assert not firing(expression, of("nothing"))


def test_every_alert_is_tried() -> None:
    named = {str(rule["alert"]) for rule in alerts()}
    assert named == set(HAPPENS) | COUNTED
    tried = (FOLDER / "alerts_test.yml").read_text(encoding="utf-8")
    assert {one for one in named if not re.search(rf"alertname: {one}$", tried, re.MULTILINE)} == set()
    assert {one for one in named if not re.search(rf"alertname: {one}, exp_alerts: \[\]", tried)} == set()


PROMTOOL = shutil.which("promtool", path=str(Path(sys.executable).parent)) or shutil.which("promtool")


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not here (deploy/setup --test fetches Debian's)")
@pytest.mark.parametrize(
    "words",
    [
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
        ("check", "config", "--syntax-only", "prometheus.yml"),
    ],
)
def test_prometheus_s_own_tool_finds_nothing(words: tuple[str, ...]) -> None:
    done = subprocess.run([str(PROMTOOL), *words], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def anchors() -> set[str]:
    """Of the runbook's headings, as they are made from them."""
    headings = re.findall(r"^#+ (.+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_every_alert_says_in_vietnamese_what_to_do_and_where_it_is_written(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert re.fullmatch(r"\d+m", rule["for"])
    summary = rule["annotations"]["summary"]
    assert re.search(r"[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", summary), "Vietnamese"
    assert re.search(r"Chạy|chạy|Báo|Hỏi|Thêm|Xem|Thay|`vault", summary), "what to do"
    file, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert FOLDER.parents[1] / file == RUNBOOK
    assert anchor in anchors()


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_speaks_only_of_labels_that_its_expression_keeps(rule: dict[str, Any]) -> None:
    kept = set(re.findall(r"by \((\w+)\)", rule["expr"]))
    assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= kept


def test_how_many_series_there_can_be_is_bounded() -> None:
    """By names that the program itself gives; no label holds what a person or a stranger sent."""
    labels = {label for one in telemetry.LIVE.collect() for sample in one.samples for label in sample.labels}
    assert labels <= {"journey", "action", "outcome", "method", "route", "status", "job", "operation", "le"}
    assert telemetry.known_method("O31090000001") == "_OTHER"
