"""The agency's keys in files: the seal, the QR and status keys, the trust list; and the desks that sign with them."""

from vault.keys.credentials import FileCredentialDesk
from vault.keys.folder import KeyFolder, load_development_pki, load_log_key, prepare_development_keys
from vault.keys.sealing import FileSealingDesk

__all__ = [
    "FileCredentialDesk",
    "FileSealingDesk",
    "KeyFolder",
    "load_development_pki",
    "load_log_key",
    "prepare_development_keys",
]
