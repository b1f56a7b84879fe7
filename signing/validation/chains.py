"""Which certificates a file's signatures rest on, as chains to pinned roots: what evidence has to be collected for.

Only chains that verify are given out. The addresses in them were written by an authority that is trusted already, so a
stranger's file sends nobody anywhere.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from signing.validation.trust import Trust

MAX_STEPS: Final = 8
MAX_CHAINS: Final = 64

_UNFIT: Final = (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, x509.ExtensionNotFound)

Chain = tuple[x509.Certificate, ...]


def chains_to_roots(ends: list[Any], pool: list[Any], trust: Trust) -> tuple[Chain, ...]:
    """For each end certificate (asn1crypto) that leads to a root its chain, end entity first and root last."""
    helpers = [*trust.intermediates, *(c for c in map(_loaded, pool) if c is not None)]
    found: dict[bytes, Chain] = {}
    for end in ends[:MAX_CHAINS]:
        own = _loaded(end)
        if own is not None and (chain := _climb((own,), trust.roots, helpers)):
            found[bytes(end.dump())] = chain
    return tuple(found.values())


def leads_to_root(chain: Chain, trust: Trust) -> bool:
    """Whether each certificate of `chain` issued the one before it, and the last is pinned."""
    steps = pairwise(chain)
    return bool(chain) and chain[-1] in trust.roots and all(_issued(own, issuer) for own, issuer in steps)


def _climb(chain: Chain, roots: tuple[x509.Certificate, ...], helpers: list[x509.Certificate]) -> Chain:
    """The chain completed by a root; empty when there is none."""
    last = chain[-1]
    if last in roots:
        return chain
    root = next((one for one in roots if _issued(last, one)), None)
    if root is not None:
        return (*chain, root)
    if len(chain) >= MAX_STEPS:
        return ()
    above = (one for one in helpers if one not in chain and _is_authority(one) and _issued(last, one))
    return next((full for one in above if (full := _climb((*chain, one), roots, helpers))), ())


def _issued(own: x509.Certificate, issuer: x509.Certificate) -> bool:
    if own.issuer != issuer.subject:
        return False
    try:
        own.verify_directly_issued_by(issuer)
    except _UNFIT:
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except _UNFIT:
        return False


def _loaded(certificate: asn1_x509.Certificate) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(bytes(certificate.dump()))
    except _UNFIT:
        return None
