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
from vault.domain.text import search_key, spelling_key

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
    signers: tuple[str, ...] = ()
    """Who else may sign for it: agencies by their code, other bodies as their certificates spell them."""

    def existed_on(self, day: date) -> bool:
        """Whether the agency existed on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


_LONG_FORMS = {"ubnd": "ủy ban nhân dân", "hđnd": "hội đồng nhân dân", "tp": "thành phố"}
_PLAIN_FORMS = {"ubnd": "uy ban nhan dan", "hdnd": "hoi dong nhan dan", "tp": "thanh pho"}
_TITLES = frozenset(
    (
        *("phố", "tỉnh", "huyện", "quận", "xã", "phường", "trấn"),
        *("pho", "tinh", "huyen", "quan", "xa", "phuong", "tran"),
    )
)
"""A name after one of these is that of a place below the province: `phường Hải Dương` is no Hải Dương."""


def office_key(text: str) -> str:
    """A body's name as names are compared: spelling folded, the common abbreviations written out.

    >>> office_key("UBND TP. Hải Phòng")
    'ủy ban nhân dân thành phố hải phòng'
    """
    key = spelling_key(text)
    forms = _PLAIN_FORMS if key.isascii() and len(key.split()) > 1 else _LONG_FORMS
    return " ".join(forms.get(word, word) for word in key.split())


def same_office_key(own: str, other: str) -> bool:
    """Whether two keys are one name; old certificates are spelled without marks, so `own` may lack them all."""
    return own == other or (own.isascii() and own == search_key(other))


@dataclass(frozen=True, slots=True)
class Office:
    """A body's name (`office_key`) without the first-level agency that it stands under, and that one's code.

    The people's committee of a province is the `ủy ban nhân dân` of that province; a ministry keeps its whole name.
    """

    key: str
    place: str | None


class AgencyDirectory:
    """Agencies by code, whatever order the code is written in, and the chain of their successors."""

    def __init__(self, agencies: Iterable[Agency]) -> None:
        self._by_code = {AgencyCode.parse(agency.code).qd20: agency for agency in agencies}
        self._names = {
            spelling_key(agency.name).removeprefix("ubnd ").removeprefix("tỉnh ").removeprefix("thành phố "): code
            for code, agency in self._by_code.items()
            if agency.level in _FIRST_LEVELS
        }
        self._heads, self._tails = _territories(self)
        self._offices: dict[str, list[Agency]] = {}
        for agency in self:
            key = self.office(agency.name).key
            for name in {key, search_key(key)}:
                self._offices.setdefault(name, []).append(agency)

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

    def exact(self, code: str | None) -> Agency | None:
        """The agency that has this very code, whatever order it is written in; None when it is not listed."""
        try:
            return self._by_code.get(AgencyCode.parse(code).qd20) if code else None
        except AgencyCodeError:
            return None

    def office(self, text: str) -> Office:
        """A body's name and its province or ministry, as far as the text tells it.

        Both `UBND thành phố Hải Phòng - Sở Xây dựng` and `Sở Xây dựng TP Hải Phòng` are the `sở xây dựng` of H24.
        """
        key = office_key(text)
        for name, code in self._heads.items():
            if key == name:
                break
            if key.startswith(f"{name} "):
                below = self.office(key.removeprefix(f"{name} "))
                return Office(below.key, below.place or code)
        for name, code in self._tails.items():
            rest = key.removesuffix(f" {name}")
            if rest != key and rest.rpartition(" ")[2] not in _TITLES:
                return Office(rest, code)
            if key == name:
                return Office(key, code)
        return Office(key, None)

    def offices(self, office: Office) -> tuple[Agency, ...]:
        """The agencies of this name, of any level; where the province is not told, of every province."""
        found = self._offices.get(office.key, [])
        return tuple(one for one in found if office.place is None or level1_of(one.code) == office.place)

    def heirs(self, agency: Agency) -> tuple[Agency, ...]:
        """Who took over from an agency, one after the other, on whatever day."""
        chain: list[Agency] = []
        heir = self.exact(agency.successor)
        while heir is not None and heir is not agency and heir not in chain:
            chain.append(heir)
            heir = self.exact(heir.successor)
        return tuple(chain)

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


def _territories(agencies: Iterable[Agency]) -> tuple[dict[str, str], dict[str, str]]:
    """First-level agencies by what a name begins with, and by what it ends with; longest first, each also plain."""
    heads: dict[str, str] = {}
    tails: dict[str, str] = {}
    for one in agencies:
        if one.level not in _FIRST_LEVELS:
            continue
        whole = office_key(one.name)
        place = whole.removeprefix("ủy ban nhân dân ")
        heads[whole] = one.code
        tails |= {place: one.code, place.removeprefix("tỉnh ").removeprefix("thành phố "): one.code}
    return _longest_first(heads), _longest_first(tails)


def _longest_first(names: dict[str, str]) -> dict[str, str]:
    plain = {search_key(name): code for name, code in names.items()}
    return dict(sorted((plain | names).items(), key=lambda pair: -len(pair[0])))
