"""Every bad file is bad in exactly the way its name says, seen by tools that are not ours."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.errors import PdfReadError

from tests.golden.bad_input import (
    BOMB,
    CASES,
    EMPTY_FILE,
    GIANT_SIDE,
    MANY_PAGES,
    NOT_A_PAPER,
    OK,
    PASSWORD,
    TRUNCATED,
    UNPACKED,
    BadInput,
    _zeros,
    bad_input,
)


@pytest.mark.parametrize("name", CASES)
def test_every_case_is_small_and_the_same_each_time(name: str) -> None:
    case = bad_input(name)
    assert isinstance(case, BadInput)
    assert len(case.content) < 12_000_000
    assert (not case.content) == (case.expected == EMPTY_FILE)
    if "password" not in name:  # encryption draws a fresh key
        assert case == bad_input(name)


def test_the_packed_zeros_unpack_to_exactly_what_they_claim() -> None:
    for length in (0, 1, 1 << 20, (1 << 20) * 3 + 77):
        assert zlib.decompress(_zeros(length)) == bytes(length)


def test_bombs_hold_ten_gigabytes_in_few_bytes() -> None:
    bombs = [bad_input(name) for name in CASES if name.startswith("bomb")]
    assert len(bombs) == 3
    assert all(case.expected == BOMB and len(case.content) < UNPACKED / 900 for case in bombs)
    packed = bad_input("bomb-in-content").content
    unpacker = zlib.decompressobj()
    start = packed.index(b"stream\n", packed.index(b"/FlateDecode")) + len(b"stream\n")
    assert unpacker.decompress(packed[start:], 5_000_000) == bytes(5_000_000)
    assert unpacker.unconsumed_tail


def test_papers_that_are_none_have_no_signature_of_one() -> None:
    for case in (bad_input(name) for name in CASES):
        known = case.content.startswith((b"\xff\xd8\xff", b"\x89PNG", b"%PDF-"))
        assert known == (case.expected not in {NOT_A_PAPER, EMPTY_FILE}), case.name


def test_truncated_pictures_end_early() -> None:
    for name in ("truncated-jpeg", "truncated-png"):
        case = bad_input(name)
        assert case.expected == TRUNCATED
        with Image.open(io.BytesIO(case.content)) as picture, pytest.raises(OSError, match="truncated"):
            picture.load()
    assert b"%%EOF" not in bad_input("truncated-pdf").content[-2000:]


def test_passwords_lock_and_open() -> None:
    locked = PdfReader(io.BytesIO(bad_input("password").content))
    with pytest.raises(PdfReadError):
        _ = locked.pages[0]
    assert locked.decrypt(PASSWORD)
    assert len(locked.pages) == 1
    assert len(PdfReader(io.BytesIO(bad_input("owner-password-only").content)).pages) == 1


def test_page_counts() -> None:
    assert len(PdfReader(io.BytesIO(bad_input("no-pages").content)).pages) == 0
    assert len(PdfReader(io.BytesIO(bad_input("ten-thousand-pages").content)).pages) == MANY_PAGES


def test_the_giant_picture_is_whole_by_its_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    with Image.open(io.BytesIO(bad_input("giant-png").content)) as picture:
        assert picture.size == (GIANT_SIDE, GIANT_SIDE)


def test_the_turned_photograph_is_upright_once_its_exif_is_heeded() -> None:
    turned = bad_input("turned-by-exif")
    assert turned.expected == OK
    with Image.open(io.BytesIO(turned.content)) as picture:
        assert picture.width > picture.height
        upright = np.asarray(ImageOps.exif_transpose(picture).convert("L"), dtype=float)
    with Image.open(io.BytesIO(bad_input("jpeg-named-pdf").content)) as plain:
        straight = np.asarray(plain.convert("L"), dtype=float)
    assert upright.shape == straight.shape
    assert abs(upright - straight).mean() < 4


def test_the_printers_jpeg_is_cmyk() -> None:
    with Image.open(io.BytesIO(bad_input("cmyk-jpeg").content)) as picture:
        assert picture.mode == "CMYK"
