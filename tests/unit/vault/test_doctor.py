"""`vault doctor`: a part that is down is a finding with advice, and the exit status says so."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

import ocr
from vault import bootstrap
from vault.bootstrap import App
from vault.cli import doctor
from vault.cli.doctor import Finding, State, examine
from vault.config import Settings


@pytest.fixture
def lonely(tmp_path: Path) -> App:
    """A deployment of which nothing was ever started."""
    return bootstrap.build(Settings(home=tmp_path / "nothing"))


def test_whatever_is_down_is_told_with_what_to_do(lonely: App) -> None:
    found = {one.name: one for one in examine(lonely)}
    assert found["database"].state is State.BROKEN
    assert "vault up" in found["database"].advice
    assert found["object store"].state is State.BROKEN
    assert found["keys"].state is State.BROKEN
    assert all(one.advice for one in found.values() if one.state is not State.GOOD)
    assert all(not one.advice for one in found.values() if one.state is State.GOOD)


def test_a_missing_network_is_named_with_its_cost(lonely: App, tmp_path: Path) -> None:
    empty = tmp_path / "models"
    empty.mkdir()
    real = ocr.models_folder
    try:
        ocr.models_folder = lambda: empty
        found = {one.name: one for one in doctor._readers(lonely)}
    finally:
        ocr.models_folder = real
    assert found["network lines.onnx"].state is State.WORSE
    assert "deploy/models" in found["network asternet.onnx"].advice


@pytest.mark.parametrize(("days", "state"), [(-22, State.GOOD), (-20, State.WORSE), (300, State.WORSE)])
def test_a_calendar_that_ends_is_told_before_it_does(lonely: App, days: int, state: State) -> None:
    class Clock:
        def now(self) -> datetime:
            until = lonely.catalogue.working_time.known_until
            return datetime.combine(until, time(1), UTC) + timedelta(days=days)

    (found,) = doctor._working_time(App(lonely.settings, Clock(), lonely.ids))
    assert (found.name, found.state) == ("working time", state)


def test_findings_are_told_in_full(lonely: App) -> None:
    names = [one.name for one in examine(lonely)]
    assert len(names) == len(set(names))
    assert isinstance(next(examine(lonely)), Finding)
