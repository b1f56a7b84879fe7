"""The keys of this deployment: make, list, rotate, retire, revoke. No private key is ever printed."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from vault import bootstrap
from vault.bootstrap import App
from vault.cli.edge import Json, out, print_json
from vault.domain.errors import Invalid, Unavailable

keys = typer.Typer(help="Keys of QR credentials, status lists and the seal.", no_args_is_help=True)
_NEXT = "vault trust request --out request.json; sign it with the root; vault trust install list.cbor"


class Use(StrEnum):
    """What a key of the ring signs."""

    QR = "qr"
    STATUS = "status"


UseOf = Annotated[Use, typer.Argument(help="What the key signs.")]


@keys.command()
def create(use: UseOf, *, as_json: Json = False) -> None:
    """Make a key for two years. It signs once the root has listed it."""
    _made(use, timedelta(days=-1), as_json=as_json)


@keys.command()
def rotate(
    use: UseOf,
    lead_days: Annotated[int, typer.Option(min=0, max=90, help="Days until the new key signs first.")] = 7,
    *,
    as_json: Json = False,
) -> None:
    """Make the successor of the key that signs now. Both are listed until the old one ends."""
    service = bootstrap.build()
    service.ring.chosen(use.value, at=service.clock.now())  # there must be one to follow
    _made(use, timedelta(days=lead_days), as_json=as_json)


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
    """End a key: it signs nothing from now on. What it signed before stays verifiable."""
    service = bootstrap.build()
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
        return [*rows, {"kid": "", "use": "seal", "iss": "", "nbf": "", "exp": "", "state": error.code}]
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    rows.append(
        {
            "kid": f"{certificate.serial_number:x}",
            "use": "seal",
            "iss": certificate.subject.rfc4514_string(),
            "nbf": start.isoformat(),
            "exp": end.isoformat(),
            "state": "signs" if start <= now <= end else "ended",
        }
    )
    return rows


def _signing_kid(service: App, use: Use, now: datetime) -> str | None:
    try:
        return service.ring.chosen(use.value, at=now).kid
    except Unavailable:
        return None


def _tell(row: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json({"ok": True, "key": row, "next": _NEXT})
        return
    for name, value in row.items():
        out.print(f"{name}: {value}", markup=False, soft_wrap=True)
    out.print(f"next: {_NEXT}", markup=False, soft_wrap=True)
