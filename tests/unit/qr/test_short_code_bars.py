"""The bar code of a short code, read back as a shop's scanner would: by another reader than the one that drew it."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import numpy as np
import pytest
import zxingcpp

import qr

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_five_hundred_bar_codes_read_back() -> None:
    draw = random.Random(13).randbytes  # the same five hundred each time
    for _ in range(500):
        code = qr.new_short_code(random=draw, now=NOW)
        drawn = zxingcpp.create_barcode(code.ean13, zxingcpp.BarcodeFormat.EAN13)
        picture = np.array(zxingcpp.write_barcode_to_image(drawn, scale=3))
        (found,) = zxingcpp.read_barcodes(picture)
        assert (found.format, found.text) == (zxingcpp.BarcodeFormat.EAN13, code.ean13)
        assert qr.read_short_code(found.text, hosts=frozenset({"kho.example.vn"})) == code.digits


def test_a_wrong_check_digit_is_refused() -> None:
    code = qr.new_short_code(random=random.Random(14).randbytes, now=NOW)
    wrong = code.ean13[:-1] + str((int(code.ean13[-1]) + 1) % 10)
    with pytest.raises(qr.CredentialError):
        qr.read_short_code(wrong, hosts=frozenset({"kho.example.vn"}))
