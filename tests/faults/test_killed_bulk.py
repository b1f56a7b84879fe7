"""Bulk sealing that is killed again and again: in the end every file is sealed, once, and every seal is valid."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import signing
from tests.unit.signing.builders import plain_pdf
from vault.bootstrap import App, build, prepare_keys
from vault.cli.crew import Crew, Done, Refused, Task, part_of
from vault.cli.journal import NAME
from vault.config import Settings

FILES = 240
COMMAND = "from vault.cli.main import run; run()"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bulk-home")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "in" / "năm 2020").mkdir(parents=True)
    return tmp_path / "in", tmp_path / "out"


def start(home: Path, folders: tuple[Path, Path], *more: str) -> subprocess.Popen[str]:
    arguments = ["seal-all", str(folders[0]), str(folders[1]), "--json", *more]
    environment = {"PATH": os.defpath, "VAULT_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(home: Path, folders: tuple[Path, Path], *more: str) -> tuple[int, Mapping[str, Any]]:
    process = start(home, folders, *more)
    output, errors = process.communicate(timeout=250)
    assert output, errors
    return process.returncode, json.loads(output.splitlines()[-1])


def journal(out: Path) -> list[Mapping[str, Any]]:
    """The whole lines; one that is being written is not there yet."""
    path = out / NAME
    data = path.read_bytes() if path.exists() else b""
    return [json.loads(line) for line in data[: data.rfind(b"\n") + 1].splitlines()]


def published(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.pdf")}


def app_of(home: Path) -> App:
    return build(Settings(home=home))


def test_killed_twice_in_the_middle_every_file_is_sealed_exactly_once(home: Path, folders: tuple[Path, Path]) -> None:
    source, out = folders
    for number in range(FILES):
        place = source / "năm 2020" if number % 3 else source
        (place / f"qđ {number:03}.pdf").write_bytes(plain_pdf(text=f"BAN MAU so {number}"))
    seen: dict[str, bytes] = {}
    for stop_at in (FILES // 4, FILES // 2):
        process = start(home, folders)
        deadline = time.monotonic() + 200
        while len(journal(out)) < stop_at:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        now = published(out)
        assert stop_at <= len(now) < FILES
        assert seen.items() <= now.items(), "what was published before the kill has been touched"
        seen = now
    status, answer = run(home, folders)
    assert (status, answer["ok"], answer["total"], answer["refused"]) == (0, True, FILES, [])
    assert answer["sealed"] + answer["already"] == FILES
    assert answer["already"] >= FILES // 2
    final = published(out)
    assert seen.items() <= final.items()
    lines = journal(out)
    assert sorted(line["file"] for line in lines) == sorted(final)
    assert len(final) == FILES
    app = app_of(home)
    for line in lines:
        before, after = (source / line["file"]).read_bytes(), final[line["file"]]
        assert (line["source"], line["sealed"]) == (sha256(before).hexdigest(), sha256(after).hexdigest())
        report = signing.inspect(after, trust=app.sealing.trust, now=app.clock.now())
        assert report.verdict is signing.Verdict.VALID
        assert [one.kind for one in report.signatures] == ["signature", "timestamp"], "one seal, one archive time stamp"
    assert list(out.rglob("*.part")) == []
    again_status, again = run(home, folders)
    assert (again_status, again["sealed"], again["already"]) == (0, 0, FILES)
    assert published(out) == final


def test_the_summary_lists_what_was_refused_and_why(home: Path, folders: tuple[Path, Path]) -> None:
    source, _ = folders
    (source / "good.PDF").write_bytes(plain_pdf())
    (source / "junk.pdf").write_bytes(b"junk")
    (source / "broken.pdf").write_bytes(plain_pdf()[:400])
    (source / "scan.jpg").write_bytes(b"\xff\xd8")
    (source / ".hidden.pdf").write_bytes(plain_pdf())
    (source / "link.pdf").symlink_to(source / "good.PDF")
    status, answer = run(home, folders)
    assert (status, answer["ok"], answer["total"], answer["sealed"]) == (1, False, 3, 1)
    assert {one["file"]: one["code"] for one in answer["refused"]} == {
        "junk.pdf": "NOT_A_PDF",
        "broken.pdf": "BROKEN_PDF",
    }
    (source / "junk.pdf").write_bytes(plain_pdf())
    (source / "broken.pdf").unlink()
    status, answer = run(home, folders)
    assert (status, answer["sealed"], answer["already"]) == (0, 1, 1)


def test_a_crash_between_publishing_and_the_journal_seals_nothing_twice(home: Path, folders: tuple[Path, Path]) -> None:
    source, out = folders
    for name in ("a.pdf", "b.pdf"):
        (source / name).write_bytes(plain_pdf(text=name))
    run(home, folders)
    before = published(out)
    path = out / NAME
    first = path.read_bytes().splitlines(keepends=True)[0]
    path.write_bytes(first + b'{"file": "b.p')  # the power went while the second line was being written
    leftover = part_of(out / "b.pdf", 4242)
    leftover.write_bytes(b"half")
    status, answer = run(home, folders)
    assert (status, answer["sealed"], answer["already"]) == (0, 0, 2)
    assert published(out) == before
    assert len(journal(out)) == 2
    assert not leftover.exists()


def test_nothing_is_written_over(home: Path, folders: tuple[Path, Path]) -> None:
    source, out = folders
    out.mkdir()
    for name in ("changed source.pdf", "changed output.pdf", "taken away.pdf"):
        (source / name).write_bytes(plain_pdf(text=name))
    run(home, folders)
    for name, bare in (("foreign.pdf", b"somebody else's"), ("unsealed.pdf", plain_pdf())):
        (source / name).write_bytes(plain_pdf())
        (out / name).write_bytes(bare)
    (source / "changed source.pdf").write_bytes(plain_pdf(text="another"))
    (out / "changed output.pdf").write_bytes(b"changed")
    (out / "taken away.pdf").unlink()
    before = published(out)
    status, answer = run(home, folders)
    assert (status, answer["sealed"], answer["already"]) == (1, 0, 0)
    assert {one["file"]: one["code"] for one in answer["refused"]} == {
        "changed source.pdf": "SOURCE_CHANGED",
        "changed output.pdf": "OUTPUT_CHANGED",
        "taken away.pdf": "OUTPUT_CHANGED",
        "foreign.pdf": "OUTPUT_TAKEN",
        "unsealed.pdf": "OUTPUT_TAKEN",
    }
    assert published(out) == before


def test_only_one_run_at_a_time_and_never_into_itself(home: Path, folders: tuple[Path, Path]) -> None:
    source, out = folders
    for number in range(200):
        (source / f"{number}.pdf").write_bytes(plain_pdf())
    first = start(home, folders, "--processes", "1")
    while not journal(out):
        assert first.poll() is None, first.communicate()
        time.sleep(0.002)
    first.send_signal(signal.SIGSTOP)  # a fast machine would be done before the second run has loaded its libraries
    status, answer = run(home, folders)
    first.kill()
    first.communicate()
    assert (status, answer["code"]) == (1, "BULK_RUNNING")
    status, answer = run(home, (source, source))
    assert (status, answer["code"]) == (1, "BULK_SAME_FOLDER")
    shutil.rmtree(out)
    out.mkdir()
    (out / NAME).write_bytes(b"a shopping list\n")
    status, answer = run(home, folders)
    assert (status, answer["code"]) == (1, "BULK_JOURNAL")


def _kill_the_reader(pipe: Path, crew: Crew) -> None:
    """Kill the first process of the crew once it stands before the pipe, reading."""
    while True:
        try:
            end = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            assert error.errno == errno.ENXIO  # noqa: PT017 - nobody yet; any other is a fault of the test
            time.sleep(0.01)
        else:
            crew._hands[0].process.kill()  # while this end is open, it waits
            os.close(end)
            return


@pytest.mark.parametrize("kind", ["hangs", "dies"])
def test_a_file_that_holds_or_kills_a_process_costs_only_itself(
    kind: str, home: Path, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first file is a pipe that nobody writes to: its process waits for ever, or until somebody kills it."""
    monkeypatch.setenv("VAULT_HOME", str(home))
    prepare_keys(app_of(home))
    source, out = folders
    out.mkdir()
    os.mkfifo(source / "bad.pdf")
    (source / "good.pdf").write_bytes(plain_pdf())

    def tasks() -> Iterator[Task]:
        yield Task("bad.pdf", source / "bad.pdf", out / "bad.pdf", "thử")
        yield Task("good.pdf", source / "good.pdf", out / "good.pdf", "thử")

    with Crew(1, 8.0 if kind == "hangs" else 60.0) as crew:
        killer = Thread(target=_kill_the_reader, args=(source / "bad.pdf", crew))
        if kind == "dies":
            killer.start()
        first, second = crew.run(tasks())
        if kind == "dies":
            killer.join()
    assert isinstance(first, Refused)
    assert first.error.code == {"hangs": "PARSER_TIMEOUT", "dies": "PARSER_CRASHED"}[kind]
    assert isinstance(second, Done)
    assert second.part is not None
    assert list(out.iterdir()) == [second.part], "a process publishes nothing itself"
