"""The off-line root, rotation and compromise, as an operator does them and as a stranger sees them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import qr
from tests.fakes.desk import actor_of, record_of
from tests.fakes.parts import running
from tests.golden.qr.list_cases import LIST_FIELDS, UNKNOWN_KEY, resigned_list
from tests.golden.qr.world import ROOT as ROOT_OF_CASES
from vault.bootstrap import App
from vault.domain.errors import Conflict, Invalid
from vault.domain.ids import RecordCode
from vault.domain.people import STRANGER
from vault.keys import prepare_development_trust
from vault.usecases.trust.install import judge
from vault.usecases.trust.request import TrustRequest, ask, read_list, read_request
from vault.usecases.trust.sign import sign
from vault.usecases.verify.check_code import CodeCheck, check_text

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ROOT = qr.SigningKey.generate()
PUBLIC = qr.public_key_to_pem(ROOT.public)
WORDS = "mat khau goc"
RUN = "import sys\nfrom vault.cli.main import main\nsys.exit(main(sys.argv[1:]))"
# A process that ends when it looks a name up or reaches out: what still works needs no network.
SOCKETLESS = """
import os, sys
def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}:
        os.write(2, f"{event}{arguments}".encode())
        os._exit(9)
sys.addaudithook(refuse)
"""


# --- decisions -------------------------------------------------------------------------------------------------------
def entry(*, use: str = "qr", revoked_at: datetime | None = None, key: qr.SigningKey | None = None) -> qr.TrustEntry:
    public = (key or qr.SigningKey.generate()).public
    start, end = NOW - timedelta(days=1), NOW + timedelta(days=730)
    made: Any = use
    return qr.TrustEntry.for_key(
        public, issuer="H24.900", use=made, not_before=start, not_after=end, revoked_at=revoked_at
    )


def signed(request: TrustRequest, previous: bytes | None = None) -> bytes:
    return sign(request, root=ROOT, previous=previous, days=30, now=NOW).data


def test_a_request_reads_back_and_is_signed_as_it_stands() -> None:
    request = ask([entry(), entry(use="status", revoked_at=NOW)], installed=None, now=NOW)
    assert read_request(request.text) == request
    listed = read_list(signed(request), public=PUBLIC)
    assert (listed.version, listed.entries) == (1, request.entries)


def test_a_request_keeps_what_the_installed_list_names() -> None:
    old, new = entry(), entry()
    first = read_list(signed(ask([old], installed=None, now=NOW)), public=PUBLIC)
    second = ask([new], installed=first, now=NOW)
    assert (second.version, set(second.entries)) == (2, {old, new})


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "kho-so-trust-request/1"}', "[" * 100_000, '{"format": 1, "version": 1}']
)
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_request(text)
    assert caught.value.code == "TRUST_REQUEST"


def test_a_kid_that_is_not_its_key_s_is_not_signed() -> None:
    row = json.loads(ask([entry()], installed=None, now=NOW).text)
    row["keys"][0]["kid"] = "00" * 8
    with pytest.raises(Invalid) as caught:
        signed(read_request(json.dumps(row)))
    assert caught.value.code == "TRUST_MALFORMED"


def test_the_root_takes_nothing_back() -> None:
    old = entry(revoked_at=NOW - timedelta(days=1))
    first = signed(ask([old], installed=None, now=NOW))
    listed = read_list(first, public=PUBLIC)
    second = ask([old, entry()], installed=listed, now=NOW)
    cases = {
        "TRUST_PREVIOUS_MISSING": (second, None),
        "TRUST_ROLLED_BACK": (TrustRequest(1, NOW, second.entries), first),
        "TRUST_KEY_LOST": (TrustRequest(2, NOW, second.entries[1:]), first),
    }
    for later in (None, NOW):
        changed = qr.TrustEntry(**{**{f: getattr(old, f) for f in old.__dataclass_fields__}, "revoked_at": later})
        cases[f"TRUST_REVOCATION_LOST {later}"] = (TrustRequest(2, NOW, (changed,)), first)
    for code, (request, previous) in cases.items():
        with pytest.raises(Conflict) as caught:
            signed(request, previous)
        assert caught.value.code == code.split()[0]
    assert read_list(signed(second, first), public=PUBLIC).version == 2


def test_a_key_that_only_a_later_program_knows_is_not_lost_by_this_one() -> None:
    """An older program beside a newer root: it reads the list, and what it would drop it does not sign away."""
    later = resigned_list(LIST_FIELDS | {4: [UNKNOWN_KEY, *LIST_FIELDS[4]]})
    listed = read_list(later, public=qr.public_key_to_pem(ROOT_OF_CASES.public))
    assert listed.passed_over == (UNKNOWN_KEY[1],)
    with pytest.raises(Conflict) as caught:
        sign(ask([entry()], installed=listed, now=NOW), root=ROOT_OF_CASES, previous=later, days=30, now=NOW)
    assert (caught.value.code, caught.value.facts["kid"]) == ("TRUST_KEY_LOST", UNKNOWN_KEY[1].hex())


def test_only_a_newer_list_of_the_pinned_root_in_date_is_installed() -> None:
    first = signed(ask([entry()], installed=None, now=NOW))
    second = signed(ask([entry()], installed=read_list(first, public=PUBLIC), now=NOW), first)
    fork = signed(ask([entry(), entry()], installed=None, now=NOW))
    stranger = qr.public_key_to_pem(qr.SigningKey.generate().public)
    refused: list[tuple[str, bytes, Mapping[str, Any]]] = [
        ("TRUST_ROLLED_BACK", first, {"installed": second}),
        ("TRUST_FORKED", fork, {"installed": first}),
        ("TRUST_WRONG_ROOT", first, {"root_pem": stranger}),
        ("TRUST_OUTDATED", first, {"now": NOW + timedelta(days=31)}),
        ("TRUST_FROM_FUTURE", first, {"now": NOW - timedelta(days=31)}),
        ("TRUST_BAD_SIGNATURE", first[:-1] + bytes([first[-1] ^ 1]), {}),
        ("TRUST_MALFORMED", b"no list", {}),
        ("KEY_FILE", first, {"root_pem": b"no key"}),
    ]
    for code, data, changes in refused:
        with pytest.raises((Invalid, Conflict)) as caught:
            judge(data, **{"root_pem": PUBLIC, "installed": None, "now": NOW, **changes})
        assert caught.value.code == code, code
    assert judge(first, root_pem=PUBLIC, installed=first, now=NOW).version == 1
    assert judge(second, root_pem=PUBLIC, installed=first, now=NOW).version == 2


# --- the ceremony, by command line -----------------------------------------------------------------------------------
def test_the_guard_of_the_next_test_catches_a_socket() -> None:
    code = SOCKETLESS + "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr[:7]) == (9, b"socket.")


@dataclass
class Machine:
    """A deployment's machine and the root's machine, in two folders."""

    folder: Path

    def run(self, *arguments: str, alone: bool = False) -> tuple[int, dict[str, Any]]:
        """One command; `alone` runs it where nothing may connect, and if possible in an empty network."""
        command = [sys.executable, "-c", SOCKETLESS + RUN if alone else RUN]
        if alone and _namespaces():
            command = ["unshare", "--net", *command]
        home = "root-machine" if alone else "home"
        environment = {
            "PATH": os.defpath,
            "VAULT_HOME": str(self.folder / home),
            "VAULT_ENVIRONMENT": "production",
            "VAULT_KEY_PASSPHRASE": "mat khau khoa",
        }
        done = subprocess.run(
            [*command, *arguments, "--json"],
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "PRIVATE KEY" not in done.stdout + done.stderr
        return done.returncode, json.loads(done.stdout.splitlines()[-1])

    def ok(self, *arguments: str, alone: bool = False) -> dict[str, Any]:
        """The same, and it must succeed."""
        status, answer = self.run(*arguments, alone=alone)
        assert (status, answer["ok"]) == (0, True), answer
        return answer


def _namespaces() -> bool:
    unshare = shutil.which("unshare")
    return (
        unshare is not None
        and subprocess.run([unshare, "--net", "true"], capture_output=True, check=False).returncode == 0
    )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "words").write_text(WORDS + "\n")
    return Machine(tmp_path)


def test_the_ceremony_from_first_key_to_rotation_and_compromise(  # noqa: PLR0915 - one story, told in its order
    machine: Machine,
) -> None:
    words = ("--passphrase-file", "words")
    machine.ok("trust", "root", "root.pem", "--public", "root.pub.pem", *words, alone=True)
    status, answer = machine.run("trust", "root", "root.pem", "--public", "other.pem", *words, alone=True)
    assert (status, answer["code"]) == (1, "FILE_ACCESS")  # a root is never written over
    first = [machine.ok("keys", "create", use)["key"] for use in ("qr", "status")]
    states = {row["kid"]: row["state"] for row in machine.ok("keys", "list")["keys"]}
    assert [states[key["kid"]] for key in first] == ["not listed yet"] * 2

    asked = machine.ok("trust", "request", "--out", "one.json")
    assert {key["kid"] for key in asked["keys"]} == {key["kid"] for key in first}
    signing = ("trust", "sign", "one.json", "--root", "root.pem", "--out", "one.cbor", *words)
    assert machine.ok(*signing, alone=True)["version"] == 1
    (machine.folder / "wrong").write_text("sai")
    status, answer = machine.run(*signing[:-1], "wrong", alone=True)
    assert (status, answer["code"]) == (1, "KEY_FILE")

    status, answer = machine.run("trust", "install", "one.cbor")
    assert (status, answer["code"]) == (1, "TRUST_ROOT_MISSING")
    machine.ok("trust", "install", "one.cbor", "--root", "root.pub.pem")
    states = {row["kid"]: row["state"] for row in machine.ok("keys", "list")["keys"]}
    assert [states[key["kid"]] for key in first] == ["signs"] * 2

    second = machine.ok("keys", "rotate", "qr", "--lead-days", "0")["key"]
    years = datetime.fromisoformat(second["exp"]) - datetime.fromisoformat(second["nbf"])
    assert years == timedelta(days=730)
    machine.ok("trust", "request", "--out", "two.json")
    again = ("trust", "sign", "two.json", "--root", "root.pem", "--out", "two.cbor", *words)
    assert machine.run(*again, alone=True)[1]["code"] == "TRUST_PREVIOUS_MISSING"
    machine.ok(*again, "--previous", "one.cbor", alone=True)
    machine.ok("trust", "install", "two.cbor")
    states = {row["kid"]: row["state"] for row in machine.ok("keys", "list")["keys"]}
    assert (states[first[0]["kid"]], states[second["kid"]]) == ("overlaps", "signs")
    assert machine.run("trust", "install", "one.cbor")[1]["code"] == "TRUST_ROLLED_BACK"

    retired = machine.ok("keys", "retire", first[0]["kid"])["key"]
    assert datetime.fromisoformat(retired["exp"]) < datetime.fromisoformat(first[0]["exp"])
    assert machine.run("keys", "retire", first[0]["kid"])[1]["code"] == "KEY_NOT_SIGNING"
    assert machine.run("keys", "retire", "00")[1]["code"] == "KEY_UNKNOWN_HERE"
    assert machine.run("keys", "revoke", second["kid"], "--at", "hôm qua")[1]["code"] == "MOMENT"
    machine.ok("keys", "revoke", second["kid"], "--at", "2026-11-22T08:00+07:00")
    states = {row["kid"]: row["state"] for row in machine.ok("keys", "list")["keys"]}
    assert (states[first[0]["kid"]], states[second["kid"]]) == ("ended", "revoked")
    machine.ok("trust", "request", "--out", "three.json")
    machine.ok(
        "trust", "sign", "three.json", "--root", "root.pem", "--previous", "two.cbor", "--out", "three.cbor", *words,
        alone=True,
    )  # fmt: skip
    machine.ok("trust", "install", "three.cbor", "--root", "root.pub.pem")
    shown = machine.ok("trust", "show")
    by_kid = {key["kid"]: key for key in shown["keys"]}
    assert shown["version"] == 3
    assert by_kid[second["kid"]]["revoked_at"] == "2026-11-22T01:00:00+00:00"
    assert by_kid[first[0]["kid"]]["exp"] == retired["exp"]

    other = qr.public_key_to_pem(qr.SigningKey.generate().public)
    (machine.folder / "other.pem").write_bytes(other)
    assert machine.run("trust", "install", "three.cbor", "--root", "other.pem")[1]["code"] == "TRUST_WRONG_ROOT"
    for file in (machine.folder / "home" / "keys").glob("*.pem"):
        assert b"ENCRYPTED PRIVATE KEY" in file.read_bytes() or file.name == "trust-root.pub.pem"
        assert file.stat().st_mode & 0o077 == 0
    ring = (machine.folder / "home" / "keys" / "ring.json").read_text()
    assert not re.search(r'"(d|private)"', ring)


# --- what a stranger sees --------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Parts of this module alone: its keys are revoked on the way."""
    with running(tmp_path_factory.mktemp("trust")) as app:
        yield app


