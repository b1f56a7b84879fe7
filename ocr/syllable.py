"""Could this be a Vietnamese syllable? Evidence about how well a word was read; nothing is ever corrected by it."""

from __future__ import annotations

import re
import unicodedata

_ONSET = "ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx]"
_RHYME = (
    "i|y|ia|ya|iêu|yêu|iê(?:[cmnpt]|ng)|yê(?:[mnt]|ng)|i(?:[cmnpt]|ch|nh|u)|y(?:t|ch|nh|u|n|p)|"
    "e|e(?:[cmnpt]|ng|o)|ê|ê(?:[mnptu]|ch|nh)|"
    "a|a(?:[cimnoptuy]|ch|ng|nh)|ă(?:[ckmnpt]|ng)|â(?:[cmnptuy]|ng)|"
    "o|o(?:[cimnpt]|ng)|oo(?:c|ng)|ô|ô(?:[cimnpt]|ng)|ơ|ơ(?:[imnpt])|"
    "u|u(?:[cimnpt]|ng)|ua|uô(?:[cimnt]|ng)|ư|ư(?:[cimtu]|n|ng)|ưa|ươ(?:[cimnptu]|ng)|"
    "oa|oa(?:[cimnopty]|ch|ng|nh)|oă(?:[cmnt]|ng)|oe|oe(?:[nto]|m)|"
    "uâ(?:[nty]|ng)|uê|uê(?:ch|nh|n)|uơ|uy|uy(?:[ntu]|ch|nh|p)|uya|uyê(?:[nt])|ue|uo"
)
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_RHYME})")
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}


def is_syllable(word: str) -> bool:
    """Whether the letters of ``word`` make one Vietnamese syllable with at most one tone, whatever its case.

    A stopped syllable (-c, -ch, -p, -t) has only the acute or the dot; "gì" and "giếng" carry their i once.
    """
    apart = unicodedata.normalize("NFD", word.lower())
    tones = [char for char in apart if char in _TONES]
    plain = unicodedata.normalize("NFC", "".join(char for char in apart if char not in _TONES))
    if len(tones) > 1:
        return False
    if not (_SYLLABLE.fullmatch(plain) or (plain.startswith("gi") and _SYLLABLE.fullmatch("g" + plain[1:]))):
        return False
    stopped = plain.endswith(("c", "ch", "k", "p", "t"))
    return not stopped or tones in (["\u0301"], ["\u0323"])


def strange_words(text: str) -> int:
    """How many words made of letters only, in small letters or capitals throughout, are no syllable."""
    words = re.findall(r"[^\W\d_]+", text)
    return sum(len(word) > 1 and not is_syllable(word) and not _is_abbreviation(word) for word in words)


def _is_abbreviation(word: str) -> bool:
    """UBND, TNHH, HĐND: capitals without a vowel, or with so few that nobody speaks them; no mark but Đ's stroke."""
    folded = unicodedata.normalize("NFD", word)
    return word.isupper() and len(word) < 8 and not any(map(unicodedata.combining, folded))  # noqa: PLR2004 - longer are words
