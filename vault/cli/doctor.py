"""`vault doctor`: what is wrong with this deployment, what it costs, and what to do about it."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import typer
from rich.table import Table

import ocr
import signing
from vault import bootstrap, messages
from vault.bootstrap import App
from vault.cli import access_checks, upkeep
from vault.cli.edge import Exit, Json, out, print_json
from vault.cli.findings import Check, Finding, State, judged
from vault.domain.errors import VaultError

app = typer.Typer()
_LOW_DISK = 5 * 1024**3
_SOON = timedelta(days=60)
_LOG_LAG = 1000
_YEAR_ENDS = timedelta(days=21)
"""Next year's days off are announced in autumn."""


def _readers(service: App) -> Iterator[Finding]:
    del service
    if shutil.which("tesseract") is None:
        yield Finding("reader tesseract", State.BROKEN, "not installed", "Nothing can be read: run deploy/setup.")
    else:
        yield Finding("reader tesseract", State.GOOD, "installed")
    folder = ocr.models_folder()
    # what the vote of the 12 real pages comes to without each, in wrong letters of a hundred (0.43 with all)
    costs = {
        "lines.onnx": "Lines under seals and in tables are lost (2.8 of 100 letters wrong): run deploy/models.",
        "asternet.onnx": "Nobody decides where the first two readers differ (0.63 of 100 wrong): run deploy/models.",
        "best_int/vie.traineddata": "Tesseract reads with coarser data (0.01 of 100 more wrong): run deploy/setup.",
    }
    if not ocr.House().path.is_file():
        yield Finding("reader house", State.WORSE, "missing", "Slower and worse (0.50 of 100 wrong): install anew.")
    if importlib.util.find_spec("tesserocr") is None:
        yield Finding("tesserocr", State.WORSE, "missing", "Tesseract takes half as long again: run deploy/setup.")
    for name, cost in costs.items():
        there = (folder / name).is_file()
        told = "there" if there else "missing"
        yield Finding(f"network {name}", State.GOOD if there else State.WORSE, told, "" if there else cost)


def _fonts(service: App) -> Iterator[Finding]:
    del service
    try:
        roman, _ = signing.text_font_paths()
    except signing.FontMissingError as error:
        yield Finding("font", State.BROKEN, str(error), "Marks cannot be drawn: run deploy/setup.")
    else:
        yield Finding("font", State.GOOD, roman.name)


def _database(service: App) -> Iterator[Finding]:
    service.uow.ping()
    with service.uow.begin() as tx:
        waiting = tx.log.size() - service.log.head().size
    yield Finding("database", State.GOOD, "answers")
    role, bound, stays = service.database_role()
    advice = (
        "" if stays else "VAULT_DATABASE_URL signs in as the owner: give it vault_app's (deploy/README.md, two roles)."
    )
    if not bound:
        advice = "Make the role vault_app (deploy/README.md): this one may change what happened."
    yield Finding("database role", State.GOOD if bound and stays else State.WORSE, role, advice)
    slow = waiting > _LOG_LAG
    advice = "Events wait for their checkpoint: is a worker running? `vault status`." if slow else ""
    yield Finding("transparency log", State.WORSE if slow else State.GOOD, f"{waiting} events wait", advice)


def _objects(service: App) -> Iterator[Finding]:
    service.store.ping()
    yield Finding("object store", State.GOOD, "answers")
    lock = service.store.object_lock()
    yield Finding("object lock", State.GOOD, lock.value)


def _keys(service: App) -> Iterator[Finding]:
    now = service.clock.now()
    sealer_is_ours = service.sealing.is_development
    yield Finding(
        "seal key",
        State.WORSE if sealer_is_ours else State.GOOD,
        "development key" if sealer_is_ours else "agency's key",
        "Seals of a development key prove nothing outside: see deploy/README.md, first keys." if sealer_is_ours else "",
    )
    current = service.key_service.current(service.settings.agency_code)
    yield Finding("wrapping key", State.GOOD, f"{service.settings.kms}, {current}")
    trust = service.credentials.trusted(now=now)
    left = trust.next_update - now
    # Keys that ended stay listed for what they signed: what counts is how long each use has a key that may sign.
    listed = [entry for entry in trust.entries if entry.revoked_at is None]
    uses = {"qr", "status"}
    ends = min(max((one.not_after for one in listed if one.use == use), default=now) for use in uses)
    yield Finding(
        "trust list",
        State.GOOD if left > timedelta(days=7) else State.WORSE,
        f"version {trust.version}, good for {left.days} days",
        "" if left > timedelta(days=7) else "Sign a new list: verifiers refuse an old one.",
    )
    yield Finding(
        "credential keys",
        State.GOOD if ends - now > _SOON else State.WORSE,
        f"sign until {ends:%Y-%m-%d}",
        "" if ends - now > _SOON else "Rotate the keys: `vault keys rotate`.",
    )


def _disk(service: App) -> Iterator[Finding]:
    home = service.settings.home
    free = shutil.disk_usage(home if home.exists() else home.absolute().parent).free
    low = free < _LOW_DISK
    advice = "Make room before papers are refused." if low else ""
    yield Finding("disk", State.WORSE if low else State.GOOD, f"{free / 1024**3:.0f} GiB free", advice)


def _working_time(service: App) -> Iterator[Finding]:
    until = service.catalogue.working_time.known_until
    yield judged(
        "working time",
        f"days off are listed until {until:%Y-%m-%d}",
        wrong=until < (service.clock.now() + _YEAR_ENDS).date(),
        advice="Terms in working hours ignore feasts after that: import an edition with next year's days off.",
    )


_CHECKS: tuple[tuple[str, Check], ...] = (
    ("reader", _readers),
    ("font", _fonts),
    ("database", _database),
    ("object store", _objects),
    ("keys", _keys),
    ("walls", access_checks.walls),
    ("malware scanner", access_checks.scanner),
    ("witnesses", access_checks.witnesses),
    ("identity providers", access_checks.providers),
    ("disk", _disk),
    ("working time", _working_time),
    ("upkeep", upkeep.upkeep),
    ("backup of the log", upkeep.log_for_backup),
    ("what ends", upkeep.ends),
)


def examine(service: App) -> Iterator[Finding]:
    """Every check; a part that is down is a finding, not an error."""
    for name, look in _CHECKS:
        try:
            yield from look(service)
        except VaultError as error:
            sentence = messages.say(error.code, messages.Language.VI, **error.facts)
            yield Finding(name, State.BROKEN, error.code, sentence)


@app.command()
def doctor(*, as_json: Json = False) -> None:
    """Look at every part and tell in words what is wrong and what to do. Exit status 3 when something is broken."""
    found = list(examine(bootstrap.build()))
    broken = any(one.state is State.BROKEN for one in found)
    if as_json:
        checks: list[dict[str, Any]] = [asdict(one) for one in found]
        print_json({"ok": not broken, "checks": checks})
    else:
        colours = {State.GOOD: "green", State.WORSE: "yellow", State.BROKEN: "bold red"}
        table = Table("Part", "State", "", "What to do")
        for one in found:
            table.add_row(one.name, f"[{colours[one.state]}]{one.state}[/]", one.told, one.advice)
        out.print(table)
    if broken:
        raise typer.Exit(Exit.DOWN)
