"""Agencies' wrapping keys in a server that speaks the transit interface of HashiCorp Vault or OpenBao.

Each agency has a key of its own, named `<prefix>-<agency>`; the server keeps the versions. Data keys travel to it over
TLS, papers never do. The context goes along as `associated_data`, so a wrap opens for its blob and paper only.
"""

from __future__ import annotations

import base64
from typing import Any

import httpx

from vault.domain.errors import Unavailable
from vault.ports import WrappedKey

_NO_SUCH_KEY = 404
_REFUSED = 400


class TransitKeyService:
    """`ports.KeyService` over HTTP. `mount` is where the engine lies, usually `transit`."""

    def __init__(
        self, address: str, *, token: str, prefix: str, mount: str = "transit", verify: str | bool = True
    ) -> None:
        self._client = httpx.Client(
            base_url=f"{address.rstrip('/')}/v1/{mount}", headers={"X-Vault-Token": token}, timeout=10, verify=verify
        )
        self._prefix = prefix

    def wrap(self, key: bytes, *, agency: str, context: bytes) -> WrappedKey:
        """Under the newest version of the agency's key."""
        body = {"plaintext": _text(key), "associated_data": _text(context)}
        text = str(self._post(f"encrypt/{self._name(agency)}", body)["ciphertext"])
        return WrappedKey(agency, f"transit:{_version(text)}", text.encode())

    def unwrap(self, wrapped: WrappedKey, *, context: bytes) -> bytes:
        """With the version that the ciphertext names."""
        body = {"ciphertext": wrapped.wrapped.decode("ascii", "replace"), "associated_data": _text(context)}
        return base64.b64decode(str(self._post(f"decrypt/{self._name(wrapped.agency)}", body)["plaintext"]))

    def current(self, agency: str) -> str:
        """The newest version of the agency's key."""
        found = self._ask("GET", f"keys/{self._name(agency)}", None)
        return f"transit:v{found['latest_version']}"

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def _name(self, agency: str) -> str:
        return f"{self._prefix}-{agency}"

    def _post(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: dict[str, str] | None) -> dict[str, Any]:
        try:
            answer = self._client.request(method, f"/{path}", json=body)
        except httpx.HTTPError as error:
            raise Unavailable("KEY_SERVICE_DOWN", reason=type(error).__name__) from error
        if answer.status_code in {_REFUSED, _NO_SUCH_KEY}:
            raise Unavailable("KEY_UNWRAP", key=path.rpartition("/")[2])
        if not answer.is_success:
            raise Unavailable("KEY_SERVICE_DOWN", reason=str(answer.status_code))
        try:
            found: dict[str, Any] = answer.json()["data"]
        except (ValueError, KeyError) as error:
            raise Unavailable("KEY_SERVICE_DOWN", reason="no answer of a transit engine") from error
        return found


def _version(text: str) -> str:
    """`v3` of `vault:v3:…`."""
    return text.split(":")[1] if text.count(":") > 1 else "v0"


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
