"""`kill -9` of every part at every call of every journey: the whole of what `tests/faults` runs a seeded part of.

The many-machine shape of `tests/faults/cluster.py` comes up once. For every step of digitising, reuse, showing and
revoking, for every moment of it, the process that does it is killed there; and, while it stands still there, one part
of the service after the other: PostgreSQL, the S3 gateway, the filer, the volume servers. Each time the step is done
again and must be whole. The last line is one JSON object:

`kills`     how many, `of` how many there are: seeded, in an order that `--minutes` may cut off anywhere
`failed`    moments after which something was lost, doubled or stuck; each is told on standard error
`whole`     whether the one assertion over everything held at the end
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from deploy.figures import last_line
from tests.fakes.faults import Faults
from tests.faults.cluster import VOLUMES, Cluster, running
from tests.faults.forge import DiedError, forge
from tests.faults.kills import calls_of, moments, struck
from tests.faults.processes import Moment, do_step
from tests.faults.steps import Stage, Step, stage_over
from tests.faults.table import STEPS
from tests.faults.whole import faults_of
from vault.domain.errors import VaultError

PARTS = ("itself", "postgres", "s3", "filer", *(f"volume-{one}" for one in range(VOLUMES)))


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def every_kill(stage: Stage, rng: random.Random, *, every: bool) -> list[tuple[Step, Moment, str]]:
    """Step, moment and victim of all of them, in a seeded order: whatever part of it is run is a fair one."""
    kills = [
        (step, moment, part)
        for step in STEPS
        for moment in moments(calls_of(stage, step), "wait", every=every)
        for part in PARTS
    ]
    rng.shuffle(kills)
    return kills


def killed_itself(cluster: Cluster, stage: Stage, step: Step, moment: Moment) -> None:
    """The process that does the step is killed at this moment."""
    thing = step.prepare(stage)
    child = cluster.forge.fork(do_step, cluster.settings, step.name, thing, Moment(moment.number, moment.when, "die"))
    try:
        child.answer()
    except DiedError:
        step.act(stage, stage.app, thing)
    step.check(stage, thing)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--share", type=float, default=1.0, help="of all kills, e.g. 0.1")
    parser.add_argument("--every-call", action="store_true", help="inside a transaction too, where all break alike")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no kill after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="only the last line on standard output")
    chosen = parser.parse_args()
    kills, failed, began = 0, 0, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-faults-") as folder, forge(Path(folder) / "forge.log") as workshop:
        Path(folder).chmod(0o711)
        with running(Path(folder) / "cluster", workshop) as cluster:
            stage = stage_over(cluster.app, Faults())
            every = every_kill(stage, random.Random(chosen.seed), every=chosen.every_call)
            log(f"{len(every)} kills of {len(STEPS)} steps")
            for step, moment, part in every[: round(len(every) * chosen.share)]:
                if time.monotonic() - began > chosen.minutes * 60:
                    break
                kills += 1
                try:
                    if part == "itself":
                        killed_itself(cluster, stage, step, moment)
                    else:
                        struck(cluster, stage, step, moment, part)
                except (AssertionError, DiedError, TimeoutError, VaultError) as wrong:
                    failed += 1
                    log(f"{step.name}, {part}, call {moment.number} {moment.when}: {type(wrong).__name__}: {wrong}")
                    if isinstance(wrong, TimeoutError):
                        time.sleep(1)
                        log((Path(folder) / "forge.log").read_text(errors="replace")[-6000:])
                if kills % 20 == 0:
                    log(f"{kills} kills in {time.monotonic() - began:.0f} s, {failed} failed")
            found = list(faults_of(cluster.app))
    for one in found:
        log(one)
    figures = {
        "kills": kills,
        "of": len(every),
        "failed": failed,
        "whole": not found,
        "seconds": round(time.monotonic() - began),
    }
    print(last_line("faults", figures, "asked: nothing lost, nothing doubled, nothing stuck, log and blobs agree"))
    return 0 if not failed and not found else 1


if __name__ == "__main__":
    sys.exit(main())
