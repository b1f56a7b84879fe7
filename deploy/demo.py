"""Starts the service and walks the five journeys on specimen papers. `bash deploy/demo` runs it after setting up."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
from journeys import Journeys, NotAsPromisedError, papers
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
VAULT = str(ROOT / ".venv" / "bin" / "vault")
SHOWN = ("OFFICER", "CITIZEN", "VERIFIER")
START = {"OFFICER": "/", "CITIZEN": "/", "VERIFIER": "/q"}
_out, _err = Console(), Console(stderr=True)


@dataclass(frozen=True)
class Step:
    """One line of the result."""

    name: str
    ok: bool
    seconds: float
    detail: str


def vault(*arguments: str) -> dict[str, Any]:
    """Run `vault … --json`; its last line. Raises `NotAsPromisedError` with what it said."""
    ran = subprocess.run([VAULT, *arguments, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    try:
        answer = json.loads(ran.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        answer = {}
    if ran.returncode != 0 or not isinstance(answer, dict):
        said = " ".join(str(answer[key]) for key in ("code", "detail", "message") if key in answer) if answer else ""
        raise NotAsPromisedError(f"vault {' '.join(arguments)} ended with {ran.returncode} {said}".strip())
    return answer


def run(seed: int) -> tuple[list[Step], list[str], dict[str, Any]]:
    """Every step until one fails; what was recorded, and what `vault up` said."""
    steps: list[Step] = []
    journeys: Journeys | None = None
    with ProcessPoolExecutor(1) as pool, _err.status("starting the service") as line:
        drawn = pool.submit(papers, seed)  # meanwhile, on the other core
        begin = time.monotonic()
        try:
            up = vault("up")
        except NotAsPromisedError as err:
            return [Step("start: the service", ok=False, seconds=_since(begin), detail=str(err))], [], {}
        steps.append(Step("start: the service", ok=True, seconds=_since(begin), detail=up["url"]))
        sign_ins = {one["role"]: (one["username"], one["password"]) for one in up["sign_ins"]}
        with httpx.Client(base_url=f"{up['url']}/api/v1", timeout=60) as http:
            journeys = Journeys(http, drawn, sign_ins)
            for journey, name, work in journeys.steps():
                line.update(f"{journey}: {name}")
                begin = time.monotonic()
                try:
                    detail, good = work(), True
                except (NotAsPromisedError, httpx.HTTPError) as err:
                    detail, good = str(err) or type(err).__name__, False
                steps.append(Step(f"{journey}: {name}", good, _since(begin), detail))
                if not good:
                    break
    return steps, journeys.records, up


def _since(begin: float) -> float:
    return round(time.monotonic() - begin, 2)


def result_table(steps: Sequence[Step]) -> Table:
    """What happened."""
    table = Table(title="Kho số: five journeys", title_justify="left")
    table.add_column("Journey", style="bold")
    table.add_column("What was done")
    table.add_column("")
    table.add_column("s", justify="right")
    table.add_column("What came of it", overflow="fold")
    last = ""
    for step in steps:
        journey, _, name = step.name.partition(": ")
        if last and journey != last:
            table.add_section()
        mark = "[green]✓[/]" if step.ok else "[bold red]✗[/]"
        table.add_row("" if journey == last else journey, name, mark, f"{step.seconds:.1f}", step.detail)
        last = journey
    return table


def sign_in_table(up: dict[str, Any]) -> Table:
    """Where to go on by hand."""
    table = Table(title="Try it yourself", title_justify="left")
    for column in ("As", "Open", "Name", "Password"):
        table.add_column(column)
    by_role = {one["role"]: one for one in up["sign_ins"]}
    for role in SHOWN:
        one = by_role[role]
        table.add_row(role.lower(), up["url"] + START[role], one["username"], one["password"])
    return table


def main(arguments: Sequence[str]) -> int:
    """Run, print, and stop the service if that was asked for."""
    parser = argparse.ArgumentParser(prog="deploy/demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop the service at the end")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on the last line")
    parser.add_argument("--seed", type=int, help="draw the same papers as another run with this seed")
    chosen = parser.parse_args(arguments)
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(10**6)
    begin = time.monotonic()
    steps, records, up = run(seed)
    seconds = _since(begin)
    good = all(step.ok for step in steps)
    if chosen.once:
        down = time.monotonic()
        try:
            vault("down")
            steps.append(Step("stop: the service", ok=True, seconds=_since(down), detail="data stay in .vault"))
        except NotAsPromisedError as err:
            good = False
            steps.append(Step("stop: the service", ok=False, seconds=_since(down), detail=str(err)))
    _out.print(result_table(steps))
    if good and not chosen.once:
        _out.print(sign_in_table(up))
        _out.print(
            "The service keeps running: [bold].venv/bin/vault status[/] looks, [bold].venv/bin/vault down[/] stops."
        )
    if chosen.json:
        result = {"ok": good, "seconds": seconds, "seed": seed, "records": records, "steps": [asdict(s) for s in steps]}
        print(json.dumps(result, ensure_ascii=False))
    elif not good:
        _err.print("[bold red]Not every step is what it should be.[/] The logs are in .vault/log.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
