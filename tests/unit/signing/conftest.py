"""One development PKI and a few sealed files for the whole session: making keys is the slow part."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from io import BytesIO

import pytest
import qrcode

from signing import (
    ConversionMark,
    DevelopmentPki,
    Level,
    LocalTimestampAuthority,
    Sealer,
    Trust,
    create_development_pki,
    seal,
)
from tests.unit.signing.builders import plain_pdf

NOW = datetime(2026, 11, 22, 2, 15, 30, tzinfo=UTC)
PASSPHRASE = b"only for tests"


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def passphrase() -> bytes:
    return PASSPHRASE


@pytest.fixture(scope="session")
def pki() -> DevelopmentPki:
    return create_development_pki(NOW, "UBND phường Ỹ La (BẢN MẪU)", PASSPHRASE)


@pytest.fixture(scope="session")
def sealer(pki: DevelopmentPki) -> Sealer:
    return Sealer.from_pkcs12(pki.seal_pkcs12, PASSPHRASE)


@pytest.fixture(scope="session")
def tsa(pki: DevelopmentPki) -> LocalTimestampAuthority:
    return pki.timestamp_authority(PASSPHRASE, lambda: NOW)


@pytest.fixture(scope="session")
def trust(pki: DevelopmentPki) -> Trust:
    return Trust.from_pem(pki.root_pem)


@pytest.fixture(scope="session")
def blank() -> bytes:
    return plain_pdf()


@pytest.fixture(scope="session")
def sealed(blank: bytes, sealer: Sealer, tsa: LocalTimestampAuthority, pki: DevelopmentPki):
    """`sealed(level)`: the blank file sealed at this level, made once."""

    @cache
    def make(level: Level) -> bytes:
        return seal(blank, sealer=sealer, now=NOW, level=level, timestamper=tsa, validation=pki.evidence).pdf

    return make


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
