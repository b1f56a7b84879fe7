"""Commands that need no server: read a paper, seal a PDF, verify a PDF, a QR text or a picture."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

import ocr
import signing
from vault import bootstrap
from vault.bootstrap import App
from vault.cli import checks
from vault.cli.edge import Exit, Json, err, file_bytes, out, print_json
from vault.domain.errors import Invalid
from vault.domain.ids import digest_of

app = typer.Typer()
TODAY = "now"


@app.command(name="ocr")
def read(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="PDF, JPEG, PNG or TIFF.")],
    *,
    fast: Annotated[
        bool, typer.Option("--fast", help="One reader, a second only where it is in doubt: half the time.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read a paper: text, words with boxes, document type and fields with confidence."""
    service = bootstrap.build()
    data = file_bytes(file, limit=service.settings.max_upload_bytes)
    count = service.engines.probe(data).pages
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task(file.name, total=count)
        pages = []
        for index in range(count):
            pages.append(service.engines.read_page(data, index, fast=fast).read)
            progress.advance(task)
    understood = service.engines.understand(pages, service.templates)
    if as_json:
        print_json(_reading(pages, understood))
        return
    out.print("\n\n".join(page.text for page in pages), markup=False)
    table = Table("Field", "Value", "Confidence", title=f"{understood.type.code} ({understood.type.confidence:.0%})")
    for name, field in understood.fields.items():
        table.add_row(name, field.value, f"{field.confidence:.0%}")
    out.print(table)


def _reading(pages: list[ocr.PageText], understood: ocr.Understanding) -> dict[str, Any]:
    warnings = [f"{index}:{code}" for index, page in enumerate(pages) for code in page.warnings]
    return {
        "pages": [page.as_dict() for page in pages],
        "text": "\n".join(page.text for page in pages),
        "type": {"code": understood.type.code, "confidence": understood.type.confidence},
        "fields": {
            name: {
                "value": field.value,
                "confidence": field.confidence,
                "accept": field.accept,
                "page": field.page,
                "box": list(field.box),
            }
            for name, field in understood.fields.items()
        },
        "warnings": [*understood.warnings, *warnings],
    }


@app.command()
def seal(
    source: Annotated[Path, typer.Argument(metavar="IN", exists=True, dir_okay=False, help="PDF, or a scan.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", dir_okay=False, help="Where the sealed PDF goes.")],
    *,
    reason: Annotated[str, typer.Option(help="Written into the signature.")] = "Ký số của cơ quan",
    as_json: Json = False,
) -> None:
    """Seal a PDF with the agency's key (PAdES B-LTA). Signatures that are there stay intact; a scan becomes a PDF."""
    service = bootstrap.build()
    bootstrap.prepare_keys(service)
    data = file_bytes(source, limit=service.settings.max_upload_bytes)
    try:
        sealed = service.sealing.seal(_as_pdf(service, data), reason=reason)
    except signing.SigningError as error:
        raise Invalid(error.code) from error
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(sealed.pdf)
    part.replace(target)
    answer = {
        "ok": True,
        "sealed": str(target),
        "level": sealed.level,
        "pending": sealed.pending,
        "sha256": digest_of(sealed.pdf),
        "roots": str(service.keys.seal_roots),
    }
    if as_json:
        print_json(answer)
    else:
        out.print(f"{target}: {sealed.level}{' (time stamp pending)' if sealed.pending else ''}")


def _as_pdf(service: App, data: bytes) -> bytes:
    return data if service.engines.probe(data).kind == "pdf" else service.engines.to_pdf(data)


@app.command()
def verify(
    what: Annotated[str, typer.Argument(metavar="FILE|TEXT|IMAGE", help="A PDF, a picture, or a scanned QR text.")],
    *,
    trust: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="PEM of the roots that PDF signatures must lead to."),
    ] = None,
    trust_list: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Signed trust list for QR credentials.")
    ] = None,
    trust_root: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="PEM of the public root of that trust list.")
    ] = None,
    host: Annotated[list[str] | None, typer.Option(help="Host whose credentials count; may be repeated.")] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Judge as of this ISO 8601 time.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the running service for the status.")] = False,
    as_json: Json = False,
) -> None:
    """Verify a PDF's signatures, or a QR credential given as text or picture. Needs no server.

    A QR's status comes from the running service when there is one; without it the verdict is STATUS_STALE, never VALID.
    """
    service = bootstrap.build()
    request = checks.Check(
        roots=trust,
        trust_list=trust_list,
        trust_root=trust_root,
        hosts=tuple(host or ()),
        now=_time(at) if at else service.clock.now(),
        online=not offline and at is None,
    )
    answer = checks.check(what, request, service=service)
    if as_json:
        print_json(answer.as_dict())
    else:
        _show(answer)
    if not answer.valid:
        raise typer.Exit(Exit.REFUSED)


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 time, e.g. 2026-11-22T09:15:30+07:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _show(answer: checks.Answer) -> None:
    colour = "green" if answer.valid else "bold red"
    out.print(f"[{colour}]{answer.verdict}[/]  {', '.join(answer.reasons)}")
    if answer.signatures:
        table = Table("Field", "Signer", "Organisation", "Signed at", "Level", "Verdict")
        for one in answer.signatures:
            table.add_row(
                *(str(one[key]) for key in ("field", "signer", "organisation", "signed_at", "level", "verdict"))
            )
        out.print(table)
    for name, value in (answer.claims or {}).items():
        out.print(f"  {name}: {value}", markup=False)
