"""Reuse: may a record that the state already holds stand for what a procedure asks, and may the citizen be asked again.

>>> decision = decide(component, candidate, dossier, catalogue=catalogue, now=now)   # doctest: +SKIP
>>> decision.verdict, decision.codes                                                  # doctest: +SKIP
(<Verdict.NEEDS_CHECK: 'NEEDS_CHECK'>, (<ReasonCode.NOT_COMPARED: 'NOT_COMPARED'>,))
"""

from vault.domain.reasons import ReasonCode, Severity, Verdict
from vault.domain.reuse.codec import (
    Question,
    ask,
    candidate_from_plain,
    candidate_to_plain,
    decision_from_plain,
    decision_to_plain,
    dossier_from_plain,
    dossier_to_plain,
    question_from_plain,
    question_to_plain,
    same_answer,
)
from vault.domain.reuse.deciding import RULES_VERSION, VIET_NAM, decide
from vault.domain.reuse.decision import Decision, Reason, Step, rank, step_of
from vault.domain.reuse.demand import (
    DemandCode,
    DemandDecision,
    Override,
    Resolution,
    StepOutcome,
    may_demand,
    resolve,
)
from vault.domain.reuse.facts import Authority, Candidate, DossierFacts
from vault.domain.reuse.standing import Standing, standing_of
from vault.domain.reuse.wording import Language, explain

__all__ = [
    "RULES_VERSION",
    "VIET_NAM",
    "Authority",
    "Candidate",
    "Decision",
    "DemandCode",
    "DemandDecision",
    "DossierFacts",
    "Language",
    "Override",
    "Question",
    "Reason",
    "ReasonCode",
    "Resolution",
    "Severity",
    "Standing",
    "Step",
    "StepOutcome",
    "Verdict",
    "ask",
    "candidate_from_plain",
    "candidate_to_plain",
    "decide",
    "decision_from_plain",
    "decision_to_plain",
    "dossier_from_plain",
    "dossier_to_plain",
    "explain",
    "may_demand",
    "question_from_plain",
    "question_to_plain",
    "rank",
    "resolve",
    "same_answer",
    "standing_of",
    "step_of",
]
