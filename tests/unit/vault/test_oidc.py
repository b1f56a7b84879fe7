"""The relying party against a provider that lies in one thing at a time; no socket is opened."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from vault.domain.errors import Forbidden, NotFound, Unavailable, VaultError
from vault.domain.people import Role
from vault.domain.sign_in import Strength
from vault.identity import OidcDesk, Provider
from vault.identity.oidc import challenge_of

ISSUER = "https://dang-nhap.tinhmau.gov.vn/realms/can-bo"
BACK = "https://kho.example.vn/dang-nhap/qua/tinh/ve"
NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
AGE = timedelta(minutes=15)
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
CURVE = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
STAFF = Provider(
    name="tinh",
    label="Tỉnh Mẫu",
    issuer=ISSUER,
    client_id="kho-so",
    client_secret="bí mật:/",
    kind="STAFF",
    roles={"thu-truong": Role.AGENCY_HEAD, "can-bo": Role.OFFICER},
    agencies=("H24.900", "H24.901"),
    strong_acr=("gold",),
)
CITIZEN = Provider(name="vneid", label="VNeID", issuer=ISSUER, client_id="kho-so", kind="CITIZEN")
KEYCLOAK = {
    "sub": "f:1234",
    "name": "Trần  Thị Mẫu",
    "preferred_username": "mau",
    "realm_access": {"roles": ["offline_access", "can-bo"]},
    "resource_access": {"kho-so": {"roles": []}, "account": {"roles": ["manage-account"]}},
    "agency_code": "H24.900",
}


class Liar:
    """An identity provider by `httpx.MockTransport`; `claims`, `metadata` and `sign` bend one thing."""

    def __init__(
        self,
        claims: Mapping[str, Any],
        *,
        metadata: Mapping[str, Any] | None = None,
        sign: Callable[[Mapping[str, Any]], str] | None = None,
        keys: KeySet | None = None,
        token: httpx.Response | None = None,
    ) -> None:
        at = int(NOW.timestamp())
        self.claims = {
            "iss": ISSUER,
            "aud": "kho-so",
            "exp": at + 300,
            "iat": at,
            "nonce": "nonce",
            "auth_time": at - 60,
        }
        self.claims |= claims
        self.metadata = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            **(metadata or {}),
        }
        self._sign = sign or (lambda what: jwt.encode({"alg": "RS256", "kid": "one"}, dict(what), KEY))
        self.keys = keys or KeySet([KEY, CURVE])
        self._token = token
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if request.url.path.endswith("/.well-known/openid-configuration"):
            return httpx.Response(200, json=self.metadata)
        if request.url.path.endswith("/keys"):
            return httpx.Response(200, json=self.keys.as_dict(private=False))
        return self._token or httpx.Response(200, json={"id_token": self._sign(self.claims), "token_type": "Bearer"})


def desk(liar: Callable[[httpx.Request], httpx.Response], *providers: Provider, loopback: bool = False) -> OidcDesk:
    http = httpx.Client(transport=httpx.MockTransport(liar))
    return OidcDesk(providers or (STAFF,), http=http, clock=lambda: NOW, loopback=loopback)


def come(found: OidcDesk, provider: str = "tinh", **answer: str) -> Any:
    told = {"code": "c", "state": "state", **answer}
    return found.identity(
        provider, told, state="state", nonce="nonce", verifier="v" * 43, redirect_uri=BACK, max_age=AGE, now=NOW
    )


def refused(liar: Liar, *providers: Provider, provider: str = "tinh", **answer: str) -> tuple[str, object]:
    with pytest.raises(VaultError) as caught:
        come(desk(liar, *providers), provider, **answer)
    return caught.value.code, caught.value.facts.get("what")


def test_the_request_carries_state_nonce_and_the_s256_challenge_and_no_secret() -> None:
    address = desk(Liar(KEYCLOAK)).address(
        "tinh", state="s", nonce="n", verifier="v" * 43, redirect_uri=BACK, max_age=AGE
    )
    parts = urlsplit(address)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ISSUER}/auth"
    assert asked == {
        "response_type": "code",
        "client_id": "kho-so",
        "redirect_uri": BACK,
        "scope": "openid profile",
        "state": "s",
        "nonce": "n",
        "code_challenge": challenge_of("v" * 43),
        "code_challenge_method": "S256",
        "max_age": "900",
    }


def test_the_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_keycloak_s_claims_become_an_officer_of_an_agency() -> None:
    liar = Liar(KEYCLOAK)
    who = come(desk(liar))
    assert (who.provider, who.subject, who.name) == ("tinh", "f:1234", "Trần Thị Mẫu")
    assert (who.role, who.agency_code, who.number) == (Role.OFFICER, "H24.900", None)
    assert who.strength is Strength.PASSWORD
    sent = parse_qs(liar.seen[-1].content.decode())
    assert sent["code_verifier"] == ["v" * 43]
    assert "client_secret" not in sent, "the secret goes into the header, form-encoded first (RFC 6749 2.3.1)"
    assert liar.seen[-1].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"realm_access": {"roles": ["can-bo", "thu-truong"]}}, Role.AGENCY_HEAD),
        ({"realm_access": {}, "resource_access": {"kho-so": {"roles": ["can-bo"]}}}, Role.OFFICER),
        ({"realm_access": None, "groups": ["/can-bo"]}, Role.OFFICER),
        ({"realm_access": None, "roles": ["can-bo"]}, Role.OFFICER),
    ],
)
def test_roles_are_found_where_providers_put_them_and_the_first_of_the_settings_counts(
    claims: Mapping[str, Any], role: Role
) -> None:
    assert come(desk(Liar({**KEYCLOAK, **claims}))).role is role


@pytest.mark.parametrize(
    ("claims", "strength"),
    [
        ({"amr": ["pwd"]}, Strength.PASSWORD),
        ({"amr": ["pwd", "otp"]}, Strength.TWO_FACTORS),
        ({"acr": "gold"}, Strength.TWO_FACTORS),
        ({"acr": "1", "amr": "otp"}, Strength.PASSWORD),
    ],
)
def test_two_factors_are_what_the_provider_says_of_them(claims: Mapping[str, Any], strength: Strength) -> None:
    assert come(desk(Liar({**KEYCLOAK, **claims}))).strength is strength


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"realm_access": {"roles": ["khac"]}}, "IDP_NO_ROLE"),
        ({"realm_access": "can-bo"}, "IDP_NO_ROLE"),
        ({"resource_access": {"kho-khac": {"roles": ["can-bo"]}}, "realm_access": None}, "IDP_NO_ROLE"),
        ({"agency_code": "H99.1"}, "NO_AGENCY"),
        ({"agency_code": None}, "NO_AGENCY"),
        ({"agency_code": ["H24.900"]}, "NO_AGENCY"),
    ],
)
def test_who_has_no_role_or_no_agency_here_is_not_let_in(claims: Mapping[str, Any], code: str) -> None:
    assert refused(Liar({**KEYCLOAK, **claims}))[0] == code


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_levels_of_a_citizen_s_electronic_identity(level: int) -> None:
    liar = Liar({"sub": "c", "name": "NGUYỄN VĂN MẪU", "citizen_id": "031090000001", "acr": str(level)})
    if level < 2:
        assert refused(liar, CITIZEN, provider="vneid")[0] == "LEVEL_TOO_LOW"
        return
    who = come(desk(liar, CITIZEN), "vneid")
    assert (who.role, who.number, who.level) == (Role.CITIZEN, "031090000001", level)
    assert who.strength is (Strength.TWO_FACTORS if level >= 3 else Strength.PASSWORD)


@pytest.mark.parametrize("claims", [{}, {"acr": "9"}, {"acr": None}, {"acr": ["2"]}])
def test_an_unknown_level_is_the_lowest(claims: Mapping[str, Any]) -> None:
    liar = Liar({"sub": "c", "citizen_id": "031090000001", **claims})
    assert refused(liar, CITIZEN, provider="vneid")[0] == "LEVEL_TOO_LOW"


AT = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("claims", "what"),
    [
        ({"iss": f"{ISSUER}/"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "khac"}, "aud"),
        ({"aud": ["khac"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": ["kho-so", "khac"]}, "azp"),
        ({"aud": ["kho-so", "khac"], "azp": "khac"}, "azp"),
        ({"azp": "khac"}, "azp"),
        ({"exp": AT - 61}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "9999999999"}, "exp"),
        ({"exp": True}, "exp"),
        ({"iat": AT - 601}, "iat"),
        ({"iat": AT + 61}, "iat"),
        ({"iat": None}, "iat"),
        ({"nbf": AT + 61}, "nbf"),
        ({"auth_time": AT - 961}, "auth_time"),
        ({"auth_time": AT + 61}, "auth_time"),
        ({"auth_time": None}, "auth_time"),
        ({"auth_time": "9999999999"}, "auth_time"),
        ({"nonce": "andere"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "x" * 256}, "sub"),
    ],
)
def test_a_token_that_is_wrong_in_one_claim_lets_nobody_in(claims: Mapping[str, Any], what: str) -> None:
    assert refused(Liar({**KEYCLOAK, **claims})) == ("IDP_TOKEN", what)


def test_a_session_that_lay_open_at_the_provider_is_as_old_as_it_says() -> None:
    assert come(desk(Liar(KEYCLOAK))).proved_at == NOW - timedelta(seconds=60)
    early = {"auth_time": AT + 30}  # within the leeway of two clocks; never later than now
    assert come(desk(Liar({**KEYCLOAK, **early}))).proved_at == NOW


def test_of_a_provider_that_does_not_tell_nobody_counts_as_having_proved_it_just_now() -> None:
    silent = replace(STAFF, tells_age=False)
    found = desk(Liar({**KEYCLOAK, "auth_time": None}), silent)
    assert come(found).proved_at is None
    asked = parse_qs(urlsplit(_address(found)).query)
    assert "max_age" not in asked
    assert asked["prompt"] == ["login"]


def _address(found: OidcDesk) -> str:
    return found.address("tinh", state="s", nonce="n", verifier="v" * 43, redirect_uri=BACK, max_age=AGE, again=True)


def test_the_second_audience_is_fine_when_we_are_the_authorized_party() -> None:
    assert come(desk(Liar({**KEYCLOAK, "aud": ["kho-so", "khac"], "azp": "kho-so"})))


def _part(what: bytes) -> str:
    return base64.urlsafe_b64encode(what).rstrip(b"=").decode()


def _none(claims: Mapping[str, Any]) -> str:
    return f"{_part(json.dumps({'alg': 'none'}).encode())}.{_part(json.dumps(claims).encode())}."


def _public_key_as_secret(claims: Mapping[str, Any]) -> str:
    head, body = _part(json.dumps({"alg": "HS256", "kid": "one"}).encode()), _part(json.dumps(claims).encode())
    mac = hmac.new(KEY.as_pem(private=False), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{_part(mac)}"


@pytest.mark.parametrize(
    "sign",
    [
        lambda what: jwt.encode({"alg": "RS256", "kid": "one"}, dict(what), OTHER),
        _public_key_as_secret,
        lambda what: jwt.encode({"alg": "RS512", "kid": "one"}, dict(what), KEY, algorithms=["RS512"]),
        _none,
        lambda what: jwt.encode({"alg": "RS256", "kid": "one"}, dict(what), KEY)[:-4] + "AAAA",
        lambda _: "x.y.z",
        lambda _: "",
    ],
    ids=[
        "other key",
        "public key as secret",
        "algorithm not allowed",
        "alg none",
        "cut signature",
        "no token",
        "empty",
    ],
)
def test_a_token_signed_otherwise_lets_nobody_in(sign: Callable[[Mapping[str, Any]], str]) -> None:
    assert refused(Liar(KEYCLOAK, sign=sign))[0] in {"IDP_TOKEN", "IDP_REFUSED"}


def test_es256_is_believed_too_and_a_new_key_is_fetched_once() -> None:
    def curve(what: Mapping[str, Any]) -> str:
        return jwt.encode({"alg": "ES256", "kid": "two"}, dict(what), CURVE)

    liar = Liar(KEYCLOAK, sign=curve, keys=KeySet([KEY]))
    found = desk(liar)
    with pytest.raises(Forbidden, match="IDP_TOKEN"):
        come(found)
    liar.keys = KeySet([KEY, CURVE])
    assert come(found).role is Role.OFFICER
    asked = [one for one in liar.seen if one.url.path.endswith("/keys")]
    assert len(asked) <= 4, "an unknown key makes us ask again once for each token, not for ever"


@pytest.mark.parametrize(
    ("answer", "code", "what"),
    [
        ({"state": "andere"}, "IDP_TOKEN", "state"),
        ({"state": ""}, "IDP_TOKEN", "state"),
        ({"iss": "https://andere.vn"}, "IDP_TOKEN", "iss"),
        ({"error": "access_denied"}, "IDP_REFUSED", None),
        ({"code": ""}, "IDP_REFUSED", None),
    ],
)
def test_an_answer_that_is_not_to_our_question_is_not_exchanged(
    answer: Mapping[str, str], code: str, what: str | None
) -> None:
    liar = Liar(KEYCLOAK)
    assert refused(liar, **answer) == (code, what)
    assert not any(one.url.path.endswith("/token") for one in liar.seen)


def test_a_provider_that_promises_its_name_must_give_it() -> None:
    """RFC 9207: without it an answer of another provider could be slipped in."""
    promise = {"authorization_response_iss_parameter_supported": True}
    assert refused(Liar(KEYCLOAK, metadata=promise)) == ("IDP_TOKEN", "iss")
    assert come(desk(Liar(KEYCLOAK, metadata=promise)), iss=ISSUER)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://andere.vn"},
        {"jwks_uri": None},
        {"jwks_uri": "http://dang-nhap.tinhmau.gov.vn/keys"},
        {"token_endpoint": "http://dang-nhap.tinhmau.gov.vn/token"},
        {"token_endpoint": None},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(metadata: Mapping[str, Any]) -> None:
    assert refused(Liar(KEYCLOAK, metadata=metadata))[0] == "IDP_DOWN"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), "IDP_REFUSED"),
        (httpx.Response(502), "IDP_DOWN"),
        (httpx.Response(200, text="<html>"), "IDP_REFUSED"),
        (httpx.Response(200, json=[]), "IDP_REFUSED"),
        (httpx.Response(200, json={"id_token": 7}), "IDP_REFUSED"),
        (httpx.Response(302, headers={"location": "https://andere.vn"}), "IDP_REFUSED"),
    ],
)
def test_what_the_token_endpoint_may_answer(token: httpx.Response, code: str) -> None:
    assert refused(Liar(KEYCLOAK, token=token))[0] == code


def test_a_provider_that_does_not_answer_is_a_part_that_is_down() -> None:
    def gone(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    with pytest.raises(Unavailable, match="IDP_DOWN"):
        come(desk(gone))


def test_a_provider_that_answers_is_reached() -> None:
    desk(Liar(KEYCLOAK)).reach("tinh")
    with pytest.raises(Unavailable, match="IDP_DOWN"):
        desk(Liar(KEYCLOAK, metadata={"issuer": "https://andere.vn"})).reach("tinh")


def test_an_unknown_provider_is_not_there() -> None:
    with pytest.raises(NotFound, match="IDP_UNKNOWN"):
        come(desk(Liar(KEYCLOAK)), "khac")


def test_without_tls_only_this_very_machine_is_spoken_to_and_only_in_development() -> None:
    local = Provider(name="may", label="x", issuer="http://127.0.0.1:9", client_id="kho-so", kind="STAFF")
    metadata = {"issuer": local.issuer, "authorization_endpoint": "http://127.0.0.1:9/auth"}
    liar = Liar(KEYCLOAK, metadata={**metadata, "jwks_uri": "http://127.0.0.1:9/keys"})
    wanted: dict[str, Any] = {"state": "s", "nonce": "n", "verifier": "v" * 43, "redirect_uri": BACK, "max_age": AGE}
    assert desk(liar, local, loopback=True).address("may", **wanted).startswith("http://127.0.0.1:9/auth?")
    with pytest.raises(Unavailable, match="IDP_DOWN"):
        desk(liar, local).address("may", **wanted)


def test_what_is_known_of_a_provider_is_asked_anew_after_an_hour() -> None:
    liar, clock = Liar(KEYCLOAK), [NOW]
    http = httpx.Client(transport=httpx.MockTransport(liar))
    found = OidcDesk((STAFF,), http=http, clock=lambda: clock[0], loopback=False)
    wanted: dict[str, Any] = {"state": "s", "nonce": "n", "verifier": "v" * 43, "redirect_uri": BACK, "max_age": AGE}
    for later, asked in ((0, 2), (59, 2), (61, 4)):
        clock[0] = NOW + timedelta(minutes=later)
        found.address("tinh", **wanted)
        assert len(liar.seen) == asked
