"""What the law asks for, as dated values: document types, procedures and their components, agencies, legal grounds.

Entries of one code may follow one another in time; every look-up names the day it asks about, so an old decision finds
the catalogue as it was. Nothing here reads a file: ``vault.catalogue.load()`` does.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from vault.domain.agencies import Agency, AgencyDirectory, AgencyLevel, level1_of
from vault.domain.errors import NotFound
from vault.domain.holders import PRINCIPAL_ROLES, HolderRole
from vault.domain.states import TrustLevel
from vault.domain.text import search_key
from vault.domain.working_time import EVERY_WEEKDAY, WorkingTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from vault.domain.reasons import ReasonCode, Severity


class ComponentForm(StrEnum):
    """What the procedure asks for."""

    FORM = "FORM"
    """A declaration that is filled anew; records only prefill it."""
    ORIGINAL = "ORIGINAL"
    COPY = "COPY"
    DATA = "DATA"
    """Looked up in connected data first; a paper is only the way out."""


class PaperKind(StrEnum):
    """Which law governs copies of a paper: NĐ 30/2020 knows only administrative documents, never SAO Y a civil one."""

    CIVIL = "CIVIL"
    ADMINISTRATIVE = "ADMINISTRATIVE"


class FieldKind(StrEnum):
    """How a field of a paper is written."""

    TEXT = "TEXT"
    NAME = "NAME"
    DATE = "DATE"
    NUMBER = "NUMBER"
    HOLDER_NUMBER = "HOLDER_NUMBER"
    ADDRESS = "ADDRESS"


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which an entry is in force, both ends included; None is open."""

    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether ``day`` lies inside."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def overlaps(self, other: Period) -> bool:
        """Whether some day lies inside both."""
        starts_before_other_ends = (
            self.valid_from is None or other.valid_to is None or self.valid_from <= other.valid_to
        )
        other_starts_before_end = other.valid_from is None or self.valid_to is None or other.valid_from <= self.valid_to
        return starts_before_other_ends and other_starts_before_end


ALWAYS = Period()


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field that a digitised paper of a type carries. ``label`` is what the paper prints or the form asks."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """How long a paper serves after its issue. An unverified term asks for a check instead of refusing."""

    months: int = 0
    days: int = 0
    article: str = ""
    verified: bool = True

    def last_day(self, issued_on: date) -> date:
        """The last day on which a paper of ``issued_on`` serves: the corresponding day (BLDS 2015 Đ148 k2 to k4).

        When that is a day off, Đ148 k5 lets a term end with the next working day; whether it holds for papers is not
        verified, so that is a reason of its own (TERM_ENDS_ON_DAY_OFF).
        """
        month = issued_on.month - 1 + self.months
        year, month = issued_on.year + month // 12, month % 12 + 1
        if year >= date.max.year:
            return date.max
        day = min(issued_on.day, calendar.monthrange(year, month)[1])
        return date(year, month, day) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class IssuerRule:
    """Who may issue: first-level codes or their letters (``H`` any province, ``G01`` one ministry), over a period."""

    prefixes: tuple[str, ...]
    levels: tuple[AgencyLevel, ...] = ()
    period: Period = ALWAYS
    article: str = ""
    verified: bool = True

    def allows(self, code: str, level: AgencyLevel | None) -> bool:
        """Whether an agency code fits; ``level`` is None when only the first-level agency above it is known."""
        level1 = level1_of(code)
        fits = level1 is not None and level1.startswith(self.prefixes)
        return fits and (not self.levels or level is None or level in self.levels)


@dataclass(frozen=True, slots=True)
class ResultCode:
    """A result code of the national catalogue (``KQ.G15.000031``) with its name there."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A kind of paper: all its result codes, and what the matcher must know of it."""

    code: str
    name: str
    name_en: str
    group: str
    """Types of one group stand for each other (a birth certificate and the extract of its registration)."""
    results: tuple[ResultCode, ...] = ()
    is_paper: bool = True
    is_refusal: bool = False
    kind: PaperKind = PaperKind.CIVIL
    fields: tuple[FieldSpec, ...] = ()
    term: Term | None = None
    issuers: tuple[IssuerRule, ...] = ()
    purposes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Purpose code and the wordings that mean it. Not empty: the paper serves only the purpose printed on it."""
    personal_only: bool = False
    """Only the person themselves may hand it in."""
    lookup_only: bool = False
    """The number is looked up; no picture of it is kept (NĐ 356/2025 Đ4 k1)."""
    prints_last_day: bool = False
    changes_after_issue: bool = False
    """Later changes are written on the paper itself, so its first page may no longer tell the truth."""
    ends_on: date | None = None
    """The last day on which any paper of this type proved anything."""
    period: Period = ALWAYS
    source: str = ""
    verified: bool = True

    @property
    def result_codes(self) -> frozenset[str]:
        """All national result codes of this type."""
        return frozenset(result.code for result in self.results)

    def purpose_of(self, wording: str | None) -> str | None:
        """The purpose code that a wording or a code means; None when it means none that is known."""
        if not wording:
            return None
        key = f" {search_key(wording)} "
        for code, wordings in self.purposes:
            if wording == code or any(f" {search_key(known)} " in key for known in wordings):
                return code
        return None


@dataclass(frozen=True, slots=True)
class Component:
    """One thing a procedure asks for (thành phần hồ sơ), and what may stand for it."""

    code: str
    name: str
    form: ComponentForm
    accepts: tuple[str, ...] = ()
    min_trust: TrustLevel = TrustLevel.L1
    surrender: bool = False
    """The original itself is taken in or written upon; nothing digital replaces it."""
    optional: bool = False
    when: str = ""
    """In which case it is asked for, in words; empty: always."""
    about: HolderRole | None = None
    """Which party of the dossier the paper must be about; None: the dossier's holder."""
    holder_roles: frozenset[HolderRole] = PRINCIPAL_ROLES
    """Which parts on the paper will do. Proof of kinship also accepts PARENT and CHILD."""
    term: Term | None = None
    issuers: tuple[IssuerRule, ...] = ()
    consent: bool = False
    """Reuse asks the person's consent even for a result; other kept papers always do (NĐ 45/2020 Đ11 k5, Đ16 k2c)."""
    expired_ok: bool = False
    """A lapsed paper is what is asked for (the old licence of somebody who is examined again)."""
    article: str = ""
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True)
class Procedure:
    """An administrative procedure (thủ tục hành chính) of the national catalogue."""

    code: str
    name: str
    levels: tuple[AgencyLevel, ...]
    field: str
    decision: str
    results: tuple[str, ...] = ()
    """Result codes of the national catalogue."""
    components: tuple[Component, ...] = ()
    purpose: str | None = None
    """The purpose code that purpose-bound papers must carry for it."""
    period: Period = ALWAYS
    source: str = ""
    verified: bool = True


