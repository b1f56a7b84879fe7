"""Passkeys by the library, with a security key in this process: what is kept, and everything that must be refused."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.authenticator import SecurityKey, b64, unb64
from vault.domain.errors import Forbidden
from vault.identity.passkeys import WebAuthnDesk
from vault.ports import Passkey

HOST, ORIGIN = "kho.example.vn", "https://kho.example.vn"
MINE = "local:canbo"
NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
CHALLENGE = bytes(range(32))
DESK = WebAuthnDesk("Kho số")


def options(account_id: str = MINE) -> Mapping[str, Any]:
    return DESK.registration(challenge=CHALLENGE, host=HOST, account_id=account_id, name="Cán bộ", known=())


def asked() -> Mapping[str, Any]:
    return DESK.authentication(challenge=CHALLENGE, host=HOST, known=())


def register(answer: Mapping[str, Any]) -> Passkey:
    proof = DESK.registered(answer, challenge=CHALLENGE, host=HOST, origin=ORIGIN)
    return Passkey(proof.credential_id, MINE, proof.public_key, proof.sign_count, "Passkey", NOW)


def judge(answer: Mapping[str, Any], passkey: Passkey) -> int:
    return DESK.authenticated(answer, passkey, challenge=CHALLENGE, host=HOST, origin=ORIGIN).sign_count


@pytest.fixture
def key() -> SecurityKey:
    return SecurityKey(ORIGIN, HOST)


def test_a_passkey_is_added_and_signs_in(key: SecurityKey) -> None:
    kept = register(key.make(options()))
    assert kept.credential_id == key.credential_id
    assert judge(key.sign(asked()), kept) == 1


def test_a_synced_passkey_whose_counter_is_always_zero_signs_in(key: SecurityKey) -> None:
    key.counts = False
    kept = register(key.make(options()))
    assert [judge(key.sign(asked()), kept) for _ in range(2)] == [0, 0]


def test_the_browser_is_asked_for_a_discoverable_key_that_knows_its_person() -> None:
    wanted = options()["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")
    assert (asked()["rpId"], asked()["userVerification"], asked()["allowCredentials"]) == (HOST, "required", [])


def test_the_user_handle_tells_accounts_apart_and_says_nothing_about_the_person() -> None:
    """Section 14.6.1: no personal data; long names of one provider must not share a handle, which overwrites keys."""
    long = [f"oidc:vneid:{'0' * 80}{number}" for number in range(2)]
    handles = [unb64(options(one)["user"]["id"]) for one in (MINE, *long)]
    assert len(set(handles)) == 3
    assert all(len(one) == 32 and b"canbo" not in one for one in handles)


Spoil = Callable[[SecurityKey], None]


def _other_host(key: SecurityKey) -> None:
    key.host = "example.vn"


def _not_verified(key: SecurityKey) -> None:
    key.verified = False


ORIGINS = (
    "http://kho.example.vn",
    "https://kho.example.vn:8443",
    "https://kho.example.vn.evil.example",
    "https://evil.example",
    "http://localhost",
    "null",
)
SPOILT: tuple[Spoil, ...] = (_other_host, _not_verified)
LIES = (
    *({"origin": one} for one in ORIGINS),
    {"challenge": b64(bytes(32))},
    {"type": "webauthn.somethingElse"},
)


@pytest.mark.parametrize("lie", LIES, ids=[str(one) for one in LIES])
def test_the_browser_s_word_must_name_our_origin_and_our_challenge(key: SecurityKey, lie: dict[str, str]) -> None:
    with pytest.raises(Forbidden, match="PASSKEY_WRONG"):
        register(key.make(options(), **lie))
    kept = register(key.make(options()))
    with pytest.raises(Forbidden, match="PASSKEY_WRONG"):
        judge(key.sign(asked(), **lie), kept)


@pytest.mark.parametrize("spoil", SPOILT)
def test_the_device_must_know_our_host_and_its_person(key: SecurityKey, spoil: Spoil) -> None:
    kept = register(key.make(options()))
    spoil(key)
    with pytest.raises(Forbidden, match="PASSKEY_WRONG"):
        judge(key.sign(asked()), kept)
    with pytest.raises(Forbidden, match="PASSKEY_WRONG"):
        register(key.make(options()))


def test_a_copy_of_the_device_is_noticed(key: SecurityKey) -> None:
    kept = register(key.make(options()))
    first = key.sign(asked())
    later = Passkey(kept.credential_id, MINE, kept.public_key, judge(first, kept), "Passkey", NOW)
    with pytest.raises(Forbidden, match="PASSKEY_WRONG"):
        judge(first, later)
    assert judge(key.sign(asked()), later) == 2


def test_another_device_with_the_id_of_mine_is_refused(key: SecurityKey) -> None:
    kept = register(key.make(options()))
    thief = SecurityKey(ORIGIN, HOST, credential_id=key.credential_id, user=key.user)
    with pytest.raises(Forbidden, match="PASSKEY_WRONG"):
        judge(thief.sign(asked()), kept)


@pytest.mark.parametrize("handle", ["", b64(b"somebody else"), None])
def test_the_device_must_name_the_person_whose_passkey_it_is(key: SecurityKey, handle: str | None) -> None:
    """Section 7.2 step 6: nobody typed a name, so the user handle must be there and be the owner's."""
    kept = register(key.make(options()))
    answer = key.sign(asked())
    answer["response"]["userHandle"] = handle
    with pytest.raises(Forbidden, match="PASSKEY_WRONG"):
        judge(answer, kept)


def test_no_answer_is_a_fault(key: SecurityKey) -> None:
    """Answers come from strangers: whatever they hold, they are taken or refused, and nothing else is raised."""
    rng = random.Random(8)
    made, kept, signed = key.make(options()), register(key.make(options())), key.sign(asked())
    refused = 0
    for _ in range(600):
        for answer, take in ((made, register), (signed, lambda one: judge(one, kept))):
            bad = copy.deepcopy(answer)
            _break(bad, rng)
            try:
                take(bad)
            except Forbidden:
                refused += 1
    assert refused > 600, "most are broken where it matters"


def _break(answer: dict[str, Any], rng: random.Random) -> None:
    inside = rng.random() < 0.8
    place = answer["response"] if inside else answer
    name = rng.choice(sorted(place))
    if rng.random() < 0.3 or not isinstance(place[name], str):
        place[name] = rng.choice([None, 7, "", "é", "\ud800", [], {}, [[]], {"a": 1}, True, "A" * 5000])
        return
    data = bytearray(unb64(place[name]) if name not in {"type", "authenticatorAttachment"} else place[name].encode())
    for _ in range(rng.randint(1, 4)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    place[name] = b64(bytes(data[: rng.choice([len(data), rng.randrange(len(data))])]))
