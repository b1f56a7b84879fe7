"""The agency's keys in files: the seal, the QR and status keys, the trust list; and the desks that sign with them."""

from vault.keys.credentials import FileCredentialDesk
from vault.keys.development import prepare_development_trust
from vault.keys.folder import KeyFolder, load_development_pki, load_log_key, prepare_development_keys
from vault.keys.ring import KeyRing, OpenKeys, RingKey
from vault.keys.sealing import FileSealingDesk
from vault.keys.token import TokenKeyService
from vault.keys.transit import TransitKeyService
from vault.keys.wrapping import FileKeyService, WrappingFile

__all__ = [
    "FileCredentialDesk",
    "FileKeyService",
    "FileSealingDesk",
    "KeyFolder",
    "KeyRing",
    "OpenKeys",
    "RingKey",
    "TokenKeyService",
    "TransitKeyService",
    "WrappingFile",
    "load_development_pki",
    "load_log_key",
    "prepare_development_keys",
    "prepare_development_trust",
]
