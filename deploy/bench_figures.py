"""Indicators of random dossiers against a second count of the same log.

    python deploy/bench_figures.py [--dossiers 10000] [--seed 7] [--json]

Starts a database of its own in a temporary folder, writes the dossiers with everything that must not count among them
(`tests/recount.py`), asks for the indicators as an agency head does, and counts every event again in another way. The
last line of output is one JSON object:

`differences`     indicators, of all agencies together and of each, in which the two counts differ to two decimals: 0
`compared`        how many were compared
`indicators_s`    seconds for the whole report; `day_s` for the report of one day; `recount_s` for the second count
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from deploy.figures import last_line  # noqa: E402 - the path is set above
from tests import recount  # noqa: E402 - the same
from tests.counter import Counter, running  # noqa: E402 - the same
from vault.domain.holders import HolderId  # noqa: E402 - the same
from vault.domain.people import Role  # noqa: E402 - the same
from vault.usecases.oversee.count import Span  # noqa: E402 - the same
from vault.usecases.oversee.measure import indicators, rules_of  # noqa: E402 - the same

AGENCY = "H24.955"
AGENCIES = [AGENCY, *(f"{AGENCY}.{number}" for number in range(1, 6))]
SINCE, UNTIL = date(2025, 3, 1), date(2025, 3, 30)


def main() -> None:
    """Run it."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dossiers", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--json", action="store_true", help="the last line is JSON either way")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as counter:
        figures = compare(counter, given.dossiers, given.seed)
    print(last_line("figures", figures, "a second count of the raw events, differences 0"))
    sys.exit(1 if figures["differences"] else 0)


def compare(counter: Counter, dossiers: int, seed: int) -> dict[str, Any]:
    """Both counts over one log."""
    app = counter.app
    catalogue = recount.judged(app.catalogue)
    head = counter.account("dung-dau", AGENCY, Role.AGENCY_HEAD)
    for agency in AGENCIES[1:]:
        counter.account(f"can-bo-{agency}", agency)
    with app.uow.begin() as tx:
        holder = tx.holders.ensure(HolderId.parse("031090955009"), "NGƯỜI ĐO", at=app.clock.now())
    url = app.settings.owner_database_url
    if url is None:
        raise SystemExit("no database")
    with closing(psycopg.connect(url.get_secret_value())) as connection:
        recount.fill(connection, dossiers=dossiers, seed=seed, agencies=AGENCIES, since=SINCE, days=30, holder=holder)
        connection.execute("ANALYZE")
        connection.commit()
        span, day = Span(SINCE, UNTIL), Span(date(2025, 3, 14), date(2025, 3, 14))
        ports: dict[str, Any] = {
            "actor": head,
            "uow": app.uow.acting(head),
            "catalogue": catalogue,
            "clock": app.clock,
        }
        begin = time.perf_counter()
        found = indicators(span, **ports).measured
        whole = time.perf_counter() - begin
        begin = time.perf_counter()
        indicators(day, **ports)
        one_day = time.perf_counter() - begin
        begin = time.perf_counter()
        rows = recount.rows_of(connection)
        rules = rules_of(span, catalogue, app.clock.now())
        sides = [(AGENCIES, found.total), *(([code], found.by_agency[code]) for code in AGENCIES)]
        differences = compared = 0
        for agencies, shares in sides:
            again = recount.recount(
                rows,
                agencies=agencies,
                since=SINCE,
                until=UNTIL,
                today=rules.today,
                with_result=set(rules.with_result),
                copies=set(rules.copies),
            )
            told = recount.told(shares)
            compared += len(again)
            differences += sum(told[name] != again[name] for name in again)
    return {
        "dossiers": dossiers,
        "events": len(rows),
        "received": found.dossiers,
        "compared": compared,
        "differences": differences,
        "indicators_s": round(whole, 3),
        "day_s": round(one_day, 3),
        "recount_s": round(time.perf_counter() - begin, 3),
    }


if __name__ == "__main__":
    main()
