"""Alerts and the dashboard ask only for what the program tells, in PromQL that parses."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from vault import telemetry
from vault.bootstrap import build
from vault.config import Settings
from vault.domain.people import Action
from vault.domain.vitals import Expiry, Look, Vitals, Waiting
from vault.ports import JobName
from vault.web.main import create

FOLDER = Path(__file__).resolve().parents[4] / "deploy" / "monitoring"
NOW = datetime(2026, 11, 27, tzinfo=UTC)


def alerts() -> list[dict[str, Any]]:
    read = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in read["groups"] for rule in group["rules"]]


def questions() -> list[str]:
    board = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return asked + [rule["expr"] for rule in alerts()]


@pytest.fixture(scope="module")
def names() -> set[str]:
    vitals = Vitals({name.value: Waiting(1, NOW) for name in JobName}, 0, Waiting(0), Waiting(0), Waiting(0), 1)
    look = Look(NOW, ("database",), (), vitals, (Expiry("trust_list", NOW),))
    families = [*telemetry.gauges(look), *telemetry.LIVE.collect()]
    ends = {"counter": ("_total",), "histogram": ("_count", "_bucket", "_sum"), "gauge": ("",)}
    return {one.name + end for one in families for end in ends[one.type]}


@pytest.mark.parametrize("asked", questions())
def test_what_is_asked_exists_and_parses(asked: str, names: set[str]) -> None:
    promql_parser.parse(asked)
    found = set(re.findall(r"\bvault_\w+", asked))
    assert found
    assert found <= names


def test_labels_that_are_asked_for_are_labels_that_are_told(tmp_path: Path) -> None:
    asked = " ".join(questions())
    routes = set(create(build(Settings(home=tmp_path))).openapi()["paths"])
    assert set(re.findall(r'route="([^"]+)"', asked)) <= routes
    assert set(re.findall(r'action="([A-Z_]+)"', asked)) <= {action.value for action in Action}


def test_every_alert_says_what_to_do() -> None:
    assert len(alerts()) >= 10
    assert [rule["alert"] for rule in alerts() if not rule["annotations"].get("action")] == []
    assert {rule["labels"]["severity"] for rule in alerts()} == {"page", "ticket"}
