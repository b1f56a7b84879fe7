"""Numbers and dates spelled out in Vietnamese, as civil-status papers repeat them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", "nghìn", "triệu", "tỷ")


def number_words(value: int) -> str:
    """`value` (0 to below 10**12) in words: 2015 -> "hai nghìn không trăm mười lăm"."""
    if value == 0:
        return _DIGITS[0]
    groups: list[int] = []
    while value:
        value, group = divmod(value, 1000)
        groups.append(group)
    words: list[str] = []
    for index in reversed(range(len(groups))):
        if groups[index]:
            words += _group_words(groups[index], leading=index == len(groups) - 1)
            words += [_SCALES[index]] if index else []
    return " ".join(words)


def _group_words(group: int, *, leading: bool) -> list[str]:
    hundreds, rest = divmod(group, 100)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or not leading else []
    tens, units = divmod(rest, 10)
    if tens == 0:
        if units:
            words += ["linh", _DIGITS[units]] if words else [_DIGITS[units]]
        return words
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if units:
        words.append(_unit_after_ten(tens, units))
    return words


def _unit_after_ten(tens: int, units: int) -> str:
    if units == 5:
        return "lăm"
    if units == 1 and tens > 1:
        return "mốt"
    return _DIGITS[units]


def date_words(day: date) -> str:
    """The date in words: "Ngày mười hai, tháng ba, năm hai nghìn không trăm mười lăm"."""
    month = "tư" if day.month == 4 else number_words(day.month)
    day_word = f"mùng {number_words(day.day)}" if day.day <= 10 else number_words(day.day)
    return f"Ngày {day_word}, tháng {month}, năm {number_words(day.year)}"


def long_date(day: date) -> str:
    """As NĐ 30/2020 asks, "ngày 05 tháng 3 năm 2026": days below ten, January and February take a leading zero."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def short_date(day: date) -> str:
    """Figures only: "05/03/2026"."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def dotted(value: int) -> str:
    """Thousands parted by full stops, as money is printed: 1500000000 -> "1.500.000.000"."""
    return f"{value:,}".replace(",", ".")
