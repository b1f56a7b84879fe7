"""The `vault` command."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence

import typer

from vault import __version__
from vault.cli import (
    accounts,
    admin,
    backfill,
    backup,
    bulk,
    catalogue,
    desk,
    doctor,
    figures,
    heal,
    keys,
    log,
    mandates,
    outbox,
    papers,
    partner,
    peers,
    privacy,
    protect,
    roots,
    service,
    trust,
    watch,
    witness,
)
from vault.cli.edge import Exit, err, fail, print_json
from vault.domain.errors import Invalid, Unavailable, VaultError

_LOG = logging.getLogger(__name__)

app = typer.Typer(
    name="vault",
    help="Kho số: a vault of digitized results that citizens never have to hand in again.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
for part in (
    papers.app,
    bulk.app,
    desk.app,
    watch.app,
    service.app,
    doctor.app,
    heal.app,
    backup.app,
    catalogue.app,
    protect.app,
    privacy.app,
    witness.app,
    figures.app,
    backfill.app,
):
    app.registered_commands += part.registered_commands
app.add_typer(admin.db, name="db")
app.add_typer(log.log, name="log")
app.add_typer(catalogue.catalogue, name="catalogue")
app.add_typer(trust.trust, name="trust")
keys.keys.add_typer(protect.wrapping, name="wrapping")
app.add_typer(heal.index, name="index")
app.add_typer(keys.keys, name="keys")
app.add_typer(roots.roots, name="roots")
app.add_typer(partner.partner, name="partner")
app.add_typer(mandates.mandates, name="mandates")
app.add_typer(outbox.outbox, name="outbox")
app.add_typer(peers.peers, name="peers")
app.add_typer(accounts.accounts, name="accounts")
app.registered_commands += admin.app.registered_commands


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    *,
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    """Kho số: a vault of digitized results that citizens never have to hand in again."""
    if version:
        typer.echo(json.dumps({"version": __version__}))
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def main(arguments: Sequence[str]) -> int:
    """Run one command; gives the exit status. Every way out with `--json` ends in one JSON object."""
    as_json = "--json" in arguments
    try:
        status = app(args=list(arguments), prog_name="vault", standalone_mode=False)
    except VaultError as error:
        return fail(error, as_json=as_json)
    except typer.Abort:
        err.print("stopped")
        return Exit.REFUSED
    except typer.TyperException as error:
        message = getattr(error, "format_message", error.__str__)()
        err.print(f"{message}\nvault --help", markup=False)
        if as_json:
            print_json({"ok": False, "code": "USAGE", "message": message})
        return Exit.USAGE
    except OSError as error:
        return fail(Invalid("FILE_ACCESS", file=error.filename, reason=error.strerror or str(error)), as_json=as_json)
    except Exception:  # noqa: BLE001 - the edge of the program: a fault of ours is told as one, and ends in JSON all the same
        _LOG.exception("vault %s failed", " ".join(arguments[:1]))
        return fail(Unavailable("SERVER_ERROR"), as_json=as_json)
    return status if isinstance(status, int) else Exit.OK


def run() -> None:
    """Entry point of the console script."""
    sys.exit(main(sys.argv[1:]))
