"""Text for drawn lines: half of it made-up syllables, so that a reader learns to look and not to guess.

A reader that has learnt frequent words "corrects" rare names to them. So every spelling that Vietnamese allows is
drawn (initial, rhyme, tone), beside phrases of this repository, numbers, dates, codes and names.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

ROOT = Path(__file__).resolve().parents[2]
LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
ACCENTED = "".join(unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES)
SMALL = "".join(dict.fromkeys(LETTERS + ACCENTED))
ALPHABET = (
    " " + SMALL + SMALL.upper() + "0123456789" + ".,;:!?()[]{}/\\-–—\"“”'‘’%&+=*<>@#§°º²³½…•·×_|~$€^`«»"
)  # fmt: skip
"""All that the reader can say; the blank of CTC comes before."""

_STARTS = (
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph", "qu",
    "r", "s", "t", "th", "tr", "v", "x",
)  # fmt: skip
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê "
    "êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu o oa oac oach oai oan oang oanh "
    "oat oay oăc oăn oăng oăt oc oe oen oi om on ong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uât uây "
    "uc ui um un ung uôc uôi uôm uôn uông uôt up ut uê uênh uơ uy uya uych uyên uyêt uynh uyt ư ưa ưc ưi ưng ươc ươi "
    "ươm ươn ương ươp ươt ươu ưt ưu y yên yêt yêu"
).split()
_CODES = (
    "QĐ-UBND", "CV-SNV", "BC-HĐND", "TB-VPCP", "NĐ-CP", "TT-BTP", "KH-UBND", "GCN", "HĐ", "TLKS-BS", "XNTTHN", "STNMT",
    "BGDĐT", "QLĐT&XD", "PCCC&CNCH-P6", "UBND-TP", "GPXD", "ĐKKD", "TTr-STC", "GM-VP", "NQ-HĐND", "CCCD", "CT",
)  # fmt: skip
_ENGLISH = (
    "of the and Date Full name No Place birth Independence Freedom Happiness Socialist Republic Viet Nam Nationality "
    "Sex Class Valid until Signature Number Certificate Department Address from to with for University Registration "
    "Wi-Fi Web Fax Zone Office file July September quantity jpg www gov vn email http zip fly wave QR ISO IEC"
).split()


def line(rng: random.Random, longest: int) -> str:
    """One line of up to about ``longest`` characters."""
    want = rng.randint(3, longest) if rng.random() < 0.25 else rng.randint(longest // 2, longest)
    kinds = [rng.choices((_syllables, _phrase, _number, _english, _label), (44, 30, 18, 3, 5))[0]]
    parts: list[str] = []
    while sum(len(part) + 1 for part in parts) < want:
        parts.append(rng.choice(kinds)(rng))
        if rng.random() < 0.3:
            kinds.append(rng.choices((_syllables, _phrase, _number, _english, _label), (40, 25, 25, 4, 6))[0])
    text = " ".join(part for part in parts if part)
    if rng.random() < 0.18:
        text = text.upper()
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    if len(text) > want:
        begin = rng.randint(0, len(text) - want) if rng.random() < 0.5 else 0
        text = text[begin : begin + want].strip()
    text = "".join(char for char in text if char in ALPHABET)
    return text or "1"


def _syllable(rng: random.Random) -> str:
    start, rhyme = rng.choice(_STARTS), rng.choice(_RHYMES)
    if (start == "gi" and rhyme.startswith("i")) or (start == "qu" and rhyme.startswith("u")):
        start = start[0]
    stop = rhyme[-1] in "cpt" or rhyme.endswith("ch")
    tone = rng.choice(_TONES[2::3]) if stop and rng.random() < 0.9 else rng.choice(_TONES)
    vowels = [place for place, char in enumerate(rhyme) if char in _VOWELS]
    place = next((place for place in vowels if rhyme[place] in "ăâêôơư"), None)
    if rhyme.startswith(("uơ", "ươ", "iê", "yê", "uô")):
        place = 1
    elif place is None:
        later = len(vowels) > 1 and (vowels[-1] < len(rhyme) - 1 or rng.random() < 0.4)
        place = vowels[1 if later else 0]
    return start + rhyme[: place + 1] + tone + rhyme[place + 1 :]


def _syllables(rng: random.Random) -> str:
    words = [_syllable(rng) for _ in range(rng.randint(1, 7))]
    style = rng.random()
    if style < 0.25:
        words = [word.capitalize() for word in words]
    elif style < 0.4:
        words[0] = words[0].capitalize()
    elif style < 0.47:
        words = [word.upper() for word in words]
    text = " ".join(words)
    end = rng.random()
    if end < 0.12:
        return text + rng.choice(",,,.;:")
    if end < 0.15:
        return f"({text})"
    if end < 0.18:
        return rng.choice((f"“{text}”", f'"{text}"', f"{text} - ", f"- {text}", f"+ {text}", f"{text}/", f"{text}…"))
    return text


@cache
def _phrases() -> tuple[str, ...]:
    """Vietnamese phrases of the repository: messages, catalogue, and the wording of the specimens."""
    found: set[str] = set()
    files = [
        *sorted((ROOT / "vault" / "messages").glob("*.yaml")),
        *sorted((ROOT / "vault" / "catalogue").rglob("*.yaml")),
    ]
    for file in files:
        found.update(re.findall(r'"([^"\n]{3,200})"', file.read_text("utf-8")))
        found.update(re.findall(r":\s+([^\"'{}\[\]\n#]{6,200})$", file.read_text("utf-8"), re.MULTILINE))
    for file in sorted((ROOT / "tests" / "golden" / "specimens").glob("*.py")):
        found.update(re.findall(r'"([^"\n{}\\]{2,120})"', file.read_text("utf-8")))
    kept = {unicodedata.normalize("NFC", re.sub(r"\{[^}]*\}", "", text)).strip() for text in found}
    return tuple(sorted(text for text in kept if any(char in text.lower() for char in ACCENTED if ord(char) > 127)))


def _phrase(rng: random.Random) -> str:
    words = rng.choice(_phrases()).split()
    many = rng.randint(1, 9)
    begin = rng.randrange(max(1, len(words) - many + 1))
    return " ".join(words[begin : begin + many])


def _english(rng: random.Random) -> str:
    return " ".join(rng.choice(_ENGLISH) for _ in range(rng.randint(1, 4)))


def _label(rng: random.Random) -> str:
    return (
        f"{_phrase(rng)}{rng.choice((':', ' :', ': ', '/'))} {_number(rng) if rng.random() < 0.5 else _syllables(rng)}"
    )


def _number(rng: random.Random) -> str:
    def digits(many: int) -> str:
        return "".join(rng.choice("0123456789") for _ in range(many))

    day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1930, 2039)
    return rng.choice(
        (
            f"{day:02d}/{month:02d}/{year}",
            f"{day}/{month}/{year}",
            f"ngày {day:02d} tháng {month:02d} năm {year}",
            f"{day:02d}-{month:02d}-{year}",
            digits(rng.randint(1, 6)),
            digits(9),
            digits(12),
            f"{digits(10)}-{digits(3)}",
            f"Số: {rng.randint(1, 9999)}/{rng.choice(('', f'{year}/'))}{rng.choice(_CODES)}",
            f"{rng.randint(1, 999)}/{rng.choice(_CODES)}",
            f"{rng.randint(1, 999)}.{digits(3)}.{digits(3)}{rng.choice((' đồng', '', 'đ', ' VNĐ'))}",
            f"{rng.randint(1, 999)},{digits(rng.randint(1, 2))}{rng.choice((' m²', ' m2', '%', ' ha', ''))}",
            f"{rng.choice('ABCDEGHKLMNPSTĐ')}{rng.choice('ABCDEGHKLMNPSTĐ ')}{digits(rng.choice((6, 8)))}",
            f"{digits(2)}{rng.choice('ABCDEFGHKLMNPSTUVXYZ')}{rng.choice(('', '1'))}-{digits(3)}.{digits(2)}",
            f"Điều {rng.randint(1, 200)}.",
            f"khoản {rng.randint(1, 20)} Điều {rng.randint(1, 200)}",
            f"{rng.choice(('I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'IX', 'X', 'XIV'))}.",
            f"{rng.randint(1, 23)} giờ {rng.randint(0, 59):02d} phút",
            f"0{digits(2)}.{digits(4)}.{digits(3)}",
            f"({day:02d}/{month:02d})",
            f"{rng.randint(1, 60)}.",
            f"{rng.choice('abcdđeghik')})",
        )
    )
