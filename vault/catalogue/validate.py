"""Whether a catalogue holds together: every name it uses exists, once on any day, and every reason has its rule."""

from __future__ import annotations

import re
from itertools import combinations
from string import Formatter
from typing import TYPE_CHECKING, Protocol

from vault.catalogue.entry import Problem
from vault.domain.catalogue import ComponentForm, DemandForm, Situation
from vault.domain.reasons import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vault.domain.catalogue import Catalogue, Period, Procedure

_PROCEDURE = re.compile(r"[1-9]\.\d{6}")
_COMPONENT = re.compile(r"[1-9]\.\d{6}\.TP\d{2}")
_RESULT = re.compile(r"KQ\.[GH]\d{2}\.\d{5,6}")
_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,15}")


class _Dated(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def period(self) -> Period: ...


def problems(catalogue: Catalogue) -> tuple[Problem, ...]:
    """Every problem, in the order of the files; an empty answer means that decisions can rely on the catalogue."""
    return (
        *_types(catalogue),
        *_procedures(catalogue),
        *_agencies(catalogue),
        *_rules(catalogue),
        *_grounds(catalogue),
    )


def _repeated(where: str, entries: Iterable[_Dated]) -> Iterator[Problem]:
    by_code: dict[str, list[_Dated]] = {}
    for entry in entries:
        by_code.setdefault(entry.code, []).append(entry)
    for code, same in by_code.items():
        if any(one.period.overlaps(other.period) for one, other in combinations(same, 2)):
            yield Problem(f"{where}[{code}]", "CODE_TWICE_ON_A_DAY")


def _types(catalogue: Catalogue) -> Iterator[Problem]:
    yield from _repeated("types", catalogue.types)
    for entry in catalogue.types:
        where = f"types[{entry.code}]"
        if not _TYPE.fullmatch(entry.code):
            yield Problem(where, "TYPE_CODE_FORM")
        for code in entry.result_codes:
            if not _RESULT.fullmatch(code):
                yield Problem(where, "RESULT_CODE_FORM", code)
        names = [spec.name for spec in entry.fields]
        if len(names) != len(set(names)):
            yield Problem(where, "FIELD_TWICE")
        if entry.is_refusal and not entry.results:
            yield Problem(where, "REFUSAL_WITHOUT_RESULT_CODE")


def _procedures(catalogue: Catalogue) -> Iterator[Problem]:
    yield from _repeated("procedures", catalogue.procedures)
    known_results = {code for entry in catalogue.types for code in entry.result_codes}
    known_types = {entry.code for entry in catalogue.types}
    known_purposes = {code for entry in catalogue.types for code, _ in entry.purposes}
    for entry in catalogue.procedures:
        where = f"procedures[{entry.code}]"
        if not _PROCEDURE.fullmatch(entry.code):
            yield Problem(where, "PROCEDURE_CODE_FORM")
        if not entry.levels:
            yield Problem(where, "LEVELS_EMPTY")
        if entry.purpose and entry.purpose not in known_purposes:
            yield Problem(where, "PURPOSE_UNKNOWN", entry.purpose)
        yield from (Problem(where, "RESULT_UNKNOWN", code) for code in entry.results if code not in known_results)
        yield from _components(where, entry, known_types)


def _components(where: str, procedure: Procedure, known_types: set[str]) -> Iterator[Problem]:
    yield from _repeated(f"{where}.components", procedure.components)
    for part in procedure.components:
        spot = f"{where}.components[{part.code}]"
        if not _COMPONENT.fullmatch(part.code):
            yield Problem(spot, "COMPONENT_CODE_FORM")
        yield from (Problem(spot, "TYPE_UNKNOWN", code) for code in part.accepts if code not in known_types)
        if part.form is ComponentForm.FORM and part.accepts:
            yield Problem(spot, "FORM_ACCEPTS_RECORDS")
        if part.surrender and part.form is not ComponentForm.ORIGINAL:
            yield Problem(spot, "SURRENDER_OF_NO_ORIGINAL")
        if part.surrender and not part.article:
            yield Problem(spot, "SURRENDER_WITHOUT_ARTICLE")
        if part.optional and not part.when:
            yield Problem(spot, "OPTIONAL_WITHOUT_CASE")


def _agencies(catalogue: Catalogue) -> Iterator[Problem]:
    seen: set[str] = set()
    known = {entry.code for entry in catalogue.agencies}
    for entry in catalogue.agencies:
        where = f"agencies[{entry.code}]"
        if entry.code in seen:
            yield Problem(where, "CODE_TWICE")
        seen.add(entry.code)
        if entry.successor and entry.successor not in known:
            yield Problem(where, "SUCCESSOR_UNKNOWN", entry.successor)
        if bool(entry.successor) != (entry.valid_to is not None):
            yield Problem(where, "SUCCESSOR_AND_END_GO_TOGETHER")
        if entry.successor and not _ends_somewhere(catalogue, entry.code):
            yield Problem(where, "SUCCESSORS_IN_A_CIRCLE")


def _ends_somewhere(catalogue: Catalogue, code: str) -> bool:
    after = {entry.code: entry.successor for entry in catalogue.agencies}
    steps = 0
    following: str | None = code
    while following is not None and steps <= len(after):
        following, steps = after.get(following), steps + 1
    return following is None


def _rules(catalogue: Catalogue) -> Iterator[Problem]:
    yield from _repeated("reasons", catalogue.rules)
    for code in ReasonCode:
        periods = [entry.period for entry in catalogue.rules if entry.code is code]
        if not periods:
            yield Problem(f"reasons[{code}]", "RULE_MISSING")
        elif not any(period.valid_from is None for period in periods):
            yield Problem(f"reasons[{code}]", "RULE_WITHOUT_BEGINNING")
        elif not any(period.valid_to is None for period in periods):
            yield Problem(f"reasons[{code}]", "RULE_WITHOUT_SUCCESSOR")
    for entry in catalogue.rules:
        for text in (entry.vi, entry.en):
            try:
                list(Formatter().parse(text))
            except ValueError as error:
                yield Problem(f"reasons[{entry.code}]", "SENTENCE_BRACES", str(error))


def _grounds(catalogue: Catalogue) -> Iterator[Problem]:
    yield from _repeated("grounds", catalogue.grounds)
    for entry in catalogue.grounds:
        where = f"grounds[{entry.code}]"
        if not entry.situations or not entry.forms:
            yield Problem(where, "GROUND_FITS_NOTHING")
        if entry.overrides_usable != (Situation.USABLE in entry.situations):
            yield Problem(where, "OVERRIDE_AND_SITUATION_DISAGREE")
        if DemandForm.CERTIFIED_COPY in entry.forms and ComponentForm.COPY in entry.component_forms:
            yield Problem(where, "CERTIFIED_COPY_OF_A_COPY")
