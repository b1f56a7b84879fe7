"""The boxes of an administrative document (NĐ 30/2020/NĐ-CP, Phụ lục I): who, number, place and date, subject, signer.

They have no labels: they are known by where they stand and how they are written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from ocr.fold import fold
from ocr.sheet import Sheet, Span
from ocr.values import Line

_UPPER_PART = 0.5
_LEFT_BLOCK = 0.45
_RIGHT_BLOCK = 0.4
"""The signer's block begins to the right of this share of the width; centred titles begin to the left of it."""
_LOWER_PART = 0.2
_WIDEST_GAP = 8
_SHORT = 18
_SUBJECT_GAP = 0.8
_CENTRED_GAP = 1.3
_NEW_SENTENCE_GAP = 0.35
_NUMBER = re.compile(r"\W{0,3}s[o0](?:\s+hieu)?(?!\w)\s*[:;.]*\s*(?=$|[^a-z\s])")
_NUMBER_VALUE = re.compile(r"[.…_\s]*\d[\d\s]{0,9}\s*/\s*[^\s/]+(?:\s*/\s*[^\s/]+)*|\d{1,9}(?=\s|$)")
_SYMBOL = re.compile(r"/\s*[^\s/]+(?:\s*/\s*[^\s/]+)*")
_SLASH = r"\s*(?:[/|(]?\s*(?:date|month|year)\)?)?[\s.…_]*"
_DAY = re.compile(
    rf"(?<!\w)ngay{_SLASH}\d{{1,2}}(?:[\s.…_,]*thang{_SLASH}\d{{1,2}}[\s.…_,]*nam{_SLASH}\d{{4}}|"
    r"(?P<short>\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d{4}))(?!\d)"
)
_MOTTO = ("cong hoa xa hoi", "doc lap")
_PLACE_WORDS = {"thanh", "pho", "tinh", "xa", "phuong", "huyen", "quan", "thi", "tran", "dac", "khu", "-", "–"}
_NO_PLACES = {"den", "sinh", "cap", "tu", "ky", "tai", "vao", "hom"}
"""Words that stand before a day without being a place: "Đến ngày …"."""
_MOST_PLACE_WORDS = 6
_AUTHORITY = re.compile(r"(?<!\w)(?:k\s*/?\s*t|t\s*\.?\s*m|t\s*/?\s*l|t\s*\.?\s*u\s*\.?\s*q)[\s.]\s*(?=\w)")
_HEAD_PART = 0.35
_HEADS = {
    *("ubnd", "uy", "so", "cuc", "phong", "bo", "cong", "truong", "toa", "chi", "ban", "trung", "vien", "benh", "tong"),
    *("van", "vu", "hoi", "doan", "hat", "kho", "thanh", "thue", "bao"),
}
"""First words of the names of bodies, folded."""
_TITLES = (
    "giay", "trich luc", "quyet dinh", "thong bao", "phieu", "xac nhan", "chung nhan", "bang ", "ban an", "ban sao",
    "hop dong", "to khai", "the ", "can cuoc", "ho chieu", "so ho", "so do", "cong van", "bien ban", "don ", "to trinh",
)  # fmt: skip
_POSTS = (
    "chu tich", "pho chu tich", "bo truong", "thu truong", "cuc truong", "pho cuc truong", "giam doc", "pho giam doc",
    "hieu truong", "pho hieu truong", "truong phong", "pho truong phong", "thu tuong", "pho thu tuong",
    "cong chung vien",
    "chanh van phong", "truong cong an", "pho truong cong an", "vu truong", "vien truong", "chanh an", "tham phan",
    "thu truong co quan", "nguoi ky", "dai dien", "thu truong", "cong chuc tu phap", "tong cuc truong", "truong ban",
)  # fmt: skip
_NAME = re.compile(r"[A-ZÀ-ỸĐ][\wÀ-ỹ]*(?:\s+[A-ZÀ-ỸĐ][\wÀ-ỹ]*){1,6}")
_STRAY = " .,;:_-–—'\"“”‘’`|*()[]"
"""What strokes of a signature and dots of a seal become beside a name."""
_AGENCIES = ("so ", "cuc ", "phong ", "ubnd ", "uy ban ", "cong an ", "chi cuc ", "trung tam ")
_RANK = re.compile(
    r"^(?:dai tuong|thuong tuong|trung tuong|thieu tuong|dai ta|thuong ta|trung ta|thieu ta|dai uy|thuong uy|trung uy|"
    r"thieu uy|gs|pgs|ts|ths|ong|ba)[\s.]+"
)


