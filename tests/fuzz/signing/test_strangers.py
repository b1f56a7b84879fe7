"""Bytes of strangers: only this engine's own errors come out, and nothing that was changed is valid."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from signing import (
    ConversionMark,
    FieldTakenError,
    ImageUnreadableError,
    InputError,
    KeyUnusableError,
    Level,
    PageImageBytes,
    Report,
    Sealer,
    Trust,
    TrustUnreadableError,
    add_strip,
    inspect,
    pages_to_pdf,
    seal,
)
from tests.unit.signing.builders import Office, open_office, page_image, plain_pdf

NOW = datetime(2026, 11, 22, 2, 15, 30, tzinfo=UTC)
FUZZ = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CONTENTS = re.compile(rb"/Contents <[0-9A-Fa-f]*>")

edits = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "copy", "word"]),
        st.floats(0, 1),
        st.integers(1, 64),
        st.binary(min_size=1, max_size=16),
        st.sampled_from(
            [b"/Prev 0", b"startxref\n0\n%%EOF\n", b"endobj", b"<<", b">>", b"trailer", b"/Length 9999999999"]
        ),
    ),
    min_size=1,
    max_size=4,
)


def edited(data: bytes, changes: list[tuple[str, float, int, bytes, bytes]]) -> bytes:
    out = bytearray(data)
    for kind, where, size, noise, word in changes:
        place = int(where * max(0, len(out) - 1))
        if kind == "flip":
            out[place : place + 1] = bytes([out[place] ^ (1 << size % 8)]) if out else b""
        elif kind == "cut":
            del out[place : place + size]
        elif kind == "insert":
            out[place:place] = noise
        elif kind == "copy":
            out[place:place] = out[: size * 8]
        else:
            out[place:place] = word
    return bytes(out)


@pytest.fixture(scope="module")
def office() -> Office:
    return open_office(NOW)


@pytest.fixture(scope="module")
def sealed(office: Office) -> Callable[[Level], bytes]:
    return cache(lambda level: office.seal(level=level))


@FUZZ
@given(changes=edits, level=st.sampled_from(list(Level)))
def test_a_changed_file_is_never_valid_and_never_a_crash(
    changes: list[tuple[str, float, int, bytes, bytes]],
    level: Level,
    sealed: Callable[[Level], bytes],
    office: Office,
) -> None:
    good = sealed(level)
    bad = edited(good, changes)
    report = office.inspect(bad)
    assert Report.from_dict(report.as_dict()) == report
    if report.verdict.is_valid and level is not Level.B_LT:
        # Only the inside of a signature value is not signed (its letter case, for one), and line ends at the end.
        # At B-LT nothing covers the evidence itself: it is signed by its own issuers and cannot do harm.
        assert CONTENTS.sub(b"", bad).rstrip(b"\r\n") == CONTENTS.sub(b"", good).rstrip(b"\r\n")


@FUZZ
@given(data=st.binary(max_size=400))
def test_noise_is_inspected_without_a_crash(data: bytes) -> None:
    for pdf in (data, b"%PDF-1.7\n" + data, b"%PDF-1.7\n" + data + b"\nstartxref\n0\n%%EOF\n"):
        assert not inspect(pdf, trust=Trust.nothing(), now=NOW).verdict.is_valid


@FUZZ
@given(changes=edits)
def test_sealing_and_marking_let_only_their_own_errors_out(
    changes: list[tuple[str, float, int, bytes, bytes]], office: Office
) -> None:
    pdf = edited(plain_pdf(), changes)
    mark = ConversionMark("Bản số hóa", "UBND", "Người Mẫu", NOW, "KS-1", "https://kho.example.vn")
    qr = page_image(80, 80, form="PNG", mode="L")
    for work in (
        lambda: seal(pdf, sealer=office.sealer, now=NOW, level=Level.B_B),
        lambda: add_strip(pdf, mark=mark, qr_png=qr, qr_mm=30),
    ):
        with contextlib.suppress(InputError, FieldTakenError):
            work()


@FUZZ
@given(changes=edits, form=st.sampled_from(["JPEG", "PNG"]))
def test_a_damaged_picture_is_drawn_or_refused(changes: list[tuple[str, float, int, bytes, bytes]], form: str) -> None:
    data = edited(page_image(60, 80, form=form), changes)
    with contextlib.suppress(ImageUnreadableError):
        assert pages_to_pdf([PageImageBytes(data, 60, 80, 100)]).startswith(b"%PDF-1.7")


@FUZZ
@given(changes=edits)
def test_damaged_keys_and_roots_are_refused(
    changes: list[tuple[str, float, int, bytes, bytes]], office: Office
) -> None:
    with contextlib.suppress(KeyUnusableError):
        assert Sealer.from_pkcs12(edited(office.pki.seal_pkcs12, changes), office.passphrase).agency
    with contextlib.suppress(TrustUnreadableError):
        assert Trust.from_pem(edited(office.pki.root_pem, changes)).roots
