"""The promises of the two desks, kept by the keys in files and by a second set of keys made in memory."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader, PdfWriter

import qr
import signing
from vault.bootstrap import SystemClock
from vault.domain.errors import Unavailable
from vault.domain.ids import digest_of
from vault.domain.records import StatusSlot
from vault.domain.states import RecordState
from vault.keys import FileCredentialDesk, FileSealingDesk
from vault.ports import CredentialDesk, CredentialFacts, SealingDesk

if TYPE_CHECKING:
    from collections.abc import Callable

    from vault.bootstrap import App

pytestmark = pytest.mark.service
PASSPHRASE = b"mau"
RECORD = bytes.fromhex("0123456789abcdef")
FACTS = CredentialFacts(
    issuer="H24.900",
    type_code="GPXD",
    number="12/GPXD",
    issued_on=date(2026, 11, 1),
    expires_on=date(2027, 11, 1),
    holder_name="NGUYỄN VĂN MẪU",
    holder_masked="0310****0001",
    original=digest_of(b"original"),
)


def now() -> datetime:
    return SystemClock().now()


def pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(300, 300)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


class BrokenSigner:
    """A device that does not answer."""

    def sign(self, data: bytes) -> bytes:
        del data
        raise signing.SignerUnavailableError("the device is away")


class NoTime:
    """An authority that does not answer."""

    def __getattr__(self, name: str) -> Callable[..., bytes]:
        def away(*_: object, **__: object) -> bytes:
            raise signing.TimestampUnavailableError(name)

        return away


@dataclass
class MemoryKeys:
    """Keys of another agency, never written anywhere."""

    agency: str = "UBND xã Thử"

    @cached_property
    def pki(self) -> signing.DevelopmentPki:
        return signing.create_development_pki(now(), self.agency, PASSPHRASE)

    @cached_property
    def sealer(self) -> signing.Sealer:
        return signing.Sealer.from_pkcs12(self.pki.seal_pkcs12, PASSPHRASE)

    def sealing(
        self, sealer: signing.Sealer | None = None, timestamper: signing.Timestamper | None = None
    ) -> SealingDesk:
        return FileSealingDesk(
            sealer or self.sealer,
            system_name="Kho số thử",
            agency_name=self.agency,
            trust=signing.Trust.from_pem(self.pki.root_pem),
            timestamper=timestamper or self.pki.timestamp_authority(PASSPHRASE, now),
            evidence=self.pki.evidence,
            clock=SystemClock(),
        )

    @cached_property
    def credentials(self) -> CredentialDesk:
        root, key, status = (qr.SigningKey.generate() for _ in range(3))
        at = now().replace(microsecond=0)
        start, end = at - timedelta(days=1), at + timedelta(days=365)
        entries = tuple(
            qr.TrustEntry.for_key(one.public, issuer="H24.901", use=use, not_before=start, not_after=end)
            for one, use in ((key, "qr"), (status, "status"))
        )
        listed = qr.TrustList(version=1, issued_at=at, next_update=at + timedelta(days=30), entries=entries)
        return FileCredentialDesk(
            host="thu.example.vn",
            agency_code="H24.901",
            signer=lambda use, _: {"qr": key, "status": status}[use],
            trust_list=lambda: qr.issue_trust_list(listed, sign=root.sign, root_kid=root.kid),
            root_public_pem=qr.public_key_to_pem(root.public),
        )


@pytest.fixture(scope="module")
def memory() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture(params=["files", "memory"])
def sealing(request: pytest.FixtureRequest, memory: MemoryKeys) -> SealingDesk:
    if request.param == "memory":
        return memory.sealing()
    app: App = request.getfixturevalue("parts")
    return app.sealing


@pytest.fixture(params=["files", "memory"])
def credentials(request: pytest.FixtureRequest, memory: MemoryKeys) -> CredentialDesk:
    if request.param == "memory":
        return memory.credentials
    app: App = request.getfixturevalue("parts")
    return app.credentials


# --- the seal --------------------------------------------------------------------------------------------------------
def test_a_sealed_paper_is_valid_under_the_desk_s_own_roots(sealing: SealingDesk) -> None:
    paper = pdf()
    sealed = sealing.seal(paper, reason="thử")
    assert sealed.pdf.startswith(paper)
    assert (sealed.level, sealed.pending) == ("B-LTA", False)
    report = signing.inspect(sealed.pdf, trust=sealing.trust, now=now())
    assert report.verdict is signing.Verdict.VALID
    assert [one.organisation for one in report.signatures if one.kind == "signature"] == [sealing.agency_name]
    assert sealing.system_name


def test_a_seal_is_worth_nothing_under_other_roots(sealing: SealingDesk) -> None:
    sealed = sealing.seal(pdf(), reason="thử")
    stranger = signing.Trust.from_pem(MemoryKeys().pki.root_pem)
    assert not signing.inspect(sealed.pdf, trust=stranger, now=now()).verdict.is_valid


def test_a_second_seal_leaves_the_first_one_valid(sealing: SealingDesk) -> None:
    once = sealing.seal(pdf(), reason="một").pdf
    twice = sealing.seal(once, reason="hai").pdf
    assert twice.startswith(once)
    report = signing.inspect(twice, trust=sealing.trust, now=now())
    assert report.verdict.is_valid
    assert sum(one.kind == "signature" for one in report.signatures) == 2


def test_what_is_no_pdf_is_refused_by_a_named_error(sealing: SealingDesk) -> None:
    with pytest.raises(signing.InputError):
        sealing.seal(b"no pdf", reason="thử")


def test_without_a_time_stamp_the_seal_stands_and_says_what_is_missing(memory: MemoryKeys) -> None:
    sealed = memory.sealing(timestamper=NoTime()).seal(pdf(), reason="thử")  # type: ignore[arg-type] # answers nothing
    assert (sealed.level, sealed.pending) == ("B-B", True)
    assert len(PdfReader(io.BytesIO(sealed.pdf)).pages) == 1


def test_a_key_that_does_not_answer_is_a_part_that_is_down(memory: MemoryKeys) -> None:
    broken = signing.Sealer(BrokenSigner(), memory.sealer.certificate, memory.sealer.chain)
    with pytest.raises(Unavailable) as caught:
        memory.sealing(sealer=broken).seal(pdf(), reason="thử")
    assert caught.value.code == "SEAL_DOWN"


def test_a_key_past_its_dates_is_a_part_that_is_down() -> None:
    old = MemoryKeys()
    old.__dict__["pki"] = signing.create_development_pki(datetime(2020, 1, 1, tzinfo=UTC), "cũ", PASSPHRASE)
    with pytest.raises(Unavailable) as caught:
        old.sealing().seal(pdf(), reason="thử")
    assert (caught.value.code, caught.value.facts["reason"]) == ("SEAL_DOWN", "KEY_UNUSABLE")


# --- credentials -----------------------------------------------------------------------------------------------------
def judged(credentials: CredentialDesk, text: str, at: datetime, state: RecordState) -> qr.Verification:
    token = credentials.status_token(1, {7: state} if state is not RecordState.ACTIVE else {}, now=at)
    trust = qr.verify_trust_list(credentials.trust_list(), root=qr.public_key_from_pem(credentials.root_pem()), now=at)
    status = qr.verify_status_token(token, trust=trust, now=at)
    return qr.verify(text, hosts=credentials.hosts, trust=trust, status=status, now=at)


def facts_of(credentials: CredentialDesk, **other: object) -> CredentialFacts:
    issuer = "H24.900" if credentials.host != "thu.example.vn" else "H24.901"
    values = {name: getattr(FACTS, name) for name in CredentialFacts.__dataclass_fields__}
    return CredentialFacts(**{**values, "issuer": issuer, **other})


STATES = {
    RecordState.ACTIVE: "VALID",
    RecordState.REVOKED: "REVOKED",
    RecordState.SUSPENDED: "SUSPENDED",
    RecordState.SUPERSEDED: "SUPERSEDED",
}


@pytest.mark.parametrize("state", RecordState)
def test_a_stranger_who_pins_the_root_sees_each_state(credentials: CredentialDesk, state: RecordState) -> None:
    at = now()
    text = credentials.issue(RECORD, facts_of(credentials), slot=StatusSlot(1, 7), at=at)
    outcome = judged(credentials, text, at, state)
    assert outcome.verdict.value == STATES[state]
    assert outcome.claims is not None
    assert (outcome.claims.record_id, outcome.claims.holder_name) == (RECORD, "NGUYỄN VĂN MẪU")


def test_the_desk_knows_its_own_and_nobody_else_s(credentials: CredentialDesk, memory: MemoryKeys, parts: App) -> None:
    at = now()
    text = credentials.issue(RECORD, facts_of(credentials), slot=StatusSlot(1, 7), at=at)
    assert credentials.own_record(text, now=at) == RECORD
    other = memory.credentials if credentials is parts.credentials else parts.credentials
    assert other.own_record(text, now=at) is None
    tampered = text[:-1] + ("A" if text[-1] != "A" else "B")
    elsewhere = text.replace(credentials.host, "evil.example")
    assert elsewhere != text
    for wrong in ("", "xin chào", tampered, text[: len(text) // 2], elsewhere):
        assert credentials.own_record(wrong, now=at) is None, wrong


@pytest.mark.parametrize(
    ("expires_on", "later", "verdict"),
    [
        (date(2027, 11, 1), datetime(2027, 11, 1, 16, 59, 59, tzinfo=UTC), True),
        (date(2027, 11, 1), datetime(2027, 11, 1, 17, 0, 0, tzinfo=UTC), False),
        (None, datetime(2027, 11, 1, 17, 0, 0, tzinfo=UTC), True),
        (date.max, datetime(2027, 11, 1, 17, 0, 0, tzinfo=UTC), True),
        (date(9999, 12, 30), datetime(2027, 11, 1, 17, 0, 0, tzinfo=UTC), True),
    ],
)
def test_a_term_ends_with_its_last_day_by_the_clock_of_viet_nam(
    credentials: CredentialDesk,
    expires_on: date | None,
    later: datetime,
    verdict: bool,  # noqa: FBT001 - a column of the table
) -> None:
    at = now()
    facts = facts_of(credentials, expires_on=expires_on)
    text = credentials.issue(RECORD, facts, slot=StatusSlot(1, 7), at=at)
    trust = qr.TrustList(
        version=9, issued_at=at, next_update=later + timedelta(days=1), entries=credentials.trusted(now=at).entries
    )
    fact = qr.StatusFact(value=0, as_of=later, fresh_until=later + timedelta(minutes=5), issuer=facts.issuer)
    status = qr.KnownStatus(ref=qr.StatusRef(7, credentials.status_uri(1)), fact=fact)
    outcome = qr.verify(text, hosts=credentials.hosts, trust=trust, status=status, now=later)
    assert (outcome.verdict.value == "VALID") is verdict, outcome


def test_a_trust_list_that_ran_out_is_a_part_that_is_down(credentials: CredentialDesk) -> None:
    with pytest.raises(Unavailable) as caught:
        credentials.trusted(now=now() + timedelta(days=400))
    assert caught.value.code == "TRUST_LIST"
