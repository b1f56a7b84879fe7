"""Pass words of local accounts: scrypt (RFC 7914) with a salt of its own, checked in constant time."""

from __future__ import annotations

import hashlib
import hmac

_N, _R, _P = 2**14, 8, 1
_LENGTH = 32


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # What a browser may send is any text, halves of surrogate pairs included: it is wrong, not an accident.
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, dklen=_LENGTH, maxmem=64 * 1024 * 1024)


def hash_password(password: str, *, salt: str) -> str:
    """`scrypt$n$r$p$salt$hex`: everything a later check needs stands in the text."""
    return f"scrypt${_N}${_R}${_P}${salt}${_derive(password, salt.encode(), _N, _R, _P).hex()}"


def password_fits(password: str, stored: str) -> bool:
    """Whether the pass word is the one that was hashed; none fits an account that has none, and that takes as long."""
    if not stored.startswith("scrypt$"):
        return password_fits(password, NOBODY) and False
    _, n, r, p, salt, digest = stored.split("$")
    return hmac.compare_digest(_derive(password, salt.encode(), int(n), int(r), int(p)).hex(), digest)


NOBODY = hash_password("", salt="nobody")
"""Checked when a name is unknown, so that an unknown name takes as long as a wrong pass word."""
