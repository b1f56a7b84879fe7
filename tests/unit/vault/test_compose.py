"""A paper that a viewer shows can be sealed, even when its PDF cannot be carried over as it is."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

import qr
from tests.fakes.engines import scan
from tests.golden.bad_input import bad_input
from vault.sandbox.door import examine
from vault.sandbox.papers import compose

LIMITS = {"max_bytes": 120_000_000, "max_pages": 300}
MARK = {
    "words": "Bản số hóa từ văn bản giấy",
    "agency": "UBND phường Mẫu",
    "person": "Trần Thị Mẫu",
    "at": "2026-11-22T09:15:30+07:00",
    "lookup_code": "028T-5CY4-TQKF-F4",
    "lookup_url": "https://kho.example.vn/q",
}


@pytest.mark.parametrize("name", ["owner-password-only", "pdf-named-jpg", "cmyk-jpeg"])
def test_what_a_viewer_shows_gets_its_strip(name: str) -> None:
    header = {**LIMITS, "mark": MARK, "qr_mm": 30.0}
    _, files = compose(header, [bad_input(name).content, qr.render_png("XIN CHAO")])
    composed = PdfReader(io.BytesIO(files[0]), strict=True)
    assert (len(composed.pages), composed.is_encrypted) == (1, False)
    assert "028T-5CY4-TQKF-F4" in composed.pages[0].extract_text()


def test_what_a_better_picture_would_mend_is_told_at_the_door_where_somebody_can_take_one() -> None:
    told, _ = examine({**LIMITS, "advise": True}, [scan(1)])
    silent, _ = examine(LIMITS, [scan(1)])
    assert told["advice"] == ["BLANK", "LOW_RESOLUTION"]
    assert silent["advice"] == []


@pytest.mark.parametrize("name", ["truncated-jpeg", "truncated-png", "giant-picture-in-pdf"])
def test_what_breaks_only_when_it_is_opened_is_refused_at_the_door(name: str) -> None:
    with pytest.raises(Exception, match=bad_input(name).expected) as caught:
        examine(LIMITS, [bad_input(name).content])
    assert caught.value.code == bad_input(name).expected
