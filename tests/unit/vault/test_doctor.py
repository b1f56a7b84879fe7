"""`vault doctor`: a part that is down is a finding with advice, and the exit status says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import typer
import yaml

import ocr
from vault import bootstrap, messages
from vault.bootstrap import App
from vault.cli import doctor, main
from vault.cli.doctor import examine, room
from vault.cli.findings import Finding, State, words
from vault.config import Settings
from vault.domain.errors import Unavailable


@pytest.fixture
def lonely(tmp_path: Path) -> App:
    """A deployment of which nothing was ever started."""
    return bootstrap.build(Settings(home=tmp_path / "nothing"))


def test_whatever_is_down_is_told_with_what_to_do(lonely: App) -> None:
    found = {one.name: one for one in examine(lonely)}
    assert found["database"].state is State.BROKEN
    assert found["database"].advice is not None
    assert "`vault up`" in found["database"].advice.say()
    assert found["object store"].state is State.BROKEN
    assert found["seal key"].state is State.BROKEN
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
    assert found["network asternet.onnx"].advice == words("asternet.do")


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


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(lonely: App) -> None:
    """`vault doctor` on tables of before, where a query names a column that is not there yet."""

    def breaks(_: App) -> Iterator[Finding]:
        raise KeyError("column 031090000001")

    kept = doctor._CHECKS
    try:
        doctor._CHECKS = (("walls", breaks), *(one for one in kept if one[0] == "font"))
        first, font = examine(lonely)
    finally:
        doctor._CHECKS = kept
    assert (first.name, first.state, font.name) == ("walls", State.BROKEN, "font")
    assert first.advice is not None
    assert "`vault db upgrade`" in first.advice.say()
    assert "031090000001" not in first.told.say()


@pytest.mark.parametrize(
    ("code", "said", "part", "advice"),
    [
        ("DATABASE_DOWN", "Connection refused", "database", "DATABASE_DOWN"),
        ("DATABASE_DOWN", 'password authentication failed for user "x"', "database", "DATABASE_PASSWORD"),
        ("OBJECT_STORE_DOWN", "timed out", "object store", "OBJECT_STORE_DOWN"),
        ("OBJECT_STORE_DOWN", "code: SignatureDoesNotMatch", "object store", "OBJECT_STORE_REFUSES"),
        ("BUCKET_MISSING", "", "object store", "BUCKET_MISSING"),
        ("KEY_SERVICE_DOWN", "no token", "wrapping key", "KEY_SERVICE_DOWN"),
        ("TRUST_LIST", "out of date", "fsck", "TRUST_LIST"),
        ("KEY_UNUSABLE", "the certificate is outside its dates", "fsck", "KEY_UNUSABLE"),
        ("SIGNER_UNAVAILABLE", "cannot open shared object", "fsck", "SIGNER_UNAVAILABLE"),
    ],
)
def test_what_is_down_is_told_once_by_its_part_with_what_lies_behind_it(
    lonely: App, code: str, said: str, part: str, advice: str
) -> None:
    def down(_: App) -> Iterator[Finding]:
        raise Unavailable(code) from OSError(said)

    kept = doctor._CHECKS
    try:
        doctor._CHECKS = (("fsck", down), ("scrub", down))
        (found,) = examine(lonely)
    finally:
        doctor._CHECKS = kept
    assert (found.name, found.state) == (part, State.BROKEN)
    assert found.advice == words(f"down.{advice}")
    assert said in found.told.say()


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [(6, 100, State.GOOD), (4, 20, State.WORSE), (40, 1000, State.WORSE), (0.5, 20, State.BROKEN)],
)
def test_a_disk_is_told_of_before_it_is_full(free: float, total: int, state: State) -> None:
    assert room(int(free * 1024**3), total * 1024**3).state is state


WORDS = yaml.safe_load((Path(messages.__file__).parent / "doctor.yaml").read_text(encoding="utf-8"))
ROOT = Path(__file__).resolve().parents[3]
COMMANDS = typer.main.get_command(main.app)


def exists(command: str) -> bool:
    """Whether these words begin a command of ours, or name a script that is there."""
    words = command.split()
    if words[0] != "vault":
        return words[0] in {"timedatectl", "systemctl"} or (words[0] == "bash" and (ROOT / words[1]).is_file())
    here: Any = COMMANDS
    for word in words[1:]:
        if word.startswith("-") or not hasattr(here, "commands"):
            break
        here = here.commands.get(word)
        if here is None:
            return False
    options = {option for one in here.params for option in one.opts}
    return not hasattr(here, "commands") and {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("key", sorted(WORDS))
def test_every_sentence_of_the_doctor_is_there_in_both_languages_and_names_what_exists(key: str) -> None:
    vi, en = WORDS[key]["vi"], WORDS[key]["en"]
    names = [{name for _, name, _, _ in Formatter().parse(text) if name is not None} for text in (vi, en)]
    commands = [set(re.findall(r"`([^`]+)`", text)) for text in (vi, en)]
    chapters = [set(re.findall(r"deploy/README\.md, ([^).;]+)", text)) for text in (vi, en)]
    settings = [set(re.findall(r"VAULT_[A-Z0-9_]+", text)) for text in (vi, en)]
    for each in (names, commands, chapters, settings):
        assert each[0] == each[1], key
    assert [one for one in commands[0] if not exists(one)] == []
    page = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#{2,3} (.+)$|\*\*(First keys)", page, re.MULTILINE)
    assert chapters[0] <= {one or other for one, other in headings}
    assert {one.removeprefix("VAULT_").lower() for one in settings[0]} <= set(Settings.model_fields)
    if key.endswith(".do") or key.startswith("doctor.down."):
        assert commands[0] or chapters[0], "says what to do next"
        assert len(vi.split()) >= 12, "and what it means"


def test_every_finding_has_its_words() -> None:
    used: set[str] = set()
    for file in (ROOT / "vault" / "cli").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        calls = [one for call in re.findall(r"\bwords\(([^)]*)", text) for one in re.findall(r'"([a-z_.]+)"', call)]
        used |= {f"doctor.{one}" for one in calls}
        used |= {f"doctor.{one}" for one in re.findall(r'"([a-z_]+\.do)"', text)}
    used = {one for one in used if one in WORDS or one.count(".") > 1}
    assert used <= set(WORDS)
    assert {one for one in WORDS if one.endswith(".do")} - used == set(), "no sentence is kept for nothing"
    for name, _ in doctor._CHECKS:
        assert f"doctor.name.{name}" in WORDS
