"""OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636, S256), as a relying party.

`httpx` fetches and `joserfc` judges signatures: both are strict and maintained, and the flow between them is what a
relying party must decide itself anyway (issuer, audience, nonce, who may be what). Authlib's client would
bring a JOSE of its own beside, which its author replaces by joserfc.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from vault.domain.errors import Forbidden, NotFound, Unavailable
from vault.domain.people import Role
from vault.domain.sign_in import Strength
from vault.ports import Identity

_LEEWAY = 60
_LONGEST_AGE = 600
"""Seconds after which an ID token is too old to have been made for this sign-in."""
_KNOWN_FOR = timedelta(hours=1)
_ANSWER_BYTES = 1 << 20
_FACTORS = frozenset({"mfa", "otp", "hwk", "swk", "fpt", "face", "pin+hwk"})
"""RFC 8176 methods that are more than a pass word."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One identity provider, as the settings name it.

    `kind` STAFF: `roles` maps the provider's roles (Keycloak: `realm_access.roles`, `resource_access.<client>.roles`,
    `groups`) to ours and `agency_claim` names the agency. `kind` CITIZEN: `number_claim` holds the personal number and
    `level_claim` the level of the electronic identity, which `levels` maps to 1 to 4.
    """

    name: str
    label: str
    issuer: str
    client_id: str
    kind: str
    client_secret: str = ""
    scope: str = "openid profile"
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256")
    roles: Mapping[str, Role] = field(default_factory=dict)
    agency_claim: str = "agency_code"
    agencies: tuple[str, ...] = ()
    """Agencies that this provider may speak for; none named: any."""
    number_claim: str = "citizen_id"
    level_claim: str = "acr"
    levels: Mapping[str, int] = field(default_factory=lambda: {str(one): one for one in (1, 2, 3, 4)})
    least_level: int = 2
    strong_level: int = 3
    strong_acr: tuple[str, ...] = ()
    tells_age: bool = True
    """Whether it answers `max_age` with `auth_time`, as it must (Core section 2)."""


@dataclass(slots=True)
class _Known:
    """What a provider says of itself, and its keys."""

    metadata: Mapping[str, Any]
    keys: KeySet
    at: datetime


class OidcDesk:
    """`ports.IdentityDesk` over real providers. `clock` tells when what is known of a provider is old."""

    def __init__(
        self, providers: Sequence[Provider], *, http: httpx.Client, clock: Callable[[], datetime], loopback: bool
    ) -> None:
        """`loopback`: a provider on this very machine may be spoken to without TLS (tests, development)."""
        self._providers = {one.name: one for one in providers}
        self._http = http
        self._clock = clock
        self._loopback = loopback
        self._known: dict[str, _Known] = {}

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def names(self) -> Mapping[str, str]:
        """Name and label of each."""
        return {one.name: one.label for one in self._providers.values()}

    def reach(self, provider: str) -> None:
        """Raise `IDP_DOWN` unless it answers and describes itself as the settings name it."""
        self._endpoint(self._provider(provider), "authorization_endpoint")

    def address(
        self,
        provider: str,
        *,
        state: str,
        nonce: str,
        verifier: str,
        redirect_uri: str,
        max_age: timedelta,
        again: bool = False,
    ) -> str:
        """The authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3, Core section 3.1.2.1)."""
        chosen = self._provider(provider)
        asked = {
            "response_type": "code",
            "client_id": chosen.client_id,
            "redirect_uri": redirect_uri,
            "scope": chosen.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        if chosen.tells_age:
            asked["max_age"] = str(int(max_age.total_seconds()))
        if again:
            asked["prompt"] = "login"
        endpoint = self._endpoint(chosen, "authorization_endpoint")
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def identity(
        self,
        provider: str,
        answer: Mapping[str, str],
        *,
        state: str,
        nonce: str,
        verifier: str,
        redirect_uri: str,
        max_age: timedelta,
        now: datetime,
    ) -> Identity:
        """Judge the answer, exchange the code, judge the token, and say who it is."""
        chosen = self._provider(provider)
        metadata = self._about(chosen).metadata
        if not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
            raise Forbidden("IDP_TOKEN", what="state")
        # RFC 9207: an answer meant for another provider's client is not taken here.
        named = answer.get("iss")
        if named is None and metadata.get("authorization_response_iss_parameter_supported") is True:
            raise Forbidden("IDP_TOKEN", what="iss")
        if named is not None and named != chosen.issuer:
            raise Forbidden("IDP_TOKEN", what="iss")
        if "error" in answer or not answer.get("code"):
            raise Forbidden("IDP_REFUSED")
        claims = self._claims(chosen, self._exchange(chosen, answer["code"], verifier, redirect_uri), nonce, now)
        who = _citizen(chosen, claims) if chosen.kind == "CITIZEN" else _staff(chosen, claims)
        return replace(who, proved_at=_proved_at(chosen, claims, max_age, now))

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            raise NotFound("IDP_UNKNOWN")
        return self._providers[name]

    def _exchange(self, chosen: Provider, code: str, verifier: str, redirect_uri: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": chosen.client_id,
        }
        secret = chosen.client_secret
        who = httpx.BasicAuth(quote(chosen.client_id, safe=""), quote(secret, safe="")) if secret else None
        try:
            answer = self._http.post(
                self._endpoint(chosen, "token_endpoint"), data=form, auth=who or httpx.USE_CLIENT_DEFAULT
            )
        except httpx.HTTPError as error:
            raise Unavailable("IDP_DOWN", provider=chosen.label) from error
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Unavailable("IDP_DOWN", provider=chosen.label)
        told = _json(answer)
        token = told.get("id_token") if answer.is_success else None
        if not isinstance(token, str):
            raise Forbidden("IDP_REFUSED")
        return token

    def _claims(self, chosen: Provider, token: str, nonce: str, now: datetime) -> Mapping[str, Any]:
        """OpenID Connect Core section 3.1.3.7. The algorithm is one that the settings allow, never the token's wish."""
        try:
            try:
                decoded = jwt.decode(token, self._about(chosen).keys, algorithms=list(chosen.algorithms))
            except (JoseError, ValueError):
                self._known.pop(chosen.name)  # the provider may have changed its keys since we asked
                decoded = jwt.decode(token, self._about(chosen).keys, algorithms=list(chosen.algorithms))
        except (JoseError, ValueError, TypeError) as error:
            raise Forbidden("IDP_TOKEN", what="signature") from error
        claims = decoded.claims
        moment = int(now.timestamp())
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
        for what, good in (
            ("iss", claims.get("iss") == chosen.issuer),
            ("aud", chosen.client_id in audiences),
            ("azp", claims.get("azp", None if len(audiences) > 1 else chosen.client_id) == chosen.client_id),
            ("exp", _number(claims.get("exp")) > moment - _LEEWAY),
            ("iat", moment - _LONGEST_AGE <= _number(claims.get("iat")) <= moment + _LEEWAY),
            ("nbf", _number(claims.get("nbf", 0)) <= moment + _LEEWAY),
            ("nonce", hmac.compare_digest(str(claims.get("nonce")).encode(), nonce.encode())),
            ("sub", isinstance(claims.get("sub"), str) and 0 < len(claims["sub"]) <= 255),  # noqa: PLR2004 - Core section 2
        ):
            if not good:
                raise Forbidden("IDP_TOKEN", what=what)
        return claims

    def _endpoint(self, chosen: Provider, name: str) -> str:
        address = self._about(chosen).metadata.get(name)
        if not isinstance(address, str):
            raise Unavailable("IDP_DOWN", provider=chosen.label)
        return self._safe(chosen, address)

    def _safe(self, chosen: Provider, address: str) -> str:
        parts = urlsplit(address)
        here = self._loopback and parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if parts.scheme != "https" and not (parts.scheme == "http" and here):
            raise Unavailable("IDP_DOWN", provider=chosen.label)
        return address

    def _about(self, chosen: Provider) -> _Known:
        known, now = self._known.get(chosen.name), self._clock()
        if known is not None and now < known.at + _KNOWN_FOR:
            return known
        place = f"{chosen.issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = self._get(chosen, place)
        keys = metadata.get("jwks_uri")
        if metadata.get("issuer") != chosen.issuer or not isinstance(keys, str):
            raise Unavailable("IDP_DOWN", provider=chosen.label)
        try:
            found = KeySet.import_key_set({"keys": list(_public(self._get(chosen, keys)))})
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Unavailable("IDP_DOWN", provider=chosen.label) from error
        self._known[chosen.name] = _Known(metadata, found, now)
        return self._known[chosen.name]

    def _get(self, chosen: Provider, address: str) -> Mapping[str, Any]:
        try:
            answer = self._http.get(self._safe(chosen, address)).raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable("IDP_DOWN", provider=chosen.label) from error
        return _json(answer)


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _json(answer: httpx.Response) -> Mapping[str, Any]:
    if len(answer.content) > _ANSWER_BYTES:
        return {}
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _public(keys: Mapping[str, Any]) -> Iterator[Any]:
    """Signature keys only; a symmetric key in a public list is no key."""
    for one in keys.get("keys", ()):
        if isinstance(one, dict) and one.get("kty") in {"RSA", "EC", "OKP"} and one.get("use", "sig") == "sig":
            yield {name: value for name, value in one.items() if name not in {"d", "p", "q", "dp", "dq", "qi"}}


