"""Who a paper is about: identification numbers, their kinds and dated aliases, and the part a person plays on a paper.

Sources: Luật Căn cước 26/2023 Đ12 and Đ46 k2, NĐ 137/2015 Đ13 (layout of the 12 digits), NĐ 58/2026 Đ12 (old and
cancelled numbers), TT 90/2026/TT-BTC (household businesses under a personal number). A number that parses is well
formed; whether it was ever given to anybody only the population database knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from vault.domain.errors import Invalid
from vault.domain.text import mask_number

if TYPE_CHECKING:
    from collections.abc import Iterable


class HolderKind(StrEnum):
    """The kind of an identification number."""

    PERSONAL = "PERSONAL"
    """12 digits, for life, without check digit."""
    CMND = "CMND"
    """9 digits, not in use since 31/12/2024; papers that carry it stay valid."""
    PASSPORT = "PASSPORT"
    TAX = "TAX"
    """Tax code of an organisation, 10 digits with check digit; also the enterprise code."""
    TAX_BRANCH = "TAX_BRANCH"
    """Tax code of a dependent unit: ``##########-###``."""
    HOUSEHOLD_BUSINESS = "HOUSEHOLD_BUSINESS"
    """A household business under its owner's personal number (since 1/7/2025)."""


class HolderRole(StrEnum):
    """The part a holder plays on a paper or in a dossier."""

    SUBJECT = "SUBJECT"
    SPOUSE = "SPOUSE"
    PARENT = "PARENT"
    CHILD = "CHILD"
    OWNER = "OWNER"
    CO_OWNER = "CO_OWNER"
    GUARDIAN = "GUARDIAN"
    WARD = "WARD"
    DECEASED = "DECEASED"
    REPRESENTATIVE = "REPRESENTATIVE"
    AUTHORISED = "AUTHORISED"
    WITNESS = "WITNESS"


PRINCIPAL_ROLES = frozenset(
    {HolderRole.SUBJECT, HolderRole.SPOUSE, HolderRole.OWNER, HolderRole.CO_OWNER, HolderRole.DECEASED, HolderRole.WARD}
)
"""Whom a paper is about. A parent named on a child's birth certificate cannot use it as their own."""


class HolderNumberCode(StrEnum):
    """Why a number was refused."""

    EMPTY = "HOLDER_NUMBER_EMPTY"
    NOT_DIGITS = "HOLDER_NUMBER_NOT_DIGITS"
    LENGTH = "HOLDER_NUMBER_LENGTH"
    PASSPORT_FORM = "HOLDER_PASSPORT_FORM"
    CHECK_DIGIT = "HOLDER_TAX_CHECK_DIGIT"
    BRANCH = "HOLDER_TAX_BRANCH"


class HolderNumberError(Invalid):
    """A number that cannot be of the kind it is said to be. The message names no number."""

    def __init__(self, code: HolderNumberCode, kind: HolderKind | None) -> None:
        super().__init__(code.value, holder_kind=kind.value if kind else None)
        self.holder_kind = kind


class HolderWarning(StrEnum):
    """What looks odd about a number. A warning never blocks: sex and birth date get corrected, numbers re-issued."""

    UNKNOWN_PLACE = "PERSONAL_NUMBER_PLACE_UNKNOWN"
    BIRTH_YEAR = "PERSONAL_NUMBER_BIRTH_YEAR_DIFFERS"
    SEX = "PERSONAL_NUMBER_SEX_DIFFERS"
    NOT_BORN_YET = "PERSONAL_NUMBER_YEAR_IN_FUTURE"
    OUT_OF_USE = "CMND_OUT_OF_USE"


class Sex(StrEnum):
    """As printed on papers: Nam or Nữ."""

    MALE = "MALE"
    FEMALE = "FEMALE"


_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_PASSPORT = re.compile(r"[A-Z]{1,2}[0-9]{6,8}|[A-Z0-9]{6,12}")
_SEPARATORS = re.compile(r"[\s.\u00a0\u2010-\u2015-]+")
_BRANCH = re.compile(r"([0-9]{10})[-\s]?([0-9]{3})")
_FIRST_FOREIGN_PLACE = 100

# The 63 provinces as they were when numbers were given out; a merger renumbers nobody.
# fmt: off
BIRTH_PLACES = frozenset((
    1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36,
    37, 38, 40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75,
    77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
))
# fmt: on


