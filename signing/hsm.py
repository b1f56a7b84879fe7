"""Keys that stay in a PKCS#11 device: a pool of sessions, raw mechanisms, hashing on this side.

Hashing here keeps the traffic to 32 bytes a seal and works with devices that know no combined mechanism.
"""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import exceptions as device

from signing.errors import KeyUnusableError, SignerUnavailableError
from signing.keys import Sealer

DEFAULT_SESSIONS: Final = 4
DEFAULT_WAIT_S: Final = 10.0
# RFC 8017, 9.2, note 1: the DigestInfo of SHA-256 before the digest.
_DIGEST_INFO: Final = bytes.fromhex("3031300d060960864801650304020105000420")
_WRONG: Final = (
    device.PinIncorrect,
    device.PinInvalid,
    device.PinLocked,
    device.PinExpired,
    device.NoSuchKey,
    device.MultipleObjectsReturned,
    device.NoSuchToken,
    device.MultipleTokensReturned,
    device.KeyTypeInconsistent,
    device.MechanismInvalid,
)


# The binding initialises the module without asking it to lock (PKCS#11, 5.4: C_Initialize with no arguments), so calls
# into it must not overlap. A device signs one thing at a time anyway; more throughput is more processes.
_ONE_CALL: Final = threading.Lock()


class HardwareKey:
    """One private key in a device. Promise of `RawSigner.sign`: at most `wait_s` for a free session.

    A pool of sessions serves any number of threads; one that broke is replaced. PKCS#11 logs a whole process in: the
    first key of a token holds the log-in in a session of its own, and is closed last. Safe to share between threads,
    not between processes: open it after a fork.
    """

    def __init__(
        self,
        module: Path,
        *,
        token_label: str,
        pin: str,
        key_label: str,
        is_rsa: bool,
        sessions: int = DEFAULT_SESSIONS,
        wait_s: float = DEFAULT_WAIT_S,
    ) -> None:
        self._is_rsa = is_rsa
        self._key_label = key_label
        self._wait_s = wait_s
        self._free: queue.LifoQueue[Any] = queue.LifoQueue()
        self._login: Any = None
        try:
            with _ONE_CALL:
                self._token = pkcs11.lib(str(module)).get_token(token_label=token_label)
                self._login = self._log_in(pin)
                for _ in range(sessions):
                    self._free.put(self._fresh())
        except _WRONG as error:
            self.close()
            raise KeyUnusableError(type(error).__name__) from error
        except (device.PKCS11Error, RuntimeError, OSError) as error:
            raise SignerUnavailableError(f"{type(error).__name__}: {error}") from error

    def sign(self, data: bytes) -> bytes:
        """See `RawSigner`. A session that broke is replaced once before SIGNER_UNAVAILABLE."""
        digest = hashlib.sha256(data).digest()
        try:
            key = self._free.get(timeout=self._wait_s)
        except queue.Empty:
            raise SignerUnavailableError("every session of the device is busy") from None
        try:
            with _ONE_CALL:
                try:
                    return self._raw(key, digest)
                except device.PKCS11Error:
                    key = self._fresh()
                    return self._raw(key, digest)
        except _WRONG as error:
            raise KeyUnusableError(type(error).__name__) from error
        except device.PKCS11Error as error:
            raise SignerUnavailableError(f"{type(error).__name__}: {error}") from error
        finally:
            self._free.put(key)

    def close(self) -> None:
        """Close every idle session, and log out if this key logged in."""
        with _ONE_CALL:
            while not self._free.empty():
                self._free.get_nowait().session.close()
            if self._login is not None:
                self._login.close()
                self._login = None

    def _log_in(self, pin: str) -> Any:
        """The session that holds the log-in; None when another key of this process holds it for the same token."""
        try:
            return self._token.open(user_pin=pin)
        except device.UserAlreadyLoggedIn:
            return None

    def _fresh(self) -> Any:
        """The private key seen through a session of its own; the token is logged in already."""
        kind = pkcs11.KeyType.RSA if self._is_rsa else pkcs11.KeyType.EC
        session = self._token.open()
        return session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, key_type=kind, label=self._key_label)

    def _raw(self, key: Any, digest: bytes) -> bytes:
        if self._is_rsa:
            return bytes(key.sign(_DIGEST_INFO + digest, mechanism=pkcs11.Mechanism.RSA_PKCS))
        plain = bytes(key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        half = len(plain) // 2
        return encode_dss_signature(int.from_bytes(plain[:half], "big"), int.from_bytes(plain[half:], "big"))


def sealer_from_pkcs11(
    module: Path,
    *,
    token_label: str,
    pin: str,
    key_label: str,
    certificate: x509.Certificate,
    chain: Sequence[x509.Certificate] = (),
    sessions: int = DEFAULT_SESSIONS,
    wait_s: float = DEFAULT_WAIT_S,
) -> Sealer:
    """A `Sealer` whose key stays in the device. The certificate comes from outside: many tokens hold none.

    KEY_UNUSABLE for a wrong PIN, token or key label, and when the key does not belong to the certificate;
    SIGNER_UNAVAILABLE when the device does not answer.
    """
    is_rsa = isinstance(certificate.public_key(), rsa.RSAPublicKey)
    key = HardwareKey(
        module,
        token_label=token_label,
        pin=pin,
        key_label=key_label,
        is_rsa=is_rsa,
        sessions=sessions,
        wait_s=wait_s,
    )
    try:
        sealer = Sealer(key, certificate, chain)
        sealer.check_key()
    except (KeyUnusableError, SignerUnavailableError):
        key.close()
        raise
    return sealer
