"""Base45 of RFC 9285, which other countries' credentials use; ours do not, for its alphabet breaks in addresses."""

from __future__ import annotations

from qr.errors import EncodingError

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_BASE = 45
_BYTE, _PAIR = 1 << 8, 1 << 16
_GROUP, _TAIL = 3, 2  # characters that carry two bytes, and one


def decode(text: str) -> bytes:
    """The bytes of `text`; EncodingError BASE45 for another alphabet, an impossible length or a group too large."""
    result = bytearray()
    for at in range(0, len(text), _GROUP):
        group = text[at : at + _GROUP]
        if len(group) < _TAIL or any(letter not in _VALUES for letter in group):
            raise EncodingError("BASE45", "alphabet or length")
        number = sum(_VALUES[letter] * _BASE**place for place, letter in enumerate(group))
        if number >= (_PAIR if len(group) == _GROUP else _BYTE):
            raise EncodingError("BASE45", "a group beyond its bytes")
        result += number.to_bytes(len(group) - 1, "big")
    return bytes(result)
