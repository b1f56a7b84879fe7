"""How values are written, and their one normal form. Nothing here guesses: what does not fit the syntax is refused.

A normaliser takes the text as read and answers the normal form, or ``None``. It may drop spaces, dot leaders and
punctuation; it never swaps one letter or digit for another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from ocr.fold import fold

_ENDS = " :;,.|_-–—*•'`~^"
_PAIRS = (('"', '"'), ("“", "”"), ("‘", "’"))
"""A quotation mark without its twin at an end is a speck."""
_LEADERS = re.compile(r"[.…_·]{3,}|…+")
_DATE_NUMBERS = re.compile(r"(?<!\w)(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})(?!\d)")
_SLASH = r"\s*(?:[/|(]?\s*(?:date|month|year)\)?)?[\s.:…_]*"
_DATE_WORDS = re.compile(
    rf"(?<!\d)(?:ngay{_SLASH})?(\d{{1,2}})[\s.…_,]*thang{_SLASH}(\d{{1,2}})[\s.…_,]*nam{_SLASH}(\d{{4}})(?!\d)"
)
_NUMBER = re.compile(r"(?<![\w/])(\d[\d\s]{0,9}(?:/\s*[\w&.\-]+)+|\d{1,9})")
_ID = re.compile(r"(?<!\w)(?:\d{12}|\d{9}|\d{3}(?: \d{3}){3}|\d{3}(?: \d{3}){2})(?!\w)")
_ID_BOXES = re.compile(r"(?<!\w)(?:\d[ .|\[\]]{0,3}){8,11}\d(?!\w)")
_TAX = re.compile(r"(?<![\w.])(?:\d{12}|\d{10}(?:\s*-\s*\d{3})?|\d{2}[A-Z]\d{7,8})(?!\w)")
_SERIAL = re.compile(r"(?<!\w)([A-ZĐ]{1,2})\s?(\d{6}(?:\d{2})?)(?!\d)")
_PLATE = re.compile(
    r"(?<!\w)(\d{2})\s*-?\s*([A-ZĐ]{1,2}\d?)\s*[-\s]\s*(\d{3})\.?(\d{2})(?!\d)|(?<!\w)(\d{2}[A-ZĐ]{1,2}\d?)\s*-\s*(\d{4})(?!\d)"
)
_MONEY = re.compile(r"\d{1,3}(?:[.,\s]\d{3})+|\d{4,}")
_AREA = re.compile(r"(\d+(?:\.\d{3})*(?:,\d+)?|\d+\.\d{1,2})\s*m\s*[2²]?", re.IGNORECASE)
_CLASS = re.compile(r"(?<!\w)(A1|A2|A3|A4|A|B1|B2|BE|B|C1E|C1|CE|C|D1E|D2E|DE|D1|D2|D|FB2|FC|FD|FE|E|F)(?!\w)")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_HONORIFIC = re.compile(r"^(?:Ông|Bà|ông|bà|ÔNG|BÀ)(?:/(?:Bà|bà|BÀ))?[\s:]+(?=\S)")
_EARLIEST, _LATEST = 1850, 2150


def text(raw: str) -> str | None:
    """Spaces collapsed, dot leaders and stray punctuation at the ends dropped."""
    cleaned = " ".join(_LEADERS.sub(" ", raw).split()).strip(_ENDS)
    for mark, twin in _PAIRS:
        if cleaned.count(mark) + cleaned.count(twin) * (mark != twin) == 1:
            cleaned = cleaned.strip(mark + twin).strip(_ENDS)
    return cleaned or None


def name(raw: str) -> str | None:
    """A person's name as printed, without "Ông" or "Bà" before it: at least two letters, no digits."""
    cleaned = text(raw)
    if cleaned is None:
        return None
    cleaned = _HONORIFIC.sub("", cleaned.strip("()[]\"'“”"))
    letters = sum(char.isalpha() for char in cleaned)
    return cleaned if letters > 1 and not any(char.isdigit() for char in cleaned) else None


