"""Real letters and laws that ministries signed and published: counts, coverage, and what their tools leave behind."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from signing import Reason, Report, Trust, Verdict, inspect

pytestmark = pytest.mark.needs_samples

COUNTS = {
    "cong-van-f38.pdf": 6,
    "cong-van-f40.pdf": 5,
    "luat-can-cuoc-2023.pdf": 1,
    "luat-giao-dich-dien-tu-2023.pdf": 1,
    "thong-tu-51-2025-bca.pdf": 1,
    "thong-tu-66-2023-bca.pdf": 1,
}
AT = datetime(2026, 11, 22, tzinfo=UTC)


def look(samples: Path, name: str, trust: Trust | None = None) -> Report:
    pdf = (samples / "signed-government-pdf" / name).read_bytes()
    return inspect(pdf, trust=trust or Trust.vietnam_government(), now=AT)


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_every_signature_is_counted(name: str, count: int, samples: Path) -> None:
    assert len(look(samples, name).signatures) == count


@pytest.mark.parametrize("name", ["cong-van-f38.pdf", "cong-van-f40.pdf"])
def test_letters_add_only_signatures_and_the_last_covers_all(name: str, samples: Path) -> None:
    report = look(samples, name)
    assert all(s.intact for s in report.signatures)
    assert [s.covers_whole_file for s in report.signatures] == [False] * (len(report.signatures) - 1) + [True]
    assert {s.changes_after for s in report.signatures[:-1]} == {"signatures"}
    ends = [s.covered_bytes for s in report.signatures]
    assert ends == sorted(ends)
    assert ends[-1] == (samples / "signed-government-pdf" / name).stat().st_size


def test_the_letter_of_2026_is_pades_under_the_government_root(samples: Path) -> None:
    report = look(samples, "cong-van-f38.pdf")
    assert report.verdict is Verdict.VALID_WITH_WARNING
    assert Reason.REVOCATION_UNKNOWN in report.reasons
    assert Reason.VISIBLE_SIGNATURE_LATER in report.reasons
    assert [s.level for s in report.signatures] == ["B-T", "B-B", "B-T", "B-T", "B-T", "B-T"]
    assert report.signatures[0].signer == "Đào Mạnh Hà"
    assert report.signatures[0].time_source == "timestamp"
    assert report.signatures[0].timestamp_authority == "Máy chủ cấp dấu thời gian Bộ Công an"
    assert report.signatures[1].time_source == "signer_clock"
    assert report.signatures[5].organisation == "BỘ CÔNG AN"


def test_an_older_tool_is_reported_as_pkcs7_and_not_failed_for_it(samples: Path) -> None:
    report = look(samples, "cong-van-f40.pdf")
    assert {s.level for s in report.signatures} == {"PKCS7"}
    assert all(Reason.NOT_PADES in s.reasons for s in report.signatures)
    assert report.verdict.is_valid
    assert Reason.CERTIFICATE_SINCE_EXPIRED in report.reasons


def test_a_file_whose_issuer_is_not_shipped_has_an_unknown_root(samples: Path) -> None:
    assert look(samples, "thong-tu-66-2023-bca.pdf").verdict is Verdict.UNKNOWN_ROOT
    assert look(samples, "cong-van-f38.pdf", Trust.nothing()).verdict is Verdict.UNKNOWN_ROOT


@pytest.mark.parametrize("name", ["luat-can-cuoc-2023.pdf", "luat-giao-dich-dien-tu-2023.pdf"])
def test_a_law_that_was_recompressed_has_a_destroyed_signature(name: str, samples: Path) -> None:
    report = look(samples, name)
    assert report.verdict is Verdict.SIGNATURE_DESTROYED
    (left,) = report.signatures
    assert left.kind == "remnant"
    assert not left.intact
    assert left.organisation.upper() == "VĂN PHÒNG CHÍNH PHỦ"
    assert left.claimed_at.endswith("+07:00")


def test_the_signers_clock_is_read_from_m_with_its_zone(samples: Path) -> None:
    (signature,) = look(samples, "thong-tu-51-2025-bca.pdf").signatures
    assert signature.claimed_at == "2025-07-09T08:44:47+07:00"