class DemandForm(StrEnum):
    """What an officer wants of the citizen."""

    DATA = "DATA"
    COPY = "COPY"
    CERTIFIED_COPY = "CERTIFIED_COPY"
    SHOW_ORIGINAL = "SHOW_ORIGINAL"
    SUBMIT_ORIGINAL = "SUBMIT_ORIGINAL"


class Situation(StrEnum):
    """What the look-up for a component came to."""

    USABLE = "USABLE"
    NEEDS_CHECK = "NEEDS_CHECK"
    NOT_USABLE = "NOT_USABLE"
    NOTHING = "NOTHING"


@dataclass(frozen=True, slots=True)
class LegalGround:
    """A ground on which the counter may ask the citizen for something (the table of what may be demanded)."""

    code: str
    article: str
    vi: str
    en: str
    situations: frozenset[Situation]
    forms: frozenset[DemandForm]
    component_forms: frozenset[ComponentForm] = frozenset(ComponentForm)
    overrides_usable: bool = False
    only_surrendered: bool = False
    only_uncertified: bool = False
    """Not while a certified copy or electronic original only needs a check (NĐ 23/2015 Đ6 k2, NĐ 45/2020 Đ6 k2b)."""
    period: Period = ALWAYS
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason's weight, article and sentences while in force. Sentences may name ``{facts}`` of the finding."""

    code: ReasonCode
    severity: Severity
    article: str
    vi: str
    en: str
    period: Period = ALWAYS
    verified: bool = True


