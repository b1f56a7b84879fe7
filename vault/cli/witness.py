"""A witness of other agencies' transparency logs. Needs neither database nor object store nor keys of the vault."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vault.bootstrap import SystemClock
from vault.cli.edge import Json, out, print_json
from vault.domain.errors import Invalid
from vault.log import NoteError, Witness, own_key, parse_verifier_key, server_of

app = typer.Typer()


@app.command()
def witness(
    folder: Annotated[Path, typer.Argument(help="Where the witness keeps its key and what it signed last.")],
    name: Annotated[str, typer.Option("--name", help="Its name, e.g. nhanchung.haiphong.gov.vn/kho-so.")],
    log: Annotated[list[str] | None, typer.Option("--log", help="Key of a log to watch; several times.")] = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; put TLS in front of it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 chooses a free one.")] = 7700,
    *,
    as_json: Json = False,
) -> None:
    """Cosign the checkpoints of transparency logs that only ever grow (C2SP tlog-witness). Run it at another agency."""
    try:
        logs = [parse_verifier_key(one) for one in log or ()]
        key = own_key(folder)
    except (NoteError, ValueError) as error:
        raise Invalid("LOG_KEY_WRONG", reason=str(error)) from error
    clock = SystemClock()
    found = Witness(folder, name=name, key=key, logs=logs, now=lambda: int(clock.now().timestamp()))
    server = server_of(found, host, port)
    address = f"http://{host}:{server.server_port}"
    if as_json:
        print_json({"ok": True, "url": address, "key": found.verifier_key.text})
    else:
        out.print(f"key: {found.verifier_key.text}\n{address}", markup=False, soft_wrap=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return
    finally:
        server.server_close()
