"""The seal's key elsewhere: a signing service that is late, wrong, doubled or down, its webhook, and a device."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

import signing
from tests.unit.signing.builders import Office, open_office, plain_pdf
from tests.unit.signing.test_hsm import PIN, TOKEN, module, rsa_office
from tests.unit.signing.test_hsm import pytestmark as needs_device
from vault.bootstrap import App, SystemClock, SystemIds, prepare_keys
from vault.config import Settings
from vault.domain.errors import Unavailable
from vault.keys import FileSealingDesk, FirstAsked, HttpRemoteSigner, RemoteKey

__all__ = ["module", "rsa_office"]


@pytest.fixture(scope="module")
def office() -> Office:
    return open_office(datetime.now(UTC))  # noqa: TID251 - the settings' clock is the machine's


@dataclass
class Provider:
    """A signing service by HTTP that answers after some questions, with whatever else it is told to say before."""

    office: Office
    late: int = 2
    before: tuple[bytes, ...] = ()
    asked: dict[str, bytes] = field(default_factory=dict)
    polls: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] != "Bearer mau":
            return httpx.Response(401)
        name = request.url.path.rsplit("/", 1)[-1]
        if request.method == "PUT":
            self.asked[name] = bytes.fromhex(json.loads(request.content)["digest"])
            return httpx.Response(202)
        self.polls += 1
        if self.polls <= len(self.before):
            return self._said(self.before[self.polls - 1])
        if self.polls <= self.late:
            return httpx.Response(202)
        return self._said(self.value(name))

    def value(self, name: str) -> bytes:
        key, _, _ = pkcs12.load_key_and_certificates(self.office.pki.seal_pkcs12, self.office.passphrase)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key.sign(self.asked[name], ec.ECDSA(Prehashed(hashes.SHA256())))

    @staticmethod
    def _said(value: bytes) -> httpx.Response:
        return httpx.Response(200, json={"signature": base64.b64encode(value).decode()})


@dataclass
class Box:
    """The webhook's box: every answer twice, in any order, others' among them. A diary is such a box too."""

    left: dict[str, bytes] = field(default_factory=dict)

    def get(self, path: str) -> bytes | None:
        return self.left.get(path)

    def put(self, path: str, data: bytes, *, mime: str) -> None:
        assert mime == "text/plain"
        self.left[path] = data


@dataclass
class Hand:
    """A clock that the test sets."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def key_of(provider: Provider, box: Box, *, wait_s: float = 30) -> RemoteKey:
    client = httpx.Client(transport=httpx.MockTransport(provider))
    return RemoteKey(
        HttpRemoteSigner("https://ky.example.vn/requests", "mau", client=client),
        provider.office.sealer.certificate,
        answers=box,
        wait_s=wait_s,
        pause=lambda _: None,
    )


def desk_of(
    provider: Provider, key: RemoteKey, *, diary: Box | None = None, clock: Hand | None = None
) -> FileSealingDesk:
    office = provider.office
    return FileSealingDesk(
        signing.Sealer(key, office.sealer.certificate, office.sealer.chain),
        system_name="thử",
        agency_name="UBND phường Mẫu",
        trust=office.trust,
        timestamper=office.tsa,
        evidence=office.pki.evidence,
        clock=clock or SystemClock(),
        **({"first_asked": FirstAsked(diary)} if diary is not None else {}),
    )


def test_a_late_answer_makes_a_seal(office: Office) -> None:
    provider = Provider(office, late=3)
    sealed = desk_of(provider, key_of(provider, Box())).seal(plain_pdf(), reason="thử")
    assert (sealed.level, sealed.pending, provider.polls) == ("B-LTA", False, 4)


def test_a_wrong_answer_before_the_right_one_changes_nothing(office: Office) -> None:
    provider = Provider(office, late=0, before=(b"junk", b"", Provider(office, asked={"x": bytes(32)}).value("x")))
    assert desk_of(provider, key_of(provider, Box())).seal(plain_pdf(), reason="thử").level == "B-LTA"
    assert provider.polls == 4


def test_what_the_webhook_left_is_taken(office: Office) -> None:
    """Ten seals wait; their answers came by the webhook, doubled and shuffled; polling would never have told."""
    provider, box = Provider(office, late=10**9), Box()
    key = key_of(provider, box)
    requests = {signing_digest(data).hex(): data for data in (f"data {number}".encode() for number in range(10))}
    for name, data in requests.items():
        provider.asked[name] = signing_digest(data)
    answers = [(name, provider.value(name)) for name in requests] * 2
    random.Random(5).shuffle(answers)
    for name, value in answers:
        box.left[name] = value
    for name, data in requests.items():
        assert signing.fits(office.sealer.certificate, key.sign(data), provider.asked[name])


