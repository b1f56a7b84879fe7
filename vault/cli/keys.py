"""The keys of this deployment: make, list, rotate, retire, revoke. No private key is ever printed."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from rich.table import Table

import qr
from vault import bootstrap
from vault.bootstrap import App
from vault.cli.edge import Json, out, print_json
from vault.domain.errors import Conflict, Invalid, Unavailable
from vault.usecases.trust.request import read_list

keys = typer.Typer(help="Keys of QR credentials, status lists and the seal.", no_args_is_help=True)
_SEAL_NEXT = "send the request to the certification authority; vault keys install-seal ANSWER.pem"
_NEXT = "vault trust request --out request.json; sign it with the root; vault trust install list.cbor"


class Use(StrEnum):
    """What a key of the ring signs."""

    QR = "qr"
    STATUS = "status"
    PEER = "peer"


class Role(StrEnum):
    """Every key of an agency, each for one thing. The root of the trust list is made off line by `vault trust root`."""

    QR = "qr"
    STATUS = "status"
    PEER = "peer"
    SEAL = "seal"
    LOG = "log"


UseOf = Annotated[Use, typer.Argument(help="What the key signs.")]
RoleOf = Annotated[Role, typer.Argument(help="What the key signs.")]


@keys.command()
def create(
    use: RoleOf,
    *,
    target: Annotated[Path, typer.Option("--out", help="Where the seal's request (PKCS#10) goes.")] = Path("seal.csr"),
    as_json: Json = False,
) -> None:
    """Make a key. qr, status, peer: for two years; it signs once the root has listed it.

    seal: writes a request for the certification authority; `vault keys install-seal` puts its answer in force. log: the
    first key of the transparency log.
    """
    service = bootstrap.build()
    if use is Role.SEAL:
        target.write_bytes(bootstrap.seal_request(service))
        _tell({"use": "seal", "request": str(target)}, as_json=as_json, following=_SEAL_NEXT)
    elif use is Role.LOG:
        bootstrap.make_log(service)
        _tell({"use": "log"}, as_json=as_json, following="vault up")
    else:
        _made(Use(use.value), timedelta(days=-1), as_json=as_json)


@keys.command("install-seal")
def put_seal(
    certificates: Annotated[Path, typer.Argument(help="PEM: the seal's certificate first, then its issuers.")],
    *,
    as_json: Json = False,
) -> None:
    """Let the requested seal sign from now on; the one before stays readable beside it."""
    own = bootstrap.put_seal(bootstrap.build(), certificates.read_bytes())
    _tell(_seal_row(own, "signs"), as_json=as_json, following="vault keys list")


@keys.command()
def adopt(*, as_json: Json = False) -> None:
    """Take the keys of a folder that was made before there was a ring into it."""
    service = bootstrap.build()
    folder = service.keys
    listed: tuple[qr.TrustEntry, ...] = ()
    if folder.trust_list.exists():
        listed = read_list(folder.read(folder.trust_list), public=folder.read(folder.trust_root_public)).entries
    found = service.ring.adopt(
        issuer=service.settings.agency_code,
        passphrase=bootstrap.passphrase_of(service.settings),
        listed=listed,
        now=service.clock.now(),
    )
    _tell({"adopted": found}, as_json=as_json, following="vault keys list")


@keys.command()
def rotate(
    use: RoleOf,
    lead_days: Annotated[int, typer.Option(min=0, max=90, help="Days until the new key signs first.")] = 7,
    *,
    target: Annotated[Path, typer.Option("--out", help="Where the seal's request (PKCS#10) goes.")] = Path("seal.csr"),
    as_json: Json = False,
) -> None:
    """Make the successor of the key that signs now. Both are listed until the old one ends.

    seal: writes a request for the certification authority; the old seal signs until `vault keys install-seal`.
    """
    service = bootstrap.build()
    if use is Role.LOG:
        raise Conflict("LOG_KEY_EXISTS")
    if use is Role.SEAL:
        _ = service.sealing.certificate  # there must be one to follow
        target.write_bytes(bootstrap.seal_request(service))
        _tell({"use": "seal", "request": str(target)}, as_json=as_json, following=_SEAL_NEXT)
        return
    listed = Use(use.value)
    service.ring.chosen(listed.value, at=service.clock.now())  # as above
    _made(listed, timedelta(days=lead_days), as_json=as_json)


@keys.command("list")
def list_keys(*, as_json: Json = False) -> None:
    """Every key with its term and what it does now; the seal's certificate too."""
    service = bootstrap.build()
    rows = _rows(service)
    if as_json:
        print_json({"ok": True, "keys": rows})
        return
    table = Table("kid", "use", "agency", "from", "until", "now")
    for row in rows:
        table.add_row(*(str(row[name])[:19] for name in ("kid", "use", "iss", "nbf", "exp")), str(row["state"]))
    out.print(table)


