"""One office (PKI, key, authority) for the whole session: making keys is the slow part."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from io import BytesIO

import pytest
import qrcode

from signing import ConversionMark, Level
from tests.unit.signing.builders import Office, open_office

NOW = datetime(2026, 11, 22, 2, 15, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def office() -> Office:
    return open_office(NOW)


@pytest.fixture(scope="session")
def sealed(office: Office) -> Callable[[Level], bytes]:
    """`sealed(level)`: the blank file sealed at this level, made once."""
    return cache(lambda level: office.seal(level=level))


@pytest.fixture(scope="session")
def mark() -> ConversionMark:
    return ConversionMark(
        words="Bản số hóa từ văn bản giấy. BẢN MẪU",
        agency="UBND phường Ỹ La, tỉnh Tuyên Quang",
        person="Nguyễn Thị Ủy Ễnh ở Đỗ",
        at=NOW,
        lookup_code="KS-2026-000123",
        lookup_url="https://kho.example.vn/tra-cuu/KS-2026-000123",
    )


@pytest.fixture(scope="session")
def qr_png() -> bytes:
    target = BytesIO()
    qrcode.make("HTTPS://KHO.EXAMPLE.VN/Q#BANMAU", border=4, box_size=8).save(target)
    return target.getvalue()
