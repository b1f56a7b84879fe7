"""Other provinces' vaults: our own key for them, and the directory."""

from __future__ import annotations

import typer

from vault import bootstrap
from vault.cli.edge import Json, out, print_json
from vault.domain.errors import Unavailable
from vault.usecases.trust.request import row_of

peers = typer.Typer(help="Other provinces' vaults.", no_args_is_help=True)


@peers.command()
def key(*, as_json: Json = False) -> None:
    """Print our public key towards other vaults, for their `vault trust request --add FILE`. It is no secret."""
    service = bootstrap.build()
    now = service.clock.now()
    ours = (one for one in service.ring.entries if one.use == "peer" and one.revoked_at is None)
    fit = [one for one in ours if one.not_after >= now]
    if not fit:
        raise Unavailable("SIGNING_KEY_NONE", use="peer")
    row = row_of(max(fit, key=lambda one: one.not_before))
    if as_json:
        print_json({"ok": True, "key": row})
        return
    print_json(row)


@peers.command("list")
def list_peers(*, as_json: Json = False) -> None:
    """Show the directory, and whose keys the trust list names: only those are believed."""
    service = bootstrap.build()
    now = service.clock.now()
    listed = {
        one.issuer
        for one in service.credentials.trusted(now=now).entries
        if one.use == "peer" and one.revoked_at is None and one.not_before <= now <= one.not_after
    }
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "url": one.url,
            "kinds": sorted(one.kinds),
            "successor": one.successor,
            "asked": one.answers(now.date()),
            "key": one.code in listed,
        }
        for one in service.directory.peers
    ]
    if as_json:
        print_json({"ok": True, "peers": rows})
        return
    for row in rows:
        known = "key listed" if row["key"] else "NO KEY in the trust list"
        out.print(f"{row['code']}  {row['name']}  {row['url']}  {known}", markup=False, soft_wrap=True)
