"""`vault doctor`: what is wrong with this deployment, what it costs, and what to do about it."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.table import Table

import ocr
import signing
from vault import bootstrap, messages
from vault.bootstrap import App
from vault.cli import access_checks, upkeep, work_checks
from vault.cli.down import broken, crashed
from vault.cli.edge import Exit, Json, out, print_json
from vault.cli.findings import Check, Finding, State, judged, words
from vault.domain.errors import VaultError
from vault.messages import Language

app = typer.Typer()
_LOW_DISK, _LEAST_DISK = 5 * 1024**3, 1024**3
_LOW_SHARE = 0.05
_SOON = timedelta(days=60)
_LIST_SOON = timedelta(days=7)
_YEAR_ENDS = timedelta(days=21)
"""Next year's days off are announced in autumn."""


def _readers(service: App) -> Iterator[Finding]:
    del service
    there = shutil.which("tesseract") is not None
    yield _there("reader tesseract", there=there, costs="tesseract.do", state=State.BROKEN)
    folder = ocr.models_folder()
    best = "best_int/vie.traineddata"
    if there:
        language = (folder / best).is_file() or ocr.Tesseract().has_language
        yield _there("reader language", there=language, costs="language.do", state=State.BROKEN)
    yield _there("reader house", there=ocr.House().path.is_file(), costs="house.do")
    yield _there("tesserocr", there=importlib.util.find_spec("tesserocr") is not None, costs="tesserocr.do")
    # what the vote of the 12 real pages comes to without each, in wrong letters of a hundred (0.43 with all)
    for name, costs in {"lines.onnx": "lines.do", "asternet.onnx": "asternet.do", best: "best.do"}.items():
        yield _there(f"network {name}", there=(folder / name).is_file(), costs=costs)


def _there(name: str, *, there: bool, costs: str, state: State = State.WORSE) -> Finding:
    return judged(name, words("there" if there else "missing"), wrong=not there, advice=words(costs), state=state)


def _fonts(service: App) -> Iterator[Finding]:
    del service
    try:
        roman, _ = signing.text_font_paths()
    except signing.FontMissingError as error:
        yield Finding("font", State.BROKEN, words("text", text=error), words("font.do"))
    else:
        yield Finding("font", State.GOOD, words("text", text=roman.name))


def _database(service: App) -> Iterator[Finding]:
    service.uow.ping()
    yield Finding("database", State.GOOD, words("answers"))


def _schema(service: App) -> Iterator[Finding]:
    service.uow.ping()
    found = service.looks.schema()
    facts = {"here": found.here, "newest": found.newest, "count": found.behind}
    if found.here is None:
        yield Finding("schema", State.BROKEN, words("schema.none"), words("schema.behind.do"))
    elif found.behind is None:
        yield Finding("schema", State.WORSE, words("schema.ahead", **facts), words("schema.ahead.do"))
    elif found.behind:
        yield Finding("schema", State.BROKEN, words("schema.behind", **facts), words("schema.behind.do"))
    else:
        yield Finding("schema", State.GOOD, words("schema.newest", **facts))


def _role(service: App) -> Iterator[Finding]:
    service.uow.ping()
    role, bound, stays = service.looks.database_role()
    advice = words("role.owner.do" if bound else "role.free.do")
    yield judged("database role", words("text", text=role), wrong=not (bound and stays), advice=advice)


def _objects(service: App) -> Iterator[Finding]:
    service.store.ping()
    yield Finding("object store", State.GOOD, words("answers"))
    lock = service.store.object_lock()
    yield Finding("object lock", State.GOOD, words("text", text=lock.value))


def _seal_key(service: App) -> Iterator[Finding]:
    ours = service.sealing.is_development
    told = words("seal.development" if ours else "seal.own")
    yield judged("seal key", told, wrong=ours, advice=words("seal.do"))


def _wrapping(service: App) -> Iterator[Finding]:
    key = service.key_service.current(service.settings.agency_code)
    yield Finding("wrapping key", State.GOOD, words("wrapping", kms=service.settings.kms, key=key))


def _lists(service: App) -> Iterator[Finding]:
    now = service.clock.now()
    trust = service.credentials.trusted(now=now)
    left = trust.next_update - now
    over = left < timedelta()
    told = words("trust.ended" if over else "trust.good", version=trust.version, days=abs(left.days))
    state = State.BROKEN if over else State.WORSE
    yield judged("trust list", told, wrong=left <= _LIST_SOON, advice=words("trust.do"), state=state)
    # Keys that ended stay listed for what they signed: what counts is how long each use has a key that may sign.
    listed = [entry for entry in trust.entries if entry.revoked_at is None]
    uses = {"qr", "status"}
    ends = min(max((one.not_after for one in listed if one.use == use), default=now) for use in uses)
    state = State.BROKEN if ends <= now else State.WORSE
    told = words("credential", day=f"{ends:%Y-%m-%d}")
    yield judged("credential keys", told, wrong=ends - now <= _SOON, advice=words("credential.do"), state=state)


