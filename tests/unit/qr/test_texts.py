"""Base32 in one spelling, and which characters may stand in a credential."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

import qr
from qr import base32, characters
from qr.errors import EncodingError

RFC_4648 = [
    (b"", ""),
    (b"f", "MY"),
    (b"fo", "MZXQ"),
    (b"foo", "MZXW6"),
    (b"foob", "MZXW6YQ"),
    (b"fooba", "MZXW6YTB"),
    (b"foobar", "MZXW6YTBOI"),
]
VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"


@pytest.mark.parametrize(("raw", "text"), RFC_4648)
def test_base32_of_the_rfc(raw: bytes, text: str) -> None:
    assert base32.encode(raw) == text
    assert base32.decode(text) == raw


@pytest.mark.parametrize("text", ["my", "MZ", "MY======", "M", "MZX", "MZXW6Y", "M1", "M Y", "_A", "-A", "ＭＹ", "M\n"])
def test_base32_has_one_spelling(text: str) -> None:
    with pytest.raises(EncodingError) as refused:
        base32.decode(text)
    assert refused.value.code == "BASE32"


@pytest.mark.parametrize(
    "text", [VIETNAMESE, VIETNAMESE.upper(), "Y Krông Niê Mlô", "Số: 12/2026/GKS–BTP", "阮文某", "Ч. Müller"]
)
def test_ordinary_text_is_plain(text: str) -> None:
    assert characters.is_plain(text)


def test_no_character_that_hides_or_commands_is_plain() -> None:
    """Every control, format, surrogate, private-use and separator character that this Python's Unicode knows."""
    kinds = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    hidden = (chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) in kinds)
    assert [char for char in hidden if characters.is_plain(f"A{char}B")] == []


def test_decomposed_text_is_not_plain() -> None:
    assert not characters.is_plain(unicodedata.normalize("NFD", "Nguyễn"))


def test_the_browser_has_the_same_table() -> None:
    source = (Path(qr.__file__).parent / "browser" / "characters.js").read_text(encoding="utf-8")
    rows = re.findall(r"\[0x([0-9a-f]+), 0x([0-9a-f]+)\]", source)
    assert tuple((int(low, 16), int(high, 16)) for low, high in rows) == characters.REFUSED
