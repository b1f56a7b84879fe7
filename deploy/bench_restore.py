"""Backup and restore of `--records` whole records: how long, and that nothing is lost that was confirmed.

A vault is filled with records whose files and events are all there, backed up into two object stores of their own (one
locks its objects), goes on taking papers, is backed up again and thrown away. Then everything is restored into an empty
folder from the locked copy, and every file of every record is read. Prints one JSON object as its last line:

`backup_s`, `again_s`   the first round, with a base backup and every file; the second, with what is new
`restore_s`             from an empty folder to a vault that `fsck` finds whole
`lost`                  records whose rows or files did not come back: 0
`problems`              what `fsck` found afterwards: 0
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from deploy.figures import last_line
from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import HOST, running, with_other
from tests.fakes.seals import PlainSeal
from tests.whole import fill, lost
from vault import bootstrap
from vault.bootstrap import App
from vault.config import CopyStore, Settings
from vault.embedded.objects import Objects
from vault.embedded.ports import free_inner
from vault.embedded.supervisor import Plan, Supervisor
from vault.usecases.heal.back_up import BackedUp, back_up

KEY, SECRET = "a" * 20, "b" * 48
LATER = 5
VAULT = Path(sys.executable).parent / "vault"


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def one_round(app: App) -> tuple[BackedUp, float]:
    begin = time.monotonic()
    done = back_up(
        copies=app.backup_copies, database=app.database_copier, uow=app.uow, clock=app.clock,
        base_every=timedelta(hours=24), keep=timedelta(days=35),
    )  # fmt: skip
    return done, time.monotonic() - begin


def restored(home: Path, copies: tuple[CopyStore, ...]) -> dict[str, object]:
    told = [one.model_dump() | {"access_key": KEY, "secret_key": SECRET} for one in copies]
    environment = os.environ | {"VAULT_HOME": str(home), "VAULT_COPIES": json.dumps(told), "VAULT_PUBLIC_HOST": HOST}
    done = subprocess.run(
        [VAULT, "restore", "--from", copies[-1].name, "--json"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    if "problems" not in found:
        raise SystemExit(done.stdout + done.stderr)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="the last line is JSON either way")
    count = parser.parse_args().records
    with tempfile.TemporaryDirectory(prefix="kho-so-bench-restore-") as folder:
        place = Path(folder)
        stores = [(Objects(place / name), next(free_inner()), name, days) for name, days in (("b", 0), ("c", 1))]
        for store, port, _, _ in stores:
            store.start(port, access_key=KEY, secret_key=SECRET, store_key="c" * 48)
        copies = tuple(
            CopyStore(
                name=f"noi-{name}", place=name, endpoint=f"127.0.0.1:{port}", bucket="copy", secure=False,
                lock_days=days, access_key=KEY, secret_key=SECRET,
            )
            for _, port, name, days in stores
        )  # fmt: skip
        try:
            figures = _measure(place, copies, count)
        finally:
            for store, *_ in stores:
                store.stop()
    print(last_line("restore", figures, baseline="none: the promise is lost 0 and problems 0"))


def _measure(place: Path, copies: tuple[CopyStore, ...], count: int) -> dict[str, object]:
    old, new = place / "old", place / "new"
    old.mkdir()
    with running(old) as parts:
        settings = Settings(home=old, public_host=HOST, copies=copies, place="a")
        app = with_other(parts, engines=ToldEngines(pages=1), sealing=PlainSeal(), settings=settings)
        log(f"filling {count} records")
        fill(app, count)
        first, backup_s = one_round(app)
        log(f"first round: {backup_s:.1f} s, {first.objects}")
        later = [desk.record_of(app, desk.actor_of(app)) for _ in range(LATER)]
        while app.log.head().size < app.log.advance():
            pass
        second, again_s = one_round(app)
        shutil.copytree(old / "keys", new / "keys")
    shutil.rmtree(old)
    try:
        told = restored(new, copies)
        with closing(bootstrap.build(Settings(home=new, public_host=HOST))) as app:
            missing = len(lost(app, count))
            with app.uow.begin() as tx:
                missing += sum(tx.records.find(code) is None for code in later)
        return {
            "records": count + LATER, "backup_s": round(backup_s, 1), "again_s": round(again_s, 1),
            "restore_s": told["seconds"], "database_s": told["database_seconds"], "objects": told["objects"],
            "failed_copies": len(first.failed) + len(second.failed), "lost": missing, "problems": told["count"],
        }  # fmt: skip
    finally:
        Supervisor(
            Plan(
                home=new, database_url=None, s3_endpoint=None, http_host="127.0.0.1", http_port=0, web_processes=0,
                workers=0, worker_jobs=1,
            )
        ).stop()  # fmt: skip


if __name__ == "__main__":
    main()
