"""Keys in a PKCS#11 device (SoftHSM 2): seals hold, many callers at once, and what a wrong PIN costs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from signing import HardwareKey, KeyUnusableError, Level, SignerUnavailableError, seal, sealer_from_pkcs11
from tests.unit.signing.builders import Office, open_office

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
MODULE = next(
    (Path(m) for m in (*MODULES, "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so") if Path(m).is_file()), None
)
TOKEN, PIN = "BAN MAU", "1234"

IS_HERE = MODULE is not None and shutil.which("softhsm2-util") is not None
REQUIRED = os.environ.get("CI") == "true"  # noqa: TID251 - a required group that was skipped would pass for tested

pytestmark = pytest.mark.skipif(not IS_HERE and not REQUIRED, reason="SoftHSM is not here: apt-get install softhsm2")


@pytest.fixture(scope="module")
def rsa_office(office: Office) -> Office:
    return open_office(office.now, rsa_bits=2048)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory, office: Office, rsa_office: Office) -> Iterator[Path]:
    """A token of its own with the seal keys of both offices."""
    assert IS_HERE, "CI=true and SoftHSM is missing: apt-get install softhsm2"
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        tool("--init-token", "--free", "--label", TOKEN, "--so-pin", "4321", "--pin", PIN)
        for label, number, owner in (("ec", "01", office), ("rsa", "02", rsa_office)):
            key, _, _ = pkcs12.load_key_and_certificates(owner.pki.seal_pkcs12, owner.passphrase)
            assert key is not None
            pem = folder / f"{label}.pem"
            pem.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            )
            tool("--import", str(pem), "--token", TOKEN, "--label", label, "--id", number, "--pin", PIN)
            pem.unlink()
        assert MODULE is not None
        yield MODULE
    pkcs11.unload(str(MODULE))  # it reads its folder once: the next file's token lies in another


def tool(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


@pytest.mark.parametrize("label", ["ec", "rsa"])
def test_a_seal_made_in_the_device_holds(label: str, module: Path, office: Office, rsa_office: Office) -> None:
    owner = office if label == "ec" else rsa_office
    sealer = sealer_from_pkcs11(
        module,
        token_label=TOKEN,
        pin=PIN,
        key_label=label,
        certificate=owner.sealer.certificate,
        chain=owner.sealer.chain,
    )
    with closing(sealer):
        pdf = seal(owner.blank, sealer=sealer, now=owner.now, level=Level.B_B).pdf
    assert owner.inspect(pdf).verdict.is_valid


def test_32_callers_at_once_sign_without_a_failure(module: Path, office: Office) -> None:
    sealer = sealer_from_pkcs11(
        module,
        token_label=TOKEN,
        pin=PIN,
        key_label="ec",
        certificate=office.sealer.certificate,
        chain=office.sealer.chain,
        sessions=8,
    )

    def one(_: int) -> bytes:
        return seal(office.blank, sealer=sealer, now=office.now, level=Level.B_B).pdf

    with closing(sealer), ThreadPoolExecutor(32) as callers:
        sealed = list(callers.map(one, range(96)))
    assert len(set(sealed)) == 96
    assert all(office.inspect(pdf).verdict.is_valid for pdf in sealed[::8])


@pytest.mark.parametrize("change", [{"pin": "9999"}, {"key_label": "none"}, {"token_label": "none"}])
def test_a_wrong_pin_key_or_token_is_key_unusable(change: dict[str, str], module: Path) -> None:
    asked = {"token_label": TOKEN, "pin": PIN, "key_label": "ec", **change}
    with pytest.raises(KeyUnusableError):
        HardwareKey(module, is_rsa=False, **asked)


def test_a_key_of_another_certificate_is_refused(module: Path, office: Office) -> None:
    stranger = open_office(office.now)
    with pytest.raises(KeyUnusableError, match="another key"):
        sealer_from_pkcs11(module, token_label=TOKEN, pin=PIN, key_label="ec", certificate=stranger.sealer.certificate)


def test_a_busy_device_is_unavailable_and_not_waited_for_ever(module: Path) -> None:
    key = HardwareKey(module, token_label=TOKEN, pin=PIN, key_label="ec", is_rsa=False, sessions=0, wait_s=0.05)
    with closing(key), pytest.raises(SignerUnavailableError):
        key.sign(b"x")


def test_two_keys_of_one_token_share_the_log_in(module: Path) -> None:
    first = HardwareKey(module, token_label=TOKEN, pin=PIN, key_label="ec", is_rsa=False)
    second = HardwareKey(module, token_label=TOKEN, pin=PIN, key_label="rsa", is_rsa=True)
    with closing(first), closing(second):
        assert first.sign(b"x") != second.sign(b"x")


def test_a_missing_module_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(SignerUnavailableError):
        HardwareKey(tmp_path / "none.so", token_label=TOKEN, pin=PIN, key_label="ec", is_rsa=False)
