from __future__ import annotations

import copy
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
import yaml

from vault.catalogue import CatalogueError, from_plain, load, packaged
from vault.domain.agencies import AgencyLevel
from vault.domain.catalogue import (
    Component,
    ComponentForm,
    IssuerRule,
    Period,
    Term,
    national_code,
)
from vault.domain.errors import NotFound
from vault.domain.reasons import ReasonCode
from vault.domain.states import TrustLevel

TODAY = date(2026, 11, 22)


def broken(change: Any) -> set[str]:
    """The problem codes after one change to the packaged data."""
    plain, digest = packaged()
    plain = copy.deepcopy(plain)
    change(plain)
    return {problem.code for problem in from_plain(plain, digest=digest)[1]}


def test_the_packaged_catalogue_holds_together_and_is_as_large_as_promised() -> None:
    catalogue = load()
    with_results = [entry for entry in catalogue.procedures if entry.results]
    with_components = [entry for entry in catalogue.procedures if entry.components]
    assert len(with_results) >= 90
    assert len(with_components) >= 50
    assert load() is catalogue


def test_the_version_names_the_edition_and_the_bytes() -> None:
    edition, _, digest = load().version.partition("+")
    assert edition
    assert len(digest) == 12
    plain, _ = packaged()
    assert from_plain(plain, digest="f" * 64)[0].version == f"{edition}+{'f' * 12}"


def test_63_provinces_became_34() -> None:
    provinces = [entry for entry in load().agencies if entry.code.startswith("H")]
    assert len(provinces) == 63
    assert sum(entry.existed_on(date(2025, 6, 30)) for entry in provinces) == 63
    assert sum(entry.existed_on(date(2025, 7, 1)) for entry in provinces) == 34
    now = {load().directory.current(entry.code, TODAY) for entry in provinces}
    assert len(now) == 34
    sizes = Counter(
        heir.code for entry in provinces if (heir := load().directory.current(entry.code, TODAY)) is not None
    )
    assert (sizes["H29"], sizes["H24"], sizes["H17"], sizes["H26"]) == (3, 2, 2, 1)


def test_the_places_of_the_34_are_those_of_the_decision() -> None:
    # QĐ 19/2025/QĐ-TTg
    codes = "01 04 08 11 12 14 15 19 20 22 24 25 31 33 37 38 40 42 44 46 48 51 52 56 66 68 75 79 80 82 86 91 92 96"
    provinces = [entry for entry in load().agencies if entry.code.startswith("H") and entry.existed_on(TODAY)]
    assert sorted(entry.place_now or "" for entry in provinces) == codes.split()


def test_every_result_of_a_procedure_is_some_paper_refusal_or_update() -> None:
    for entry in load().procedures:
        for code in entry.results:
            assert load().types_of_result(code, TODAY), (entry.code, code)


def test_one_paper_has_several_codes_and_one_code_several_papers() -> None:
    permit = load().document_type("GPXD", TODAY)
    assert {"KQ.G17.000311", "KQ.G17.000316"} <= permit.result_codes
    assert {entry.code for entry in load().types_of_result("KQ.G15.000342", TODAY)} == {"KS", "KH", "KTU"}


def test_refusals_and_updates_are_marked() -> None:
    assert all(entry.is_refusal for entry in load().types_of_result("KQ.G12.001040", TODAY))
    assert not any(entry.is_paper for entry in load().types_of_result("KQ.G01.000064", TODAY))


def test_a_procedure_is_found_by_its_national_and_its_local_code() -> None:
    assert load().procedure("1.004222", TODAY) is load().procedure("1.004222.000.00.00.H29", TODAY)
    assert national_code(" 1.012753.H19 ") == "1.012753"
    assert [part.code for part in load().components("1.013225", TODAY)] == [
        "1.013225.TP01",
        "1.013225.TP02",
        "1.013225.TP03",
        "1.013225.TP04",
    ]


