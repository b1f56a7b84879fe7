"""Every command explains itself, and every way out with `--json` ends in one JSON object and the documented status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from pypdf import PdfWriter

from vault.cli import main as program
from vault.cli.main import app, main

NO_FILE = "/nowhere/at/all.pdf"


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if not hasattr(group, "commands"):
        yield path
        return
    for name, command in group.commands.items():
        yield from commands(command, (*path, name))


COMMANDS = sorted(commands(typer.main.get_command(app)))
DOCUMENTED = {"digitize", "lookup", "attach", "verify", "ocr", "seal", "up", "down", "status", "db upgrade", "openapi"}


@pytest.fixture(autouse=True)
def _nothing_runs_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):  # noqa: TID251 - the command's environment is what is tested
        if name.startswith("VAULT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("VAULT_HOME", str(tmp_path / "home"))


def run(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    status = main(arguments)
    last = capsys.readouterr().out.rstrip("\n").splitlines()[-1]
    answer = json.loads(last)
    assert isinstance(answer, dict)
    return status, answer


def apart(arguments: Sequence[str], folder: Path) -> tuple[int, dict[str, Any]]:
    """The same as a process of its own, which takes its engines with it when it ends."""
    command = [sys.executable, "-c", "from vault.cli.main import run; run()", *arguments]
    environment = {"PATH": os.defpath, "VAULT_HOME": str(folder / "home")}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=280, check=False)
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_the_documented_commands_are_there() -> None:
    assert {" ".join(path) for path in COMMANDS} >= DOCUMENTED


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_a_help_that_says_something(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Usage: vault" in text
    assert len(text.split()) > 25
    if " ".join(path) in DOCUMENTED:
        assert "--json" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["frob"],
        ["verify"],
        ["ocr", NO_FILE],
        ["ocr", "/tmp/\udcff"],  # noqa: S108 - a name that is not there, with a byte that is no UTF-8
        ["seal", NO_FILE, "out.pdf"],
        ["digitize", NO_FILE],
        ["lookup"],
        ["lookup", "--procedure", "1.004194"],
        ["attach", "one"],
        ["verify", "x", "--trust", NO_FILE],
        ["verify", "x", "--at", "yesterday"],
        ["status", "--frob"],
        ["db"],
        ["db", "downgrade"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, answer = run([*arguments, "--json"], capsys)
    assert (status, answer["ok"], answer["code"]) == (2, False, "USAGE")
    assert answer["message"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["status"], None),
        (["db", "upgrade"], "NOT_UP"),
        (["lookup", "--procedure", "1.004194", "--holder", "031090000001"], "NOT_UP"),
        (["attach", "H24-261122-0001", "1.004194.TP1", "028T-5CY4-TQKF-F4"], "NOT_UP"),
        (["digitize", __file__], "NOT_UP"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_a_part_that_is_down_is_3(arguments: list[str], code: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    status, answer = run([*arguments, "--json"], capsys)
    assert (status, answer.get("code")) == (3, code)
    if code is None:
        assert answer["up"] is False


@pytest.mark.parametrize(
    "text", ["", "xin chào", "HTTPS://KHO.EXAMPLE.VN/Q#VNQ1AAAA", "HC1:" + "A" * 5000, "a\x00b", "\udcff", "/"]
)
def test_a_text_that_is_no_credential_is_a_verdict_and_1(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, answer = run(["verify", text, "--offline", "--json"], capsys)
    assert status == 1
    assert (answer["kind"], answer["signatures"]) == ("qr", [])
    assert not answer["verdict"].startswith("VALID")
    assert set(answer) >= {"kind", "verdict", "reasons", "signatures", "claims"}


@pytest.mark.parametrize("command", [["ocr"], ["verify"], ["seal"]], ids=lambda one: one[0])
def test_a_file_larger_than_the_limit_never_comes_into_memory(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAULT_MAX_UPLOAD_BYTES", "1000")
    with (tmp_path / "big.pdf").open("wb") as file:
        file.truncate(10**13)  # ten terabytes on paper, nothing on the disk
    more = [str(tmp_path / "out.pdf")] if command == ["seal"] else []
    status, answer = run([*command, str(tmp_path / "big.pdf"), *more, "--json"], capsys)
    assert (status, answer["code"], answer["facts"]) == (1, "FILE_TOO_LARGE", {"limit": 1000})


def test_roots_that_cannot_be_read_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paper = tmp_path / "a.pdf"
    paper.write_bytes(b"%PDF-1.7\n")
    status, answer = run(["verify", str(paper), "--trust", __file__, "--json"], capsys)
    assert (status, answer["code"]) == (1, "TRUST_UNREADABLE")


def test_a_key_that_does_not_open_is_a_part_that_is_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAULT_SEAL_PKCS12", __file__)
    paper = tmp_path / "a.pdf"
    paper.write_bytes(b"%PDF-1.7\n")
    status, answer = run(["seal", str(paper), str(tmp_path / "b.pdf"), "--json"], capsys)
    assert (status, answer["code"]) == (3, "KEY_UNUSABLE")
    assert not (tmp_path / "b.pdf").exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(tmp_path / "a.pdf")
    target = tmp_path / "nowhere" / "b.pdf"
    status, answer = apart(["seal", str(tmp_path / "a.pdf"), str(target), "--json"], tmp_path)
    assert (status, answer["code"]) == (1, "FILE_ACCESS")
    assert answer["facts"]["file"].startswith(str(target.parent))


@pytest.mark.parametrize(("name", "value"), [("HTTP_PORT", "many"), ("ENVIRONMENT", "moon"), ("S3_SECURE", "perhaps")])
def test_a_setting_that_cannot_be_meant_is_named_and_not_shown(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"VAULT_{name}", value)
    status, answer = run(["status", "--json"], capsys)
    assert (status, answer["code"], answer["facts"]["names"]) == (1, "SETTINGS_WRONG", f"VAULT_{name}")
    assert value not in answer["message"]


def test_a_broken_service_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "service.json").write_text("{", encoding="utf-8")
    status, answer = run(["status", "--json"], capsys)
    assert (status, answer["code"]) == (3, "SERVICE_FILE_BROKEN")


def test_a_fault_of_ours_ends_in_json_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        message = "a fault of ours"
        raise RuntimeError(message)

    monkeypatch.setattr(program.service.bootstrap, "build", broken)
    status, answer = run(["status", "--json"], capsys)
    assert (status, answer["code"]) == (3, "SERVER_ERROR")
    assert "fault of ours" not in answer["message"]


def test_the_openapi_document_names_the_journeys(capsys: pytest.CaptureFixture[str]) -> None:
    status, answer = run(["openapi", "--json"], capsys)
    assert status == 0
    assert answer["openapi"].startswith("3.")
    assert {"/api/v1/intakes", "/api/v1/dossiers/{code}/attach", "/api/v1/verify/file"} <= set(answer["paths"])


def test_as_a_program_of_its_own_it_ends_the_same_way(tmp_path: Path) -> None:
    status, answer = apart(["status", "--json"], tmp_path)
    assert (status, answer["up"]) == (3, False)
