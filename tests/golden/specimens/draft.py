"""A paper in the making: who and where it is about, which facts it states, and the furniture all papers share."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.golden.specimens import marks
from tests.golden.specimens.fonts import Typeface
from tests.golden.specimens.model import Specimen
from tests.golden.specimens.people import Person, people, place
from tests.golden.specimens.sheet import Sheet, Span, mm, pt
from tests.golden.specimens.spelling import long_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.golden.specimens.people import Place
    from tests.golden.specimens.sheet import Colour, Spans

NOTICE = "BẢN MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
_FACES = (("times", 66), ("noto-serif", 10), ("dejavu-serif", 6), ("arial", 12), ("noto-sans", 6))
_WIDE = {"noto-serif": 0.9, "dejavu-serif": 0.86, "noto-sans": 0.9, "arial": 0.94}
Painter = Callable[["Draft"], None]


class Draft:
    """Collects pages and facts of one specimen; the painters of each kind write into it."""

    def __init__(self, kind: str, seed: int, holder: Person | None, overrides: Mapping[str, str]) -> None:
        self.kind = kind
        self.seed = seed
        self.rng = random.Random(f"{kind}/{seed}")
        self.others = people(f"{kind}/{seed}/others")
        self.holder = holder or next(people(f"{kind}/{seed}/holder"))
        self.place: Place = place(self.rng)
        self.facts: dict[str, str] = {}
        self._overrides = dict(overrides)
        self._unused = set(overrides)
        self.sheets: list[Sheet] = []
        family = self.rng.choices([name for name, _ in _FACES], [share for _, share in _FACES])[0]
        self.family = self.option("typeface", family)
        self.face = Typeface(self.family)
        self.motto = self.rng.choice(("Độc lập - Tự do - Hạnh phúc", "Độc lập – Tự do – Hạnh phúc"))
        self.republic = self.rng.choice(("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"))

    # --- facts -----------------------------------------------------------------------------------------------------

    def option(self, name: str, default: str) -> str:
        """A choice of layout that callers may override like a fact ("typeface", "generation"); not itself a fact."""
        self._unused.discard(name)
        return self._overrides.get(name, default)

    def fact(self, name: str, default: str) -> str:
        """State a fact under its uniform name; what the caller overrides wins. Returns what is to be printed."""
        self.facts[name] = self.option(name, default)
        return self.facts[name]

    def day(self, name: str, default: date) -> date:
        """State a date; overridden and recorded as ISO 8601."""
        return date.fromisoformat(self.fact(name, default.isoformat()))

    def issued(self, first: date, last: date, *, of_age: bool = True) -> date:
        """The date of issue, between `first` and `last`, and with `of_age` not before the holder is eighteen."""
        if of_age:
            first = max(first, date(self.holder.birth_date.year + 18, 12, 31))
        last = max(first, last)
        return self.day("issued_on", first + timedelta(days=self.rng.randrange((last - first).days + 1)))

    def amount(self, name: str, default: float) -> float:
        """State a number; overridden and recorded with a decimal point and no thousands: 88.5, 1500000000."""
        return float(self.fact(name, f"{default:.15g}"))

    def pick(self, *choices: str) -> str:
        """One of the wordings that are in use."""
        return self.rng.choice(choices)

    def serial(self, low: int = 1, high: int = 990) -> str:
        """A running number, sometimes with leading zeros."""
        number = self.rng.randint(low, high)
        return f"{number:02d}" if self.rng.random() < 0.7 else f"{number:03d}"

    # --- pages -----------------------------------------------------------------------------------------------------

    def page(
        self,
        *,
        size: float = 13.0,
        pattern: Colour | None = None,
        frame: Colour | None = None,
        margins: tuple[float, float, float, float] = (28, 15, 17, 15),
        paper: tuple[float, float] = (210, 297),
        leading: float = 1.34,
    ) -> Sheet:
        """A new page with the notice on top and the diagonal below; `size` in points, Times as measure."""
        scaled = size * _WIDE.get(self.family, 1.0)
        tint = self.rng.randint(0, 6)
        sheet = Sheet(
            len(self.sheets),
            self.face,
            self.rng,
            size=scaled,
            margins=margins,
            page=paper,
            paper=(255, 255 - tint // 2, 255 - tint),
        )
        sheet.leading = leading
        if pattern:
            marks.pattern(sheet, pattern)
        if frame:
            marks.frame(sheet, frame)
        marks.diagonal(sheet)
        grey = (96, 96, 104)
        sheet.y = mm(6.5) if not frame else mm(16.5)
        sheet.text([Span(NOTICE, bold=True, size=9, colour=grey)], x=0, width=sheet.image.width, align="center")
        sheet.y = max(sheet.top, sheet.y + mm(1))
        self.sheets.append(sheet)
        return sheet

    def done(self) -> Specimen:
        """The finished specimen; raises ValueError for an override that names no fact of this kind."""
        if self._unused:
            raise ValueError(f"{self.kind} states no {', '.join(sorted(self._unused))}; it has {', '.join(self.facts)}")
        boxes: dict[str, tuple[int, int, int, int, int]] = {}
        for sheet in self.sheets:
            for name, inks in sheet.facts.items():
                if name not in boxes:
                    boxes[name] = (sheet.number, *_hull(_first_run(inks)))
        return Specimen(
            kind=self.kind,
            seed=self.seed,
            pages=tuple(sheet.image for sheet in self.sheets),
            text=tuple(_text(sheet) for sheet in self.sheets),
            fields=dict(self.facts),
            boxes=boxes,
            words=tuple(word for sheet in self.sheets for word in sheet.words),
        )


def _first_run(inks: Sequence[tuple[int, tuple[int, int, int, int]]]) -> list[tuple[int, int, int, int]]:
    """The boxes of a fact's first mention: those of words that follow one another."""
    run = [inks[0][1]]
    for (before, _), (word, box) in pairwise(inks):
        if word > before + 1:
            break
        run.append(box)
    return run


