"""Vietnamese text made comparable: Unicode form, tone placement, đ, case, spacing; and masks for what a page may show.

A paper may print ``HOÀ`` or ``HÒA``, an OCR engine may answer in NFD, a legacy file may hold the Icelandic ``Ð`` for
``Đ``. None of that makes two names different. What is stored is never rewritten: folding serves comparison and search.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
"""Grave, acute, tilde, hook above, dot below."""
_SHAPES = frozenset("\u0302\u0306\u031b")
"""Circumflex, breve, horn: they make another letter, not another tone."""
_VOWELS = frozenset("aeiouy")
_LETTERS = re.compile(r"[^\W\d_]+")
_NOT_ALNUM = re.compile(r"[\W_]+")
_ALNUM = re.compile(r"[^\W_]")
_SPACES = re.compile(r"\s+")
_LOOKALIKES = str.maketrans({"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ", "\u0256": "đ"})
"""Eth and the African D look like Đ on screen and came with TCVN3 and VNI conversions."""
_INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_WITH_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


class NameMatch(IntEnum):
    """How alike two names are; a greater value is a better match."""

    DIFFERENT = 0
    NO_MARKS = 1
    """Equal only when every mark is dropped: ``Hà`` and ``Hạ`` are two people."""
    SPACING_CASE = 2
    TONE_PLACEMENT = 3
    EXACT = 4


def nfc(text: str) -> str:
    """``text`` in Unicode NFC (TCVN 6909), with look-alikes of Đ put right and invisible characters dropped."""
    return unicodedata.normalize("NFC", text).translate(_LOOKALIKES).translate(_INVISIBLE)


def collapse(text: str) -> str:
    """``nfc`` with runs of white space as one space and none at the ends."""
    return _SPACES.sub(" ", nfc(text)).strip()


def fold_tone_placement(text: str) -> str:
    """NFC with every tone on the letter where the traditional spelling puts it.

    >>> fold_tone_placement("Cộng hoà, thuỷ lợi, quý, giếng")
    'Cộng hòa, thủy lợi, quý, giếng'

    A run of letters that is no Vietnamese syllable (several groups of vowels, or several tones) is left as it is.
    """
    folded = nfc(text)
    if not _WITH_TONE.search(unicodedata.normalize("NFD", folded)):
        return folded
    return _LETTERS.sub(lambda run: _fold_syllable(run.group()), folded)


def _fold_syllable(run: str) -> str:
    letters = [unicodedata.normalize("NFD", letter) for letter in run]
    toned = [(place, mark) for place, letter in enumerate(letters) for mark in letter[1:] if mark in _TONES]
    if len(toned) != 1:
        return run
    place, tone = toned[0]
    target = _tone_seat(letters)
    if target is None:
        return run
    letters[place] = letters[place].replace(tone, "")
    letters[target] += tone
    return unicodedata.normalize("NFC", "".join(letters))


def _tone_seat(letters: list[str]) -> int | None:
    """The index of the letter that carries the tone in traditional spelling, or None when this is no syllable."""
    bases = [letter[0].lower() for letter in letters]
    vowels = [place for place, base in enumerate(bases) if base in _VOWELS]
    vowels = vowels[_glide(bases, vowels) :]
    if not vowels or vowels[-1] - vowels[0] != len(vowels) - 1:
        return None
    shaped = [place for place in vowels if _SHAPES & set(letters[place])]
    if shaped:
        return shaped[-1]
    closed = vowels[-1] < len(letters) - 1
    if len(vowels) == 1 or (len(vowels) == 2 and not closed):  # noqa: PLR2004 - oa, ua, ia: the first of two open vowels
        return vowels[0]
    return vowels[-1] if len(vowels) == 2 else vowels[1]  # noqa: PLR2004 - oan: the second; oai, uyu: the middle


def _glide(bases: list[str], vowels: list[int]) -> int:
    """1 when the first vowel belongs to the initial (the u of qu, the i of gi before another vowel), else 0."""
    starts = "".join(bases[:2])
    if vowels[:1] != [1] or vowels[1:2] != [2]:
        return 0
    return 1 if starts in {"qu", "gi"} else 0


def strip_marks(text: str) -> str:
    """Letters without any mark, đ as d; case kept. ``strip_marks("Đặng Thuỳ") == "Dang Thuy"``."""
    plain = unicodedata.normalize("NFD", nfc(text))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", plain.replace("đ", "d").replace("Đ", "D"))


def spelling_key(text: str) -> str:
    """Marks kept, all else folded: tone placement, case, and runs of non-letters as one space. The exact form's key."""
    return _NOT_ALNUM.sub(" ", fold_tone_placement(text).casefold()).strip()


def search_key(text: str) -> str:
    """The form in which every spelling of a text meets: no marks, no case, words parted by one space.

    >>> search_key("Phường  HOÀ-CƯỜNG, Q. Đống Đa")
    'phuong hoa cuong q dong da'
    """
    return _NOT_ALNUM.sub(" ", strip_marks(text).casefold()).strip()


def compare_names(one: str, other: str) -> NameMatch:
    """The best level at which two names agree. Two empty names are DIFFERENT: nothing proves nothing."""
    left, right = nfc(one), nfc(other)
    if not _ALNUM.search(left) or not _ALNUM.search(right):
        return NameMatch.DIFFERENT
    if left == right:
        return NameMatch.EXACT
    if fold_tone_placement(left) == fold_tone_placement(right):
        return NameMatch.TONE_PLACEMENT
    if _same_letters(left.casefold(), right.casefold()):
        return NameMatch.SPACING_CASE
    if _NOT_ALNUM.sub("", search_key(left)) == _NOT_ALNUM.sub("", search_key(right)):
        return NameMatch.NO_MARKS
    return NameMatch.DIFFERENT


def _same_letters(left: str, right: str) -> bool:
    """Equal but for spacing and tone placement.

    Both are cut where the one with more words is cut, so that a lost space does not hide a syllable from folding.
    """
    finer = max(_NOT_ALNUM.split(left), _NOT_ALNUM.split(right), key=len)
    joined = [_NOT_ALNUM.sub("", text) for text in (left, right)]
    if len(joined[0]) != len(joined[1]):
        return False
    place = 0
    for word in finer:
        pieces = [fold_tone_placement(text[place : place + len(word)]) for text in joined]
        if pieces[0] != pieces[1]:
            return False
        place += len(word)
    return True


def mask_number(number: str) -> str:
    """An identifier that its owner knows again and nobody else can use: ``031012345623`` -> ``0310******23``.

    Keeps at most the first four and last two characters, never more than half of them; up to four are all hidden.
    """
    size = len(number)
    if size <= 4:  # noqa: PLR2004 - too short to show anything
        return "*" * size
    head, tail = min(4, size // 3), min(2, size // 6)
    return number[:head] + "*" * (size - head - tail) + (number[-tail:] if tail else "")


def mask_name(name: str) -> str:
    """The family name in full, of every other word the first letter: ``Trần Thị Bưởi`` -> ``Trần T** B***``."""
    words = collapse(name).split(" ")
    if len(words) == 1:
        return words[0][:1] + "*" * (len(words[0]) - 1)
    return " ".join([words[0], *(word[0] + "*" * (len(word) - 1) for word in words[1:])])


_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> plain("=HYPERLINK(1)"), plain("Nguyễn"), plain(" =1")
    ("'=HYPERLINK(1)", 'Nguyễn', "' =1")
    """
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_A_FORMULA) or text.startswith(_STARTS_A_FORMULA) else text
