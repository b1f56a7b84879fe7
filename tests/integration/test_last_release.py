"""The last release serves while the schema is brought up, goes on afterwards beside the new version, and hands over.

Its own program runs in real processes on a database that its own migrations made (`tests.release`): it signs people in,
digitises, looks up, attaches, presents, verifies and counts, before and behind the new migrations; a mix of its
requests goes on while they run. Then the order of `deploy/README.md`: new workers, new web beside the old, the end of
the old. What one wrote the other reads.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from PIL import Image, ImageDraw

from deploy.journeys import HOLDER, PASSPORT, Journeys, Paper, papers
from tests.fakes.ports import apart
from tests.release import OURS, Release, unpack
from vault.embedded import process

pytestmark = pytest.mark.service
VAULT = OURS / "vault"
PATIENCE = 300.0
LONGEST_WAIT = 8.0
"""Seconds that a statement of the old version may wait for a lock: a migration's own lock time-out is five."""


@dataclass
class Home:
    """A service's folder, and what runs on it by one version or the other."""

    folder: Path
    port: int = field(default_factory=lambda: next(apart()))
    url: str = ""
    sign_ins: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    opened: ExitStack = field(default_factory=ExitStack)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}  # noqa: TID251 - the command's environment is what is tested
        return kept | {"VAULT_HOME": str(self.folder), "VAULT_HTTP_PORT": str(self.port)}

    def run(self, program: Path, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(program), *words, "--json"],
            env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip

    def up(self, program: Path) -> None:
        """`vault up` of a version; again where a part's port was taken while it started, which the old one told."""
        for _ in range(3):
            ran = self.run(program, "up")
            if ran.returncode == 0:
                break
            self.run(program, "down")
        assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
        told = json.loads(ran.stdout.splitlines()[-1])
        self.url = told["url"]
        self.sign_ins = {one["role"]: (one["username"], one["password"]) for one in told["sign_ins"]}

    def client(self, url: str, headers: Mapping[str, str] | None = None) -> httpx.Client:
        """One that is closed with the folder."""
        return self.opened.enter_context(httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=60))

    def walk(self, url: str, drawn: Future[tuple[Paper, Paper]]) -> Journeys:
        """Every journey on a web, each step with the right answer or an error; gives what it found."""
        walked = Journeys(self.client(url), drawn, self.sign_ins)
        for _, _, step in walked.steps():
            step()
        return walked

    @contextmanager
    def beside(self, name: str, *argv: str) -> Iterator[None]:
        """A process of the new version beside what runs, ended with the block."""
        log = self.folder / "log" / f"{name}.log"
        with log.open("wb") as out:
            started = subprocess.Popen(argv, env=self.environment, cwd=self.folder, stdout=out, stderr=out)
            try:
                yield
            finally:
                started.terminate()
                started.wait(PATIENCE)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Release, Home]]:
    """The last release, up with a schema and keys of its own."""
    release = unpack(tmp_path_factory.mktemp("release"))
    home = Home(tmp_path_factory.mktemp("upgraded"))
    try:
        home.up(release.vault)
        yield release, home
    finally:
        home.opened.close()
        home.run(VAULT, "down")


class Asking(threading.Thread):
    """Somebody's requests to the old web, one after the other, over and over."""

    def __init__(self, asked: Mapping[str, Callable[[], httpx.Response]]) -> None:
        super().__init__()
        self.asked = asked
        self.ended = threading.Event()
        self.done: Counter[str] = Counter()
        self.failed: list[str] = []

    def run(self) -> None:
        while not self.ended.is_set():
            for name, ask in self.asked.items():
                try:
                    answer = ask()
                except httpx.HTTPError as error:
                    self.failed.append(f"{name}: {error!r}")
                else:
                    if not answer.is_success:
                        self.failed.append(f"{name}: {answer.status_code} {answer.text[:200]}")
                self.done[name] += 1


class Waiting(threading.Thread):
    """Looks how long sessions wait for locks: the database itself knows since when."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.ended = threading.Event()
        self.longest = 0.0

    def run(self) -> None:
        query = (
            "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0) FROM pg_locks"
            " WHERE NOT granted AND locktype <> 'advisory'"
        )
        with psycopg.connect(self._url, autocommit=True) as db:
            while not self.ended.wait(0.02):
                row = db.execute(query).fetchone()
                assert row is not None
                self.longest = max(self.longest, float(row[0]))


def a_mix(home: Home, journeys: Journeys, taken: list[str]) -> list[Asking]:
    """The old web's readers and writers, each with a connection of its own."""
    found, record = journeys.found, journeys.records[0]
    officer, reader, citizen = (home.client(home.url, journeys._as(role)) for role in ("OFFICER", "OFFICER", "CITIZEN"))
    text, numbers = {"text": found["credential"]}, count(1)

    def reuse() -> httpx.Response:
        word = {"procedure": PASSPORT, "holder": HOLDER, "holder_name": "NGUYỄN VĂN MẪU"}
        opened = officer.post("/dossiers", json=word)
        if not opened.is_success:
            return opened
        said = {"component": found["component"], "record": record}
        return officer.post(f"/dossiers/{opened.json()['code']}/attach", json=said)

    def take_in() -> httpx.Response:
        if len(taken) >= 4:  # the worker has to read them all
            return officer.get("/document-types")
        number, stream = next(numbers), io.BytesIO()
        page = Image.new("RGB", (800, 1120), "white")
        ImageDraw.Draw(page).text((80, 80), f"BAN MAU {number}", fill="black", font_size=40)
        page.save(stream, "PNG", dpi=(100, 100))
        sent = officer.post("/intakes", files={"file": (f"{number}.png", stream.getvalue())})
        if sent.is_success:
            taken.append(sent.json()["intake"]["id"])
        return sent

    dossier = found["dossier"]
    return [
        Asking(
            {
                "record": lambda: reader.get(f"/records/{record}", params={"purpose": "xem"}),
                "file": lambda: reader.get(f"/records/{record}/files/SEALED", params={"purpose": "xem"}),
                "components": lambda: reader.get(f"/dossiers/{dossier}/components"),
                "overview": lambda: reader.get("/overview"),
                "verify": lambda: journeys.http.post("/verify/text", json=text),
            }
        ),
        Asking({"reuse": reuse, "take in": take_in}),
        Asking(
            {
                "mine": lambda: citizen.get("/me/records"),
                "present": lambda: citizen.post(f"/me/records/{record}/present", json={"purpose": "thử"}),
                "who looked": lambda: citizen.get("/me/events"),
            }
        ),
    ]


