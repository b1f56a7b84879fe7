"""Which text may stand in a credential: NFC, and nothing that hides, reorders or cannot be seen.

The table is spelled out, and the same in `browser/characters.js`, because Python and browsers carry different versions
of Unicode: two verifiers must never disagree about a paper.
"""

from __future__ import annotations

import re
import unicodedata

REFUSED: tuple[tuple[int, int], ...] = (
    (0x00, 0x1F),  # controls
    (0x7F, 0x9F),
    (0xAD, 0xAD),  # soft hyphen
    (0x34F, 0x34F),  # combining grapheme joiner
    (0x600, 0x605),  # Arabic number signs (format characters)
    (0x61C, 0x61C),  # Arabic letter mark
    (0x6DD, 0x6DD),
    (0x70F, 0x70F),
    (0x890, 0x891),
    (0x897, 0x897),  # combining, newer than Unicode 14: normalised differently by older engines
    (0x8E2, 0x8E2),
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),  # invisible Khmer vowels
    (0x180B, 0x180F),  # Mongolian selectors
    (0x1ACF, 0x1AFF),  # combining, newer than Unicode 14
    (0x200B, 0x200F),  # zero width, directional marks
    (0x2028, 0x202E),  # line and paragraph separators, bidi embeddings and overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, bidi isolates
    (0x3164, 0x3164),  # Hangul filler
    (0xD800, 0xF8FF),  # surrogates, private use
    (0xFDD0, 0xFDEF),  # noncharacters
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # half-width Hangul filler
    (0xFFF0, 0xFFFF),  # interlinear annotation, replacement, noncharacters
    (0x10000, 0x1FFFF),  # pictures, look-alike mathematical letters, scripts still growing
    (0x2FFFE, 0x2FFFF),
    (0x3FFFE, 0x10FFFF),  # unassigned planes, tags, private use
)

_REFUSED = re.compile("[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in REFUSED) + "]")


def is_plain(text: str) -> bool:
    r"""Whether `text` is NFC and free of control, bidi, invisible, private and unassigned characters.

    >>> is_plain("Nguyễn Thị Ánh"), is_plain("Nguyễn\u202eÁnh")
    (True, False)
    """
    return not _REFUSED.search(text) and unicodedata.is_normalized("NFC", text)
