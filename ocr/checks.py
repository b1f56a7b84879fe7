"""Fields that say the same thing twice check each other: evidence for and against them, never a change of a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ocr.normal import tax_checks
from ocr.spoken import spoken_date
from ocr.values import FieldValue

_PERSON = 12
_CENTURY = {"0": 19, "1": 19, "2": 20, "3": 20, "4": 21, "5": 21, "6": 22, "7": 22, "8": 23, "9": 23}
_LAST_PROVINCE = 96
"""Codes of provinces in personal numbers run from 001 to 096 (TT 59/2021/TT-BCA, Phụ lục I)."""
_PEOPLE = (
    ("holder_id", ("birth_date", "birth_year"), "sex"),
    ("representative_id", ("birth_date", "birth_year"), "sex"),
    ("mother_id", ("mother_birth_date", "mother_birth_year"), ""),
    ("father_id", ("father_birth_date", "father_birth_year"), ""),
    ("wife_id", ("wife_birth_date", "wife_birth_year"), ""),
    ("husband_id", ("husband_birth_date", "husband_birth_year"), ""),
    ("parent_id", ("parent_birth_date", "parent_birth_year"), ""),
)
"""A personal number, and which fields say its owner's birth and sex."""
_SEXES = {"mother_id": "NỮ", "wife_id": "NỮ", "father_id": "NAM", "husband_id": "NAM"}
_LOST_STROKES = frozenset({"QD", "ND", "NDCP", "CD", "HDND", "DKKD", "DKDN", "BLDTBXH"})
"""Parts of symbols that exist only with Đ (NĐ 30/2020/NĐ-CP, Phụ lục III): read so, the stroke was lost."""


@dataclass
class Checks:
    """Which fields another part of the paper confirms or contradicts, and what to tell a person."""

    agrees: set[str] = field(default_factory=set)
    contradicted: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)

    def judge(self, names: tuple[str, ...], code: str, *, agree: bool) -> None:
        """Note one comparison of the fields ``names``."""
        if agree:
            self.agrees |= set(names)
        else:
            self.contradicted |= set(names)
            self.warnings.append(f"{code}:{','.join(names)}")


def cross_checked(fields: Mapping[str, FieldValue], found: Checks | None = None) -> Checks:
    """Compare what can be compared, and add it to ``found``."""
    found = found or Checks()
    spoken = spoken_date(fields["birth_date_words"].raw) if "birth_date_words" in fields else None
    if spoken and _has(fields, "birth_date"):
        agree = fields["birth_date"].value == spoken
        names = ("birth_date", "birth_date_words") if agree else ("birth_date",)
        found.judge(names, "DATE_NOT_AS_IN_WORDS", agree=agree)
    for number, births, sex in _PEOPLE:
        _person(fields, found, number, next((name for name in births if _has(fields, name)), ""), sex)
    for earlier, later, code in (
        ("issued_on", "expires_on", "EXPIRES_BEFORE_ISSUE"),
        ("birth_date", "issued_on", "ISSUED_BEFORE_BIRTH"),
    ):
        if _has(fields, earlier, later) and fields[earlier].value > fields[later].value:
            found.judge((earlier, later), code, agree=False)
    if _has(fields, "tax_code") and len(fields["tax_code"].value) != _PERSON:
        found.judge(("tax_code",), "CHECK_DIGIT", agree=tax_checks(fields["tax_code"].value))
    if _has(fields, "number") and _LOST_STROKES & set(re.split(r"[/&.\-]", fields["number"].value)):
        found.judge(("number",), "SYMBOL_UNKNOWN", agree=False)
    return found


def _person(fields: Mapping[str, FieldValue], found: Checks, number: str, birth: str, sex: str) -> None:
    """Digits 1 to 3 of a personal number are a province, 4 century and sex, 5 and 6 the year (NĐ 137/2015, Điều 13)."""
    if not _has(fields, number) or len(fields[number].value) != _PERSON:
        return
    digits = fields[number].value
    if not 1 <= int(digits[:3]) <= _LAST_PROVINCE:
        found.judge((number,), "ID_NOT_OF_PROVINCE", agree=False)
        return
    said = _SEXES.get(number) or (fields[sex].value if sex in fields else "")
    fits_sex = not said or (int(digits[3]) % 2 == 0) == (said == "NAM")
    if birth:
        year = f"{_CENTURY[digits[3]]}{digits[4:6]}"
        found.judge((number, birth), "ID_NOT_OF_BIRTH_YEAR", agree=year == fields[birth].value[:4] and fits_sex)


def _has(fields: Mapping[str, FieldValue], *names: str) -> bool:
    return all(name in fields and fields[name].value for name in names)