def _proved_at(chosen: Provider, claims: Mapping[str, Any], max_age: timedelta, now: datetime) -> datetime | None:
    """Core section 3.1.3.7, step 13. A session that lies open at the provider proves nobody who sits there now."""
    at = _number(claims.get("auth_time"))
    told = at != float("-inf")
    moment, oldest = now.timestamp() + _LEEWAY, (now - max_age).timestamp() - _LEEWAY
    if at > moment or (chosen.tells_age and at < oldest):
        raise Forbidden("IDP_TOKEN", what="auth_time")
    return min(now, datetime.fromtimestamp(at, UTC)) if told else None


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("-inf")


def _name(claims: Mapping[str, Any]) -> str:
    found = claims.get("name") or claims.get("preferred_username") or claims["sub"]
    return " ".join(str(found).split())[:200]


def _staff(chosen: Provider, claims: Mapping[str, Any]) -> Identity:
    said = {one for one in _roles_in(claims, chosen.client_id) if one in chosen.roles}
    role = next((ours for theirs, ours in chosen.roles.items() if theirs in said), None)
    if role is None:
        raise Forbidden("IDP_NO_ROLE")
    agency = claims.get(chosen.agency_claim)
    if not isinstance(agency, str) or not agency or (chosen.agencies and agency not in chosen.agencies):
        raise Forbidden("NO_AGENCY")
    methods = claims.get("amr")
    factors = bool(_FACTORS & {str(one) for one in methods}) if isinstance(methods, list) else False
    strong = factors or str(claims.get("acr")) in chosen.strong_acr
    strength = Strength.TWO_FACTORS if strong else Strength.PASSWORD
    return Identity(chosen.name, claims["sub"], _name(claims), role, agency, None, None, strength)