def letter_number(sheet: Sheet) -> Span | None:
    """``Số: 15/QĐ-UBND``: the first "Số" in the upper half; its number may stand in lines of its own beside it."""
    half = sheet.source.height * _UPPER_PART
    bare: Span | None = None
    for number, line in enumerate(sheet.lines):
        if line.box[1] > half:
            continue
        start, end = sheet.starts[number], sheet.line_end(number)
        label = _NUMBER.match(sheet.folded, start, end)
        if label is None:
            continue
        parts: list[tuple[int, int]] = []
        for first, last in [(label.end(), end), *_beside(sheet, line)]:
            pattern = _SYMBOL if parts else _NUMBER_VALUE
            value = pattern.match(sheet.folded, first, last)
            if value is None:
                continue
            parts.append((value.start(), value.end()))
            if "/" in value[0]:
                return Span(sheet, tuple(parts))
        if parts and bare is None:
            bare = Span(sheet, tuple(parts))
    return bare


def _beside(sheet: Sheet, line: Line) -> list[tuple[int, int]]:
    """Stretches of the lines to the right of ``line`` in its row, nearest first: gaps before numbers are often wide."""
    height = line.box[3] - line.box[1]
    found = []
    for number, other in enumerate(sheet.lines):
        middle = (other.box[1] + other.box[3]) / 2
        gap = other.box[0] - line.box[2]
        if -height < gap < _WIDEST_GAP * height and line.box[1] <= middle <= line.box[3] and other is not line:
            found.append((gap, sheet.starts[number], sheet.line_end(number)))
    return [(start, end) for _, start, end in sorted(found)]


def place_date(sheet: Sheet, taken: Sequence[Span] = ()) -> Span | None:
    """The day of "Hà Nội, ngày 24 tháng 06 năm 2026": in the upper half, or else the last one that has a place."""
    found = _days(sheet, taken)
    return found[0][0] if found else None


def place(sheet: Sheet) -> Span | None:
    """The place of "Hà Nội, ngày …"."""
    found = _days(sheet)
    return found[0][1] if found else None


def is_place_date(text: str) -> bool:
    """Whether a line begins like "Hà Nội, ngày 24 tháng 06 năm 2026"."""
    day = _DAY.search(fold(text))
    return day is not None and _is_place(text[: day.start()].rstrip(" ,.;"))


def _is_place(text: str) -> bool:
    """Whether words can be the place before a day of signing: "Hà Nội", "thành phố Hồ Chí Minh"."""
    words = text.split()
    named = any(word[:1].isupper() for word in words) and fold(words[-1]) not in _NO_PLACES
    plain = all(word[:1].isupper() or fold(word) in _PLACE_WORDS for word in words)
    return (
        named
        and plain
        and len(words) <= _MOST_PLACE_WORDS
        and not any(char.isdigit() or char in "/:;" for char in text)
    )


def _days(sheet: Sheet, taken: Sequence[Span] = ()) -> list[tuple[Span, Span | None]]:
    """Days after a place, then days that stand alone in the upper half; ``taken`` are values of other fields.

    Of the former those of the upper half come first, from the top; then the others upwards.
    """
    upper: list[tuple[Span, Span | None]] = []
    lower: list[tuple[Span, Span | None]] = []
    alone: list[tuple[Span, Span | None]] = []
    for match in _DAY.finditer(sheet.folded.replace("\n", " ")):
        number = sheet.line_at(match.start())
        start = sheet.starts[number]
        before = sheet.text[start : match.start()]
        name = before.rstrip(" ,.;")
        named = bool(name) and _is_place(name) and before != name
        in_upper = sheet.lines[number].box[1] <= sheet.source.height * _UPPER_PART
        day = Span(sheet, ((match.start(), match.end()),))
        if any(day.touches(span) for span in taken):
            continue
        if named:
            (upper if in_upper else lower).append((day, Span(sheet, ((start, start + len(name)),))))
        elif not name and in_upper and not match["short"]:
            alone.append((day, None))
    return upper + lower[::-1] + alone