def credential_of(app: App, code: RecordCode) -> str:
    with app.uow.begin() as tx:
        return tx.records.get(code).credential


def checked(app: App, text: str) -> CodeCheck:
    return check_text(text, actor=STRANGER, uow=app.uow, credentials=app.credentials, log=app.log, clock=app.clock)


def publish(app: App) -> None:
    """The development root lists what the ring says now."""
    prepare_development_trust(
        app.keys,
        agency_code=app.settings.agency_code,
        passphrase=(app.settings.home / "keys" / "passphrase").read_bytes(),
        now=app.clock.now(),
    )


@pytest.mark.service
def test_after_a_rotation_both_keys_prove_what_they_signed(own: App) -> None:
    officer = actor_of(own)
    before = credential_of(own, record_of(own, officer))
    old = own.ring.chosen("qr", at=own.clock.now())
    words = (own.settings.home / "keys" / "passphrase").read_bytes()
    own.ring.create("qr", issuer=old.entry.issuer, passphrase=words, now=own.clock.now(), lead=timedelta(seconds=-1))
    assert own.ring.chosen("qr", at=own.clock.now()).kid == old.kid  # nobody signs with a key that is not listed
    publish(own)
    new = own.ring.chosen("qr", at=own.clock.now())
    assert new.kid != old.kid
    after = credential_of(own, record_of(own, officer))
    kids = [qr.parse(text, hosts=own.credentials.hosts).kid.hex() for text in (before, after)]
    assert kids == [old.kid, new.kid]
    assert [checked(own, text).verification.verdict.value for text in (before, after)] == ["VALID", "VALID"]


