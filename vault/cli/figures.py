"""The year's numbers, for the report to the city: JSON and CSV."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from vault import bootstrap, messages
from vault.cli.desk import actor_of
from vault.cli.edge import Json, out, print_json
from vault.domain.indicators import NUMBERS, Indicator, Share, points
from vault.usecases.oversee.count import Span
from vault.usecases.oversee.measure import Report, indicators

app = typer.Typer()
COLUMNS = ("since", "until", "agency", "number", "indicator", "percent", "counted", "of", "points")


@app.command()
def figures(
    year: Annotated[int, typer.Option("--year", min=2000, max=2999, help="The year, e.g. 2026.")],
    user: Annotated[str, typer.Option("--as", metavar="USER", help="Account in whose name this is asked.")],
    *,
    agency: Annotated[str | None, typer.Option(help="One agency of those that the account oversees.")] = None,
    file: Annotated[Path | None, typer.Option("--csv", dir_okay=False, help="Write one row an indicator.")] = None,
    as_json: Json = False,
) -> None:
    """Year-end numbers: indicators 4.1 to 4.5 of QD 766 and the city's shares, from the log alone, by agency.

    A year that is not over is counted up to today.
    """
    service = bootstrap.build()
    span = Span(date(year, 1, 1), date(year, 12, 31), agency)
    found = indicators(
        span, actor=actor_of(service, user), uow=service.uow, catalogue=service.catalogue, clock=service.clock
    )
    rows = list(_rows(found))
    if file is not None:
        with file.open("w", encoding="utf-8-sig", newline="") as opened:
            writer = csv.DictWriter(opened, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
    if as_json:
        counts = {"dossiers": found.measured.dossiers, "unreceived": found.measured.unreceived}
        print_json({"ok": True, "year": year, **counts, "figures": rows})
        return
    table = Table("", "Indicator", "%", "Counted", "Of", "Points", title=f"{year}")
    for one, share in found.measured.total.items():
        name = messages.say(f"ui.indicator.{one.value}", messages.Language.VI)
        cells = (share.percent, share.counted, share.all, points(one, share))
        table.add_row(NUMBERS.get(one, ""), name, *("N/A" if cell is None else str(cell) for cell in cells))
    out.print(table)


def _rows(found: Report) -> list[dict[str, Any]]:
    sides = [("", found.measured.total), *found.measured.by_agency.items()]
    return [_row(found, agency, one, share) for agency, shares in sides for one, share in shares.items()]


def _row(found: Report, agency: str, indicator: Indicator, share: Share) -> dict[str, Any]:
    percent, most = share.percent, points(indicator, share)
    return {
        "since": found.span.since.isoformat(),
        "until": found.span.until.isoformat(),
        "agency": agency,
        "number": NUMBERS.get(indicator, ""),
        "indicator": indicator.value,
        "percent": None if percent is None else str(percent),
        "counted": share.counted,
        "of": share.all,
        "points": None if most is None else str(most),
    }