def _disk(service: App) -> Iterator[Finding]:
    home = service.settings.home
    usage = shutil.disk_usage(home if home.exists() else home.absolute().parent)
    yield room(usage.free, usage.total)


def room(free: int, total: int) -> Finding:
    """How much room is left where the home lies; broken when the next batch may not fit."""
    low = free < _LOW_DISK or free < total * _LOW_SHARE
    told = words("disk.free", free=f"{free / 1024**3:.0f}", percent=round(100 * free / total))
    state = State.BROKEN if free < _LEAST_DISK else State.WORSE
    return judged("disk", told, wrong=low, advice=words("disk.do"), state=state)


def _working_time(service: App) -> Iterator[Finding]:
    until = service.catalogue.working_time.known_until
    yield judged(
        "working time",
        words("working_time", day=f"{until:%Y-%m-%d}"),
        wrong=until < (service.clock.now() + _YEAR_ENDS).date(),
        advice=words("working_time.do"),
    )


_CHECKS: tuple[tuple[str, Check], ...] = (
    ("reader tesseract", _readers),
    ("font", _fonts),
    ("database", _database),
    ("schema", _schema),
    ("database role", _role),
    ("walls", access_checks.walls),
    ("electronic originals", access_checks.originals),
    ("clock", work_checks.database_clock),
    ("object store", _objects),
    ("seal key", _seal_key),
    ("seal certificate", upkeep.seal_ends),
    ("wrapping key", _wrapping),
    ("trust list", _lists),
    ("status list", upkeep.status_lists),
    ("time-stamp authority", work_checks.time_stamps),
    ("work", work_checks.work),
    ("malware scanner", access_checks.scanner),
    ("witnesses", access_checks.witnesses),
    ("identity providers", access_checks.providers),
    ("disk", _disk),
    ("working time", _working_time),
    ("upkeep", upkeep.upkeep),
    ("backup of the log", upkeep.log_for_backup),
)


_PART_OF = {
    "DATABASE_DOWN": "database",
    "OBJECT_STORE_DOWN": "object store",
    "BUCKET_MISSING": "object store",
    "KEY_SERVICE_DOWN": "wrapping key",
    "KMS_SETTINGS": "wrapping key",
}
"""Whose fault it is, whichever check met it first."""
_STORES = frozenset({"database", "object store"})


def examine(service: App) -> Iterator[Finding]:
    """Every check; a part that is down is a finding, not an error. What several checks need is told once."""
    told: set[str] = set()
    for name, look in _CHECKS:
        try:
            yield from look(service)
        except VaultError as error:
            part = _PART_OF.get(error.code, name)
            if part not in told and (error.code not in told or part in _STORES):
                yield broken(part, error)
            told |= {part, error.code}
        except Exception as error:  # noqa: BLE001 - the one who asks what is wrong must get an answer
            yield crashed(name, error)


@app.command()
def doctor(
    *,
    language: Annotated[Language, typer.Option("--lang", help="Of the sentences.")] = Language.VI,
    as_json: Json = False,
) -> None:
    """Look at every part and tell in words what is wrong and what to do. Exit status 3 when something is broken."""
    found = list(examine(bootstrap.build()))
    bad = any(one.state is State.BROKEN for one in found)
    if as_json:
        print_json({"ok": not bad, "checks": [_row(one, language) for one in found]})
    else:
        _show(found, language)
    if bad:
        raise typer.Exit(Exit.DOWN)


def _row(one: Finding, language: Language) -> dict[str, Any]:
    advice = one.advice.say(language) if one.advice else ""
    return {"name": one.name, "state": one.state.value, "told": one.told.say(language), "advice": advice}


def _show(found: list[Finding], language: Language) -> None:
    """What is broken last, where the eye of whoever runs it is."""
    colours = {State.GOOD: "green", State.WORSE: "yellow", State.BROKEN: "bold red"}
    order = list(State)
    table = Table(*(messages.say(f"doctor.{one}", language) for one in ("part", "state", "found")))
    for one in sorted(found, key=lambda one: order.index(one.state)):
        state = messages.say(f"doctor.state.{one.state}", language)
        table.add_row(one.called(language), f"[{colours[one.state]}]{state}[/]", _plain(one.told.say(language)))
    out.print(table)
    wrong = [one for one in sorted(found, key=lambda one: order.index(one.state)) if one.advice is not None]
    for one in wrong:
        out.print(f"\n[{colours[one.state]}]{_plain(one.called(language))}[/]: {_plain(one.told.say(language))}")
        out.print(f"  {one.advice.say(language) if one.advice else ''}", markup=False)
    counts = {state.value: sum(one.state is state for one in wrong) for state in (State.WORSE, State.BROKEN)}
    out.print("\n" + messages.say("doctor.some" if wrong else "doctor.all_good", language, **counts))


def _plain(text: str) -> str:
    """Without rich's own marks: what a library said may hold brackets."""
    return text.replace("[", "\\[")
