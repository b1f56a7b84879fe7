"""One-time passwords against the vectors of the RFCs, recovery codes, the brake, and how strong a session is."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta

import pytest

from vault.domain.people import Actor, Role
from vault.domain.shares import STRANGERS_TRIES_A_MINUTE, TRIES_A_MINUTE
from vault.domain.sign_in import (
    SECOND_FACTOR,
    SIGN_IN_NAME,
    STAFF,
    STEP_SECONDS,
    Limit,
    SessionFacts,
    Strength,
    may_seal,
    needs_second_factor,
    otpauth_uri,
    recovery_code,
    recovery_digest,
    step_of,
    totp,
    totp_step,
)

RFC = b"12345678901234567890"
NOW = datetime(2026, 11, 27, 3, 0, 10, tzinfo=UTC)


HOTP = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]


@pytest.mark.parametrize(("counter", "expected"), list(enumerate(HOTP)))
def test_hotp_values_of_rfc_4226_appendix_d(counter: int, expected: str) -> None:
    assert totp(RFC, counter) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_totp_values_of_rfc_6238_appendix_b(seconds: int, expected: str) -> None:
    step = step_of(datetime.fromtimestamp(seconds, UTC))
    assert step == seconds // STEP_SECONDS
    assert totp(RFC, step, digits=8) == expected


def test_a_password_counts_half_a_minute_before_and_after_and_once() -> None:
    here = step_of(NOW)
    for drift, fits in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        found = totp_step(RFC, totp(RFC, here + drift), NOW, after=None)
        assert found == (here + drift if fits else None)
    assert totp_step(RFC, totp(RFC, here), NOW, after=here) is None, "used"
    assert totp_step(RFC, totp(RFC, here - 1), NOW, after=here) is None, "older than a used one"
    assert totp_step(RFC, totp(RFC, here + 1), NOW, after=here) == here + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "12345\x00", "-12345", "+12345"])
def test_what_is_no_six_digits_fits_nothing(typed: str) -> None:
    assert totp_step(RFC, typed, NOW, after=None) is None


def test_spaces_between_the_digits_are_how_apps_show_them() -> None:
    code = totp(RFC, step_of(NOW))
    assert totp_step(RFC, f" {code[:3]} {code[3:]} ", NOW, after=None) == step_of(NOW)


def test_the_uri_names_system_and_account_and_nothing_can_be_added_by_a_name() -> None:
    uri = otpauth_uri(RFC, account="can&bo", issuer="Kho số?x=1")
    assert uri.startswith("otpauth://totp/Kho%20s%E1%BB%91%3Fx%3D1%3Acan%26bo?secret=")
    secret = uri.partition("secret=")[2].partition("&")[0]
    assert base64.b32decode(secret) == RFC


def test_recovery_codes_carry_80_bits_and_are_read_however_they_are_typed() -> None:
    codes = {recovery_code(secrets.token_bytes(10)) for _ in range(200)}
    assert len(codes) == 200
    code = next(iter(codes))
    assert len(code.replace("-", "")) == 16
    assert {recovery_digest(one) for one in (code, code.lower(), code.replace("-", " "), f" {code} ")} == {
        recovery_digest(code)
    }


def session(role: Role, strength: Strength, age: timedelta = timedelta(0)) -> SessionFacts:
    at = NOW - age
    return SessionFacts("x", Actor("local:x", "X", role, "H24"), strength, at, at, NOW, NOW + age, "", None)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("strength", Strength)
def test_an_agency_s_people_need_two_factors_outside_development(role: Role, strength: Strength) -> None:
    wanted = role in STAFF and strength is Strength.PASSWORD
    assert needs_second_factor(session(role, strength), production=True) is wanted
    assert needs_second_factor(session(role, strength), production=False) is False


def test_sealing_needs_a_proof_that_is_recent_and_strong() -> None:
    within, moment = timedelta(minutes=15), timedelta(microseconds=1)
    for age, given, wanted, allowed in (
        (within - moment, Strength.TWO_FACTORS, Strength.TWO_FACTORS, True),
        (within, Strength.TWO_FACTORS, Strength.TWO_FACTORS, False),
        (timedelta(0), Strength.PASSWORD, Strength.TWO_FACTORS, False),
        (timedelta(0), Strength.PASSWORD, Strength.PASSWORD, True),
    ):
        found = may_seal(session(Role.OFFICER, given, age), NOW, within=within, strength=wanted)
        assert found is allowed, (age, given, wanted)


def test_windows_of_the_brake_and_whom_it_counts() -> None:
    limit = Limit("x", 3, timedelta(minutes=15))
    assert limit.begins(NOW) == datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
    assert limit.begins(NOW + timedelta(minutes=15)) == datetime(2026, 11, 27, 3, 15, tzinfo=UTC)
    assert limit.bucket("10.0.0.1") != limit.bucket("10.0.0.2") != Limit("y", 3, limit.window).bucket("10.0.0.2")
    assert "10.0.0.1" not in limit.bucket("10.0.0.1")
    assert len(limit.bucket("\ud800")) > 10


def test_guessing_takes_longer_than_anybody_waits() -> None:
    """What the limits let through, against what there is to guess."""
    day = timedelta(days=1)
    codes = SECOND_FACTOR.most * (day / SECOND_FACTOR.window)
    assert 10**6 / (3 * codes) > 600, "days to one hit among 10^6 values of which three count, with the pass word known"
    words = SIGN_IN_NAME.most * (day / SIGN_IN_NAME.window)
    assert words < 6000, "pass words a day for one name, from all addresses together"


def test_a_million_guesses_of_a_short_code_find_none() -> None:
    """Eight digits live a minute, so two minutes of the clock at most: no more than that many tries are looked at."""
    digits, tried = 10**8, 2 * STRANGERS_TRIES_A_MINUTE
    assert tried / digits < 1e-5, "chance for one code, however many guesses come in its minute"
    minutes = 10**6 / STRANGERS_TRIES_A_MINUTE
    assert minutes > 3000, "a million guesses that are looked at take two days; each code is over after one minute"
    assert TRIES_A_MINUTE < STRANGERS_TRIES_A_MINUTE, "one caller is stopped long before all are"
