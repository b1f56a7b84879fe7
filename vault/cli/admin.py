"""For the people who run it: schema, API document, worker."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from vault import __version__, bootstrap, telemetry
from vault.cli.edge import Json, out, print_json

app = typer.Typer()
db = typer.Typer(help="The database's schema.", no_args_is_help=True)


@db.command()
def upgrade(*, as_json: Json = False) -> None:
    """Bring schema, bucket and keys to the newest state. Safe to run again, also while the service runs."""
    bootstrap.prepare(bootstrap.build().settings)
    if as_json:
        print_json({"ok": True})
    else:
        out.print("The schema is at its newest state.")


@app.command()
def openapi(*, as_json: Json = False) -> None:
    """Print the API's OpenAPI document (one JSON object)."""
    del as_json  # the document is JSON either way
    # Only this command and the web process need the web edge; the others start faster without it.
    from vault.web.main import create  # noqa: PLC0415

    typer.echo(json.dumps(create(bootstrap.build()).openapi(), ensure_ascii=False))


@app.command()
def worker(*, concurrency: Annotated[int, typer.Option(min=1, help="Jobs at a time in this process.")] = 1) -> None:
    """Take jobs off the queue until told to stop: read papers, seal them."""
    # The queue is imported by this command alone.
    from vault.worker import run  # noqa: PLC0415

    service = bootstrap.build()
    telemetry.configure_logs(service.settings.log_format)
    telemetry.configure_traces(
        service.settings.otlp_endpoint,
        service="kho-so-worker",
        version=__version__,
        environment=service.settings.environment,
        share=service.settings.trace_share,
    )
    if service.settings.metrics_port:
        telemetry.serve_metrics(service.settings.metrics_port, service.settings.http_host, service.looks.look)
    run(service, concurrency=concurrency)
