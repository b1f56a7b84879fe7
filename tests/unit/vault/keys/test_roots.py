"""Authorities that an operator adds: the fingerprint decides, the comparison is written down, the papers follow."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

import signing
from tests.unit.signing.builders import Office, open_office
from vault.cli.main import main
from vault.domain.errors import Conflict, Invalid, NotFound
from vault.keys import RootStore

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WORD = {"tree": "public", "by": "Trần Thị Mẫu", "source": "công báo (BẢN MẪU)"}


@pytest.fixture(scope="module")
def office() -> Office:
    return open_office(NOW)


def fingerprint(office: Office) -> str:
    return x509.load_pem_x509_certificate(office.pki.root_pem).fingerprint(hashes.SHA256()).hex()


def test_a_root_counts_once_its_fingerprint_was_compared(office: Office, tmp_path: Path) -> None:
    store, pdf = RootStore(tmp_path), office.seal(level=signing.Level.B_B)
    assert signing.inspect(pdf, trust=store.trust, now=NOW).verdict.value == "UNKNOWN_ROOT"
    typed = ":".join(fingerprint(office).upper()[place : place + 2] for place in range(0, 64, 2))
    row = store.add(office.pki.root_pem, sha256=typed, now=NOW, **WORD)
    assert (row.by, row.tree, row.is_root, row.shipped) == ("Trần Thị Mẫu", "public", True, False)
    assert signing.inspect(pdf, trust=store.trust, now=NOW).verdict.is_valid
    store.add(office.pki.issuing_pem, sha256=_digest(office.pki.issuing_pem), now=NOW, **WORD)
    assert len(store.trust.roots) == len(store.trust.intermediates) == 1
    store.remove(row.sha256)
    assert signing.inspect(pdf, trust=store.trust, now=NOW).verdict.value == "UNKNOWN_ROOT"
    with pytest.raises(NotFound, match="ROOT_UNKNOWN"):
        store.remove(row.sha256)


def _digest(pem: bytes) -> str:
    return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()


@pytest.mark.parametrize("typed", ["", "00" * 32, "0f" * 31, "zz" * 32])
def test_another_fingerprint_adds_nothing(typed: str, office: Office, tmp_path: Path) -> None:
    store = RootStore(tmp_path)
    with pytest.raises(Invalid, match="ROOT_FINGERPRINT"):
        store.add(office.pki.root_pem, sha256=typed, now=NOW, **WORD)
    assert store.trust.roots == ()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_authority_is_refused(office: Office, tmp_path: Path) -> None:
    own = office.sealer.certificate
    store, digest = RootStore(tmp_path), own.fingerprint(hashes.SHA256()).hex()
    with pytest.raises(Invalid, match="ROOT_UNFIT"):
        store.add(own.public_bytes(Encoding.DER), sha256=digest, now=NOW, **WORD)
    with pytest.raises(Invalid, match="ROOT_UNFIT"):
        store.add(office.pki.root_pem, sha256=fingerprint(office), now=NOW + timedelta(days=40_000), **WORD)
    for data in (b"", b"junk", office.pki.root_pem + office.pki.issuing_pem):
        with pytest.raises(Invalid, match="ROOT_UNREADABLE"):
            store.add(data, sha256=digest, now=NOW, **WORD)
    for wrong in ({"tree": "other"}, {"by": " "}, {"source": ""}):
        with pytest.raises(Invalid, match="ROOT_TREE"):
            store.add(office.pki.root_pem, sha256=fingerprint(office), now=NOW, **{**WORD, **wrong})


def test_a_shipped_root_can_be_noted_as_compared_and_stays(tmp_path: Path) -> None:
    store = RootStore(tmp_path)
    shipped = next(row for row in store.rows() if row.is_root)
    assert (shipped.by, shipped.shipped) == ("", True)
    root = next(
        r for r in signing.Trust.vietnam_government().roots if r.fingerprint(hashes.SHA256()).hex() == shipped.sha256
    )
    noted = store.add(root.public_bytes(Encoding.PEM), sha256=shipped.sha256, now=NOW, **{**WORD, "tree": "government"})
    assert (noted.by, noted.shipped) == ("Trần Thị Mẫu", True)
    assert len(store.rows()) == len(RootStore(tmp_path / "other").rows())
    with pytest.raises(Conflict, match="ROOT_SHIPPED"):
        store.remove(shipped.sha256)


def test_the_command_tells_what_is_missing(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_HOME", str(tmp_path))
    file = tmp_path / "root.pem"
    file.write_bytes(office.pki.root_pem)
    assert main(["roots", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert len(told["roots"]) == 3
    assert sum(one.startswith("public:") for one in told["missing"]) == 2
    word = ["--tree", "public", "--by", "Mẫu", "--source", "công báo"]
    assert main(["roots", "add", str(file), "--sha256", "00", *word, "--json"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["code"] == "ROOT_FINGERPRINT"
    assert main(["roots", "add", str(file), "--sha256", fingerprint(office), *word, "--json"]) == 0
    assert main(["roots", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert sum(one.startswith("public:") for one in told["missing"]) == 1
    assert main(["roots", "remove", fingerprint(office), "--json"]) == 0
