"""Keys by role: the seal is requested and installed, the log's is made once, an old folder is taken over."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

import qr
import signing
from tests.unit.signing.builders import plain_pdf
from vault.bootstrap import App, SystemClock, SystemIds, prepare_keys
from vault.cli.main import main
from vault.config import Settings
from vault.domain.errors import Unavailable

PASSPHRASE = "mau"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAULT_HOME", str(tmp_path))
    monkeypatch.setenv("VAULT_KEY_PASSPHRASE", PASSPHRASE)
    return tmp_path


def app_of(home: Path) -> App:
    return App(Settings(home=home, key_passphrase=PASSPHRASE), SystemClock(), SystemIds())


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(answer, dict)
    return answer


def certified(request: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """What an authority answers."""
    asked = x509.load_pem_x509_csr(request)
    assert asked.is_signature_valid
    now = datetime.now(UTC)  # noqa: TID251 - the command's clock is the machine's
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CA thử (BẢN MẪU)")])
    builder = x509.CertificateBuilder().subject_name(asked.subject).issuer_name(issuer).public_key(asked.public_key())
    builder = builder.serial_number(77).not_valid_before(now - timedelta(days=1))
    made = builder.not_valid_after(now + timedelta(days=730)).sign(key, hashes.SHA256())
    return made.public_bytes(Encoding.PEM)


def test_a_seal_is_requested_certified_and_installed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = app_of(home)
    prepare_keys(app)
    before = app.sealing.certificate
    file, answer = home / "seal.csr", home / "answer.pem"
    assert main(["keys", "create", "seal", "--out", str(file), "--json"]) == 0
    assert app_of(home).sealing.certificate == before  # the old one seals on until the answer is there
    assert main(["keys", "create", "seal", "--out", str(home / "other.csr"), "--json"]) == 1
    answer.write_bytes(certified(file.read_bytes(), ec.generate_private_key(ec.SECP256R1())))
    capsys.readouterr()
    assert main(["keys", "install-seal", str(answer), "--json"]) == 0
    assert told(capsys)["key"]["kid"] == "4d"  # type: ignore[index] # JSON
    sealed = signing.seal(
        plain_pdf(),
        sealer=signing.Sealer.from_pkcs12(app.keys.read(app.keys.seal), PASSPHRASE.encode()),
        now=app.clock.now(),
        level=signing.Level.B_B,
    )
    report = signing.inspect(sealed.pdf, trust=signing.Trust.nothing(), now=app.clock.now())
    assert report.signatures[0].certificate_serial == "4d"
    assert (home / "keys" / f"seal-{before.serial_number:x}.p12").exists()
    assert main(["keys", "install-seal", str(answer), "--json"]) == 1
    for kept in (home / "keys").rglob("*"):
        assert not kept.is_file() or b"BEGIN PRIVATE KEY" not in kept.read_bytes()


def test_the_seal_is_rotated_and_retired_like_the_other_keys(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = app_of(home)
    assert main(["keys", "rotate", "seal", "--out", str(home / "seal.csr"), "--json"]) == 3  # nothing to follow yet
    prepare_keys(app)
    first = f"{app.sealing.certificate.serial_number:x}"
    assert main(["keys", "rotate", "seal", "--out", str(home / "seal.csr"), "--json"]) == 0
    (home / "answer.pem").write_bytes(
        certified((home / "seal.csr").read_bytes(), ec.generate_private_key(ec.SECP256R1()))
    )
    assert main(["keys", "install-seal", str(home / "answer.pem"), "--json"]) == 0
    assert states(capsys) == {"4d": "signs", first: "ended"}
    assert main(["keys", "retire", "4d", "--json"]) == 0
    assert states(capsys) == {"": "KEY_MISSING", "4d": "ended", first: "ended"}
    with pytest.raises(Unavailable, match="KEY_MISSING"):  # a paper waits
        _ = app_of(home).sealing
    assert main(["keys", "retire", "4d", "--json"]) == 1
    assert main(["keys", "rotate", "log", "--json"]) == 1


def states(capsys: pytest.CaptureFixture[str]) -> dict[object, object]:
    """What `vault keys list` says of each seal."""
    capsys.readouterr()
    assert main(["keys", "list", "--json"]) == 0
    rows = told(capsys)["keys"]
    assert isinstance(rows, list)
    return {row["kid"]: row["state"] for row in rows if row["use"] == "seal"}


def test_a_certificate_for_another_key_is_not_installed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare_keys(app_of(home))
    assert main(["keys", "create", "seal", "--out", str(home / "seal.csr"), "--json"]) == 0
    wrong = home / "wrong.pem"
    wrong.write_bytes(app_of(home).sealing.certificate.public_bytes(Encoding.PEM))
    for data in (wrong.read_bytes(), b"", b"junk"):
        wrong.write_bytes(data)
        capsys.readouterr()
        assert main(["keys", "install-seal", str(wrong), "--json"]) == 1
        assert told(capsys)["code"] == "SEAL_CERTIFICATE"


def test_the_log_has_one_key(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "keys").mkdir()
    assert main(["keys", "create", "log", "--json"]) == 0
    capsys.readouterr()
    assert main(["keys", "create", "log", "--json"]) == 1
    assert told(capsys)["code"] == "LOG_KEY_EXISTS"


def test_a_folder_from_before_the_ring_is_taken_over(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = app_of(home)
    prepare_keys(app)
    now = app.clock.now()
    signer = {use: app.ring.chosen(use, at=now) for use in ("qr", "status")}  # type: ignore[arg-type] # a Use
    for use, key in signer.items():
        (app.keys.root / key.file).rename(app.keys.root / f"{use}.pem")
    app.keys.ring.unlink()
    with pytest.raises(Unavailable, match="KEY_FOLDER_OLD"):
        app.ring.chosen("qr", at=now)
    assert main(["keys", "adopt", "--json"]) == 0
    assert told(capsys)["key"] == {"adopted": 2}
    assert {use: app.ring.chosen(use, at=now).kid for use in signer} == {use: key.kid for use, key in signer.items()}  # type: ignore[arg-type] # a Use
    assert isinstance(app.ring.open(app.ring.chosen("qr", at=now), PASSPHRASE.encode()), qr.SigningKey)


def test_a_development_service_takes_its_old_folder_over_by_itself(home: Path) -> None:
    app = app_of(home)
    prepare_keys(app)
    kid = app.ring.chosen("qr", at=app.clock.now()).kid
    for use in ("qr", "status"):
        (app.keys.root / app.ring.chosen(use, at=app.clock.now()).file).rename(app.keys.root / f"{use}.pem")  # type: ignore[arg-type] # a Use
    app.keys.ring.unlink()
    prepare_keys(app)
    assert app.ring.chosen("qr", at=app.clock.now()).kid == kid