@keys.command()
def retire(kid: Annotated[str, typer.Argument(help="Name of the key.")], *, as_json: Json = False) -> None:
    """End a key: it signs nothing from now on. What it signed before stays verifiable.

    The seal's: papers confirmed from now on wait for the seal that is installed next.
    """
    service = bootstrap.build()
    if kid == _seal_kid(service):
        _tell(_seal_row(bootstrap.end_seal(service), "ended"), as_json=as_json, following="vault keys create seal")
        return
    _tell(service.ring.retire(kid, at=service.clock.now()).as_dict(), as_json=as_json)


@keys.command()
def revoke(
    kid: Annotated[str, typer.Argument(help="Name of the key.")],
    at: Annotated[str, typer.Option("--at", help="Since when it may be in other hands, e.g. 2026-11-22T08:00+07:00.")],
    *,
    as_json: Json = False,
) -> None:
    """Report a compromise: what the key signed counts only with a proof that the public log showed it before then."""
    try:
        since = datetime.fromisoformat(at)
    except ValueError as error:
        raise Invalid("MOMENT", text=at) from error
    if since.tzinfo is None:
        raise Invalid("MOMENT", text=at)
    _tell(bootstrap.build().ring.revoke(kid, at=since).as_dict(), as_json=as_json)


def _made(use: Use, lead: timedelta, *, as_json: bool) -> None:
    service = bootstrap.build()
    key = service.ring.create(
        use.value,
        issuer=service.settings.agency_code,
        passphrase=bootstrap.passphrase_of(service.settings),
        now=service.clock.now(),
        lead=lead,
    )
    _tell(key.as_dict(), as_json=as_json)


def _rows(service: App) -> list[dict[str, object]]:
    now = service.clock.now()
    rows: list[dict[str, object]] = []
    signing = {use: _signing_kid(service, use, now) for use in Use}
    for key in service.ring.keys:
        entry = key.entry
        if entry.revoked_at is not None:
            state = "revoked"
        elif key.kid == signing[Use(entry.use)]:
            state = "signs"
        elif now > entry.not_after:
            state = "ended"
        elif not key.listed:
            state = "not listed yet"
        else:
            state = "waits" if now < entry.not_before else "overlaps"
        rows.append({**key.as_dict(), "state": state})
    try:
        certificate = service.sealing.certificate
    except Unavailable as error:
        rows.append({"kid": "", "use": "seal", "iss": "", "nbf": "", "exp": "", "state": error.code})
    else:
        in_force = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
        rows.append(_seal_row(certificate, "signs" if in_force else "ended"))
    return rows + [_seal_row(one, "ended") for one in bootstrap.seals_before(service)]


def _seal_row(certificate: x509.Certificate, state: str) -> dict[str, object]:
    return {
        "kid": f"{certificate.serial_number:x}",
        "use": "seal",
        "iss": certificate.subject.rfc4514_string(),
        "nbf": certificate.not_valid_before_utc.isoformat(),
        "exp": certificate.not_valid_after_utc.isoformat(),
        "state": state,
    }


def _seal_kid(service: App) -> str | None:
    """The seal in the key folder; one in a device or with a signing service is ended there."""
    if not service.keys.seal.exists():
        return None
    return f"{service.sealing.certificate.serial_number:x}"


def _signing_kid(service: App, use: Use, now: datetime) -> str | None:
    try:
        return service.ring.chosen(use.value, at=now).kid
    except Unavailable:
        return None


def _tell(row: dict[str, object], *, as_json: bool, following: str = _NEXT) -> None:
    if as_json:
        print_json({"ok": True, "key": row, "next": following})
        return
    for name, value in row.items():
        out.print(f"{name}: {value}", markup=False, soft_wrap=True)
    out.print(f"next: {following}", markup=False, soft_wrap=True)