@pytest.mark.parametrize(
    ("look_up", "code"),
    [
        (lambda: load().procedure("9.999999", TODAY), "PROCEDURE_UNKNOWN"),
        (lambda: load().component("1.013225.TP99", TODAY), "COMPONENT_UNKNOWN"),
        (lambda: load().component("nonsense", TODAY), "COMPONENT_UNKNOWN"),
        (lambda: load().document_type("NOPE", TODAY), "TYPE_UNKNOWN"),
        (lambda: load().ground("NOPE", TODAY), "GROUND_UNKNOWN"),
    ],
)
def test_what_is_not_there_is_said_with_a_code(look_up: Any, code: str) -> None:
    with pytest.raises(NotFound) as caught:
        look_up()
    assert caught.value.code == code


def test_form_gives_the_default_trust() -> None:
    by_form = {part.form: part.min_trust for part in load().components("1.004884", TODAY)}
    assert by_form[ComponentForm.COPY] is TrustLevel.L1
    assert by_form[ComponentForm.ORIGINAL] is TrustLevel.L2


def test_entries_follow_one_another_in_time() -> None:
    first = load().procedure("1.013225", TODAY)
    old = replace(first, name="old", period=Period(None, date(2026, 12, 31)))
    new = replace(first, name="new", period=Period(date(2027, 1, 1), None))
    catalogue = replace(load(), procedures=(old, new))
    assert catalogue.procedure("1.013225", date(2026, 12, 31)).name == "old"
    assert catalogue.procedure("1.013225", date(2027, 1, 1)).name == "new"


def test_a_component_is_left_out_on_days_it_is_not_in_force() -> None:
    first = load().procedure("1.013225", TODAY)
    parts = (replace(first.components[0], period=Period(None, date(2026, 1, 1))), *first.components[1:])
    catalogue = replace(load(), procedures=(replace(first, components=parts),))
    assert len(catalogue.components("1.013225", TODAY)) == 3
    with pytest.raises(NotFound):
        catalogue.component("1.013225.TP01", TODAY)


@pytest.mark.parametrize(
    ("issued", "months", "days", "last"),
    [
        (date(2026, 5, 22), 6, 0, date(2026, 11, 22)),
        (date(2025, 8, 31), 6, 0, date(2026, 2, 28)),
        (date(2024, 8, 29), 6, 0, date(2025, 2, 28)),
        (date(2023, 8, 31), 6, 0, date(2024, 2, 29)),
        (date(2025, 12, 31), 12, 0, date(2026, 12, 31)),
        (date(2025, 12, 31), 0, 30, date(2026, 1, 30)),
    ],
)
def test_terms_end_on_the_corresponding_day(issued: date, months: int, days: int, last: date) -> None:
    assert Term(months=months, days=days, article="x").last_day(issued) == last


def test_periods_overlap_on_shared_days_only() -> None:
    a, b = Period(None, date(2026, 1, 1)), Period(date(2026, 1, 2), None)
    assert not a.overlaps(b)
    assert not b.overlaps(a)
    assert a.overlaps(Period(date(2026, 1, 1), None))
    assert Period().overlaps(Period())


def test_issuer_rules_look_at_the_first_level_and_the_level_where_known() -> None:
    rule = IssuerRule(("H",), levels=(AgencyLevel.COMMUNE,))
    assert rule.allows("H24.15", None)
    assert rule.allows("000.00.15.H24", AgencyLevel.COMMUNE)
    assert not rule.allows("H24", AgencyLevel.PROVINCE)
    assert not rule.allows("G01", None)
    assert not rule.allows("no code", None)


def test_every_reason_has_its_rule_article_and_sentences() -> None:
    for code in ReasonCode:
        rule = load().rule(code, TODAY)
        assert rule.article
        assert rule.vi.endswith(".")
        assert rule.en.endswith(".")


def test_whatever_hands_in_the_original_names_its_article() -> None:
    surrendered = [part for entry in load().procedures for part in entry.components if part.surrender]
    assert len(surrendered) >= 8
    assert all(part.article for part in surrendered)


# --- every problem is found ---


def _set(*path: Any, to: Any) -> Any:
    def change(plain: dict[str, Any]) -> None:
        at: Any = plain
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = to

    return change


def _drop(*path: Any) -> Any:
    def change(plain: dict[str, Any]) -> None:
        at: Any = plain
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]

    return change


