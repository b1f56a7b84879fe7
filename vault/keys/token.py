"""Agencies' wrapping keys in a PKCS#11 token: AES-256 keys that never leave it, one for each agency.

A key is labelled `<prefix>-<agency>`; it is made on the token, not extractable, when the agency's first paper comes. A
new prefix begins new keys; the old ones stay for opening until everything is wrapped anew.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import Any

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11 import exceptions as device

from vault.domain.errors import Unavailable
from vault.ports import WrappedKey

_NONCE = 12
_BITS = 256
_TAG_BITS = 128


class TokenKeyService:
    """`ports.KeyService` over a PKCS#11 module. One call at a time: the binding does not lock for itself."""

    def __init__(self, module: Path, *, token_label: str, pin: str, prefix: str) -> None:
        self._prefix = prefix
        self._lock = Lock()
        self._keys: dict[str, Any] = {}
        try:
            token = pkcs11.lib(str(module)).get_token(token_label=token_label)
            try:
                self._session = token.open(rw=True, user_pin=pin)
            except device.UserAlreadyLoggedIn:  # the seal's key lies on the same token
                self._session = token.open(rw=True)
        except (device.PKCS11Error, RuntimeError, OSError) as error:
            raise Unavailable("KEY_SERVICE_DOWN", reason=type(error).__name__) from error

    def wrap(self, key: bytes, *, agency: str, context: bytes) -> WrappedKey:
        """Under the agency's key on the token, made if it is not there."""
        nonce, label = os.urandom(_NONCE), f"{self._prefix}-{agency}"
        sealed = self._run(label, "encrypt", key, nonce, context, make=True)
        return WrappedKey(agency, f"token:{label}", nonce + sealed)

    def unwrap(self, wrapped: WrappedKey, *, context: bytes) -> bytes:
        """With the key that the wrap names."""
        raw, label = wrapped.wrapped, wrapped.key.removeprefix("token:")
        return self._run(label, "decrypt", raw[_NONCE:], raw[:_NONCE], context, make=False)

    def current(self, agency: str) -> str:
        """The label that `wrap` uses."""
        return f"token:{self._prefix}-{agency}"

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def _run(self, label: str, act: str, data: bytes, nonce: bytes, context: bytes, *, make: bool) -> bytes:
        with self._lock:
            try:
                key = self._key(label, make=make)
                param = pkcs11.GCMParams(nonce, context, _TAG_BITS)
                return bytes(getattr(key, act)(data, mechanism=Mechanism.AES_GCM, mechanism_param=param))
            except (device.NoSuchKey, device.EncryptedDataInvalid, device.EncryptedDataLenRange) as error:
                raise Unavailable("KEY_UNWRAP", key=label) from error
            except device.PKCS11Error as error:
                if act == "decrypt":  # SoftHSM answers a wrong tag with a general error
                    raise Unavailable("KEY_UNWRAP", key=label) from error
                raise Unavailable("KEY_SERVICE_DOWN", reason=type(error).__name__) from error

    def _key(self, label: str, *, make: bool) -> Any:
        if label not in self._keys:
            try:
                self._keys[label] = self._session.get_key(
                    object_class=ObjectClass.SECRET_KEY, key_type=KeyType.AES, label=label
                )
            except device.NoSuchKey:
                if not make:
                    raise
                hidden = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
                self._keys[label] = self._session.generate_key(
                    KeyType.AES, _BITS, label=label, store=True, template=hidden
                )
        return self._keys[label]
