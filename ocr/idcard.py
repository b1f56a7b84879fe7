"""The text of the QR code on an identity card. It is not signed: it identifies, it does not prove."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

_LEAST_PARTS = 7
_NUMBER = re.compile(r"\d{12}")


def parse(text: str) -> Mapping[str, str] | None:
    """Field names to values, or ``None`` when ``text`` is no identity card.

    Seven parts between bars: number, old number, name, birth date, sex, residence, day of issue (dates DDMMYYYY). Newer
    cards carry more parts; they are not read.
    """
    parts = [part.strip() for part in text.split("|")]
    if len(parts) < _LEAST_PARTS or not _NUMBER.fullmatch(parts[0]):
        return None
    fields = {
        "number": parts[0],
        "holder_id": parts[0],
        "old_id": parts[1],
        "holder_name": parts[2],
        "birth_date": _day(parts[3]),
        "sex": {"nam": "NAM", "nữ": "NỮ"}.get(parts[4].lower(), ""),
        "residence": parts[5],
        "issued_on": _day(parts[6]),
    }
    return {name: value for name, value in fields.items() if value}


def _day(text: str) -> str:
    if not re.fullmatch(r"\d{8}", text):
        return ""
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2])).isoformat()
    except ValueError:
        return ""
