"""The error tree of the engine: stable codes, and decoders of outside input raise nothing else."""

from __future__ import annotations


class QrError(Exception):
    """Something the engine refuses; `code` is stable and machine-readable, `detail` is a hint for a log."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class EncodingError(QrError):
    """Bytes or text that are not the one permitted encoding (CBOR, base32, base45, COSE)."""


class CredentialError(QrError):
    """Claims that may not be issued, or a credential text that cannot be read as one."""


class StatusError(QrError):
    """A status list or a status token that is refused."""


class TrustError(QrError):
    """A trust list that is refused: shape, signature, roll-back, age."""


class KeyFileError(QrError):
    """A private key file that cannot be opened as an EC P-256 key."""


class SymbolError(QrError):
    """A QR picture that may not be drawn, or a picture that cannot be read."""
