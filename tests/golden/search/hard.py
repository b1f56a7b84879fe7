"""A hard set for the officer's search: one agency full of homonyms and near names, and what is asked of it.

Every name is borne by twelve people, beside each name stand others that differ in one letter or one mark, beside each
number others that differ in one digit. A query knows its relevant papers by the rules of spelling alone (a set, written
down before any search ran): `recall` is the share of them among the first ten, of at most ten. Everybody is invented.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from vault.domain.text import strip_marks

AT = 10
HOMONYMS = 12
_STEMS = ("Nguyễn Thị", "Trần Đình", "Lê Thuỳ")
_NEAR = (
    ("Hoà", "Hoa", "Hoá", "Hoả", "Hoè", "Hòa"),
    ("Đạt", "Dạt", "Đát", "Đat"),
    ("Quý", "Quí", "Quỳ", "Quỷ"),
    ("Thuỷ", "Thủy", "Thuỳ", "Thuý"),
)
"""Given names that a tired eye takes for one another; ``Hoà`` and ``Hòa``, ``Thuỷ`` and ``Thủy`` are one spelling."""
_STREETS = ("Hoà Bình", "Hòa Bình Đông", "Đống Đa", "Đông Đa", "Thuỵ Khuê", "Thụy Khuê Hạ", "Quý Mẫu", "Quỳ Mẫu")
_TRADES = ("xưởng cơ khí", "xưởng cơ khi", "kho bạc", "kho bác", "quán đồ ăn", "quan đò ăn")


@dataclass(frozen=True, slots=True)
class HardPaper:
    """A paper of the set; `place` is its number in it."""

    place: int
    name: str
    holder: str
    number: str
    born: date
    address: str
    trade: str

    @property
    def fields(self) -> Mapping[str, str]:
        """What stands on it."""
        return {"birth_date": self.born.isoformat(), "address": self.address, "purpose": self.trade}


@dataclass(frozen=True, slots=True)
class HardQuery:
    """What is typed, in which of the four forms, of which kind, and the places of the papers that answer it."""

    kind: str
    form: str
    text: str
    relevant: frozenset[int]

    def recall(self, found: Sequence[int]) -> float:
        """The share of the relevant papers, of at most ten, that stand among the first ten found."""
        return len(self.relevant & set(found[:AT])) / min(AT, len(self.relevant))


def papers() -> tuple[HardPaper, ...]:
    """The set, the same each time."""
    rng = random.Random(20261128)
    made: list[HardPaper] = []
    names = [f"{stem} {given}" for stem in _STEMS for group in _NEAR for given in group]
    for name in names:
        for _ in range(HOMONYMS):
            place = len(made) + 1
            # Near numbers: 1001/2024/GPXD, 1002/2024/GPXD, …, and the same number in another year.
            number = f"{1000 + place // 2}/{2023 + place % 2}/GPXD-MẪU"
            born = date(1950, 1, 1) + timedelta(days=rng.randrange(20_000))
            address = f"số {place % 97 + 1} đường {rng.choice(_STREETS)}, phường Mẫu"
            made.append(HardPaper(place, name, f"0310900{place:05d}", number, born, address, rng.choice(_TRADES)))
    return tuple(made)


_NEW = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oè": "òe", "uý": "úy", "uỷ": "ủy", "uỳ": "ùy", "uỵ": "ụy"}


def other_tone(text: str) -> str:
    """The other habit of placing the tone, wherever one of the pairs ends a word; in either direction."""
    pairs = {one: other for old, new in _NEW.items() for one, other in ((old, new), (new, old))}
    swap = pairs | {one.upper(): other.upper() for one, other in pairs.items()}
    end = r"(?![a-zA-Zà-ỹÀ-Ỹđ])"
    return re.sub(f"({'|'.join(swap)}){end}", lambda found: swap[found[0]], text)


FORMS: Mapping[str, Callable[[str], str]] = {
    "as printed": lambda text: text,
    "other tone placement, decomposed": lambda text: unicodedata.normalize("NFD", other_tone(text)),
    "no marks": lambda text: strip_marks(text).lower(),
    "đ as d, capitals": lambda text: text.replace("đ", "d").replace("Đ", "D").upper(),
}


def _spaced(number: str) -> str:
    return re.sub(r"[/\-]", lambda sign: f" {sign[0]} ", number)


def _kinds(paper: HardPaper) -> Mapping[str, str]:
    street = paper.address.split(" đường ")[1].split(",")[0]
    house = paper.address.split(" ")[1]
    return {
        "name": paper.name,
        "name and day of birth": f"{paper.name} {paper.born:%d/%m/%Y}",
        "name and day without noughts": f"{paper.name} {paper.born.day}/{paper.born.month}/{paper.born.year}",
        "name, house and street": f"{paper.name} {house} {street}",
        "name and words": f"{paper.trade} {paper.name}",
        "number": paper.number,
        "number with spaces": _spaced(paper.number),
        "number, labelled": f"Số: {_spaced(paper.number)}",
        "personal number": paper.holder,
        "personal number in groups": f"{paper.holder[:3]} {paper.holder[3:6]} {paper.holder[6:9]} {paper.holder[9:]}",
    }


@cache
def _same(one: str) -> str:
    """One spelling, however the tone is placed and whatever the case."""
    folded = unicodedata.normalize("NFC", one).casefold()
    return re.sub("|".join(_NEW), lambda found: _NEW[found[0]], folded)


@cache
def _bare(one: str) -> str:
    return strip_marks(one).casefold()


def _answers(kind: str, paper: HardPaper, asked: HardPaper, *, marks: str) -> bool:
    """Whether a paper answers what was asked about `asked`. `marks`: all of them typed, none, or all but those of đ."""
    if kind.startswith("number"):
        return paper.number == asked.number
    if kind.startswith("personal"):
        return paper.holder == asked.holder
    key = {"all": _same, "none": _bare}[marks]
    if key(paper.name) != key(asked.name):
        return False
    if "day" in kind:
        return paper.born == asked.born
    if "street" in kind:
        return key(paper.address) == key(asked.address)
    return "words" not in kind or key(paper.trade) == key(asked.trade)


def queries(count: int) -> Iterator[HardQuery]:
    """That many queries, the forms and the kinds in turn."""
    everything = papers()
    rng = random.Random(42)
    kinds = list(_kinds(everything[0]))
    for turn in range(count):
        form = list(FORMS)[turn % len(FORMS)]
        kind = kinds[turn // len(FORMS) % len(kinds)]
        asked = rng.choice(everything)
        text = FORMS[form](_kinds(asked)[kind])
        # A name typed with D for Đ is looked for as it stands first, then without marks: whoever left the stroke out
        # cannot tell Đạt from Dạt. Where no Đ was lost, every mark was typed.
        lost = form == "no marks" or (form == "đ as d, capitals" and "đ" in _kinds(asked)[kind].casefold())
        relevant = frozenset(
            paper.place for paper in everything if _answers(kind, paper, asked, marks="none" if lost else "all")
        )
        yield HardQuery(kind, form, text, relevant)
