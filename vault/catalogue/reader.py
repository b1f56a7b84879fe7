"""Plain data (YAML, JSON, an import) into catalogue values, collecting every problem instead of stopping at one."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, TypeVar

from vault.catalogue.entry import BadEntry, Entry, Problem
from vault.domain.agencies import Agency, AgencyCode, AgencyLevel
from vault.domain.catalogue import (
    Component,
    ComponentForm,
    DemandForm,
    DocumentType,
    FieldKind,
    FieldSpec,
    IssuerRule,
    LegalGround,
    PaperKind,
    Period,
    Procedure,
    ResultCode,
    Rule,
    Situation,
    Term,
)
from vault.domain.errors import Invalid
from vault.domain.holders import PRINCIPAL_ROLES, HolderRole
from vault.domain.reasons import ReasonCode, Severity
from vault.domain.states import TrustLevel
from vault.domain.working_time import Counted, Days, Hours, Within, WorkingTime

MERGED_ON = date(2025, 7, 1)
"""The day the 34 provinces began (NQ 202/2025/QH15)."""

LONGEST_FEAST = timedelta(days=31)
_V = TypeVar("_V")


@dataclass
class Reader:
    """Reads entries and remembers what was wrong with those it had to leave out."""

    shared: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def all(self, where: str, entries: object, read: Callable[[Entry], _V]) -> tuple[_V, ...]:
        """Every entry that can be read; each that cannot becomes a problem."""
        if not isinstance(entries, list):
            self.problems.append(Problem(where, "NOT_A_LIST"))
            return ()
        found: list[_V] = []
        for place, plain in enumerate(entries):
            named = plain.get("code") if isinstance(plain, dict) else None
            spot = f"{where}[{named or place}]"
            try:
                entry = Entry.of(plain, spot)
                found.append(read(entry))
                self.problems += [Problem(spot, "KEY_UNKNOWN", key) for key in entry.unread()]
            except BadEntry as bad:
                self.problems.append(Problem(spot, *bad.problem))
        return tuple(found)

    def procedure(self, entry: Entry) -> Procedure:
        """A procedure with its components; a component's code becomes ``<procedure>.<TPnn>``."""
        code = entry.text("code")
        return Procedure(
            code=code,
            name=entry.text("name"),
            levels=entry.enums("levels", AgencyLevel),
            field=entry.text("field"),
            decision=entry.text("decision", ""),
            results=entry.texts("results"),
            components=self.all(
                f"{entry.where}.components",
                entry.get("components", []),
                lambda part: self.component(part, code),
            ),
            purpose=entry.text("purpose", "") or None,
            period=entry.period(),
            source=entry.text("source", ""),
            verified=entry.flag("verified", default=True),
        )

    def component(self, entry: Entry, procedure: str) -> Component:
        """A component; what it does not say itself comes from the shared component it uses."""
        entry = self._with_shared(entry)
        form = entry.enum("form", ComponentForm)
        default_trust = TrustLevel.L2 if form is ComponentForm.ORIGINAL else TrustLevel.L1
        roles = entry.enums("holder_roles", HolderRole)
        about = entry.enums("about", HolderRole)
        return Component(
            code=f"{procedure}.{entry.text('code')}",
            name=entry.text("name"),
            form=form,
            accepts=entry.texts("accepts"),
            min_trust=TrustLevel[entry.choice("min_trust", TrustLevel.__members__, default_trust.name)],
            surrender=entry.flag("surrender"),
            optional=entry.flag("optional"),
            when=entry.text("when", ""),
            about=about[0] if about else None,
            holder_roles=frozenset(roles) or PRINCIPAL_ROLES,
            term=entry.part("term", term),
            issuers=entry.parts("issuers", issuer_rule),
            consent=entry.flag("consent"),
            expired_ok=entry.flag("expired_ok"),
            article=entry.text("article", ""),
            period=entry.period(),
        )

    def _with_shared(self, entry: Entry) -> Entry:
        name = entry.text("use", "")
        if not name:
            return entry
        if name not in self.shared:
            raise BadEntry("SHARED_COMPONENT_UNKNOWN", name)
        own = {key: value for key, value in entry.plain.items() if key != "use"}
        return Entry({**self.shared[name], **own}, entry.where, entry.read)


def working_time(entry: Entry) -> WorkingTime:
    """When agencies work; there is at least one working day a week, and hours follow each other."""
    hours = entry.parts("hours", _hours)
    weekdays = entry.get("weekdays")
    if not isinstance(weekdays, list) or not weekdays or not set(weekdays) <= set(range(7)):
        raise BadEntry("WEEKDAYS", str(weekdays))
    ends = [time(), *(moment for one in hours for moment in (one.begins, one.ends))]
    if not hours or ends != sorted(ends) or any(one.begins == one.ends for one in hours):
        raise BadEntry("HOURS")
    until, receive = entry.day("known_until"), entry.part("receive", _within)
    if until is None or receive is None:
        raise BadEntry("KEY_MISSING", "known_until" if until is None else "receive")
    return WorkingTime(
        hours,
        frozenset(weekdays),
        entry.parts("days_off", _days),
        entry.parts("days_worked", _days),
        until,
        receive,
        entry.text("source"),
        entry.flag("verified"),
    )


def _hours(entry: Entry) -> Hours:
    try:
        return Hours(*(time.fromisoformat(entry.text(name)) for name in ("begins", "ends")))
    except ValueError as error:
        raise BadEntry("NOT_A_TIME") from error


def _within(entry: Entry) -> Within:
    hours = entry.whole("hours")
    if hours <= 0:
        raise BadEntry("HOURS", str(hours))
    return Within(hours, entry.enum("counted", Counted), entry.text("source", ""), entry.flag("verified"))