def _roles_in(claims: Mapping[str, Any], client_id: str) -> Iterator[str]:
    """Where Keycloak puts roles, and the claim `groups` that others use (a leading slash is Keycloak's path)."""
    clients = claims.get("resource_access")
    places = (
        claims.get("realm_access"),
        clients.get(client_id) if isinstance(clients, dict) else None,
    )
    for place in places:
        roles = place.get("roles") if isinstance(place, dict) else None
        yield from (one for one in (roles if isinstance(roles, list) else ()) if isinstance(one, str))
    for name in ("roles", "groups"):
        listed = claims.get(name)
        yield from (one.lstrip("/") for one in (listed if isinstance(listed, list) else ()) if isinstance(one, str))


def _citizen(chosen: Provider, claims: Mapping[str, Any]) -> Identity:
    level = chosen.levels.get(str(claims.get(chosen.level_claim)), 0)
    if level < chosen.least_level:
        raise Forbidden("LEVEL_TOO_LOW", level=level, least=chosen.least_level)
    number = claims.get(chosen.number_claim)
    if not isinstance(number, str):
        raise Forbidden("IDP_TOKEN", what=chosen.number_claim)
    strength = Strength.TWO_FACTORS if level >= chosen.strong_level else Strength.PASSWORD
    return Identity(chosen.name, claims["sub"], _name(claims), Role.CITIZEN, None, number, level, strength)
