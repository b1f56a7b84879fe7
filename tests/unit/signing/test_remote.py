"""Remote hash signing with answers that come late, twice and out of order."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import pkcs12

from signing import (
    KeyUnusableError,
    Level,
    PendingSeal,
    RemoteSigner,
    Verdict,
    finish_remote_seal,
    prepare_remote_seal,
)
from tests.unit.signing.builders import Office, plain_pdf


class SlowService:
    """Signs digests after some polls; its webhook delivers every answer twice and in any order."""

    def __init__(self, office: Office, delay: int) -> None:
        key, _, _ = pkcs12.load_key_and_certificates(office.pki.seal_pkcs12, office.passphrase)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key
        self._delay = delay
        self._asked: dict[str, tuple[bytes, int]] = {}

    def submit(self, request_id: str, digest: bytes) -> None:
        self._asked.setdefault(request_id, (digest, self._delay))

    def poll(self, request_id: str) -> bytes | None:
        digest, left = self._asked[request_id]
        self._asked[request_id] = (digest, left - 1)
        return None if left > 0 else self._key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))

    def webhooks(self, rng: random.Random) -> Iterator[tuple[str, bytes]]:
        answers = [
            (name, self._key.sign(d, ec.ECDSA(Prehashed(hashes.SHA256())))) for name, (d, _) in self._asked.items()
        ]
        twice = answers * 2
        rng.shuffle(twice)
        yield from twice


def prepared(office: Office, name: str) -> PendingSeal:
    return prepare_remote_seal(
        plain_pdf(text=f"BAN MAU {name}"),
        request_id=name,
        certificate=office.sealer.certificate,
        chain=office.sealer.chain,
        now=office.now,
    )


def finished(office: Office, pending: PendingSeal, signature: bytes, level: Level = Level.B_LTA) -> bytes:
    return finish_remote_seal(
        pending,
        signature,
        certificate=office.sealer.certificate,
        chain=office.sealer.chain,
        level=level,
        timestamper=office.tsa,
        validation=office.pki.evidence,
    ).pdf


@pytest.mark.parametrize("level", list(Level))
def test_a_polled_answer_completes_the_seal(level: Level, office: Office) -> None:
    service: RemoteSigner = SlowService(office, delay=3)
    pending = prepared(office, "a")
    service.submit(pending.request_id, pending.digest)
    answers = [service.poll("a") for _ in range(4)]
    assert answers[:3] == [None, None, None]
    assert answers[3] is not None
    report = office.inspect(finished(office, pending, answers[3], level))
    assert report.verdict.is_valid
    assert report.signatures[0].level == level.value


def test_answers_in_any_order_and_twice_reach_the_right_files(office: Office) -> None:
    service = SlowService(office, delay=0)
    waiting = {name: prepared(office, name) for name in "abcd"}
    for pending in waiting.values():
        service.submit(pending.request_id, pending.digest)
    done: dict[str, set[bytes]] = {}
    for name, signature in service.webhooks(random.Random(7)):
        done.setdefault(name, set()).add(finished(office, waiting[name], signature, Level.B_B))
    assert done.keys() == waiting.keys()
    assert all(len(files) == 1 for files in done.values())
    assert all(office.inspect(*files).verdict.is_valid for files in done.values())


def test_an_answer_for_another_request_changes_nothing(office: Office) -> None:
    service = SlowService(office, delay=0)
    first, second = prepared(office, "a"), prepared(office, "b")
    service.submit("a", first.digest)
    answer = service.poll("a")
    assert answer is not None
    with pytest.raises(KeyUnusableError, match="not for this request"):
        finished(office, second, answer)


def test_the_prepared_file_is_no_seal_yet(office: Office) -> None:
    assert office.inspect(prepared(office, "a").pdf).verdict is Verdict.INCONCLUSIVE