def _hull(inks: Sequence[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    return min(b[0] for b in inks), min(b[1] for b in inks), max(b[2] for b in inks), max(b[3] for b in inks)


def _text(sheet: Sheet) -> str:
    lines: dict[int, list[str]] = {}
    for word in sheet.words:
        lines.setdefault(word.line, []).append(word.text)
    return "\n".join(" ".join(words) for words in lines.values())


# --- furniture -----------------------------------------------------------------------------------------------------


def republic(draft: Draft, sheet: Sheet) -> None:
    """The name of the state and its motto in the middle of the page."""
    centre = (sheet.left + sheet.right) / 2
    sheet.text([Span(draft.republic, bold=True)], align="center")
    sheet.text([Span(draft.motto, bold=True)], align="center")
    sheet.rule(centre, sheet.face.font(pt(sheet.size), bold=True).getlength(draft.motto) * 0.98)
    sheet.skip(3)


def double_header(
    draft: Draft,
    sheet: Sheet,
    above: Sequence[str],
    issuer: Sequence[str],
    *,
    number: Spans | None = None,
    dated: Spans | None = None,
    subject: Spans | None = None,
) -> None:
    """The head of NĐ 30/2020: agencies at the left, state and motto at the right, then number and place with date.

    `issuer` lines are bold and stated as the fact "issuer"; `subject` is the "V/v" of a letter, under the number.
    """
    size = sheet.size * 0.94
    split = sheet.left + round(sheet.width * 0.43)
    left, left_width = sheet.left - mm(8), split - sheet.left + mm(8)
    right, right_width = split, sheet.right - split + mm(6)
    top = sheet.y
    for name in above:
        sheet.text([Span(name, size=fit(sheet, name, size, left_width))], x=left, width=left_width, align="center")
    for name in issuer:
        span = Span(name, "issuer", bold=True, size=fit(sheet, name, size, left_width, bold=True))
        sheet.text([span], x=left, width=left_width, align="center")
    draft.fact("issuer", " ".join(issuer))
    sheet.rule(left + left_width / 2, left_width * 0.3)
    sheet.skip(2.2)
    line = sheet.y
    if number:
        sheet.text(number, x=left, width=left_width, align="center")
    for row in _rows(sheet, subject, left_width * 0.86):
        sheet.text(row, x=left, width=left_width, align="center")
    end = sheet.y
    sheet.y = top
    state = Span(draft.republic, bold=True, size=fit(sheet, draft.republic, size, right_width, bold=True))
    sheet.text([state], x=right, width=right_width, align="center")
    motto = Span(draft.motto, bold=True, size=size * 1.04)
    sheet.text([motto], x=right, width=right_width, align="center")
    length = sheet.face.font(pt(size * 1.04), bold=True).getlength(draft.motto)
    sheet.rule(right + right_width / 2, length)
    sheet.y = max(line, sheet.y + mm(2.2))
    if dated:
        sheet.text(dated, x=right, width=right_width, align="center")
    sheet.y = max(end, sheet.y)
    sheet.skip(4)


def fit(sheet: Sheet, text: str, size: float, width: int, *, bold: bool = False) -> float:
    """The largest size in points, `size` at most, at which the text fits into the width."""
    need = sheet.face.font(pt(size), bold=bold).getlength(text)
    return min(size, size * (width - mm(1)) / need)


def _rows(sheet: Sheet, spans: Spans | None, width: float) -> list[list[Span]]:
    """Spans broken by hand into centred lines, at words."""
    rows: list[list[Span]] = []
    used = 0.0
    for part in spans or ():
        span = part if isinstance(part, Span) else Span(part)
        font = sheet.face.font(pt(span.size or sheet.size), bold=span.bold, italic=span.italic)
        for word in span.text.split():
            need = font.getlength(word + " ")
            if not rows or used + need > width:
                rows.append([])
                used = 0.0
            if rows[-1] and rows[-1][-1].fact == span.fact:
                rows[-1][-1] = replace(rows[-1][-1], text=f"{rows[-1][-1].text} {word}")
            else:
                if rows[-1]:
                    rows[-1][-1] = replace(rows[-1][-1], text=rows[-1][-1].text + " ")
                rows[-1].append(replace(span, text=word))
            used += need
    return rows


def place_and_date(draft: Draft, day: date, *, city: str | None = None, hand: bool = False) -> list[Span]:
    """Place and date: "Hải Phòng, ngày 05 tháng 3 năm 2026" in italics; with `hand` day and month by pen."""
    name = Span(draft.fact("place", city or draft.place.city), "place", italic=True)
    if not hand:
        return [name, Span(", ", italic=True), Span(long_date(day), "issued_on", italic=True)]
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return [
        name,
        Span(", ", italic=True),
        Span("ngày ", "issued_on", italic=True),
        Span(f"{day.day:02d}", "issued_on", hand=True),
        Span(" tháng ", "issued_on", italic=True),
        Span(month, "issued_on", hand=True),
        Span(f" năm {day.year}", "issued_on", italic=True),
    ]


def heading(sheet: Sheet, *lines: str, size: float = 15.0, colour: Colour | None = None) -> None:
    """The title in capitals, centred, one line after the other."""
    scaled = size * sheet.size / 13
    for text in lines:
        sheet.text([Span(text, bold=True, size=scaled, colour=colour)], align="center")


def sign(
    draft: Draft,
    sheet: Sheet,
    roles: Sequence[str],
    rim: str,
    foot: str,
    *,
    at: float = 0.74,
    note: str | None = None,
    gap: float = 24.0,
    rank: str = "",
) -> None:
    """The block of the signer: `roles` in bold capitals, seal over the left third of the signature, then the name.

    `at` is the middle as a share of the width. The name is stated as the fact "signer" and printed in bold, after
    an academic `rank`.
    """
    width = mm(86)
    centre = sheet.left + round(sheet.width * at)
    x = min(centre - width // 2, sheet.right + mm(8) - width)
    centre = x + width // 2
    for role in roles:
        sheet.text(
            [Span(role, bold=True, size=fit(sheet, role, sheet.size, width, bold=True))],
            x=x,
            width=width,
            align="center",
        )
    if note:
        sheet.text([Span(note, italic=True, size=sheet.size * 0.9)], x=x, width=width, align="center")
    middle = sheet.y + mm(gap / 2 - 1)
    pen = marks.signature(draft.rng)
    jitter = mm(draft.rng.uniform(-3, 3))
    sheet.multiply(pen, centre - pen.width / 2 + jitter, middle - pen.height / 2)
    stamp = marks.seal(sheet.face, draft.rng, rim, foot)
    over = centre - pen.width / 2 + jitter + pen.width * draft.rng.uniform(0.26, 0.4) - stamp.width
    sheet.multiply(stamp, over, middle - stamp.height / 2 + mm(draft.rng.uniform(-2, 2)))
    sheet.skip(gap)
    signer = draft.fact("signer", next(draft.others).name)
    sheet.text([Span(rank, bold=True), Span(signer, "signer", bold=True)], x=x, width=width, align="center")


def recipients(sheet: Sheet, *who: str) -> None:
    """The list "Nơi nhận:" at the left margin: bold italic at 12, its lines at 11 points (NĐ 30/2020)."""
    small = sheet.size * 11 / 13.5
    width = round(sheet.width * 0.46)
    sheet.text([Span("Nơi nhận:", bold=True, italic=True, size=sheet.size * 12 / 13.5)], width=width)
    for number, name in enumerate(who):
        end = "." if number == len(who) - 1 else ";"
        sheet.text([Span(f"- {name}{end}", size=small)], width=width)


def side_by_side(sheet: Sheet, left: Callable[[], None], right: Callable[[], None]) -> None:
    """Draw two blocks from the same height; what follows stands below both."""
    top = sheet.y
    left()
    end, sheet.y = sheet.y, top
    right()
    sheet.y = max(end, sheet.y)
