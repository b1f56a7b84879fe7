"""What may be issued, how verdicts are chosen, and what a verifier's sources answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

import qr
from qr.verdicts import Facts
from tests.golden.qr.world import AGENCY, CLAIMS, ENTRIES, HOST, ISSUER, NOW, STATUS, URI, status_token, trust_list

TRUST = trust_list()
SNAPSHOT = qr.verify_status_token(status_token(), trust=TRUST, now=NOW)


def _issue(claims: qr.Claims = CLAIMS, host: str = HOST, kid: bytes = AGENCY.kid) -> str:
    return qr.issue(claims, sign=AGENCY.sign, kid=kid, host=host)


def _verify(text: str, **changes: Any) -> qr.Verification:
    options: dict[str, Any] = {"hosts": {HOST}, "trust": TRUST, "status": SNAPSHOT, "now": NOW}
    return qr.verify(text, **(options | changes))


def test_what_is_issued_verifies_with_its_claims() -> None:
    outcome = _verify(_issue())
    assert outcome == qr.Verification(
        verdict=qr.Verdict.VALID, reasons=(), claims=CLAIMS, status_as_of=NOW - timedelta(hours=1)
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"holder_name": ""}, "CLAIMS"),
        ({"issuer": ""}, "CLAIMS"),
        ({"type_code": ""}, "CLAIMS"),
        ({"record_id": b"short"}, "CLAIMS"),
        ({"original_digest16": bytes(32)}, "CLAIMS"),
        ({"status": qr.StatusRef(-1, URI)}, "CLAIMS"),
        ({"status": qr.StatusRef(1, "http://plain.example/")}, "CLAIMS"),
        ({"issued_at": datetime(1969, 12, 31, tzinfo=UTC)}, "CLAIMS"),
        ({"issued_at": NOW + timedelta(microseconds=1)}, "CLAIMS"),
        ({"number": 12}, "CLAIMS"),
        ({"number": 1.5}, "CLAIMS"),
        ({"number": "\ud800"}, "CLAIMS"),
        ({"holder_name": "Nguye\u0302\u0303n"}, "CHARACTERS"),
        ({"holder_name": "Mẫu\u200b"}, "CHARACTERS"),
        ({"holder_name": "M" * 300}, "CBOR"),
    ],
)
def test_what_could_not_be_read_back_is_not_issued(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(qr.CredentialError) as refused:
        _issue(replace(CLAIMS, **changes))
    assert refused.value.code == code


def test_a_naive_time_is_a_callers_mistake() -> None:
    with pytest.raises(ValueError, match="aware"):
        _issue(replace(CLAIMS, issued_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="aware"):
        _verify(_issue(), now=datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize("host", ["", "Upper.example", "a/b", "a b", "a@b", "-a.example", "a.example:x", "ví.dụ"])
def test_hosts_have_one_spelling(host: str) -> None:
    with pytest.raises(qr.CredentialError) as refused:
        _issue(host=host)
    assert refused.value.code == "HOST"


def test_a_host_may_have_a_port() -> None:
    assert _verify(_issue(host="127.0.0.1:8443"), hosts=["127.0.0.1:8443"]).verdict == qr.Verdict.VALID


def test_kid_and_signature_have_their_sizes() -> None:
    with pytest.raises(qr.CredentialError):
        _issue(kid=b"short")
    with pytest.raises(qr.EncodingError):
        qr.issue(CLAIMS, sign=lambda _: b"DER or so", kid=AGENCY.kid, host=HOST)


def test_a_text_that_needs_more_than_version_14_is_not_issued() -> None:
    """A long host takes the room that the claims need; the symbol would be too fine for paper."""
    fitting = replace(CLAIMS, holder_name="Nguyễn Thị Mẫu " + "M" * 40, original_digest16=bytes(16))
    assert qr.version_of(_issue(fitting, host="q.example")) <= 14
    with pytest.raises(qr.SymbolError) as refused:
        _issue(fitting, host="a-very-long-host-name-of-an-agency-somewhere.province.example")
    assert refused.value.code == "SYMBOL_TOO_LARGE"


def test_times_in_any_zone_are_the_same_moment() -> None:
    hanoi = timezone(timedelta(hours=7))
    assert _issue(replace(CLAIMS, issued_at=CLAIMS.issued_at.astimezone(hanoi))) == _issue()


def test_parsing_proves_nothing_but_reads() -> None:
    parsed = qr.parse(_issue(), hosts={HOST})
    assert (parsed.kid, parsed.claims) == (AGENCY.kid, CLAIMS)
    with pytest.raises(qr.CredentialError) as refused:
        qr.parse("https://other.example/q#AA", hosts={HOST})
    assert refused.value.code == "NOT_ISSUED_BY_US"


def test_several_hosts_may_be_pinned() -> None:
    assert _verify(_issue(), hosts=["old.example", HOST]).verdict == qr.Verdict.VALID
    assert _verify(_issue(), hosts=[]).verdict == qr.Verdict.NOT_ISSUED_BY_US


@pytest.mark.parametrize("first", list(qr.Verdict)[:-1])
def test_the_first_fact_in_the_order_is_the_verdict(first: qr.Verdict) -> None:
    facts = Facts()
    for verdict in reversed(list(qr.Verdict)[list(qr.Verdict).index(first) : -1]):
        facts.add(verdict)
    outcome = facts.conclude()
    assert outcome.verdict == first
    assert outcome.reasons == tuple(list(qr.Verdict)[list(qr.Verdict).index(first) : -1])


def test_nothing_against_it_is_valid() -> None:
    assert Facts().conclude() == qr.Verification(verdict=qr.Verdict.VALID, reasons=())


def test_the_order_is_the_decided_one() -> None:
    decided = [
        "MALFORMED",
        "NOT_ISSUED_BY_US",
        "UNKNOWN_ISSUER",
        "BAD_SIGNATURE",
        "NOT_YET_VALID",
        "REVOKED",
        "SUPERSEDED",
        "SUSPENDED",
        "EXPIRED",
        "STATUS_STALE",
        "VALID",
    ]
    assert [verdict for verdict in qr.Verdict if verdict not in {"UNREADABLE", "USED"}] == decided


def test_a_service_may_answer_from_its_own_records() -> None:
    fact = qr.StatusFact(value=qr.Status.REVOKED, as_of=NOW, fresh_until=NOW + timedelta(minutes=1), issuer=ISSUER)
    outcome = _verify(_issue(), status=qr.KnownStatus(CLAIMS.status, fact))
    assert (outcome.verdict, outcome.status_as_of) == (qr.Verdict.REVOKED, NOW)
    elsewhere = qr.KnownStatus(qr.StatusRef(1, URI), fact)
    assert _verify(_issue(), status=elsewhere).reasons == (qr.Verdict.STATUS_STALE, qr.Reason.STATUS_MISSING)


def test_a_book_answers_from_the_list_that_is_named() -> None:
    other = qr.verify_status_token(status_token({CLAIMS.status.index: 1}, uri=f"{URI}9"), trust=TRUST, now=NOW)
    book = qr.StatusBook({SNAPSHOT.uri: SNAPSHOT, other.uri: other})
    assert _verify(_issue(), status=book).verdict == qr.Verdict.VALID
    moved = replace(CLAIMS, status=qr.StatusRef(CLAIMS.status.index, other.uri))
    assert _verify(_issue(moved), status=book).verdict == qr.Verdict.REVOKED
    assert _verify(_issue(), status=qr.StatusBook({})).verdict == qr.Verdict.STATUS_STALE


def test_the_json_shape() -> None:
    dated = replace(CLAIMS, issued_on=date(1, 1, 1))
    shape = _verify(_issue(dated)).as_dict()
    assert shape["claims"]["issued_on"] == "0001-01-01"
    assert shape["claims"]["issued_at"] == "2026-11-19T04:00:00Z"
    assert shape["status_as_of"] == "2026-11-22T03:00:00Z"
    assert list(shape) == ["verdict", "reasons", "claims", "status_as_of"]


def test_keys_rotate_without_breaking_old_papers() -> None:
    """The old key's term ended, a new one took over; both papers hold, and the new key cannot sign back in time."""
    new = qr.SigningKey.generate()
    change = NOW - timedelta(days=1)
    entries = (
        replace(ENTRIES[0], not_after=change),
        qr.TrustEntry.for_key(
            new.public, issuer=ISSUER, use="qr", not_before=change, not_after=NOW + timedelta(days=365)
        ),
        ENTRIES[1],
    )
    trust = replace(TRUST, entries=entries)
    assert _verify(_issue(), trust=trust).verdict == qr.Verdict.VALID
    fresh = qr.issue(replace(CLAIMS, issued_at=NOW), sign=new.sign, kid=new.kid, host=HOST)
    assert _verify(fresh, trust=trust).verdict == qr.Verdict.VALID
    back = qr.issue(CLAIMS, sign=new.sign, kid=new.kid, host=HOST)
    assert _verify(back, trust=trust).reasons == (qr.Verdict.UNKNOWN_ISSUER, qr.Reason.KEY_NOT_IN_FORCE)


def test_status_keys_cannot_be_used_for_credentials() -> None:
    text = qr.issue(CLAIMS, sign=STATUS.sign, kid=STATUS.kid, host=HOST)
    assert _verify(text).reasons == (qr.Verdict.UNKNOWN_ISSUER, qr.Reason.KEY_USE)