def bring_up(home: Home) -> int:
    """`vault db upgrade` of the new version; again when it gave up on a lock, as the runbook says. Gives the tries."""
    for tries in range(1, 6):
        ran = home.run(VAULT, "db", "upgrade")
        if ran.returncode == 0:
            return tries
    pytest.fail(f"{ran.stdout}\n{ran.stderr}")


def upgraded_while_it_serves(home: Home, first: Journeys, told: Callable[[str, object], None]) -> list[str]:
    """Migrations run beneath a mix of the old web's requests; gives the intakes that were taken meanwhile."""
    taken: list[str] = []
    owner = json.loads((home.folder / "service.json").read_text(encoding="utf-8"))["database_url"]
    mix, waiting = a_mix(home, first, taken), Waiting(owner)
    for one in (*mix, waiting):
        one.start()
    try:
        until(lambda: all(set(one.asked) <= set(one.done) for one in mix))
        before = [one.done.total() for one in mix]
        told("tries", bring_up(home))
        behind = [one.done.total() for one in mix]
        rounds = [len(one.asked) + many for one, many in zip(mix, behind, strict=True)]
        until(lambda: all(one.done.total() > many for one, many in zip(mix, rounds, strict=True)))
    finally:
        for one in (*mix, waiting):
            one.ended.set()
            one.join()
    told("requests", sum(one.done.total() for one in mix))
    told("meanwhile", sum(behind) - sum(before))
    told("longest_wait_s", waiting.longest)
    assert [failed for one in mix for failed in one.failed] == []
    assert all(now > then for now, then in zip(behind, before, strict=True)), "nobody asked while migrations ran"
    assert waiting.longest < LONGEST_WAIT
    assert taken
    return taken


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def read_by(url: str, home: Home, written: Journeys) -> None:
    """What a version wrote is read on a web, and comes to the same."""
    reader = Journeys(home.client(url), written.drawn, home.sign_ins)
    reader.officer()
    reader.records, reader.found = written.records, written.found | reader.found
    reader.originals()
    reader.verify_qr()
    reader.verify_pdf()
    reader.present()
    components = reader._call("GET", f"/dossiers/{reader.found['dossier']}/components")["components"]
    attached = [one["attachment"]["record"] for one in components if one["attachment"]]
    assert attached == written.records[:1]
    acts = {event["action"] for event in reader._call("GET", "/me/events", role="CITIZEN")}
    assert {"ATTACH", "PRESENT"} <= acts


def test_the_last_release_serves_on_while_and_after_the_schema_is_brought_up(
    old: tuple[Release, Home], record_testsuite_property: Callable[[str, object], None]
) -> None:
    release, home = old
    with ProcessPoolExecutor(1) as pool, ExitStack() as running:
        drawn = [pool.submit(papers, seed) for seed in (7101, 7102, 7103)]
        first = home.walk(home.url, drawn[0])
        taken = upgraded_while_it_serves(home, first, record_testsuite_property)
        for intake in taken:
            first._wait(intake, "READ")  # the old worker reads on behind the migrations
        read_by(home.url, home, first)

        # New workers come first: they know the jobs of both.
        note = process.read_note(home.folder / "run" / "worker-1.json")
        assert note is not None
        process.stop(note, seconds=60)
        running.enter_context(home.beside("new-worker", str(VAULT), "worker"))
        second = home.walk(home.url, drawn[1])

        # The new web beside the old: each reads what the other wrote.
        port = next(apart())
        url = f"http://127.0.0.1:{port}"
        web = ("-m", "uvicorn", "vault.web.main:create", "--factory", "--port", str(port))
        running.enter_context(home.beside("new-web", str(OURS / "python"), *web))
        until(lambda: answers(url))
        third = home.walk(url, drawn[2])
        for written in (first, second):
            read_by(url, home, written)
        read_by(home.url, home, third)

    # The old one ends, the new one takes its place in the same folder.
    assert home.run(release.vault, "down").returncode == 0
    before = home.url
    home.up(VAULT)
    assert home.url == before  # QR credentials name it
    for written in (first, second, third):
        read_by(home.url, home, written)
    whole: dict[str, Any] = json.loads(home.run(VAULT, "fsck").stdout.splitlines()[-1])
    assert whole["ok"], whole


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).is_success
    except httpx.HTTPError:
        return False