REFUSAL = {"code": "R", "name": "r", "name_en": "r", "is_refusal": True}
SURRENDERED = {"code": "TP02", "name": "x", "form": "ORIGINAL", "surrender": True}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_set("types", to={"KS": 1}), "NOT_A_LIST"),
        (_set("types", 0, to="KS"), "NOT_A_MAPPING"),
        (_drop("types", 0, "name_en"), "KEY_MISSING"),
        (_set("types", 0, "name", to=7), "NOT_TEXT"),
        (_set("types", 0, "name", to="  "), "NOT_TEXT"),
        (_set("types", 0, "colour", to="red"), "KEY_UNKNOWN"),
        (_set("types", 0, "is_paper", to="yes"), "NOT_TRUE_OR_FALSE"),
        (_set("types", 0, "kind", to="FISCAL"), "NOT_A_CHOICE"),
        (_set("types", 0, "code", to="ks"), "TYPE_CODE_FORM"),
        (_set("types", 0, "code", to="KH"), "CODE_TWICE_ON_A_DAY"),
        (_set("types", 0, "results", to={"KQ.15.31": "x"}), "RESULT_CODE_FORM"),
        (_set("types", 0, "results", to={"KQ.G15.000031": ""}), "NOT_TEXT"),
        (_set("types", 0, "results", to=["KQ.G15.000031"]), "NOT_A_MAPPING"),
        (_set("types", 0, "fields", 1, "name", to="number"), "FIELD_TWICE"),
        (_set("types", 0, "fields", 1, "kind", to="COLOUR"), "NOT_A_CHOICE"),
        (_set("types", 0, "fields", 1, "font", to="serif"), "KEY_UNKNOWN"),
        (_set("types", 0, "issuers", 0, "prefixes", to=[]), "ISSUER_RULE_EMPTY"),
        (_set("types", 0, "issuers", to={"prefixes": ["H"]}), "NOT_A_LIST"),
        (_set("types", 0, "is_refusal", to=True), None),
        (_set("types", 0, "term", to={"article": "x"}), "TERM_EMPTY"),
        (_set("types", 0, "term", to={"months": "6", "article": "x"}), "NOT_A_WHOLE_NUMBER"),
        (_set("types", 0, "ends_on", to="31/12/2024"), "NOT_A_DATE"),
        (_set("types", 0, "ends_on", to=20241231), "NOT_A_DATE"),
        (_set("types", 0, "purposes", to={"X": "kết hôn"}), "NOT_A_LIST_OF_TEXT"),
        (_set("types", 0, "valid_from", to="2026-01-01"), None),
        (lambda plain: plain["types"][0].update(valid_from="2027-01-01", valid_to="2026-01-01"), "PERIOD_BACKWARDS"),
        (_set("types", 0, to=REFUSAL), "REFUSAL_WITHOUT_RESULT_CODE"),
        (_set("procedures", 0, "code", to="1.1"), "PROCEDURE_CODE_FORM"),
        (_set("procedures", 0, "levels", to=[]), "LEVELS_EMPTY"),
        (_set("procedures", 0, "levels", to=["VILLAGE"]), "NOT_A_CHOICE"),
        (_set("procedures", 0, "results", to=["KQ.G15.999999"]), "RESULT_UNKNOWN"),
        (_set("procedures", 0, "results", to=[15]), "NOT_A_LIST_OF_TEXT"),
        (_set("procedures", 0, "purpose", to="FUN"), "PURPOSE_UNKNOWN"),
        (_set("procedures", 0, "components", 1, "accepts", to=["NOPE"]), "TYPE_UNKNOWN"),
        (_set("procedures", 0, "components", 0, "accepts", to=["KS"]), "FORM_ACCEPTS_RECORDS"),
        (_set("procedures", 0, "components", 0, "code", to="1"), "COMPONENT_CODE_FORM"),
        (_set("procedures", 0, "components", 1, "code", to="TP01"), "CODE_TWICE_ON_A_DAY"),
        (_set("procedures", 0, "components", 0, "surrender", to=True), "SURRENDER_OF_NO_ORIGINAL"),
        (_set("procedures", 0, "components", 1, to=SURRENDERED), "SURRENDER_WITHOUT_ARTICLE"),
        (_set("procedures", 0, "components", 0, "optional", to=True), "OPTIONAL_WITHOUT_CASE"),
        (_set("procedures", 0, "components", 3, "use", to="NOPE"), "SHARED_COMPONENT_UNKNOWN"),
        (_set("agencies", "provinces", 1, "into", to="H99"), "SUCCESSOR_UNKNOWN"),
        (_set("agencies", "provinces", 4, "into", to="H02"), "SUCCESSORS_IN_A_CIRCLE"),
        (_set("agencies", "provinces", 0, "code", to="24"), "AGENCY_CODE_MALFORMED"),
        (_set("agencies", "provinces", 0, "code", to="H02"), "CODE_TWICE"),
        (_set("agencies", "ministries", 0, "successor", to="G02"), "SUCCESSOR_AND_END_GO_TOGETHER"),
        (_drop("reasons", 0), "RULE_MISSING"),
        (_set("reasons", 0, "valid_from", to="2026-01-01"), "RULE_WITHOUT_BEGINNING"),
        (_set("reasons", 0, "valid_to", to="2026-01-01"), "RULE_WITHOUT_SUCCESSOR"),
        (_set("reasons", 0, "vi", to="{"), "SENTENCE_BRACES"),
        (_set("reasons", 0, "code", to="BAD_LUCK"), "NOT_A_CHOICE"),
        (_set("grounds", 0, "situations", to=[]), "GROUND_FITS_NOTHING"),
        (_set("grounds", 0, "overrides_usable", to=True), "OVERRIDE_AND_SITUATION_DISAGREE"),
        (_set("grounds", 0, "forms", to=["CERTIFIED_COPY"]), "CERTIFIED_COPY_OF_A_COPY"),
    ],
)  # fmt: skip
def test_every_problem_is_named(change: Any, code: str | None) -> None:
    found = broken(change)
    assert (code in found) if code else found == set()