def signing_digest(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()


def test_a_service_that_never_answers_is_a_part_that_is_down(office: Office) -> None:
    provider = Provider(office, late=10**9)
    with pytest.raises(Unavailable, match="SEAL_DOWN"):
        desk_of(provider, key_of(provider, Box(), wait_s=0)).seal(plain_pdf(), reason="thử")


def test_an_answer_after_an_hour_finishes_the_seal_that_was_first_asked_for(office: Office) -> None:
    """The job that asked ended long ago; another process takes the answer, and nobody is asked a second time."""
    provider, diary, pdf = Provider(office, late=10**9), Box(), plain_pdf()
    start = Hand(datetime.now(UTC))  # noqa: TID251 - the office's certificates begin now
    first = desk_of(provider, key_of(provider, Box(), wait_s=0), diary=diary, clock=start)
    for _ in range(2):
        with pytest.raises(Unavailable, match="SEAL_DOWN"):
            first.seal(pdf, reason="thử")
        start.at += timedelta(minutes=1)
    (asked,) = provider.asked
    box, later = Box({asked: provider.value(asked)}), Hand(start.at + timedelta(hours=1))
    sealed = desk_of(provider, key_of(provider, box, wait_s=0), diary=diary, clock=later).seal(pdf, reason="thử")
    report = signing.inspect(sealed.pdf, trust=office.trust, now=later.now())
    assert list(provider.asked) == [asked]
    assert report.verdict.is_valid
    assert list(diary.left) == [signing_digest(pdf).hex()]


def test_a_seal_nobody_answers_for_days_is_asked_for_again(office: Office) -> None:
    provider, diary, clock = Provider(office, late=10**9), Box(), Hand(datetime.now(UTC))  # noqa: TID251 - as above
    desk = desk_of(provider, key_of(provider, Box(), wait_s=0), diary=diary, clock=clock)
    for _ in range(2):
        with pytest.raises(Unavailable, match="SEAL_DOWN"):
            desk.seal(plain_pdf(), reason="thử")
        clock.at += timedelta(days=2)
    assert len(provider.asked) == 2


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_service_that_refuses_is_a_part_that_is_down(status: int) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(status)))
    signer = HttpRemoteSigner("https://ky.example.vn", "mau", client=client)
    with pytest.raises(signing.SignerUnavailableError):
        signer.submit("x", bytes(32))
    with pytest.raises(signing.SignerUnavailableError):
        signer.poll("x")


@pytest.mark.parametrize("body", [{}, {"signature": 5}, {"signature": "?"}, {"signature": "A" * 5000}, []])
def test_an_answer_that_is_none_is_a_part_that_is_down(body: object) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=body)))
    with pytest.raises(signing.SignerUnavailableError):
        HttpRemoteSigner("https://ky.example.vn", "mau", client=client).poll("x")


# --- by settings -----------------------------------------------------------------------------------------------------
def prepared(home: Path, office: Office, **more: object) -> App:
    """A deployment with its own time stamps, whose seal's certificates lie in a file and whose key does not."""
    certificates = home / "seal-chain.pem"
    chain = (office.sealer.certificate, *office.sealer.chain)
    certificates.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    roots = home / "roots.pem"
    roots.write_bytes(office.pki.root_pem)
    settings = Settings(home=home, key_passphrase="mau", seal_certificates=certificates, trust_roots=roots, **more)  # type: ignore[arg-type]
    app = App(settings, SystemClock(), SystemIds())
    prepare_keys(app)
    return app


def test_a_device_is_chosen_by_settings(module: Path, office: Office, tmp_path: Path) -> None:
    settings = {"seal_pkcs11_module": module, "seal_pkcs11_token": TOKEN, "seal_pkcs11_key": "ec"}
    app = prepared(tmp_path, office, **settings, seal_pkcs11_pin=PIN)
    sealed = app.sealing.seal(plain_pdf(), reason="thử")
    report = signing.inspect(sealed.pdf, trust=app.trust, now=app.clock.now())
    assert report.verdict.is_valid
    assert app.sealing.certificate == office.sealer.certificate
    app.sealing.close()
    with pytest.raises(Unavailable, match="KEY_UNUSABLE"):
        _ = prepared(tmp_path, office, **settings, seal_pkcs11_pin="0000").sealing


test_a_device_is_chosen_by_settings = needs_device(test_a_device_is_chosen_by_settings)


def test_a_device_without_certificates_says_which_setting_is_missing(tmp_path: Path) -> None:
    app = App(
        Settings(home=tmp_path, key_passphrase="mau", seal_pkcs11_module=tmp_path / "x.so"), SystemClock(), SystemIds()
    )
    prepare_keys(app)
    with pytest.raises(Unavailable, match="KEY_MISSING") as caught:
        _ = app.sealing
    assert caught.value.facts == {"file": "VAULT_SEAL_CERTIFICATES"}


def test_a_signing_service_is_chosen_by_settings(office: Office, tmp_path: Path) -> None:
    app = prepared(tmp_path, office, seal_remote_url="http://127.0.0.1:9/requests", seal_remote_token="mau")
    diary = Box()
    vars(app).update(remote_answers=Box(), remote_diary=diary)
    with pytest.raises(Unavailable, match="SEAL_DOWN"):  # nobody listens there: the paper waits, and is tried again
        app.sealing.seal(plain_pdf(), reason="thử")
    assert list(diary.left) == [signing_digest(plain_pdf()).hex()], "and the next try asks with the time of this one"
