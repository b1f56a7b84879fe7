"""Fields that say the same thing twice check each other. A contradiction lowers trust; it never changes a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ocr.normal import tax_checks
from ocr.spoken import spoken_date
from ocr.values import FieldValue

_DOUBT = 0.4
_PERSON = 12
_CENTURY = {"0": 19, "1": 19, "2": 20, "3": 20, "4": 21, "5": 21, "6": 22, "7": 22, "8": 23, "9": 23}


def cross_checked(fields: Mapping[str, FieldValue]) -> tuple[dict[str, FieldValue], list[str]]:
    """The fields with confidences raised where two agree and lowered where they contradict, and the warnings."""
    checked = dict(fields)
    warnings: list[str] = []

    def judge(names: tuple[str, ...], agree: bool, code: str) -> None:  # noqa: FBT001 - an inner step
        for name in names:
            field = checked[name]
            trust = 1 - (1 - field.confidence) * 0.3 if agree else min(field.confidence, _DOUBT)
            checked[name] = replace(field, confidence=trust)
        if not agree:
            warnings.append(f"{code}:{','.join(names)}")

    spoken = spoken_date(checked["birth_date_words"].raw) if "birth_date_words" in checked else None
    if spoken and _has(checked, "birth_date"):
        judge(("birth_date",), checked["birth_date"].value == spoken, "DATE_NOT_AS_IN_WORDS")
    if _has(checked, "holder_id", "birth_date") and len(checked["holder_id"].value) == _PERSON:
        judge(("holder_id", "birth_date"), _fits_birth(checked), "ID_NOT_OF_BIRTH_YEAR")
    if _has(checked, "issued_on", "expires_on") and checked["issued_on"].value > checked["expires_on"].value:
        judge(("issued_on", "expires_on"), agree=False, code="EXPIRES_BEFORE_ISSUE")
    if _has(checked, "birth_date", "issued_on") and checked["birth_date"].value > checked["issued_on"].value:
        judge(("birth_date", "issued_on"), agree=False, code="ISSUED_BEFORE_BIRTH")
    if _has(checked, "tax_code") and len(checked["tax_code"].value) != _PERSON:
        judge(("tax_code",), tax_checks(checked["tax_code"].value), "CHECK_DIGIT")
    return checked, warnings


def _has(fields: Mapping[str, FieldValue], *names: str) -> bool:
    return all(name in fields and fields[name].value for name in names)


def _fits_birth(fields: Mapping[str, FieldValue]) -> bool:
    """Digits 4 to 6 of a personal number are century and sex, and year of birth (NĐ 137/2015, Điều 13)."""
    number, born = fields["holder_id"].value, fields["birth_date"].value
    if f"{_CENTURY[number[3]]}{number[4:6]}" != born[:4]:
        return False
    sex = fields["sex"].value if "sex" in fields else ""
    return not sex or (int(number[3]) % 2 == 0) == (sex == "NAM")
