"""Identifiers: digests of blobs, codes of records and dossiers, and opaque tokens.

A record's identity is 64 random bits. Its look-up code (mã tra cứu, NĐ 137/2024 Đ4-5) is those bits in Crockford's
base32 with a check character, so that a person can read it out over the telephone and a slip is caught at once:

>>> record_code(bytes.fromhex("0123456789abcdef"))
'028T-5CY4-TQKF-F4'
>>> parse_record_code("o28t 5cy4 tqkf f4") == bytes.fromhex("0123456789abcdef")
True
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import NewType

from vault.domain.errors import Invalid

Digest = NewType("Digest", str)
"""Lower-case hexadecimal SHA-256 of a blob's bytes: its name in the object store."""

RecordCode = NewType("RecordCode", str)
"""`XXXX-XXXX-XXXX-XX`: 13 characters of identity and one check character."""

DossierCode = NewType("DossierCode", str)
"""Mã hồ sơ: agency code, date received, serial of the day, e.g. `000.00.00.H24-261122-0007`."""

DecisionId = NewType("DecisionId", str)
"""Of the decision behind an attachment: the dossier's code and the component's place, `H24.15-261122-0007-TP02`."""

RECORD_ID_BYTES = 8
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {character: index for index, character in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_BODY = 13
_BASE = 32
_FIELD = 0b100101

# TT 01/2018/TT-VPCP Đ19 and the newer order of QĐ 20/2020; both occur in real data (vn-rules 1.3).
_PLACE = re.compile(r"TP\d{2}")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_DOSSIER = re.compile(r"^(\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}|[A-Y]\d{2}(\.\d{1,4})*)-\d{6}-\d{4,6}$")


def digest_of(data: bytes) -> Digest:
    """Name of these bytes in the object store."""
    return Digest(hashlib.sha256(data).hexdigest())


def _times_x(value: int) -> int:
    # In the field of 32 elements, modulo the primitive polynomial x^5 + x^2 + 1.
    return value << 1 ^ (_FIELD if value & _BASE >> 1 else 0)


def _check_value(body: str) -> int:
    # Characters weighted by powers of x, all of them different: every wrong character and every two characters
    # swapped, neighbours or not, give another sum.
    total = 0
    for character in body:
        total = _times_x(total ^ _VALUE[character])
    return total


def record_code(record_id: bytes) -> RecordCode:
    """Look-up code of a record's eight random bytes."""
    if len(record_id) != RECORD_ID_BYTES:
        raise Invalid("RECORD_ID", length=len(record_id))
    number = int.from_bytes(record_id, "big")
    body = "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(_BODY)))
    whole = body + _ALPHABET[_check_value(body)]
    return RecordCode("-".join((whole[0:4], whole[4:8], whole[8:12], whole[12:])))


def parse_record_code(text: str) -> bytes:
    """The eight bytes behind a code as a person typed it; `RECORD_CODE` when it cannot be one."""
    letters = re.sub(r"[\s\-]", "", text.upper())
    if len(letters) != _BODY + 1 or any(letter not in _VALUE for letter in letters):
        raise Invalid("RECORD_CODE")
    body = "".join(_ALPHABET[_VALUE[letter]] for letter in letters[:_BODY])
    number = 0
    for letter in body:
        number = number * _BASE + _VALUE[letter]
    if number >= 1 << 64 or _check_value(body) != _VALUE[letters[_BODY]]:
        raise Invalid("RECORD_CODE")
    return number.to_bytes(RECORD_ID_BYTES, "big")


def normal_record_code(text: str) -> RecordCode:
    """The canonical spelling of a typed code."""
    return record_code(parse_record_code(text))


def dossier_code(agency_code: str, received_on: date, serial: int) -> DossierCode:
    """Mã hồ sơ in the newer order (agency first); `DOSSIER_CODE` when the parts do not form one."""
    code = f"{agency_code}-{received_on:%y%m%d}-{serial:04d}"
    if not _DOSSIER.fullmatch(code):
        raise Invalid("DOSSIER_CODE", dossier=code)
    return DossierCode(code)


def decision_id(dossier: DossierCode, component: str, number: int = 1) -> DecisionId:
    """A decision is named by what it was about, also one of long ago; `number` counts a component's attachments.

    >>> decision_id(DossierCode("H24.15-261122-0007"), "1.004194.TP02")
    'H24.15-261122-0007-TP02'
    >>> decision_id(DossierCode("H24.15-261122-0007"), "1.004194.TP02", 2)
    'H24.15-261122-0007-TP02.2'
    """
    again = f".{number}" if number > 1 else ""
    return DecisionId(f"{dossier}-{component.rpartition('.')[2]}{again}")


def parse_decision_id(text: str) -> tuple[DossierCode, str, int]:
    """The dossier, the component's place in its procedure (`TP02`) and which of its attachments, from 1.

    `DECISION_ID` when it names none.
    """
    dossier, _, name = text.strip().upper().rpartition("-")
    place, _, number = name.partition(".")
    if not _DOSSIER.fullmatch(dossier) or not _PLACE.fullmatch(place) or not _NUMBER.fullmatch(number or "1"):
        raise Invalid("DECISION_ID", decision=text[:60])
    return DossierCode(dossier), place, int(number or 1)


def parse_dossier_code(text: str) -> DossierCode:
    """A code that somebody else gave, in either order; `DOSSIER_CODE` when it is none."""
    code = text.strip().upper()
    if not _DOSSIER.fullmatch(code):
        raise Invalid("DOSSIER_CODE", dossier=code[:60])
    return DossierCode(code)
