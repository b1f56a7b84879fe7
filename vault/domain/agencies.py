"""Agencies: the two code orders in use, their common first level, and who took over whose work when.

* QCVN 102:2016/BTTTT, 13 characters, the most specific group first: ``000.00.00.H24``. Old dossier codes carry it.
* QĐ 20/2020/QĐ-TTg, the top level first, up to 35 characters ``[0-9A-Z.]``: ``H24.15``.

Both meet in the first-level code (``H24``). A stored paper keeps the name of its issuer as printed; what changed since
is told by :class:`AgencyDirectory`, not by editing the paper.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from vault.domain.errors import Invalid
from vault.domain.text import spelling_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

_OLD = re.compile(r"([0-9]{3})\.([0-9]{2})\.([0-9]{2})\.([A-Z][0-9]{2})")
_OLD_SHORT = re.compile(r"([0-9]{2})\.([0-9]{2})\.([A-Z][0-9]{2})")
_NEW = re.compile(r"([A-Z][0-9]{2})((?:\.[0-9A-Z]{1,10})*)")
_MAX_NEW = 35
_POLICE = (" công an ", " cảnh sát ")


class AgencyCodeError(Invalid):
    """Text that is an agency code in neither order."""

    def __init__(self, text: str) -> None:
        super().__init__("AGENCY_CODE_MALFORMED", agency_code=text[:40])


class AgencyLevel(StrEnum):
    """Levels of administration. DISTRICT ended on 1/7/2025 and remains on older papers."""

    MINISTRY = "MINISTRY"
    PROVINCE = "PROVINCE"
    DISTRICT = "DISTRICT"
    COMMUNE = "COMMUNE"
    OTHER = "OTHER"


_FIRST_LEVELS = frozenset({AgencyLevel.MINISTRY, AgencyLevel.PROVINCE})


@dataclass(frozen=True, slots=True)
class AgencyCode:
    """A code in the newer order: first level, then the groups from wide to narrow (trailing zeros dropped)."""

    level1: str
    groups: tuple[str, ...] = ()

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str) -> AgencyCode:
        """Read either order.

        Raises:
            AgencyCodeError: the text is in neither order, or longer than 35 characters.

        """
        code = text.strip().upper()
        if old := _OLD.fullmatch(code):
            groups = (old[3], old[2], old[1])
            return cls(old[4], _without_trailing_zeros(groups))
        if short := _OLD_SHORT.fullmatch(code):
            return cls(short[3], _without_trailing_zeros((short[2], short[1])))
        new = _NEW.fullmatch(code)
        if new is None or len(code) > _MAX_NEW:
            raise AgencyCodeError(code)
        return cls(new[1], tuple(new[2].split(".")[1:]))

    @property
    def qd20(self) -> str:
        """The order of QĐ 20/2020: ``H24.15``."""
        return ".".join((self.level1, *self.groups))

    @property
    def qcvn102(self) -> str | None:
        """The order of QCVN 102:2016, or None where the groups do not fit its three fields of 2, 2 and 3 digits."""
        fields = (*self.groups, "", "", "")[:3]
        if len(self.groups) > 3 or any(not re.fullmatch("[0-9]*", field) for field in fields):  # noqa: PLR2004 - fields
            return None
        second, third, fourth = fields[0].zfill(2), fields[1].zfill(2), fields[2].zfill(3)
        if len(second) > 2 or len(third) > 2 or len(fourth) > 3:  # noqa: PLR2004 - the widths of the fields
            return None
        return f"{fourth}.{third}.{second}.{self.level1}"


def _without_trailing_zeros(groups: tuple[str, ...]) -> tuple[str, ...]:
    kept = list(groups)
    while kept and not kept[-1].strip("0"):
        kept.pop()
    return tuple(kept)


@lru_cache(maxsize=4096)
def level1_of(text: str | None) -> str | None:
    """The first-level code of an agency code in either order; None for nothing or for text that is no code.

    The people's council twin of a province (``K57``) answers as the province (``H57``).
    """
    if not text:
        return None
    try:
        level1 = AgencyCode.parse(text).level1
    except AgencyCodeError:
        return None
    return "H" + level1[1:] if level1.startswith("K") else level1


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency while it existed (``valid_to`` is its last day). ``verified`` tells facts from memory."""

    code: str
    name: str
    level: AgencyLevel
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    place: str | None = None
    """The statistical code of a province before 1/7/2025; personal numbers begin with it."""
    place_now: str | None = None
    """Its code since then (QĐ 19/2025/QĐ-TTg)."""
    verified: bool = True
    source: str = ""

    def existed_on(self, day: date) -> bool:
        """Whether the agency existed on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class AgencyDirectory:
    """Agencies by code, whatever order the code is written in, and the chain of their successors."""

    def __init__(self, agencies: Iterable[Agency]) -> None:
        self._by_code = {AgencyCode.parse(agency.code).qd20: agency for agency in agencies}
        self._names = {
            spelling_key(agency.name).removeprefix("ubnd ").removeprefix("tỉnh ").removeprefix("thành phố "): code
            for code, agency in self._by_code.items()
            if agency.level in _FIRST_LEVELS
        }

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[Agency]:
        return iter(self._by_code.values())

    def find(self, code: str | None) -> Agency | None:
        """The agency itself, or else the first-level agency above it; None when neither is known."""
        if not code:
            return None
        try:
            parsed = AgencyCode.parse(code)
        except AgencyCodeError:
            return None
        exact = self._by_code.get(parsed.qd20)
        return exact or self._by_code.get(level1_of(code) or "")

    def printed(self, text: str | None) -> Agency | None:
        """The first-level agency that a printed issuer names: the police, a ministry, or the province named last.

        Names keep their marks here: without them Hà Nam, Hạ Nam and Hà Năm are one. None when no name is found, as on
        a paper that prints only its ward.
        """
        words = f" {spelling_key(text or '')} "
        if any(name in words for name in _POLICE):
            return self._by_code.get("G01")
        places = [(words.rfind(f" {name} "), len(name), code) for name, code in self._names.items()]
        place, _, code = max(places, default=(-1, 0, ""))
        return self._by_code.get(code) if place >= 0 else None

    def current(self, code: str | None, day: date) -> Agency | None:
        """Who answers on ``day`` for what the agency with this code once did: itself or its successor of that day."""
        agency, seen = self.find(code), set[str]()
        while agency is not None and agency.valid_to is not None and agency.valid_to < day and agency.successor:
            if agency.code in seen:
                return None
            seen.add(agency.code)
            agency = self.find(agency.successor)
        return agency

    def noted(self, issuer: str, place: str, issued_on: date | None, today: date) -> tuple[str, Agency] | None:
        """What an officer should know of the issuer that was read, while the paper is still to be confirmed.

        ``ISSUER_NOT_THEN`` with the agency when it did not exist on the day of issue (that day or the name was misread,
        or the paper is wrong), else ``ISSUER_NOW`` with who answers for it today when that is another. An issuer that
        names no province is looked for where the paper was signed. None when there is nothing to say.
        """
        agency = self.printed(issuer) or (self.printed(place) if issuer else None)
        if agency is None:
            return None
        if issued_on is not None and not agency.existed_on(issued_on):
            return "ISSUER_NOT_THEN", agency
        heir = self.current(agency.code, today)
        return ("ISSUER_NOW", heir) if heir is not None and heir.code != agency.code else None

    def same_territory(self, one: str | None, other: str | None, day: date) -> bool:
        """Whether two codes lead to the same first-level agency on ``day``, mergers followed."""
        left, right = self.current(level1_of(one), day), self.current(level1_of(other), day)
        return left is not None and right is not None and left.code == right.code
