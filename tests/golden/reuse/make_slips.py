"""Makes `slips.tsv` (300 slips that must be caught) and `harmless.tsv` (differences that must not warn).

    python -m tests.golden.reuse.make_slips

The values are invented; the slips are those that people make: a digit swapped, doubled or lost, the day in the place of
the month, a mark forgotten or another one put, đ and d, l and n, s and x, tr and ch, an ending heard wrongly, a word
left out, a ward's former name, a letter from the key beside it. One seed, one file.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

FOLDER = Path(__file__).parent
SLIPS, HARMLESS = FOLDER / "slips.tsv", FOLDER / "harmless.tsv"
COUNT = 300
NAMES = (
    "NGUYỄN VĂN MẪU", "TRẦN THỊ HOÀ", "LÊ ĐỨC THẮNG", "PHẠM THUỲ LINH", "HOÀNG NGỌC QUÝ", "ĐỖ THỊ HẠNH", "VŨ MINH TUẤN",
    "ĐẶNG XUÂN TRƯỜNG", "BÙI THỊ NGUYỆT", "LƯƠNG KHÁNH CHI", "HUỲNH TẤN PHÁT", "NGÔ THỊ SEN", "TRỊNH CÔNG LẬP",
    "CHU VĂN NINH", "LÝ THỊ XUYẾN",
)  # fmt: skip
PLACES = (
    "số 12 đường Lý Thường Kiệt, phường Hoà Mẫu, thành phố Hải Phòng", "thôn Đông, xã Thuỷ Mẫu, tỉnh Hưng Yên",
    "tổ 5, phường Quý Mẫu, thành phố Đà Nẵng", "ấp 3, xã Tân Mẫu, tỉnh Tây Ninh",
    "số 1 ngõ 23 phố Đê La Thành, phường Láng Mẫu, thành phố Hà Nội", "khu phố 2, phường An Mẫu, tỉnh Lâm Đồng",
)  # fmt: skip
IDENTITIES = ("031090000001", "079185012345", "001203004567", "036187009912", "123456789", "048301077710")
NUMBERS = ("125/2023/KS", "07/GPXD", "1205/QĐ-UBND", "45/2024-XNTTHN", "0312/GCN-HKD", "88/2019/TLKS")
DAYS = ("1990-05-04", "1985-12-11", "2003-02-10", "1987-09-07", "2024-03-12", "2015-11-06")
_BESIDE = {"a": "s", "n": "m", "h": "g", "t": "r", "c": "v", "o": "i", "u": "y", "i": "u", "e": "r", "d": "f"}
_HEARD = (
    ("L", "N"),
    ("N", "L"),
    ("S", "X"),
    ("X", "S"),
    ("TR", "CH"),
    ("CH", "TR"),
    ("ĐỨC", "ĐỨT"),
    ("NGUYỆT", "NGUYỆN"),
)
_FORMER = {"thành phố Hải Phòng": "tỉnh Hải Dương", "tỉnh Lâm Đồng": "tỉnh Đắk Nông", "tỉnh Hưng Yên": "tỉnh Thái Bình"}
_TONES = ("\u0300", "\u0301", "\u0303", "\u0309", "\u0323")


def _letters(text: str) -> list[str]:
    return list(unicodedata.normalize("NFC", text))


def _digit(text: str, rng: random.Random, change: Callable[[list[str], int, random.Random], None]) -> str:
    letters = _letters(text)
    change(letters, rng.choice([place for place, letter in enumerate(letters) if letter.isdigit()]), rng)
    return "".join(letters)


def _swap(letters: list[str], place: int, _: random.Random) -> None:
    letters[place : place + 2] = letters[place : place + 2][::-1]


def _other(letters: list[str], place: int, rng: random.Random) -> None:
    letters[place] = rng.choice([one for one in "0123456789" if one != letters[place]])


def _double(letters: list[str], place: int, _: random.Random) -> None:
    letters.insert(place, letters[place])


def _lose(letters: list[str], place: int, _: random.Random) -> None:
    del letters[place]


def _mark(text: str, rng: random.Random) -> str:
    """A tone forgotten, or another one in its place."""
    letters = [unicodedata.normalize("NFD", letter) for letter in _letters(text)]
    toned = [place for place, letter in enumerate(letters) if set(letter) & set(_TONES)]
    if not toned:
        return text
    place = rng.choice(toned)
    tone = next(one for one in letters[place] if one in _TONES)
    put = rng.choice(["", *(one for one in _TONES if one != tone)])
    letters[place] = letters[place].replace(tone, put)
    return unicodedata.normalize("NFC", "".join(letters))


def _shape(text: str, rng: random.Random) -> str:
    """đ and d, ơ and o, ư and u, ă and a, ê and e."""
    pairs = {
        "Đ": "D",
        "đ": "d",
        "Ơ": "O",
        "ơ": "o",
        "Ư": "U",
        "ư": "u",
        "Ă": "A",
        "ă": "a",
        "ê": "e",
        "Ê": "E",
        "ô": "o",
    }
    letters = _letters(text)
    places = [place for place, letter in enumerate(letters) if letter in pairs]
    if not places:
        return text
    place = rng.choice(places)
    letters[place] = pairs[letters[place]]
    return "".join(letters)


def _beside(text: str, rng: random.Random) -> str:
    letters = _letters(text)
    places = [place for place, letter in enumerate(letters) if letter.lower() in _BESIDE]
    place = rng.choice(places)
    put = _BESIDE[letters[place].lower()]
    letters[place] = put.upper() if letters[place].isupper() else put
    return "".join(letters)


def _heard(text: str, rng: random.Random) -> str:
    fitting = [(one, other) for one, other in _HEARD if any(word.startswith(one) for word in text.split(" "))]
    if not fitting:
        return text
    one, other = rng.choice(fitting)
    words = text.split(" ")
    place = next(place for place, word in enumerate(words) if word.startswith(one))
    words[place] = other + words[place][len(one) :]
    return " ".join(words)


def _word(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    place = rng.randrange(len(words))
    if rng.random() < 0.5:
        del words[place]
    else:
        words[place - 1], words[place] = words[place], words[place - 1]
    return " ".join(words)


def _former(text: str, _: random.Random) -> str:
    return next((text.replace(now, before) for now, before in _FORMER.items() if now in text), text)


def _day(text: str, rng: random.Random) -> str:
    year, month, day = (int(part) for part in text.split("-"))
    slip = rng.randrange(4)
    if slip == 0:
        day, month = month, day
    elif slip == 1:
        year += rng.choice((-10, -1, 1, 10))
    elif slip == 2:
        day = day % 28 + 1
    else:
        month = month % 12 + 1
    return f"{day:02d}/{month:02d}/{year}"


def _slips() -> Iterator[tuple[str, str, str]]:
    rng = random.Random("slips")
    digits = (_swap, _other, _double, _lose)
    while True:
        for text in NAMES:
            yield "TEXT", text, rng.choice((_mark, _shape, _beside, _heard, _word))(text, rng)
        for text in PLACES:
            if any(one.isdigit() for one in text) and rng.random() < 0.4:
                yield "TEXT", text, _digit(text, rng, rng.choice((_other, _double)))
            yield "TEXT", text, rng.choice((_mark, _shape, _beside, _word, _former))(text, rng)
        for text in IDENTITIES:
            yield "IDENTITY", text, _digit(text, rng, rng.choice(digits))
        for text in NUMBERS:
            yield (
                "NUMBER",
                text,
                rng.choice((lambda one, r: _digit(one, r, r.choice((_other, _double))), _shape))(text, rng),
            )
        for text in DAYS:
            yield "DATE", text, _day(text, rng)


def slips() -> list[tuple[str, str, str]]:
    """Kind, value on the record, value as stated: `COUNT` different ones."""
    found: dict[tuple[str, str, str], None] = {}
    for kind, kept, stated in _slips():
        if not _very_same(kind, kept, stated):
            found.setdefault((kind, kept, stated))
        if len(found) == COUNT:
            return list(found)
    raise AssertionError  # the slips never end


def _very_same(kind: str, kept: str, stated: str) -> bool:
    """A swap of two equal digits, a day that is its own month: no slip. Judged letter by letter, not by our folding."""
    if kind == "DATE":
        year, month, day = kept.split("-")
        return stated == f"{day}/{month}/{year}"
    return unicodedata.normalize("NFC", kept) == unicodedata.normalize("NFC", stated)


def harmless() -> list[tuple[str, str, str]]:
    """The same value in another dress."""
    texts = [*NAMES, *PLACES]
    found = [("TEXT", text, unicodedata.normalize("NFD", text)) for text in texts]
    found += [("TEXT", text, text.lower()) for text in texts]
    found += [("TEXT", text, f"  {text.replace(' ', '  ')} ") for text in texts]
    found += [("TEXT", text, text.title()) for text in NAMES]
    found += [("TEXT", text, text.replace(", ", " , ")) for text in PLACES]
    moved = {"HOÀ": "HÒA", "Hoà": "Hòa", "THUỲ": "THÙY", "Thuỷ": "Thủy"}
    found += [("TEXT", text, text.replace(a, b)) for text in texts for a, b in moved.items() if a in text]
    found += [("TEXT", "NGUYỄN VĂN MẪU", "NGUYỄNVĂN MẪU"), ("TEXT", "TRẦN THỊ HOÀ", "Trần ThịHòa")]
    found += [("IDENTITY", text, f"{text[:3]} {text[3:6]} {text[6:]}") for text in IDENTITIES]
    found += [("IDENTITY", text, f"{text[:3]}.{text[3:6]}.{text[6:]}") for text in IDENTITIES]
    found += [("NUMBER", text, text.replace("/", " / ").lower()) for text in NUMBERS]
    for text in DAYS:
        year, month, day = text.split("-")
        found += [("DATE", text, stated) for stated in (
            f"{day}/{month}/{year}", f"{int(day)}/{int(month)}/{year}", f"{day}-{month}-{year}",
            f"{day}.{month}.{year}", f"ngày {day} tháng {month} năm {year}",
            f"Ngày {int(day)}  tháng {int(month)} năm {year}",
        )]  # fmt: skip
    return found


def table(rows: list[tuple[str, str, str]]) -> str:
    """Lines of three cells parted by tabs."""
    return "".join("\t".join(row) + "\n" for row in rows)


if __name__ == "__main__":
    SLIPS.write_text(table(slips()), encoding="utf-8")
    HARMLESS.write_text(table(harmless()), encoding="utf-8")