@pytest.mark.service
def test_a_stolen_key_proves_what_the_log_showed_before_and_nothing_else(own: App) -> None:
    officer = actor_of(own)
    logged = record_of(own, officer)
    own.log.advance()
    later = record_of(own, officer)  # signed before the theft, but the log does not show it yet
    signed = own.clock.now().replace(microsecond=0)
    while own.clock.now().replace(microsecond=0) == signed:  # the theft is dated by the second: it lies after this one
        time.sleep(0.05)
    text, unlogged = credential_of(own, logged), credential_of(own, later)
    stolen = own.ring.chosen("qr", at=own.clock.now())
    thief = own.ring.open(stolen, (own.settings.home / "keys" / "passphrase").read_bytes())
    parsed = qr.parse(text, hosts=own.credentials.hosts)
    host = own.credentials.host
    forged = qr.issue(
        qr.Claims(**{**{f: getattr(parsed.claims, f) for f in parsed.claims.__dataclass_fields__}, "number": "1/GIA"}),
        sign=thief.sign, kid=thief.kid, host=host,
    )  # fmt: skip
    assert [checked(own, one).verification.verdict.value for one in (text, unlogged)] == ["VALID", "VALID"]

    at = own.clock.now()
    own.ring.revoke(stolen.kid, at=at + timedelta(seconds=1))
    publish(own)
    own.log.advance()
    outcome = checked(own, text)
    assert (outcome.verification.verdict.value, outcome.record) == ("VALID", logged)
    # `revoked_at` is a whole second: the log showed `later` either before it or in it.
    with own.uow.begin() as tx:
        covered = tx.log.covered_at(tx.log.places_of(later)[-1])
    assert covered is not None
    own.ring.revoke(stolen.kid, at=covered)
    publish(own)
    for false in (unlogged, forged):
        outcome = checked(own, false)
        assert outcome.verification.verdict.value == "UNKNOWN_ISSUER"
        assert [reason.value for reason in outcome.verification.reasons][:2] == [
            "UNKNOWN_ISSUER",
            "KEY_REVOKED_NO_PROOF",
        ]
    assert checked(own, text).verification.verdict.value == "VALID"
    dated = qr.issue(
        qr.Claims(
            **{
                **{f: getattr(parsed.claims, f) for f in parsed.claims.__dataclass_fields__},
                "issued_at": covered.replace(microsecond=0) + timedelta(seconds=60),
            }
        ),
        sign=thief.sign, kid=thief.kid, host=host,
    )  # fmt: skip
    assert checked(own, dated).verification.reasons[1].value == "KEY_REVOKED"
    fresh = credential_of(own, record_of(own, officer))
    assert qr.parse(fresh, hosts=own.credentials.hosts).kid.hex() != stolen.kid
    assert checked(own, fresh).verification.verdict.value == "VALID"
