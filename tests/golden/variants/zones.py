"""What machines read on cards and passports: the zone of ICAO Doc 9303 and the QR code of an identity card.

Written here anew from the standard (parts 3, 5 and 4), not with the reader's own functions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date

_WEIGHTS = (7, 3, 1)


def card_zone(said: Mapping[str, str]) -> tuple[str, ...]:
    """Three lines of 30 for an identity card whose facts are `said`."""
    number = said["number"]
    head = _with_digit(number[-9:])
    first = f"IDVNM{head}{number}".ljust(30, "<")
    born, ends = _with_digit(_six(said["birth_date"])), _with_digit(_six(said["expires_on"]))
    middle = f"{born}{_sex(said)}{ends}VNM".ljust(29, "<")
    whole = first[5:30] + middle[0:7] + middle[8:15] + middle[18:29]
    return first, middle + _digit(whole), _names(said["holder_name"], 30)


def passport_zone(said: Mapping[str, str]) -> tuple[str, ...]:
    """Two lines of 44 for a passport."""
    number, born, ends = (
        _with_digit(said["number"].ljust(9, "<")),
        _with_digit(_six(said["birth_date"])),
        _with_digit(_six(said["expires_on"])),
    )
    person = _with_digit(said["holder_id"].ljust(14, "<"))
    second = f"{number}VNM{born}{_sex(said)}{ends}{person}"
    whole = second[0:10] + second[13:20] + second[21:43]
    return "P<VNM" + _names(said["holder_name"], 39), second + _digit(whole)


def card_code(said: Mapping[str, str], *, issued_on: date) -> str:
    """The text of the QR code: seven parts between bars."""
    parts = (
        said["number"],
        "",
        said["holder_name"],
        f"{date.fromisoformat(said['birth_date']):%d%m%Y}",
        said["sex"].capitalize(),
        said["residence"],
        f"{issued_on:%d%m%Y}",
    )
    return "|".join(parts)


def _six(day: str) -> str:
    return day[2:4] + day[5:7] + day[8:10]


def _sex(said: Mapping[str, str]) -> str:
    return "M" if said["sex"].casefold() == "nam" else "F"


def _names(name: str, size: int) -> str:
    """Family name, two fillers, the other names; letters without marks (part 3, section 6)."""
    plain = unicodedata.normalize("NFD", name.upper().replace("Đ", "D"))
    words = "".join(char for char in plain if not unicodedata.combining(char)).split()
    return (words[0] + "<<" + "<".join(words[1:]))[:size].ljust(size, "<")


def _with_digit(text: str) -> str:
    return text + _digit(text)


def _digit(text: str) -> str:
    values = (0 if char == "<" else int(char) if char.isdigit() else ord(char) - ord("A") + 10 for char in text)
    return str(sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)