def test_all_problems_come_at_once() -> None:
    def spoil(plain: dict[str, Any]) -> None:
        plain["types"][0]["kind"] = "FISCAL"
        plain["grounds"][0]["situations"] = []
        plain["procedures"][5]["levels"] = []

    assert {"NOT_A_CHOICE", "GROUND_FITS_NOTHING", "LEVELS_EMPTY", "TYPE_UNKNOWN"} <= broken(spoil)


def test_an_error_lists_the_problems() -> None:
    plain, digest = packaged()
    plain = {**plain, "grounds": []}
    plain["types"] = []
    _, found = from_plain(plain, digest=digest)
    error = CatalogueError(found)
    assert error.problems == found
    assert error.code == "CATALOGUE_INVALID"
    assert any("TYPE_UNKNOWN" in line for line in map(str, found))


def test_text_from_a_crawl_in_decomposed_letters_becomes_nfc() -> None:
    plain, digest = packaged()
    plain = copy.deepcopy(plain)
    plain["procedures"][0]["name"] = unicodedata.normalize("NFD", "Đăng ký khai sinh")
    catalogue, _ = from_plain(plain, digest=digest)
    assert catalogue.procedures[0].name == "Đăng ký khai sinh"


def test_equivalence_is_by_group() -> None:
    part = Component("1.000000.TP01", "x", ComponentForm.COPY, accepts=("KH",))
    assert load().accepts(part, "KH", TODAY)
    assert load().accepts(part, "GHICHU_KH", TODAY)
    assert not load().accepts(part, "KS", TODAY)
    assert not load().accepts(part, "NOPE", TODAY)


def test_the_reading_templates_and_the_types_speak_of_the_same_papers_and_fields() -> None:
    for path in sorted((files("vault.catalogue") / "templates").iterdir(), key=lambda entry: entry.name):
        if not path.name.endswith(".yaml"):
            continue
        template = yaml.safe_load(path.read_bytes())
        paper = load().document_type(template["code"], TODAY)
        unknown = {spec.name for spec in paper.fields} - set(template.get("fields") or {})
        assert not unknown, (paper.code, unknown)