@dataclass(frozen=True, slots=True)
class HolderId:
    """An identification number of a known kind in its one spelling (digits; ``A-Z0-9``; ``##########-###``)."""

    kind: HolderKind
    number: str

    @classmethod
    def parse(cls, text: str, kind: HolderKind | None = None) -> Self:
        """Read a number as people type it (spaces, dots, dashes), as ``kind`` or as the only kind it can be.

        Twelve digits without a kind are a personal number, nine an old identity card, ten a tax code.

        Raises:
            HolderNumberError: with the reason in ``code``; nothing else.

        """
        raw = text.strip().upper()
        if not raw:
            raise HolderNumberError(HolderNumberCode.EMPTY, kind)
        chosen = kind or _guess(raw)
        return cls(chosen, _READERS[chosen](raw, chosen))

    @property
    def masked(self) -> str:
        """The form that pages, logs and QR codes may show."""
        return mask_number(self.number)

    @property
    def birth_year(self) -> int | None:
        """The year of birth that a personal number carries; None for other kinds."""
        if self.kind not in _PERSON_KINDS:
            return None
        return 1900 + 100 * (int(self.number[3]) // 2) + int(self.number[4:6])

    @property
    def sex(self) -> Sex | None:
        """The sex at issue that a personal number carries; None for other kinds."""
        if self.kind not in _PERSON_KINDS:
            return None
        return Sex.FEMALE if int(self.number[3]) % 2 else Sex.MALE

    @property
    def same_person_number(self) -> str | None:
        """The personal number behind this id, when a person or their household business bears it."""
        return self.number if self.kind in _PERSON_KINDS else None

    @property
    def parent(self) -> HolderId | None:
        """For a branch, the organisation it belongs to."""
        return HolderId(HolderKind.TAX, self.number[:10]) if self.kind is HolderKind.TAX_BRANCH else None

    def warnings(
        self, *, today: date, born_on: date | None = None, sex: Sex | None = None
    ) -> tuple[HolderWarning, ...]:
        """Everything odd about this number, given what else is known of the person. Empty is the normal answer."""
        found: list[HolderWarning] = []
        if self.kind is HolderKind.CMND:
            found.append(HolderWarning.OUT_OF_USE)
        if self.kind not in _PERSON_KINDS:
            return tuple(found)
        place = int(self.number[:3])
        if place < _FIRST_FOREIGN_PLACE and place not in BIRTH_PLACES:
            found.append(HolderWarning.UNKNOWN_PLACE)
        if self.birth_year is not None and self.birth_year > today.year:
            found.append(HolderWarning.NOT_BORN_YET)
        if born_on is not None and born_on.year != self.birth_year:
            found.append(HolderWarning.BIRTH_YEAR)
        if sex is not None and sex is not self.sex:
            found.append(HolderWarning.SEX)
        return tuple(found)


_PERSON_KINDS = frozenset({HolderKind.PERSONAL, HolderKind.HOUSEHOLD_BUSINESS})


def tax_check_digit(first_nine: str) -> int | None:
    """The tenth digit of a tax code, or None where the sum gives 10: such codes are never issued.

    ``10 - (sum of digit x weight mod 11)`` with the weights 31, 29, 23, 19, 17, 13, 7, 5, 3.
    """
    digit = 10 - sum(int(n) * w for n, w in zip(first_nine, _TAX_WEIGHTS, strict=True)) % 11
    return None if digit == 10 else digit  # noqa: PLR2004 - ten is no digit


def _guess(raw: str) -> HolderKind:
    if _BRANCH.fullmatch(raw):
        return HolderKind.TAX_BRANCH
    digits = _SEPARATORS.sub("", raw)
    by_length = {12: HolderKind.PERSONAL, 9: HolderKind.CMND, 10: HolderKind.TAX, 13: HolderKind.TAX_BRANCH}
    if digits.isascii() and digits.isdigit():
        if len(digits) not in by_length:
            raise HolderNumberError(HolderNumberCode.LENGTH, None)
        return by_length[len(digits)]
    return HolderKind.PASSPORT


def _digits(raw: str, kind: HolderKind) -> str:
    digits = _SEPARATORS.sub("", raw)
    if not (digits.isascii() and digits.isdigit()):
        raise HolderNumberError(HolderNumberCode.NOT_DIGITS, kind)
    if len(digits) != _LENGTHS[kind]:
        raise HolderNumberError(HolderNumberCode.LENGTH, kind)
    return digits


def _tax(raw: str, kind: HolderKind) -> str:
    digits = _digits(raw, kind)
    if tax_check_digit(digits[:9]) != int(digits[9]):
        raise HolderNumberError(HolderNumberCode.CHECK_DIGIT, kind)
    return digits


def _branch(raw: str, kind: HolderKind) -> str:
    digits = _tax(raw, kind)
    if digits[10:] == "000":
        raise HolderNumberError(HolderNumberCode.BRANCH, kind)
    return f"{digits[:10]}-{digits[10:]}"


def _passport(raw: str, kind: HolderKind) -> str:
    number = _SEPARATORS.sub("", raw)
    if not _PASSPORT.fullmatch(number) or not any(letter.isdigit() for letter in number):
        raise HolderNumberError(HolderNumberCode.PASSPORT_FORM, kind)
    return number


_LENGTHS = {
    HolderKind.PERSONAL: 12,
    HolderKind.CMND: 9,
    HolderKind.TAX: 10,
    HolderKind.TAX_BRANCH: 13,
    HolderKind.HOUSEHOLD_BUSINESS: 12,
}
_READERS = {
    HolderKind.PERSONAL: _digits,
    HolderKind.CMND: _digits,
    HolderKind.HOUSEHOLD_BUSINESS: _digits,
    HolderKind.TAX: _tax,
    HolderKind.TAX_BRANCH: _branch,
    HolderKind.PASSPORT: _passport,
}


@dataclass(frozen=True, slots=True)
class HolderAlias:
    """Another number of the same holder and the days on which it was theirs (None: open on that side).

    A 9-digit number from the identity card's QR or a cancelled personal number (NĐ 58/2026 Đ12). ``source`` says where
    the tie between the two numbers was read.
    """

    id: HolderId
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""

    def covers(self, day: date | None) -> bool:
        """Whether the number was the holder's on ``day``; an unknown day is not held against it."""
        if day is None:
            return True
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class HolderLink:
    """A holder as a paper or a dossier names them. ``number`` is None when an old paper prints only a name."""

    role: HolderRole
    kind: HolderKind
    number: str | None
    name: str
    aliases: tuple[HolderAlias, ...] = ()

    @property
    def id(self) -> HolderId | None:
        """The number with its kind, or None."""
        return HolderId(self.kind, self.number) if self.number else None

    def is_named_in(self, links: Iterable[HolderLink]) -> bool:
        """Whether one of them bears a number of this holder; a name alone is nobody's."""
        numbers = {self.id, *(alias.id for alias in self.aliases)} - {None}
        return any(link.id in numbers for link in links)
