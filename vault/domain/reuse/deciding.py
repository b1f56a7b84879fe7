"""The decision: every check, every reason, one verdict. Pure: the same question has the same answer for ever."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from vault.domain.reasons import ReasonCode, Severity
from vault.domain.reuse import check_holder, check_paper, check_trust
from vault.domain.reuse.context import Context
from vault.domain.reuse.decision import Decision, Finding, Reason, step_of, verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vault.domain.catalogue import Catalogue, Component
    from vault.domain.reuse.facts import Candidate, DossierFacts

RULES_VERSION = 3
"""Raised whenever a check changes what it finds, so that an old decision names the checks that made it.

2: whose signature it is (told only of questions that were kept since). 3: a term that ends on a day off is to be looked
at until the next working day is over (`check_paper.DAYS_OFF`).
"""

VIET_NAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Viet Nam keeps no summer time; a fixed offset needs no time zone data."""

_CHECKS: tuple[Callable[[Context], Iterator[Finding]], ...] = (
    check_paper.component,
    check_paper.paper_type,
    check_holder.holder,
    check_holder.others,
    check_holder.submitter,
    check_paper.issuer,
    check_paper.time,
    check_paper.state,
    check_trust.trust,
    check_trust.scope,
    check_trust.purpose,
    check_trust.consent,
)
_READING_ORDER = {code: place for place, code in enumerate(ReasonCode)}


def decide(
    component: Component,
    candidate: Candidate,
    dossier: DossierFacts,
    *,
    catalogue: Catalogue,
    now: datetime,
    rules_version: int = RULES_VERSION,
) -> Decision:
    """Whether ``candidate`` may stand for ``component`` in ``dossier`` at ``now``, with every reason there is.

    The verdict is that of the heaviest reason: BLOCK is NOT_USABLE, CHECK is NEEDS_CHECK, otherwise USABLE. Reasons
    come heaviest first, then in the order of :class:`ReasonCode`. Total over its types, if ``now`` has a time zone.
    ``rules_version``: by the checks of an older version, so that what it decided replays.

    Raises:
        ValueError: ``now`` is naive.

    """
    if now.tzinfo is None:
        raise ValueError("now must carry a time zone")
    today = now.astimezone(VIET_NAM).date()
    ctx = Context(
        component=component,
        candidate=candidate,
        dossier=dossier,
        catalogue=catalogue,
        today=today,
        type=catalogue.find_type(candidate.type_code, today),
        rules_version=rules_version,
    )
    findings = {finding.code: finding for check in _CHECKS for finding in check(ctx)}
    reasons = sorted(
        (_reason(ctx, finding) for finding in findings.values()),
        key=lambda reason: (-reason.severity, _READING_ORDER[reason.code]),
    )
    return Decision(
        dossier_code=dossier.code,
        component_code=component.code,
        record_code=candidate.record_code,
        version=candidate.version,
        verdict=verdict_of(reasons),
        reasons=tuple(reasons),
        step=step_of(candidate),
        trust=candidate.trust,
        issued_on=candidate.issued_on,
        decided_at=now,
        catalogue_version=catalogue.version,
        rules_version=rules_version,
    )


def _reason(ctx: Context, finding: Finding) -> Reason:
    rule = ctx.catalogue.rule(finding.code, ctx.today)
    severity = finding.severity if finding.severity is not None else rule.severity
    if (finding.doubtful or not rule.verified) and severity is Severity.BLOCK:
        severity = Severity.CHECK
    facts = _Facts(finding.facts)
    sector_law = ctx.component.article if finding.code is ReasonCode.ORIGINAL_DEMANDED else ""
    return Reason(
        code=finding.code,
        severity=severity,
        article=sector_law or rule.article,
        vi=rule.vi.format_map(facts),
        en=rule.en.format_map(facts),
        facts=finding.facts,
    )


class _Facts(dict[str, str]):
    """Facts for a sentence; one that a finding lacks shows as an ellipsis instead of failing the decision."""

    def __missing__(self, key: str) -> str:
        return "…"
