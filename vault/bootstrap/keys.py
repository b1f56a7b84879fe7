"""Keys that an operator asks for by name: the next seal, its end, the log's first key."""

from __future__ import annotations

from cryptography import x509

from vault.bootstrap.app import App
from vault.bootstrap.places import passphrase_of
from vault.domain.errors import Conflict
from vault.keys import as_dict, former_seals, install_seal, make_log_key, request_seal, retire_seal

root_row = as_dict
"""JSON values of a trusted authority, for the command line."""


def seal_request(app: App) -> bytes:
    """Make the seal's next key; its PKCS#10 request. The private half stays in the key folder."""
    passphrase = passphrase_of(app.settings)
    return request_seal(app.keys, agency_name=app.settings.agency_name, passphrase=passphrase)


def put_seal(app: App, certificates: bytes) -> x509.Certificate:
    """Put the certified seal in force."""
    return install_seal(app.keys, certificates, passphrase=passphrase_of(app.settings))


def end_seal(app: App) -> x509.Certificate:
    """Take the seal in the key folder out of force."""
    return retire_seal(app.keys, passphrase=passphrase_of(app.settings))


def seals_before(app: App) -> tuple[x509.Certificate, ...]:
    """Certificates of the seals that signed here before."""
    return former_seals(app.keys, passphrase=passphrase_of(app.settings))


def make_log(app: App) -> None:
    """The first key of the transparency log; `LOG_KEY_EXISTS`: its checkpoints are pinned, so it is never replaced."""
    if app.keys.log.exists():
        raise Conflict("LOG_KEY_EXISTS")
    make_log_key(app.keys, passphrase_of(app.settings))
