"""Confidence: evidence weighed by fitted numbers; what speaks against a value sends it to a person."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import ocr
from ocr import Quality, Template, understand
from ocr.checks import cross_checked
from ocr.phrases import vouched
from ocr.syllable import is_syllable, strange_words
from ocr.trust import EVIDENCE, FOR, Calibration, calibration, evidence, judged
from ocr.values import FieldValue, PageText, Word
from tests.unit.ocr.test_understand import BIRTH, read

GOOD = PageText(1654, 2339, 200, (), Quality(200, 0.6, 0.9, 0.0, blank=False, text_px=30), readers=("a", "b"))


def weigh(value: str, kind: str, conf: float, page: PageText = GOOD, **options: object) -> float:
    words = [Word(text, conf, (0, 0, 9, 9)) for text in value.split()]
    told = {"label_edits": 0, "placed": False, "type_conf": 0.99, **options}
    return calibration().confidence(evidence(value, kind, words, page, **told))


def value(text: str, *, accept: bool = False) -> FieldValue:
    return FieldValue(text, 0.9, 0, (0, 0, 1, 1), text, accept=accept, evidence={"read": 2.0})


def test_every_weight_has_the_sign_of_its_evidence() -> None:
    fitted = calibration()
    assert set(fitted.weights) == set(EVIDENCE)
    assert all(weight >= 0 for name, weight in fitted.weights.items() if name in FOR)
    assert all(weight <= 0 for name, weight in fitted.weights.items() if name not in FOR and name != "prose")
    assert 0.9 < fitted.accept_from < 1


def test_the_shipped_numbers_keep_what_was_asked_on_seeds_they_did_not_see() -> None:
    shipped = json.loads((Path(ocr.__file__).parent / "confidence.json").read_text("utf-8"))["held_out"]
    assert shipped["fields"] >= 300
    assert shipped["ece"] <= 0.02
    assert shipped["accept_error"] <= 0.5
    assert shipped["accept_share"] >= 80


def test_doubtful_characters_and_marks_and_no_syllables_lower_trust() -> None:
    sure = weigh("Nguyễn Văn Mẫu", "name", 0.99)
    assert sure > weigh("Nguyễn Văn Mẫu", "name", 0.5)
    assert sure > weigh("Nguyễn Văn .Mẫu", "name", 0.99)
    assert sure > weigh("Ngguyễn Văn Mẫu", "name", 0.99)
    assert sure > weigh("Nguyễn Văn Mẫu", "name", 0.99, label_edits=2)


def test_a_known_phrase_vouches_for_its_words_and_a_misread_one_for_nothing() -> None:
    assert vouched(["thủ", "tục", "hành", "chính"], name=False) == [True] * 4
    assert vouched(["thành", "phố", "Hải", "Phòng,", "tô", "dân", "phố"], name=False)[:4] == [True] * 4
    assert not any(vouched(["thú", "tục", "hanh", "chính"], name=False))
    assert vouched(["Đinh", "Văn", "Châu"], name=True) == [True, True, False]
    assert vouched(["Định", "Vân", "Châu"], name=True) == [False, True, False]
    known = [Word("thủ", 0.5, (0, 0, 9, 9)), Word("tục", 0.99, (9, 0, 18, 9))]
    other = [Word("Thú", 0.5, (0, 0, 9, 9)), Word("Túc", 0.99, (9, 0, 18, 9))]
    told = {"label_edits": 0, "placed": False, "type_conf": 0.99}
    weights = [evidence("x y", "text", words, GOOD, **told)["doubt"] for words in (known, other)]
    assert weights[0] < weights[1]


def test_a_digit_that_readers_differ_about_goes_to_a_person() -> None:
    told = {"label_edits": 0, "placed": True, "type_conf": 0.99}
    words = [
        Word(text, 0.4 if text == "30" else 0.99, (0, 0, 9, 9)) for text in ["ngày", "30", "tháng", "12", "năm", "2020"]
    ]
    found = evidence("2020-12-30", "date", words, GOOD, **told)
    field = FieldValue("2020-12-30", 0.0, 0, (0, 0, 1, 1), "x", evidence=found)
    assert not judged({"issued_on": field}, frozenset())["issued_on"].accept
    sure = {name: number for name, number in found.items() if name != "doubtful_digit"}
    assert judged({"issued_on": replace(field, evidence=sure)}, frozenset())["issued_on"].confidence > 0.9


@pytest.mark.parametrize(
    "word", ["Nguyễn", "nghiêng", "GIẾNG", "gì", "quyết", "khuỷu", "Đắk", "Lắk", "ưỡn", "yêu", "oách", "Huế"]
)
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["Phạin", "Namm", "Xvát", "Maum", "hêt", "cap", "nghhiên", "Việệt"])
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)


def test_abbreviations_and_single_letters_are_not_strange() -> None:
    assert strange_words("UBND TP HCM, TNHH MTV, Y Moan") == 0
    assert strange_words("Phạin Ngọc Thưởng") == 1


def test_a_number_that_lost_its_stroke_or_names_no_province_goes_to_a_person() -> None:
    found = cross_checked({"number": value("2627/QD-BGDĐT"), "holder_id": value("199193001234")})
    assert found.contradicted == {"number", "holder_id"}
    assert found.warnings == ["ID_NOT_OF_PROVINCE:holder_id", "SYMBOL_UNKNOWN:number"]
    good = cross_checked(
        {"number": value("2627/QĐ-BGDĐT"), "wife_id": value("031193001234"), "wife_birth_date": value("1993-03-15")}
    )
    assert good.agrees == {"wife_id", "wife_birth_date"}
    assert not good.warnings


def test_a_husbands_number_of_a_woman_is_contradicted() -> None:
    fields = {"husband_id": value("031193001234"), "husband_birth_date": value("1993-03-15")}
    assert cross_checked(fields).contradicted == {"husband_id", "husband_birth_date"}


def test_letters_and_digits_that_look_alike_are_never_accepted(templates: list[Template]) -> None:
    rows = [(line.box[0], line.box[1], line.text) for line in BIRTH.lines]
    plain = understand([read(*rows)], templates).fields["number"]
    changed = [(left, top, text.replace(f"Số: {plain.value}", "Số: 12/TLKO1")) for left, top, text in rows]
    mixed = understand([read(*changed)], templates).fields["number"]
    assert mixed.value == "12/TLKO1"
    assert not mixed.accept


def test_what_was_judged_survives_json_and_old_fields_are_not_accepted() -> None:
    field = replace(value("x", accept=True), confidence=0.5)
    assert FieldValue.from_dict(field.as_dict()) == field
    old = {name: part for name, part in field.as_dict().items() if name not in {"accept", "evidence"}}
    assert not FieldValue.from_dict(old).accept


def test_more_evidence_for_a_value_never_lowers_it() -> None:
    fitted = Calibration(0.0, {"read": 1.0, "odd": -2.0}, 0.9)
    assert (
        fitted.confidence({"read": 3.0})
        > fitted.confidence({"read": 1.0})
        > fitted.confidence({"read": 1.0, "odd": 1.0})
    )
