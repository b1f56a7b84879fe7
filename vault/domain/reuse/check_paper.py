"""Checks on what the paper is, who issued it, when, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault.domain.agencies import AgencyCode
from vault.domain.catalogue import ComponentForm
from vault.domain.reasons import ReasonCode, Severity
from vault.domain.reuse.context import Context, day
from vault.domain.reuse.decision import Finding
from vault.domain.states import RecordState, TrustLevel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from vault.domain.catalogue import IssuerRule, Term

DAYS_OFF = 3
"""The version of the rules since which a term may end on a day off."""


def component(ctx: Context) -> Iterator[Finding]:
    """What the component itself rules out or asks for."""
    asked = ctx.component
    if not asked.period.covers(ctx.today):
        yield Finding(ReasonCode.COMPONENT_NOT_IN_FORCE)
    if asked.form is ComponentForm.FORM:
        yield Finding(ReasonCode.FORM_FILLED_ANEW)
    if asked.surrender:
        yield Finding(ReasonCode.ORIGINAL_DEMANDED)
    if asked.form is ComponentForm.DATA and not ctx.is_data:
        yield Finding(ReasonCode.DATA_FIRST)
    if ctx.type is not None and ctx.type.lookup_only and not ctx.is_data:
        yield Finding(ReasonCode.LOOKUP_INSTEAD)


def paper_type(ctx: Context) -> Iterator[Finding]:
    """Whether this kind of paper may stand for the component at all."""
    offered, catalogue = ctx.candidate, ctx.catalogue
    if not catalogue.accepts(ctx.component, offered.type_code, ctx.today):
        yield Finding(ReasonCode.TYPE_NOT_EQUIVALENT, (("type", ctx.type.name if ctx.type else offered.type_code),))
    elif offered.type_code not in ctx.component.accepts:
        yield Finding(ReasonCode.TYPE_BY_EQUIVALENCE, (("type", ctx.type.name if ctx.type else offered.type_code),))
    meanings = catalogue.types_of_result(offered.result_code, ctx.today) if offered.result_code else ()
    if (ctx.type is not None and ctx.type.is_refusal) or any(meaning.is_refusal for meaning in meanings):
        yield Finding(ReasonCode.REFUSAL_DOCUMENT)
    if (ctx.type is not None and not ctx.type.is_paper) or any(not meaning.is_paper for meaning in meanings):
        yield Finding(ReasonCode.NOT_A_PAPER)
    if offered.result_code and ctx.type is not None and not _same_group(ctx, offered.result_code):
        yield Finding(ReasonCode.RESULT_CODE_UNFIT, (("result", offered.result_code),))
    if ctx.type is not None and ctx.type.ends_on is not None and ctx.type.ends_on < ctx.today:
        yield Finding(ReasonCode.TYPE_OUT_OF_USE, (("type", ctx.type.name), ("last_day", day(ctx.type.ends_on))))


def _same_group(ctx: Context, result_code: str) -> bool:
    meanings = ctx.catalogue.types_of_result(result_code, ctx.today)
    return ctx.type is not None and any(meaning.group == ctx.type.group for meaning in meanings)


def issuer(ctx: Context) -> Iterator[Finding]:
    """Whether the issuer had the authority on the day of issue, and who stands in its place today."""
    offered, directory = ctx.candidate, ctx.catalogue.directory
    issued_on = offered.issued_on or ctx.today
    rules = [rule for rule in _issuer_rules(ctx) if rule.period.covers(issued_on)]
    coded = directory.find(offered.issuer_code)
    agency = coded or directory.printed(offered.issuer_as_printed)
    printed = offered.issuer_as_printed or offered.issuer_code or ""
    if agency is None:
        if rules and not ctx.is_data:
            vouched = bool(offered.issuer_as_printed) and _vouched(ctx)
            weight = Severity.INFO if vouched else Severity.CHECK
            yield Finding(ReasonCode.ISSUER_NOT_IDENTIFIED, (("issuer", printed),), severity=weight)
        return
    code = offered.issuer_code if coded is not None and offered.issuer_code else agency.code
    level = agency.level if coded is not None and AgencyCode.parse(code) == AgencyCode.parse(agency.code) else None
    if rules and not any(rule.allows(code, level) for rule in rules):
        doubtful = coded is None or not all(rule.verified for rule in rules)
        yield Finding(ReasonCode.ISSUER_NOT_COMPETENT, (("issuer", printed or agency.name),), doubtful=doubtful)
    if offered.issued_on is not None and not agency.existed_on(offered.issued_on):
        yield Finding(ReasonCode.ISSUER_OUT_OF_DATES, (("issuer", agency.name), ("issued_on", day(offered.issued_on))))
    heir = directory.current(code, ctx.today)
    if heir is not None and heir.code != agency.code:
        yield Finding(ReasonCode.ISSUER_MERGED, (("issuer", printed or agency.name), ("successor", heir.name)))


def _issuer_rules(ctx: Context) -> tuple[IssuerRule, ...]:
    return ctx.component.issuers or (ctx.type.issuers if ctx.type is not None else ())


def _vouched(ctx: Context) -> bool:
    """Whether an officer or a signature stands behind what the paper says of its issuer."""
    return ctx.candidate.compared_with_original or ctx.candidate.trust >= TrustLevel.L3


def time(ctx: Context) -> Iterator[Finding]:
    """Printed last day, statutory terms, and the dossier's due date."""
    offered, due_on = ctx.candidate, ctx.dossier.due_on
    terms = [term for term in (ctx.component.term, ctx.type.term if ctx.type else None) if term is not None]
    last_days = [offered.valid_until] if offered.valid_until is not None else []
    if offered.issued_on is None:
        if terms:
            yield Finding(ReasonCode.ISSUE_DATE_UNKNOWN)
    else:
        if offered.issued_on > ctx.today:
            yield Finding(ReasonCode.ISSUED_IN_FUTURE, (("issued_on", day(offered.issued_on)),))
        if not ctx.component.expired_ok:
            yield from _terms(ctx, terms)
        last_days += [term.last_day(offered.issued_on) for term in terms]
    if offered.valid_until is not None and offered.valid_until < ctx.today and not ctx.component.expired_ok:
        yield Finding(ReasonCode.EXPIRED, (("last_day", day(offered.valid_until)),))
    if offered.valid_until is None and ctx.type is not None and ctx.type.prints_last_day and not ctx.is_data:
        yield Finding(ReasonCode.LAST_DAY_UNKNOWN)
    last = min(last_days, default=None)
    if last is not None and due_on is not None and ctx.today <= last < due_on and not ctx.component.expired_ok:
        yield Finding(ReasonCode.EXPIRES_BEFORE_DUE, (("last_day", day(last)), ("due_on", day(due_on))))


