"""Checks on whom the paper is about: numbers and their aliases, the part on the paper, the name, other people on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vault.domain.errors import Invalid
from vault.domain.holders import HolderId, HolderKind
from vault.domain.reasons import ReasonCode
from vault.domain.reuse.decision import Finding
from vault.domain.reuse.facts import Authority
from vault.domain.text import NameMatch, compare_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from vault.domain.holders import HolderLink
    from vault.domain.reuse.context import Context

_ORGANISATIONS = frozenset({HolderKind.TAX, HolderKind.TAX_BRANCH})
_NAMES = {
    NameMatch.TONE_PLACEMENT: ReasonCode.NAME_TONE_PLACEMENT,
    NameMatch.SPACING_CASE: ReasonCode.NAME_SPACING_CASE,
    NameMatch.NO_MARKS: ReasonCode.NAME_MARKS_DIFFER,
    NameMatch.DIFFERENT: ReasonCode.NAME_DIFFERS,
}


@dataclass(frozen=True, slots=True)
class _Tie:
    """How a person of the dossier and a name on the paper were found to be one; a smaller ``cost`` is firmer."""

    cost: int
    finding: ReasonCode | None
    check_name: bool = True


_SAME = _Tie(0, None)
_BUSINESS = _Tie(1, ReasonCode.HOLDER_AS_BUSINESS, check_name=False)
_ALIAS = _Tie(2, ReasonCode.HOLDER_OLD_NUMBER)
_ALIAS_DATES = _Tie(3, ReasonCode.HOLDER_OLD_NUMBER_DATES)
_BRANCH = _Tie(4, ReasonCode.HOLDER_BRANCH, check_name=False)
_UNTIED = _Tie(5, ReasonCode.HOLDER_OLD_NUMBER_UNTIED)
_NAME_ONLY = _Tie(6, ReasonCode.HOLDER_NAME_ONLY)


def holder(ctx: Context) -> Iterator[Finding]:
    """Whether the paper is about the person the component asks for."""
    wanted = _wanted(ctx)
    if not wanted:
        yield Finding(ReasonCode.HOLDER_PARTY_UNKNOWN)
        wanted = (ctx.dossier.holder, *ctx.dossier.parties)
    issued_on = ctx.candidate.issued_on
    ties = [
        (link.role not in ctx.component.holder_roles, tie.cost, -compare_names(person.name, link.name), n, tie)
        for n, (person, link) in enumerate((person, link) for person in wanted for link in ctx.candidate.holders)
        if (tie := _tie(person, link, issued_on)) is not None
    ]
    if not ties:
        yield Finding(ReasonCode.HOLDER_MISMATCH)
        return
    role_unfit, _, name_rank, _, tie = min(ties, key=lambda found: found[:4])
    if role_unfit:
        yield Finding(ReasonCode.HOLDER_ROLE_UNFIT)
    if tie.finding is not None:
        yield Finding(tie.finding)
    match = NameMatch(-name_rank)
    if tie.check_name and match in _NAMES:
        yield Finding(_NAMES[match])


def _wanted(ctx: Context) -> tuple[HolderLink, ...]:
    about = ctx.component.about
    if about is None:
        return (ctx.dossier.holder,)
    everybody = (ctx.dossier.holder, *ctx.dossier.parties)
    return tuple(person for person in everybody if person.role is about)


def _tie(person: HolderLink, link: HolderLink, issued_on: date | None) -> _Tie | None:
    printed = _id(link)
    if printed is None:
        return _NAME_ONLY if compare_names(person.name, link.name) >= NameMatch.SPACING_CASE else None
    known = _id(person)
    if known is not None and (tie := _same(known, printed)) is not None:
        return tie
    aliases = [alias for alias in person.aliases if _same(alias.id, printed) is not None]
    if aliases:
        return _ALIAS if any(alias.covers(issued_on) for alias in aliases) else _ALIAS_DATES
    return _UNTIED if _may_be_older_number(person, link, printed) else None


def _same(known: HolderId, printed: HolderId) -> _Tie | None:
    if known == printed:
        return _SAME
    if known.same_person_number is not None and known.same_person_number == printed.same_person_number:
        return _BUSINESS
    if printed.parent == known or known.parent == printed:
        return _BRANCH
    return None


def _may_be_older_number(person: HolderLink, link: HolderLink, printed: HolderId) -> bool:
    """An old identity card or passport of somebody with the same name, and no other such number of theirs is known."""
    if printed.kind not in {HolderKind.CMND, HolderKind.PASSPORT} or person.kind in _ORGANISATIONS:
        return False
    others = {alias.id.kind for alias in person.aliases} | {person.kind}
    return printed.kind not in others and compare_names(person.name, link.name) >= NameMatch.SPACING_CASE


def _id(link: HolderLink) -> HolderId | None:
    """The number in its one spelling; a number that cannot be read still compares as it stands."""
    if not link.number or not link.number.strip():
        return None
    try:
        return HolderId.parse(link.number, link.kind)
    except Invalid:
        return HolderId(link.kind, link.number.strip())


def others(ctx: Context) -> Iterator[Finding]:
    """Other people's data on the paper: it may serve this dossier, it may not travel further."""
    dossier = ctx.dossier
    present = (dossier.holder, *dossier.parties)
    for link in ctx.candidate.holders:
        if all(_tie(person, link, ctx.candidate.issued_on) is None for person in present):
            yield Finding(ReasonCode.OTHER_PERSON_ON_PAPER)
            return


def submitter(ctx: Context) -> Iterator[Finding]:
    """Whoever hands in for another needs a right to do so; some papers only the person may use."""
    dossier = ctx.dossier
    if dossier.submitted_by is None or _tie(dossier.holder, dossier.submitted_by, None) in {_SAME, _BUSINESS, _ALIAS}:
        return
    if dossier.authority is Authority.NONE:
        yield Finding(ReasonCode.SUBMITTER_WITHOUT_AUTHORITY)
    if ctx.type is not None and ctx.type.personal_only:
        yield Finding(ReasonCode.PERSONAL_USE_ONLY, doubtful=not ctx.type.verified)
