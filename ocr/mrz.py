"""The machine-readable zone of identity cards (three lines of 30) and passports (two of 44): ICAO Doc 9303.

Every number in it carries a check digit, so what is read here is either right or refused; names have no marks in it and
only confirm what is read above. The layout of Vietnamese cards (number: the last nine digits of the personal number,
which stands whole in the optional data) is from memory of public samples, so a card whose optional data has no such
number gives none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle

from ocr.fold import fold

_FILLERS = str.maketrans({"«": "<<", "‹": "<", "＜": "<", "〈": "<", "≤": "<", "＿": "<"})
_AS_DIGITS = str.maketrans("OQDIZSBG", "00012586")
"""Read as digits where only digits may stand; the check digit then has to hold."""
_LINE = re.compile(r"[A-Z0-9<]{26,48}")
_CARD, _PASSPORT = 30, 44
_SLACK = 3
_PERSON = re.compile(r"\d{12}")
_SEX = {"M": "NAM", "F": "NỮ"}
_CENTURY = {"0": 19, "1": 19, "2": 20, "3": 20, "4": 21, "5": 21, "6": 22, "7": 22, "8": 23, "9": 23}


@dataclass(frozen=True, slots=True)
class Zone:
    """What a zone says, each part only where its check digit holds; dates ISO 8601, empty where not told.

    ``lines`` are the numbers of the lines that it was found on; ``name`` is folded: small letters without marks.
    """

    kind: str
    number: str
    personal_number: str
    birth_date: str
    sex: str
    expires_on: str
    name: str
    lines: tuple[int, ...]


def find(lines: Sequence[str]) -> Zone | None:
    """The zone among the lines of a page, or ``None``: two lines whose check digits hold are needed."""
    cleaned = [_cleaned(line) for line in lines]
    for first, line in enumerate(cleaned):
        for size, count, parse in ((_CARD, 3, _card), (_PASSPORT, 2, _passport)):
            rows = [_sized(row, size) for row in cleaned[first : first + count]]
            if line and len(rows) == count and all(rows):
                zone = parse(rows, tuple(range(first, first + count)))
                if zone is not None:
                    return zone
    return None


def check_digit(text: str) -> str:
    """The check digit of Doc 9303, part 3, 4.9: values times 7, 3, 1 in turn, modulo 10."""
    total = sum(_value(char) * weight for char, weight in zip(text, cycle((7, 3, 1)), strict=False))
    return str(total % 10)


def _value(char: str) -> int:
    return 0 if char == "<" else int(char, 36)


def _cleaned(line: str) -> str:
    text = "".join(line.translate(_FILLERS).split()).upper()
    return text if _LINE.fullmatch(text) and "<" in text else ""


def _sized(row: str, size: int) -> str:
    """The row cut or filled to ``size`` when only fillers at its end are too many or too few."""
    if abs(len(row) - size) > _SLACK:
        return ""
    if len(row) < size:
        return row + "<" * (size - len(row)) if row.endswith("<") else ""
    return row[:size] if not row[size:].strip("<") else ""


def _checked(text: str, digit: str, *, digits: bool = False) -> str:
    """``text`` if its check digit holds, else nothing."""
    body = text.translate(_AS_DIGITS) if digits else text
    return body if check_digit(body) == digit.translate(_AS_DIGITS) else ""


def _card(rows: Sequence[str], where: tuple[int, ...]) -> Zone | None:
    head, middle, names = rows
    if head[0] not in "IAC":
        return None
    number = _checked(head[5:14], head[14], digits=head[2:5] == "VNM")
    born = _checked(middle[0:6], middle[6], digits=True)
    ends = _checked(middle[8:14], middle[14], digits=True)
    if not number or not (born or ends):
        return None
    person = head[15:27].translate(_AS_DIGITS)
    own = person if _PERSON.fullmatch(person) and person.endswith(number) else ""
    return _zone("ID", own or number.strip("<"), own, (born, middle[7], ends), (names, where))


def _passport(rows: Sequence[str], where: tuple[int, ...]) -> Zone | None:
    head, data = rows
    if head[0] != "P":
        return None
    number = _checked(data[0:9], data[9])
    born = _checked(data[13:19], data[19], digits=True)
    ends = _checked(data[21:27], data[27], digits=True)
    if not number or not (born or ends):
        return None
    person = data[28:40].translate(_AS_DIGITS)
    whole = data[28:42]
    own = person if _PERSON.fullmatch(person) and check_digit(whole.translate(_AS_DIGITS)) == data[42] else ""
    return _zone("HC", number.strip("<"), own, (born, data[20], ends), (head[5:], where))


def _zone(kind: str, number: str, own: str, told: tuple[str, str, str], named: tuple[str, tuple[int, ...]]) -> Zone:
    born, sex, ends = told
    expiry = _day(ends, 20)
    return Zone(kind, number, own, _birth(born, own, expiry), _SEX.get(sex, ""), expiry, _name(named[0]), named[1])


def _birth(born: str, own: str, expiry: str) -> str:
    """The zone writes two digits of the year: the personal number tells the century, or that only one is possible."""
    if not born:
        return ""
    if own:
        return _day(born, _CENTURY[own[3]]) if own[4:6] == born[:2] else ""
    return _day(born, 19) if expiry and int(born[:2]) > int(expiry[2:4]) else ""


def _day(text: str, century: int) -> str:
    try:
        return date(century * 100 + int(text[:2]), int(text[2:4]), int(text[4:6])).isoformat()
    except ValueError:
        return ""


def _name(text: str) -> str:
    surname, _, given = text.partition("<<")
    return " ".join(fold(f"{surname}<{given}").replace("<", " ").split())