def issuer(sheet: Sheet) -> Span | None:
    """The issuing body: the last line in capitals of the upper left box, above the number."""
    width, height = sheet.source.width, sheet.source.height
    bottom = height * 0.3
    number = letter_number(sheet)
    if number is not None:
        bottom = min(bottom, sheet.box(*number.parts[0])[1])
    bottom = min(bottom, _title_top(sheet))
    found: list[int] = []
    ends: dict[int, int] = {}
    for place_, line in enumerate(sheet.lines):
        left, top, right, _ = line.box
        beside = fold(line.text).find(_MOTTO[0])
        if top < bottom and beside > 0 and left < width * _LEFT_BLOCK and _is_capitals(line.text):
            found.append(place_)
            ends[place_] = sheet.starts[place_] + len(line.text[:beside].rstrip())
            continue
        if top >= bottom or (left + right) / 2 > width * _LEFT_BLOCK:
            continue
        folded = fold(line.text)
        if any(motto in folded for motto in _MOTTO) or not _is_capitals(line.text) or _NUMBER.match(folded):
            continue
        found.append(place_)
    if not found:
        found = _agencies_anywhere(sheet, number)
    if not found:
        return None
    found.sort(key=lambda item: sheet.lines[item].box[1])
    chosen = [found[-1]]
    for earlier in reversed(found[:-1]):
        if not _goes_on(sheet.lines[earlier], sheet.lines[chosen[0]]):
            break
        chosen.insert(0, earlier)
    return Span(sheet, tuple((sheet.starts[item], ends.get(item, sheet.line_end(item))) for item in chosen))


def _agencies_anywhere(sheet: Sheet, number: Span | None) -> list[int]:
    """Lines in capitals that begin like a body's name, above the title, centred or at the right."""
    found: list[int] = []
    for place_, line in enumerate(sheet.lines):
        folded = fold(line.text).lstrip(" -–")
        if line.box[1] > sheet.source.height * _HEAD_PART or not _is_capitals(line.text):
            continue
        if folded.startswith(_TITLES) or (
            number is not None and found and line.box[1] > sheet.box(*number.parts[0])[3]
        ):
            break
        if _NUMBER.match(folded):
            continue
        begins = folded.split()[0] in _HEADS or (
            found and _goes_on(sheet.lines[found[-1]], line) and line.box[1] > sheet.lines[found[-1]].box[1]
        )
        if begins and not any(motto in folded for motto in _MOTTO):
            found.append(place_)
    return found


def _title_top(sheet: Sheet) -> float:
    """Where the title begins: the first line in capitals that crosses the middle of the page below the motto."""
    width = sheet.source.width
    mottos = [line for line in sheet.lines if _MOTTO[0] in fold(line.text) or fold(line.text).startswith(_MOTTO[1])]
    if not mottos:
        return math.inf
    top = max(line.box[3] for line in mottos[:2])
    crossing = (
        line.box[1]
        for line in sheet.lines
        if line.box[1] > top and line.box[0] < width * 0.5 < line.box[2] and _is_capitals(line.text)
    )
    return min(crossing, default=math.inf)


def _goes_on(upper: Line, lower: Line) -> bool:
    """A name of a body over two lines: the lower line does not begin like a body of its own."""
    first = fold(lower.text).split()[0]
    return first not in _HEADS and lower.box[1] - upper.box[3] < 1.2 * (upper.box[3] - upper.box[1])


