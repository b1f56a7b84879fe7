from __future__ import annotations

from itertools import product

import pytest

import signing
from vault.domain.errors import Conflict
from vault.domain.records import change_state, evidence_of, trust_of
from vault.domain.states import RecordState, SignatureEvidence, SignerMatch, TrustLevel

S, E, T = RecordState, SignatureEvidence, TrustLevel
STEPS = {
    (S.ACTIVE, S.SUSPENDED),
    (S.ACTIVE, S.REVOKED),
    (S.ACTIVE, S.SUPERSEDED),
    (S.SUSPENDED, S.ACTIVE),
    (S.SUSPENDED, S.REVOKED),
}
TRUST = {
    # (signed by its issuer, what the signatures prove, compared with the original by an officer): level
    (True, E.VALID, True): T.L4,
    (True, E.VALID, False): T.L4,
    (True, E.VALID_WITH_WARNING, True): T.L4,
    (True, E.VALID_WITH_WARNING, False): T.L4,
    (True, E.NOT_ENOUGH_EVIDENCE, True): T.L1,
    (True, E.NOT_ENOUGH_EVIDENCE, False): T.L0,
    (True, E.BROKEN, True): T.L1,
    (True, E.BROKEN, False): T.L0,
    (True, E.NONE, True): T.L1,
    (True, E.NONE, False): T.L0,
    **{(False, evidence, True): T.L2 for evidence in E},
    **{(False, evidence, False): T.L0 for evidence in E},
}
EVIDENCE = {
    "VALID": E.VALID,
    "VALID_WITH_WARNING": E.VALID_WITH_WARNING,
    "UNSIGNED": E.NONE,
    "CHANGED_AFTER_SIGNING": E.BROKEN,
    "BAD_SIGNATURE": E.BROKEN,
    "SIGNATURE_DESTROYED": E.BROKEN,
}


@pytest.mark.parametrize(("now", "then"), list(product(S, S)))
def test_a_record_changes_only_these_ways(now: RecordState, then: RecordState) -> None:
    if (now, then) in STEPS:
        assert change_state(now, then) is then
        return
    with pytest.raises(Conflict) as caught:
        change_state(now, then)
    assert (caught.value.code, dict(caught.value.facts)) == ("RECORD_STATE", {"state": now.value, "wanted": then.value})


@pytest.mark.parametrize(("signed", "evidence", "compared"), list(product((True, False), E, (True, False))))
def test_how_far_a_paper_is_trusted(signed: bool, evidence: SignatureEvidence, compared: bool) -> None:  # noqa: FBT001 - a table's columns
    found = trust_of(signed_original=signed, evidence=evidence, signer=SignerMatch.ISSUER, compared=compared)
    assert found is TRUST[signed, evidence, compared]


@pytest.mark.parametrize(("signer", "compared"), list(product((None, *SignerMatch), (True, False))))
def test_only_its_issuer_makes_a_signed_file_an_original(signer: SignerMatch | None, compared: bool) -> None:  # noqa: FBT001 - a table's columns
    found = trust_of(signed_original=True, evidence=E.VALID, signer=signer, compared=compared)
    if signer is not None and signer.speaks:
        assert found is T.L4
    elif signer is SignerMatch.CONVERTER:
        assert found is T.L2
    else:
        assert found is (T.L1 if compared else T.L0)


@pytest.mark.parametrize("verdict", signing.Verdict)
def test_what_each_verdict_of_a_signature_report_is_worth(verdict: signing.Verdict) -> None:
    assert evidence_of(verdict.value) is EVIDENCE.get(verdict.value, E.NOT_ENOUGH_EVIDENCE)


def test_the_verdicts_named_here_exist() -> None:
    assert set(EVIDENCE) <= {verdict.value for verdict in signing.Verdict}


def test_a_verdict_nobody_knows_proves_nothing() -> None:
    assert evidence_of("VALID_IN_SOME_NEW_WAY") is E.NOT_ENOUGH_EVIDENCE