def _days(entry: Entry) -> Days:
    first, last = entry.day("first"), entry.day("last")
    if first is None:
        raise BadEntry("KEY_MISSING", "first")
    last = last or first
    if not first <= last <= first + LONGEST_FEAST:
        raise BadEntry("PERIOD_BACKWARDS", f"{first}..{last}")
    return Days(first, last, entry.text("name"), entry.text("source", ""), entry.flag("verified"))


def document_type(entry: Entry) -> DocumentType:
    """A document type."""
    code = entry.text("code")
    return DocumentType(
        code=code,
        name=entry.text("name"),
        name_en=entry.text("name_en"),
        group=entry.text("group", code),
        results=tuple(ResultCode(key, name) for key, name in entry.table("results").items()),
        is_paper=entry.flag("is_paper", default=True),
        is_refusal=entry.flag("is_refusal"),
        kind=PaperKind[entry.choice("kind", PaperKind.__members__, PaperKind.CIVIL.name)],
        fields=entry.parts("fields", field_spec),
        term=entry.part("term", term),
        issuers=entry.parts("issuers", issuer_rule),
        purposes=tuple((key, _wordings(words)) for key, words in entry.plain_table("purposes").items()),
        personal_only=entry.flag("personal_only"),
        lookup_only=entry.flag("lookup_only"),
        prints_last_day=entry.flag("prints_last_day"),
        changes_after_issue=entry.flag("changes_after_issue"),
        ends_on=entry.day("ends_on"),
        period=entry.period(),
        source=entry.text("source", ""),
        verified=entry.flag("verified", default=True),
    )


def field_spec(entry: Entry) -> FieldSpec:
    """A field of a paper."""
    return FieldSpec(
        name=entry.text("name"),
        label=entry.text("label"),
        kind=FieldKind[entry.choice("kind", FieldKind.__members__, FieldKind.TEXT.name)],
        required=entry.flag("required"),
    )


def term(entry: Entry) -> Term:
    """A term of use; it must be longer than nothing."""
    value = Term(
        months=entry.whole("months"),
        days=entry.whole("days"),
        article=entry.text("article"),
        verified=entry.flag("verified", default=True),
    )
    if value.months + value.days <= 0:
        raise BadEntry("TERM_EMPTY")
    return value


def issuer_rule(entry: Entry) -> IssuerRule:
    """Who may issue, from when to when."""
    prefixes = entry.texts("prefixes")
    if not prefixes:
        raise BadEntry("ISSUER_RULE_EMPTY")
    return IssuerRule(
        prefixes=prefixes,
        levels=entry.enums("levels", AgencyLevel),
        period=Period(entry.day("from"), entry.day("to")),
        article=entry.text("article"),
        verified=entry.flag("verified", default=True),
    )


def ministry(entry: Entry) -> Agency:
    """A first-level agency of the centre."""
    return _agency(entry, AgencyLevel.MINISTRY, entry.text("name"), entry.day("valid_to"), entry.text("successor", ""))


def province(entry: Entry) -> Agency:
    """A province or city; ``into`` names the province it became part of on 1/7/2025."""
    successor = entry.text("into", "")
    title = "thành phố" if entry.flag("city") else "tỉnh"
    last = MERGED_ON - timedelta(days=1) if successor else None
    return _agency(entry, AgencyLevel.PROVINCE, f"UBND {title} {entry.text('name')}", last, successor)


def listed(entry: Entry) -> Agency:
    """An agency of any level in full, as an edition is written."""
    level = entry.enum("level", AgencyLevel)
    return _agency(entry, level, entry.text("name"), entry.day("valid_to"), entry.text("successor", ""))


def _agency(entry: Entry, level: AgencyLevel, name: str, valid_to: date | None, successor: str) -> Agency:
    code = entry.text("code")
    try:
        AgencyCode.parse(code)
    except Invalid as error:
        raise BadEntry(error.code, code) from error
    return Agency(
        code=code,
        name=name,
        level=level,
        valid_from=entry.day("valid_from"),
        valid_to=valid_to,
        successor=successor or None,
        place=entry.text("place", "") or None,
        place_now=entry.text("place_now", "") or entry.text("place", "") or None,
        verified=entry.flag("verified", default=True),
        source=entry.text("source", ""),
        signers=entry.texts("signers"),
    )


def ground(entry: Entry) -> LegalGround:
    """A legal ground for a demand."""
    return LegalGround(
        code=entry.text("code"),
        article=entry.text("article"),
        vi=entry.text("vi"),
        en=entry.text("en"),
        situations=frozenset(entry.enums("situations", Situation)),
        forms=frozenset(entry.enums("forms", DemandForm)),
        component_forms=frozenset(entry.enums("component_forms", ComponentForm)) or frozenset(ComponentForm),
        overrides_usable=entry.flag("overrides_usable"),
        only_surrendered=entry.flag("only_surrendered"),
        only_uncertified=entry.flag("only_uncertified"),
        period=entry.period(),
        verified=entry.flag("verified", default=True),
    )


def rule(entry: Entry) -> Rule:
    """The rule behind a reason code."""
    return Rule(
        code=entry.enum("code", ReasonCode),
        severity=Severity[entry.choice("severity", Severity.__members__)],
        article=entry.text("article"),
        vi=entry.text("vi"),
        en=entry.text("en"),
        period=entry.period(),
        verified=entry.flag("verified", default=True),
    )


def _wordings(words: object) -> tuple[str, ...]:
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise BadEntry("NOT_A_LIST_OF_TEXT", "purposes")
    return tuple(unicodedata.normalize("NFC", word) for word in words)