def _is_capitals(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 3 and sum(char.isupper() for char in letters) >= 0.8 * len(letters)  # noqa: PLR2004 - shorter is noise


def short_lines(sheet: Sheet) -> list[Span]:
    """Every line of at most two words or so: serial numbers stand alone."""
    return [
        Span(sheet, ((sheet.starts[number], sheet.line_end(number)),))
        for number, line in enumerate(sheet.lines)
        if len(line.text) <= _SHORT
    ]


def subject(sheet: Sheet) -> Span | None:
    """What a letter or decision is about: "V/v …" or "Về việc …", up to the end of its block."""
    for number, line in enumerate(sheet.lines):
        if line.box[1] > sheet.source.height * _UPPER_PART:
            continue
        match = re.match(r"\W*(?:v\s*/\s*v|ve\s+viec)\s*:?\s*", fold(line.text))
        if match is None:
            continue
        parts = [(sheet.starts[number] + match.end(), sheet.line_end(number))]
        last = number
        for other in range(number + 1, min(number + 5, len(sheet.lines))):
            at = sheet.lines[other].box
            gap, height = _between(sheet.lines[last], sheet.lines[other])
            centred = abs((at[0] + at[2]) - (sheet.lines[last].box[0] + sheet.lines[last].box[2])) < 2 * height
            anew = gap > _NEW_SENTENCE_GAP * height and sheet.lines[other].text[:1].isupper() and not centred
            if (
                gap > (_CENTRED_GAP if centred else _SUBJECT_GAP) * height
                or anew
                or _is_capitals(sheet.lines[other].text)
            ):
                break
            if at[0] > line.box[2] or at[2] < line.box[0]:
                continue
            if fold(sheet.lines[other].text).startswith(("kinh gui", "can cu", "theo de nghi", "xet")):
                break
            parts.append((sheet.starts[other], sheet.line_end(other)))
            last = other
        return Span(sheet, tuple(parts))
    return None


def _between(upper: Line, lower: Line) -> tuple[float, float]:
    """Gap between two lines where they stand over each other, and the height of their words: pages may lean."""
    heights = sorted(word.box[3] - word.box[1] for word in (*upper.words, *lower.words))
    gaps = sorted(
        below.box[1] - above.box[3]
        for above in upper.words
        for below in lower.words
        if above.box[0] < below.box[2] and below.box[0] < above.box[2]
    )
    height = float(heights[len(heights) // 2])
    return (float(gaps[len(gaps) // 2]) if gaps else float(lower.box[1] - upper.box[3])), height


def signer(sheet: Sheet) -> Span | None:
    """The name under the signer's post, in the lower right of a page; on cards under the agency."""
    right = [line for line in sheet.lines if line.box[0] > sheet.source.width * _RIGHT_BLOCK]
    low = [line for line in sheet.lines if line.box[1] > sheet.source.height * _LOWER_PART]
    posts = (
        [line for line in right if is_post(line.text)]
        or [line for line in low if is_post(line.text)]
        or [line for line in right if _is_capitals(line.text) and fold(line.text).startswith(_AGENCIES)]
    )
    if not posts:
        return None
    post = max(posts, key=lambda line: line.box[1])
    middle, reach = (post.box[0] + post.box[2]) / 2, sheet.source.width * 0.2
    below = []
    for number, line in enumerate(sheet.lines):
        if line.box[1] > post.box[3] and abs((line.box[0] + line.box[2]) / 2 - middle) < reach:
            start, end = _name_in(line.text)
            # NĐ 30/2020: names of signers are in small letters; seals are in capitals
            if end > start and not _is_capitals(line.text):
                below.append((number, start, end))
    if not below:
        return None
    number, start, end = max(
        below,
        key=lambda item: (sheet.lines[item[0]].conf > 0.6, -sheet.lines[item[0]].box[1]),  # noqa: PLR2004 - scribble reads worse
    )
    return Span(sheet, ((sheet.starts[number] + start, sheet.starts[number] + end),))


def _name_in(text: str) -> tuple[int, int]:
    """Where a name stands in a line that has nothing else but a rank and stray marks; nowhere is 0, 0."""
    lead = len(text) - len(text.lstrip(_STRAY))
    skipped, rest = _without_rank(text[lead:])
    name = rest.rstrip(_STRAY)
    named = _NAME.fullmatch(name) and all(word[0].isupper() for word in name.split())
    return (lead + skipped, lead + skipped + len(name)) if named else (0, 0)


def is_post(text: str) -> bool:
    """Whether a line is a signer's post: "KT. CHỦ TỊCH", "PHÓ GIÁM ĐỐC"."""
    folded = " ".join(fold(text).split())
    bare = _AUTHORITY.sub("", folded).strip(" .,")
    # The seal often takes the first letters of "PHÓ CỤC TRƯỞNG", so the end of the line counts as well as its head.
    return _is_capitals(text) and (bool(_AUTHORITY.match(folded)) or bare.startswith(_POSTS) or bare.endswith(_POSTS))


def _without_rank(text: str) -> tuple[int, str]:
    """How many characters a rank or title takes at the head of ``text``, and the rest."""
    skipped = 0
    while match := _RANK.match(fold(text[skipped:])):
        skipped += match.end()
    return skipped, text[skipped:]
