"""A look-up code is read out over the telephone: every slip of one character and every two swapped are noticed."""

from __future__ import annotations

import doctest
import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.domain import ids
from vault.domain.errors import Invalid
from vault.domain.ids import (
    DossierCode,
    decision_id,
    digest_of,
    dossier_code,
    normal_record_code,
    parse_decision_id,
    parse_record_code,
    record_code,
)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
record_ids = st.binary(min_size=8, max_size=8)


def refused(text: str) -> bool:
    try:
        parse_record_code(text)
    except Invalid as error:
        return error.code == "RECORD_CODE"
    return False


def test_the_examples_of_the_documentation_hold() -> None:
    tried = doctest.testmod(ids)
    assert (tried.failed, tried.attempted) == (0, 4)


@given(record_ids)
def test_every_id_comes_back_from_its_code(record_id: bytes) -> None:
    code = record_code(record_id)
    assert [len(part) for part in code.split("-")] == [4, 4, 4, 2]
    assert parse_record_code(code) == record_id
    assert normal_record_code(code) == code


@given(record_ids)
def test_a_code_is_read_however_a_person_types_it(record_id: bytes) -> None:
    code = record_code(record_id)
    typed = code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert normal_record_code(f"  {typed} ") == code
    assert normal_record_code(code.replace("-", "").replace("1", "i")) == code


@given(record_ids)
def test_every_wrong_character_is_noticed(record_id: bytes) -> None:
    code = record_code(record_id)
    for place, right in enumerate(code):
        if right != "-":
            for wrong in ALPHABET.replace(right, ""):
                assert refused(code[:place] + wrong + code[place + 1 :])


@given(record_ids)
def test_every_two_characters_swapped_are_noticed(record_id: bytes) -> None:
    letters = record_code(record_id).replace("-", "")
    for one in range(len(letters)):
        for other in range(one + 1, len(letters)):
            if letters[one] != letters[other]:
                swapped = list(letters)
                swapped[one], swapped[other] = swapped[other], swapped[one]
                assert refused("".join(swapped)), (letters, one, other)


@given(st.text(max_size=20))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    if not refused(text):
        assert parse_record_code(normal_record_code(text)) == parse_record_code(text)


@pytest.mark.parametrize("text", ["", "-", "0" * 13, "0" * 15, "U" * 14, "Z" * 14, "０" * 14, "0\x00" * 7])
def test_what_is_no_code(text: str) -> None:
    assert refused(text)


def test_the_largest_id_fits_and_nothing_beyond_it_does() -> None:
    assert record_code(b"\xff" * 8).startswith("FZZZ-")
    beyond = "G" + "0" * 12
    assert all(refused(beyond + check) for check in ALPHABET)


@pytest.mark.parametrize("length", [0, 7, 9])
def test_an_id_has_eight_bytes(length: int) -> None:
    with pytest.raises(Invalid) as caught:
        record_code(bytes(length))
    assert caught.value.code == "RECORD_ID"


def test_a_digest_is_the_sha_256_in_lower_case() -> None:
    assert digest_of(b"abc") == hashlib.sha256(b"abc").hexdigest().lower()


@pytest.mark.parametrize(
    ("agency", "serial", "code"),
    [
        ("H24.900", 7, "H24.900-261122-0007"),
        ("H24", 9999, "H24-261122-9999"),
        ("000.00.00.H24", 10000, "000.00.00.H24-261122-10000"),
        ("H24.900.1.2", 999999, "H24.900.1.2-261122-999999"),
    ],
)
def test_dossier_codes(agency: str, serial: int, code: str) -> None:
    assert dossier_code(agency, date(2026, 11, 22), serial) == code


@pytest.mark.parametrize(
    ("agency", "serial"),
    [("", 1), ("Z24", 1), ("h24", 1), ("H24.12345", 1), ("H24", 1_000_000), ("H24", -1)],
)
def test_what_makes_no_dossier_code(agency: str, serial: int) -> None:
    with pytest.raises(Invalid) as caught:
        dossier_code(agency, date(2026, 11, 22), serial)
    assert caught.value.code == "DOSSIER_CODE"


@pytest.mark.parametrize("number", [1, 2, 17])
def test_a_decision_is_found_again_by_its_name(number: int) -> None:
    dossier = DossierCode("H24.15-261122-0007")
    named = decision_id(dossier, "1.004194.TP02", number)
    assert parse_decision_id(named.lower()) == (dossier, "TP02", number)


@pytest.mark.parametrize("tail", [".0", ".-1", ".x", ".2.3", ".٣", ".99999"])
def test_no_other_name_is_a_decision(tail: str) -> None:
    with pytest.raises(Invalid, match="DECISION_ID"):
        parse_decision_id(f"H24.15-261122-0007-TP02{tail}")