def _terms(ctx: Context, terms: list[Term]) -> Iterator[Finding]:
    issued_on = ctx.candidate.issued_on
    if issued_on is None:
        return
    past = [(term.last_day(issued_on), term) for term in terms if term.last_day(issued_on) < ctx.today]
    exceeded = [(last, term) for last, term in past if _over(ctx, last) < ctx.today]
    if exceeded:
        doubtful = not any(term.verified for _, term in exceeded)
        last = min(last for last, _ in exceeded)
        yield Finding(ReasonCode.TERM_EXCEEDED, (("last_day", day(last)),), doubtful=doubtful)
    if len(past) > len(exceeded):
        last = min(last for last, _ in past if _over(ctx, last) >= ctx.today)
        facts = (("last_day", day(last)), ("over", day(_over(ctx, last))))
        yield Finding(ReasonCode.TERM_ENDS_ON_DAY_OFF, facts)


def _over(ctx: Context, last: date) -> date:
    """The day with which a term may be over that ends on ``last``: the next working day's, when that is a day off."""
    return ctx.catalogue.working_time.due_day(last) if ctx.rules_version >= DAYS_OFF else last


def state(ctx: Context) -> Iterator[Finding]:
    """The record's life cycle, and what was registered after it."""
    offered = ctx.candidate
    if offered.state is RecordState.REVOKED:
        yield Finding(ReasonCode.REVOKED)
    if offered.state is RecordState.SUPERSEDED:
        yield Finding(ReasonCode.SUPERSEDED, (("record", offered.superseded_by or "?"),))
    if offered.state is RecordState.SUSPENDED:
        yield Finding(ReasonCode.SUSPENDED)
    if offered.later_correction:
        yield Finding(ReasonCode.CORRECTED_LATER, (("record", offered.later_correction),))
    if ctx.type is not None and ctx.type.changes_after_issue and not ctx.is_data:
        yield Finding(ReasonCode.MAY_HAVE_CHANGED)
