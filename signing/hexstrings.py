"""Hexadecimal strings (ISO 32000-2, 7.3.4.3) read in blocks instead of byte by byte.

Every signature lies in its file as such a string, 15 to 40 thousand digits long, and is read several times while a file
is judged. pyHanko asks its stream for each digit: that was half of the time of a validation and most of the time of
finding out when an archive time stamp ends. Whatever is not plain digits and blanks goes to pyHanko as before, so
nothing is accepted, refused or understood differently.
"""

from __future__ import annotations

import binascii
from typing import IO, Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PDF_WHITESPACE

_FIRST: Final = 128
_LARGEST: Final = 1 << 16

_digit_by_digit = generic.read_hex_string_from_stream


def read_hex_string(stream: IO[bytes]) -> Any:
    """What pyHanko's `read_hex_string_from_stream` gives and raises; goes from before "<" to behind ">"."""
    start = stream.tell()
    stream.seek(1, 1)
    found, size = bytearray(), _FIRST
    while True:
        block = stream.read(size)
        end = block.find(b">")
        found += block if end < 0 else block[:end]
        if end >= 0 or not block:
            break
        size = min(8 * size, _LARGEST)
    digits = bytes(found).translate(None, PDF_WHITESPACE)
    try:
        value = binascii.unhexlify(digits + b"0" * (len(digits) % 2))
    except binascii.Error:
        value = None
    if value is None or end < 0:
        stream.seek(start)
        return _digit_by_digit(stream)
    stream.seek(start + 1 + len(found) + 1)
    return generic.pdf_string(value)


def install() -> None:
    """Let pyHanko's parser use `read_hex_string`."""
    generic.read_hex_string_from_stream = read_hex_string
