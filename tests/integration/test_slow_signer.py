"""A seal whose key lies on somebody's phone: the page is composed anew by every job, and the person is asked once."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

import signing
from tests.fakes.desk import actor_of, be_read, be_sealed, confirmed, new_scan, received, word
from tests.fakes.parts import with_other
from vault.bootstrap import App
from vault.domain.errors import Unavailable
from vault.domain.intake import IntakeState
from vault.keys import FileSealingDesk, FirstAsked, RemoteKey, load_development_pki

pytestmark = pytest.mark.service


@dataclass
class Phone:
    """`signing.RemoteSigner`, and the box of its webhook: nothing comes until the person agrees."""

    key: signing.RawSigner
    asked: list[str] = field(default_factory=list)
    agreed: dict[str, bytes] = field(default_factory=dict)

    def submit(self, request_id: str, digest: bytes) -> None:
        assert request_id == digest.hex()
        self.asked.append(request_id)

    def poll(self, request_id: str) -> bytes | None:
        return self.agreed.get(request_id)

    def get(self, path: str) -> bytes | None:
        return None if path else b""


@dataclass
class Deferred:
    """`signing.RawSigner` that remembers what it was to sign, so that the phone can sign it later."""

    remote: RemoteKey
    data: list[bytes] = field(default_factory=list)

    def sign(self, data: bytes) -> bytes:
        self.data.append(data)
        return self.remote.sign(data)


def test_the_page_is_the_same_an_hour_later_and_the_answer_fits(parts: App) -> None:
    passphrase = (parts.settings.home / "keys" / "passphrase").read_bytes()
    own = signing.Sealer.from_pkcs12(parts.keys.read(parts.keys.seal), passphrase)
    phone = Phone(own.raw)
    key = Deferred(RemoteKey(phone, own.certificate, answers=phone, wait_s=0))

    def at_work() -> App:
        """A worker that was started anew: nothing is left of the one before but what lies in the stores."""
        desk = FileSealingDesk(
            signing.Sealer(key, own.certificate, own.chain),
            system_name="thử",
            agency_name="UBND phường Mẫu",
            trust=parts.trust,
            timestamper=signing.LocalTimestampAuthority.from_pkcs12(
                parts.keys.read(parts.keys.timestamps), passphrase, clock=parts.clock.now
            ),
            evidence=load_development_pki(parts.keys).evidence,
            clock=parts.clock,
            first_asked=FirstAsked(parts.remote_diary),
        )
        return with_other(parts, sealing=desk, engines=parts.engines)

    actor = actor_of(parts)
    intake_id = received(parts, actor, new_scan()).intake.id
    be_read(parts, intake_id)
    confirmed(parts, actor, word(intake_id))
    for _ in range(2):
        with pytest.raises(Unavailable, match="SEAL_DOWN"):
            be_sealed(at_work(), intake_id)
    (asked,) = set(phone.asked)
    phone.agreed[asked] = phone.key.sign(key.data[0])
    code = be_sealed(at_work(), intake_id)
    assert code is not None
    with parts.uow.begin() as tx:
        record, intake = tx.records.get(code), tx.intakes.get(intake_id)
    assert set(phone.asked) == {asked}
    assert intake.state is IntakeState.SEALED
    report = signing.inspect(parts.blobs.get(record.sealed), trust=parts.trust, now=parts.clock.now())
    assert report.verdict.is_valid
