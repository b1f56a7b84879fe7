"""Which roots a validator pins, and how strict it is about revocation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Self

from cryptography import x509

from signing.errors import TrustUnreadableError


class RevocationPolicy(StrEnum):
    """What a missing revocation status means while every certificate is inside its dates.

    A certificate that is known to be revoked is always REVOKED, and an expired one always needs evidence.
    """

    WARN = "warn"
    """VALID_WITH_WARNING with the reason REVOCATION_UNKNOWN."""
    REQUIRE = "require"
    """NOT_ENOUGH_EVIDENCE with the reason REVOCATION_MISSING (the duty of TT 15/2025/TT-BKHCN)."""


@dataclass(frozen=True)
class Trust:
    """Pinned certificates (usually roots; a pinned issuing CA is an anchor too) and helpful intermediates."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    revocation: RevocationPolicy = RevocationPolicy.WARN

    @classmethod
    def from_pem(cls, data: bytes, *, revocation: RevocationPolicy = RevocationPolicy.WARN) -> Self:
        """Every certificate of a PEM bundle: self-issued ones are pinned; if there is none, all are.

        TRUST_UNREADABLE when the bundle holds no certificate.
        """
        try:
            found = x509.load_pem_x509_certificates(data)
            roots = tuple(c for c in found if c.issuer == c.subject)
        except ValueError as error:
            raise TrustUnreadableError("no readable PEM certificate") from error
        if not roots:
            return cls(roots=tuple(found), revocation=revocation)
        return cls(roots, tuple(c for c in found if c.issuer != c.subject), revocation)

    @classmethod
    def nothing(cls) -> Self:
        """Pins no root: every signature is at best UNKNOWN_ROOT."""
        return cls(roots=())

    @classmethod
    def vietnam_government(cls, *, revocation: RevocationPolicy = RevocationPolicy.WARN) -> Self:
        """The tree of the special-use CA of the Vietnamese Government, as shipped in `signing/roots`.

        See `signing/roots/README.md` for where the certificates come from and how an operator confirms them.
        """
        folder = resources.files("signing").joinpath("roots")
        bundle = b"".join(e.read_bytes() for e in sorted(folder.iterdir(), key=_name) if e.name.endswith(".pem"))
        return cls.from_pem(bundle, revocation=revocation)

    def __add__(self, other: Trust) -> Trust:
        """Both sets of certificates, with the stricter of the two revocation policies."""
        strict = RevocationPolicy.REQUIRE in {self.revocation, other.revocation}
        return Trust(
            roots=tuple(dict.fromkeys((*self.roots, *other.roots))),
            intermediates=tuple(dict.fromkeys((*self.intermediates, *other.intermediates))),
            revocation=RevocationPolicy.REQUIRE if strict else RevocationPolicy.WARN,
        )


def _name(entry: Traversable) -> str:
    return entry.name