class _Dated(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def period(self) -> Period: ...


_D = TypeVar("_D", bound=_Dated)
_REMEMBERED = 4096
"""Look-ups that are kept: one dossier asks for a handful of types some forty times."""


def _index(entries: Iterable[_D]) -> dict[str, tuple[_D, ...]]:
    table: dict[str, tuple[_D, ...]] = {}
    for entry in entries:
        table[entry.code] = (*table.get(entry.code, ()), entry)
    return table


def _at(table: dict[str, tuple[_D, ...]], code: str, day: date) -> _D | None:
    return next((entry for entry in table.get(code, ()) if entry.period.covers(day)), None)


@dataclass(frozen=True)
class Catalogue:
    """Everything a decision consults, under one version. Look-ups by a code that is not there raise ``NotFound``."""

    version: str
    types: tuple[DocumentType, ...]
    procedures: tuple[Procedure, ...]
    agencies: tuple[Agency, ...]
    grounds: tuple[LegalGround, ...]
    rules: tuple[Rule, ...]
    sources: tuple[str, ...] = field(default=())
    working_time: WorkingTime = EVERY_WEEKDAY

    @cached_property
    def directory(self) -> AgencyDirectory:
        """The agencies, by code in either order."""
        return AgencyDirectory(self.agencies)

    @cached_property
    def _types(self) -> dict[str, tuple[DocumentType, ...]]:
        return _index(self.types)

    @cached_property
    def _procedures(self) -> dict[str, tuple[Procedure, ...]]:
        return _index(self.procedures)

    @cached_property
    def _grounds(self) -> dict[str, tuple[LegalGround, ...]]:
        return _index(self.grounds)

    @cached_property
    def _rules(self) -> dict[str, tuple[Rule, ...]]:
        return _index(self.rules)

    @cached_property
    def _by_result(self) -> dict[str, tuple[DocumentType, ...]]:
        table: dict[str, tuple[DocumentType, ...]] = {}
        for entry in self.types:
            for code in entry.result_codes:
                table[code] = (*table.get(code, ()), entry)
        return table

    @cached_property
    def _type_at(self) -> Callable[[str, date], DocumentType | None]:
        return lru_cache(maxsize=_REMEMBERED)(lambda code, day: _at(self._types, code, day))

    @cached_property
    def _accepts(self) -> Callable[[tuple[str, ...], str, date], bool]:
        return lru_cache(maxsize=_REMEMBERED)(self._stands_for)

    def find_type(self, code: str, day: date) -> DocumentType | None:
        """The document type with this code on ``day``, or None."""
        return self._type_at(code, day)

    def document_type(self, code: str, day: date) -> DocumentType:
        """The document type with this code on ``day``; ``NotFound`` TYPE_UNKNOWN otherwise."""
        found = self.find_type(code, day)
        if found is None:
            raise NotFound("TYPE_UNKNOWN", type_code=code)
        return found

    def types_of_result(self, result_code: str, day: date) -> tuple[DocumentType, ...]:
        """Every type that a national result code can mean on ``day``; one code may name several papers."""
        return tuple(entry for entry in self._by_result.get(result_code, ()) if entry.period.covers(day))

    def find_procedure(self, code: str, day: date) -> Procedure | None:
        """The procedure with this code on ``day``, or None. A local suffix (``1.004222.000.00.00.H29``) is ignored."""
        return _at(self._procedures, national_code(code), day)

    def procedure(self, code: str, day: date) -> Procedure:
        """The procedure with this code on ``day``; ``NotFound`` PROCEDURE_UNKNOWN otherwise."""
        found = self.find_procedure(code, day)
        if found is None:
            raise NotFound("PROCEDURE_UNKNOWN", procedure_code=code)
        return found

    def component(self, code: str, day: date) -> Component:
        """The component ``<procedure>.<TPnn>`` on ``day``; ``NotFound`` COMPONENT_UNKNOWN otherwise."""
        procedure = self.find_procedure(code, day)
        for component in procedure.components if procedure else ():
            if component.code == code and component.period.covers(day):
                return component
        raise NotFound("COMPONENT_UNKNOWN", component_code=code)

    def components(self, procedure_code: str, day: date) -> tuple[Component, ...]:
        """What a procedure asks for on ``day``, in its order."""
        procedure = self.procedure(procedure_code, day)
        return tuple(component for component in procedure.components if component.period.covers(day))

    def ground(self, code: str, day: date) -> LegalGround:
        """The legal ground with this code on ``day``; ``NotFound`` GROUND_UNKNOWN otherwise."""
        found = _at(self._grounds, code, day)
        if found is None:
            raise NotFound("GROUND_UNKNOWN", ground=code)
        return found

    def rule(self, code: ReasonCode, day: date) -> Rule:
        """The rule behind a reason on ``day``; ``NotFound`` RULE_UNKNOWN when the catalogue lacks it."""
        found = _at(self._rules, code, day)
        if found is None:
            raise NotFound("RULE_UNKNOWN", reason=code.value)
        return found

    def accepts(self, component: Component, type_code: str, day: date) -> bool:
        """Whether a type may stand for a component, by itself or through its equivalence group."""
        return self._accepts(component.accepts, type_code, day)

    def _stands_for(self, accepts: tuple[str, ...], type_code: str, day: date) -> bool:
        if type_code in accepts:
            return True
        offered = self.find_type(type_code, day)
        wanted = (self.find_type(code, day) for code in accepts)
        return offered is not None and any(entry is not None and entry.group == offered.group for entry in wanted)


def national_code(code: str) -> str:
    """The national part of a procedure or component code: ``2.000815.000.00.00.H55`` -> ``2.000815``."""
    return ".".join(code.strip().split(".")[:2])
