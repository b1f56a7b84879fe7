"""The agency's keys in files: the seal, the QR and status keys, the trust list; and the desks that sign with them."""

from vault.keys.credentials import FileCredentialDesk
from vault.keys.development import prepare_development_trust
from vault.keys.evidence import HttpFetch, nothing_fetched
from vault.keys.folder import KeyFolder, load_development_pki, load_log_key, make_log_key, prepare_development_keys
from vault.keys.remote import FirstAsked, HttpRemoteSigner, RemoteKey
from vault.keys.ring import KeyRing, OpenKeys, RingKey
from vault.keys.roots import Compared, RootStore, as_dict
from vault.keys.seal_request import former_seals, install_seal, request_seal, retire_seal
from vault.keys.sealing import FileSealingDesk, at_once, load_certificates
from vault.keys.token import TokenKeyService
from vault.keys.transit import TransitKeyService
from vault.keys.wrapping import FileKeyService, WrappingFile

__all__ = [
    "Compared",
    "FileCredentialDesk",
    "FileKeyService",
    "FileSealingDesk",
    "FirstAsked",
    "HttpFetch",
    "HttpRemoteSigner",
    "KeyFolder",
    "KeyRing",
    "OpenKeys",
    "RemoteKey",
    "RingKey",
    "RootStore",
    "TokenKeyService",
    "TransitKeyService",
    "WrappingFile",
    "as_dict",
    "at_once",
    "former_seals",
    "install_seal",
    "load_certificates",
    "load_development_pki",
    "load_log_key",
    "make_log_key",
    "nothing_fetched",
    "prepare_development_keys",
    "prepare_development_trust",
    "request_seal",
    "retire_seal",
]
