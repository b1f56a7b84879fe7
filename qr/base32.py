"""Base32 of RFC 4648 section 6: upper case, unpadded, one spelling only (unused bits must be zero)."""

from __future__ import annotations

import re

from qr.errors import EncodingError

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_PATTERN = re.compile("[A-Z2-7]*")
_TO_DIGITS = str.maketrans(ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_POSSIBLE_LENGTHS = frozenset({0, 2, 4, 5, 7})  # characters modulo 8


def encode(data: bytes) -> str:
    """The unpadded base32 text of `data`, 8 characters for every 5 bytes."""
    count = -(-len(data) * 8 // 5)
    number = int.from_bytes(data, "big") << count * 5 - len(data) * 8
    return "".join(ALPHABET[number >> shift & 31] for shift in range(count * 5 - 5, -1, -5))


def decode(text: str) -> bytes:
    """The bytes of `text`; EncodingError BASE32 for another alphabet, an impossible length or non-zero spare bits."""
    if len(text) % 8 not in _POSSIBLE_LENGTHS or not _PATTERN.fullmatch(text):
        raise EncodingError("BASE32")
    if not text:
        return b""
    size, spare = divmod(len(text) * 5, 8)
    number = int(text.translate(_TO_DIGITS), 32)
    if number & ((1 << spare) - 1):
        raise EncodingError("BASE32", "spare bits are not zero")
    return (number >> spare).to_bytes(size, "big")
