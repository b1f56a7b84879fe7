"""The block-wise reader of hexadecimal strings and pyHanko's own agree: value, place after it, or refusal."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError

from signing.hexstrings import _digit_by_digit, read_hex_string


def outcome(read: Callable[[Any], Any], data: bytes) -> object:
    stream = BytesIO(b"7" + data)
    stream.seek(1)
    try:
        value = read(stream)
    except PdfReadError as error:
        return type(error), str(error)
    return type(value), value.original_bytes, stream.tell()


HEX = st.text("0123456789abcdefABCDEF \t\r\n\0\f", max_size=400).map(str.encode)
ANYTHING = st.lists(st.sampled_from([b"4", b"a", b" ", b"%", b">", b"<", b"\n", b"\0", b"x", b"\xff"]), max_size=40)


@given(HEX.map(lambda digits: b"<" + digits + b"> 12 0 R") | ANYTHING.map(lambda parts: b"<" + b"".join(parts)))
@example(b"<")
@example(b"<>")
@example(b"<41%>\n42>")
@example(b"<FEFF1EC6>")
@example(b"<4")
def test_both_readers_agree(data: bytes) -> None:
    assert outcome(read_hex_string, data) == outcome(_digit_by_digit, data)


@pytest.mark.parametrize("digits", [127, 128, 129, 1151, 1152, 40_000, 200_001])
def test_they_agree_where_blocks_meet(digits: int) -> None:
    data = b"<" + (b"0123456789abcdef" * (digits // 16 + 1))[:digits] + b">>>\nendobj"
    assert outcome(read_hex_string, data) == outcome(_digit_by_digit, data)


def test_pyhanko_uses_it() -> None:
    assert generic.read_hex_string_from_stream is read_hex_string
