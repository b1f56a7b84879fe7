"""Letters without their marks, place for place, so that a match in folded text is a match in the text itself."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    if char in "đĐ":
        return "d"
    base = unicodedata.normalize("NFD", char)[0].lower()
    return base if len(base) == 1 else char


def fold(text: str) -> str:
    """Lower case without any mark, as long as ``text`` itself.

    Old and new tone placement (HOÀ, HÒA) fold to the same letters, and so do most misread tone marks.

    >>> fold("Cộng hoà, Đ/c"), fold("CỘNG HÒA")
    ('cong hoa, d/c', 'cong hoa')
    """
    return "".join(_folded(char) for char in unicodedata.normalize("NFC", text))


def compact(folded: str) -> tuple[str, list[int]]:
    """Letters and digits only, and for each of them its place in ``folded``."""
    places = [place for place, char in enumerate(folded) if char.isalnum()]
    return "".join(folded[place] for place in places), places
