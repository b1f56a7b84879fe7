"""Dates in words, as civil status papers repeat them: a check on the digits, never a replacement for them."""

from __future__ import annotations

import re
from datetime import date

from ocr.fold import fold

_UNITS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5, "sau": 6, "bay": 7,
    "bay.": 7, "tam": 8, "chin": 9,
}  # fmt: skip
_DATE = re.compile(r"ngay\s+(.+?)\W+thang\s+(.+?)\W+nam\s+((?:mot|hai)\s+(?:nghin|ngan)\b.*)")


def spoken_date(text: str) -> str | None:
    """The ISO date of "Ngày mười lăm, tháng ba, năm hai nghìn không trăm hai mươi ba", or ``None``."""
    match = _DATE.search(" ".join(fold(text).split()))
    if match is None:
        return None
    day, month, year = (_number(part) for part in match.groups())
    if day is None or month is None or year is None:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _number(words: str) -> int | None:
    """A number below 10,000 in folded Vietnamese words."""
    total, last = 0, None
    for word in re.findall(r"[a-z]+", words):
        if word in {"linh", "le", "mong", "mung"}:
            continue
        if word in {"nghin", "ngan", "tram"}:
            total += (last or 0) * (100 if word == "tram" else 1000)
            last = None
        elif word == "muoi":
            total += 10 * (1 if last is None else last)
            last = None
        elif word == "gieng":
            last = 1
        elif word == "chap":
            last = 12
        elif word in _UNITS:
            last = _UNITS[word]
        else:
            return None
    return total + (last or 0)
