"""Two whole vaults on one machine: an old paper of Hải Dương is found, looked at and attached in Hải Phòng."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.ports import apart
from tests.golden.specimens import as_jpeg, draw
from tests.service import Service, running
from vault.domain.people import Role

pytestmark = [pytest.mark.service, pytest.mark.timeout(900)]
RESIDENCE = "1.004194"
HOME = f"{RESIDENCE}.TP02"
HOLDER = {"number": "030090000001", "name": "NGUYỄN THỊ MẪU"}
OLD, NEW = "H23.9", "H24.9"


@dataclass
class Two:
    """The vault of the old province, which goes on answering for its papers, and the one of the merged city."""

    old: Service
    new: Service


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("two")
    free = apart()
    ports = {code: next(free) for code in (OLD, NEW)}
    names = {OLD: "Hải Dương", NEW: "Hải Phòng"}
    directory = folder / "peers.json"
    entries = [{"code": code, "name": names[code], "url": f"http://127.0.0.1:{ports[code]}"} for code in (OLD, NEW)]
    directory.write_text(json.dumps(entries), encoding="utf-8")
    with ExitStack() as stack:
        found: list[Service] = []
        for code in (OLD, NEW):
            home = folder / code
            home.mkdir()
            settings = {
                "VAULT_AGENCY_CODE": code,
                "VAULT_HTTP_PORT": str(ports[code]),
                "VAULT_PEERS": str(directory),
                "VAULT_WORKER_JOBS": "1",
            }
            if found:  # the merged city trusts the seals of the province that it took over
                settings["VAULT_TRUST_ROOTS"] = str(found[0].home / "keys" / "seal-root.pem")
            found.append(stack.enter_context(running(home, settings)))
        old, new = found
        _know_each_other(old, new, folder)
        yield Two(old, new)


def _know_each_other(old: Service, new: Service, folder: Path) -> None:
    """Each lists the other's key by its own root, with the commands that an operator would use."""
    keys = {service.home: folder / f"key-{n}.json" for n, service in enumerate((old, new))}
    for service in (old, new):
        status, told = service.vault_json("peers", "key")
        assert status == 0, told
        keys[service.home].write_text(json.dumps(told["key"]), encoding="utf-8")
    for service, other in ((old, new), (new, old)):
        at = service.home / "keys"
        request, listed = folder / "request.json", folder / "list.cbor"
        last = folder / "last.cbor"
        shutil.copy(at / "trust-list.cbor", last)
        steps = (
            ("trust", "request", "--add", keys[other.home], "--out", request),
            ("trust", "sign", request, "--root", at / "trust-root.pem", "--previous", last, "--out", listed,
             "--passphrase-file", at / "passphrase"),
            ("trust", "install", listed),
        )  # fmt: skip
        for step in steps:
            done = service.vault(*map(str, step))
            assert done.returncode == 0, done.stdout + done.stderr
        status, told = service.vault_json("peers", "list")
        assert (status, [one["key"] for one in told["peers"]]) == (0, [True, True])


def test_an_old_paper_of_hai_duong_serves_in_hai_phong(two: Two) -> None:
    fields = {"number": "12/GPXD", "issued_on": "2019-05-06", "issuer": "UBND thành phố Hải Dương, tỉnh Hải Dương"}
    paper = as_jpeg(draw("GPXD", seed=23), 1)
    record = two.old.digitize(paper, "gpxd.jpg", type_code="GPXD", holders=[HOLDER], fields=fields)
    officer = two.new.client(Role.OFFICER)
    said = {"procedure": RESIDENCE, "holder": HOLDER["number"], "holder_name": HOLDER["name"]}
    code = officer.post("/api/v1/dossiers", json=said).raise_for_status().json()["code"]
    asked = officer.post(f"/api/v1/dossiers/{code}/outside", json={"source": OLD, "consent": True})
    assert asked.status_code in {200, 202}, asked.text
    found = _until(lambda: _component(officer, code)["outside"])[0]
    assert (found["source"], found["decision"]["verdict"]) == (OLD, "NEEDS_CHECK")
    assert "ISSUER_MERGED" in {one["code"] for one in found["decision"]["reasons"]}
    path = f"/api/v1/dossiers/{code}/outside/{found['paper']}/fetch"
    intake = _until(lambda: officer.post(path).raise_for_status().json()["intake"])
    read = two.new.wait_for_intake(intake, "READ")
    assert read["signatures"]["verdict"] in {"VALID", "VALID_WITH_WARNING"}, read["signatures"]
    word = {"type": "GPXD", "holders": [HOLDER], "fields": fields, "compared_with_original": False}
    officer.post(f"/api/v1/intakes/{intake}/confirm", json=word).raise_for_status()
    taken = str(two.new.wait_for_intake(intake, "SEALED")["record"])
    decision = next(one for one in _component(officer, code)["decisions"] if one["record"] == taken)
    assert (decision["step"], decision["trust"]) == ("NATIONAL_STORE", "L2")
    officer.post(
        f"/api/v1/dossiers/{code}/attach", json={"component": HOME, "record": taken, "checked": "đã xem bản ký số"}
    ).raise_for_status()
    with two.new.app.uow.begin() as tx:
        made = tx.records.get(taken)
    assert made.source.value == "OTHER_VAULT"
    with two.old.app.uow.begin() as tx:
        acts = [one for one in tx.events.list(limit=200) if one.action.value == "ANSWER_PEER"]
    assert [one.actor.account_id for one in acts] == [f"peer:{NEW}"] * 2
    assert record in {one.record for one in acts}


def _component(officer: Any, code: str) -> Any:
    answered = officer.get(f"/api/v1/dossiers/{code}/components").raise_for_status().json()
    return next(one for one in answered["components"] if one["component"] == HOME)


def _until(ask: Any, seconds: float = 240) -> Any:
    end = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < end
        time.sleep(0.3)
    return found