def iso_date(raw: str) -> str | None:
    """``dd/mm/yyyy``, ``dd-mm-yyyy`` or "ngày … tháng … năm …" as an ISO date; impossible days are refused."""
    folded = fold(raw)
    match = _DATE_WORDS.search(folded) or _DATE_NUMBERS.search(folded)
    if match is None:
        return None
    day, month, year = (int(part) for part in match.groups())
    try:
        return date(year, month, day).isoformat() if _EARLIEST <= year <= _LATEST else None
    except ValueError:
        return None


def year(raw: str) -> str | None:
    """A year of four digits."""
    match = _YEAR.search(raw)
    return match[1] if match else None


def identity(raw: str) -> str | None:
    """A personal number of 12 digits, or an old one of 9, printed with or without gaps and boxes."""
    match = _ID.search(raw) or _ID_BOXES.search(raw)
    if match is None:
        return None
    found = re.sub(r"\D", "", match[0])
    return found if len(found) in {9, 12} else None


def number(raw: str) -> str | None:
    """The number and symbol of a paper (``2118/PCCC&CNCH-P6``, ``125/2023``), gaps closed."""
    match = _NUMBER.search(re.sub(r"\s*/\s*", "/", _LEADERS.sub(" ", raw)))
    return re.sub(r"\s", "", match[1]).rstrip(".-") if match else None


def digits(raw: str) -> str | None:
    """A run of digits, gaps closed."""
    match = re.search(r"\d[\d ]*\d|\d", raw)
    return match[0].replace(" ", "") if match else None


def tax(raw: str) -> str | None:
    """An enterprise or tax code: 10 digits, 10-3 for a branch, or a personal number of 12 digits.

    The check digit is judged by ``tax_checks``, not here: one real certificate in twenty carries a code that fails it.
    """
    match = _TAX.search(raw)
    if match is None:
        return None
    return match[0].replace(" ", "")


def tax_checks(code: str) -> bool:
    """Whether the check digit of a 10-digit code is right: N10 = 10 - (sum of Ni x Wi mod 11)."""
    numbers = [int(char) for char in code[:10] if char.isdigit()]
    if len(numbers) != len(_TAX_WEIGHTS) + 1:
        return False
    return 10 - sum(weight * digit for weight, digit in zip(_TAX_WEIGHTS, numbers[:9], strict=True)) % 11 == numbers[9]


def serial(raw: str) -> str | None:
    """The serial of a land certificate: one or two capitals and 6 or 8 digits."""
    match = _SERIAL.search(raw)
    return f"{match[1]} {match[2]}" if match else None


def plate(raw: str) -> str | None:
    """A vehicle plate: ``15A-123.45``, ``29-B1 678.90``, ``30H-1234``."""
    match = _PLATE.search(raw)
    if match is None:
        return None
    if match[5]:
        return f"{match[5]}-{match[6]}"
    return f"{match[1]}{match[2]}-{match[3]}.{match[4]}"


def sex(raw: str) -> str | None:
    """``NAM`` or ``NỮ``."""
    words = fold(raw).split()
    first = words[0].strip(".,;:") if words else ""
    return {"nam": "NAM", "nu": "NỮ", "nam/m": "NAM", "nu/f": "NỮ"}.get(first)


def money(raw: str) -> str | None:
    """An amount in đồng as digits."""
    match = _MONEY.search(raw)
    return re.sub(r"\D", "", match[0]) if match else None


def area(raw: str) -> str | None:
    """Square metres with a decimal point."""
    match = _AREA.search(raw)
    if match is None:
        return None
    found = match[1]
    if "," in found or re.fullmatch(r"\d{1,3}(?:\.\d{3})+", found):
        return found.replace(".", "").replace(",", ".")
    return found


def licence_class(raw: str) -> str | None:
    """Classes of a driving licence, comma-separated in the printed order."""
    found = list(dict.fromkeys(_CLASS.findall(raw)))
    return ",".join(found) or None


NORMALISERS: Mapping[str, Callable[[str], str | None]] = {
    "text": text,
    "name": name,
    "date": iso_date,
    "year": year,
    "id": identity,
    "number": number,
    "digits": digits,
    "tax": tax,
    "serial": serial,
    "plate": plate,
    "sex": sex,
    "money": money,
    "area": area,
    "class": licence_class,
}
"""One for each ``ocr.template.Kind``."""
