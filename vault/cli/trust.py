"""The trust list and its off-line root: ask, sign, install, show.

`vault trust sign` needs two files and the clock: no service, no network, no settings.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import qr
from vault import bootstrap
from vault.bootstrap import App, SystemClock
from vault.cli.edge import Json, err, out, print_json
from vault.domain.errors import Conflict, Invalid
from vault.usecases.trust.install import judge
from vault.usecases.trust.request import ask, read_entry, read_list, read_request, row_of
from vault.usecases.trust.sign import sign as sign_list

trust = typer.Typer(help="The trust list and its off-line root.", no_args_is_help=True)

PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="File with the pass phrase of the root key; without it, asked.")
]


@trust.command()
def root(
    key: Annotated[Path, typer.Argument(help="Where the private root goes; keep it on a machine without network.")],
    public: Annotated[Path, typer.Option("--public", help="Where its public half goes, to be pinned.")],
    *,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make a root key, encrypted. Its public half is what deployments and verifiers pin."""
    made = qr.SigningKey.generate()
    _write_new(key, made.to_pem(_passphrase(passphrase_file, confirm=True)))
    _write_new(public, qr.public_key_to_pem(made.public))
    _tell({"ok": True, "kid": made.kid.hex(), "public": str(public)}, as_json=as_json)


@trust.command()
def request(
    target: Annotated[Path | None, typer.Option("--out", help="Where the request goes; without it, printed.")] = None,
    *,
    add: Annotated[
        list[Path] | None, typer.Option("--add", help="Another vault's key, as its `vault peers key` printed it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the unsigned entries of this deployment's keys, to be carried to the root's machine.

    With `--add` other vaults' keys stand beside them: compare each fingerprint (kid) with its owner first.
    """
    service = bootstrap.build()
    others = [read_entry(file.read_text(encoding="utf-8", errors="replace")) for file in add or ()]
    made = ask((*service.ring.entries, *others), installed=_installed(service), now=service.clock.now())
    if target is None and not as_json:
        typer.echo(made.text)
        return
    if target is not None:
        target.write_text(made.text + "\n", encoding="utf-8")
    _tell({"ok": True, "version": made.version, "keys": [row_of(one) for one in made.entries]}, as_json=as_json)


@trust.command()
def sign(
    asked: Annotated[Path, typer.Argument(metavar="REQUEST", help="What `vault trust request` wrote.")],
    root_key: Annotated[Path, typer.Option("--root", help="The private root (PEM).")],
    target: Annotated[Path, typer.Option("--out", help="Where the signed list goes.")],
    previous: Annotated[Path | None, typer.Option("--previous", help="The last list that this root signed.")] = None,
    days: Annotated[int, typer.Option(help="For how many days verifiers believe it.")] = 90,
    *,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Sign a trust list on a machine without network."""
    wanted = read_request(asked.read_text(encoding="utf-8", errors="replace"))
    try:
        key = qr.SigningKey.from_pem(root_key.read_bytes(), _passphrase(passphrase_file))
    except qr.KeyFileError as error:
        raise Invalid(error.code) from error
    last = previous.read_bytes() if previous is not None else None
    signed = sign_list(wanted, root=key, previous=last, days=days, now=SystemClock().now())
    target.write_bytes(signed.data)
    _show(signed.listed, as_json=as_json)


@trust.command()
def install(
    source: Annotated[Path, typer.Argument(metavar="LIST", help="The signed list.")],
    public: Annotated[
        Path | None, typer.Option("--root", help="The public root (PEM) to pin; only while none is pinned.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Put a signed list in force. A running service takes it up at once."""
    service = bootstrap.build()
    folder = service.keys
    pem = _pinned(service, public)
    installed = folder.read(folder.trust_list) if folder.trust_list.exists() else None
    data = source.read_bytes()
    listed = judge(data, root_pem=pem, installed=installed, now=service.clock.now())
    folder.install_trust(data, root_pem=pem)
    service.ring.mark_listed(listed.entries)
    _show(listed, as_json=as_json)


@trust.command()
def show(
    source: Annotated[Path | None, typer.Argument(metavar="LIST", help="A list; without it, the one in force.")] = None,
    public: Annotated[Path | None, typer.Option("--root", help="Its public root; without it, the pinned one.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show a signed list, whatever its age, if the root signed it."""
    folder = bootstrap.build().keys
    pem = public.read_bytes() if public is not None else folder.read(folder.trust_root_public)
    data = source.read_bytes() if source is not None else folder.read(folder.trust_list)
    _show(read_list(data, public=pem), as_json=as_json)


def _installed(service: App) -> qr.TrustList | None:
    folder = service.keys
    if not folder.trust_list.exists():
        return None
    return read_list(folder.read(folder.trust_list), public=folder.read(folder.trust_root_public))


def _pinned(service: App, public: Path | None) -> bytes:
    """The pinned root; a root is pinned once, and never exchanged by the way."""
    folder = service.keys
    if not folder.trust_root_public.exists():
        if public is None:
            raise Invalid("TRUST_ROOT_MISSING")
        return public.read_bytes()
    pinned = folder.read(folder.trust_root_public)
    if public is not None and _key_of(public.read_bytes()) != _key_of(pinned):
        raise Conflict("TRUST_WRONG_ROOT")
    return pinned


def _key_of(pem: bytes) -> bytes:
    try:
        return qr.public_key_to_pem(qr.public_key_from_pem(pem))
    except qr.KeyFileError as error:
        raise Invalid(error.code) from error


def _passphrase(file: Path | None, *, confirm: bool = False) -> bytes:
    if file is not None:
        return file.read_bytes().rstrip(b"\r\n")
    asked: str = typer.prompt("Pass phrase of the root key", hide_input=True, confirmation_prompt=confirm, err=True)
    return asked.encode()


def _write_new(path: Path, data: bytes) -> None:
    """A key is never written over another."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _tell(answer: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        for name, value in answer.items():
            out.print(f"{name}: {value}", markup=False, soft_wrap=True)


def _show(listed: qr.TrustList, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "ok": True,
                "version": listed.version,
                "issued_at": listed.issued_at.isoformat(),
                "next_update": listed.next_update.isoformat(),
                "keys": [row_of(entry) for entry in listed.entries],
            }
        )
        return
    err.print(f"version {listed.version}, signed {listed.issued_at}, believed until {listed.next_update}")
    table = Table("kid", "agency", "use", "from", "until", "revoked")
    for entry in listed.entries:
        revoked = f"{entry.revoked_at:%Y-%m-%d %H:%M}" if entry.revoked_at else ""
        table.add_row(
            entry.kid.hex(),
            entry.issuer,
            entry.use,
            f"{entry.not_before:%Y-%m-%d}",
            f"{entry.not_after:%Y-%m-%d}",
            revoked,
        )
    out.print(table)
