"""`kill -9` of every part at every call of every journey: the whole of what `tests/faults` runs a seeded part of.

The many-machine shape of `tests/faults/cluster.py` comes up once. For every step of digitising, reuse, showing and
revoking, for every moment of it, the process that does it is killed there; and, while it stands still there, one part
of the service after the other: PostgreSQL, the S3 gateway, the filer, the volume servers. Each time the step is done
again and must be whole. With `--resume FILE` a run that was cut off goes on: what was done stands there, one line of
JSON a kill. Calls are known by their number, so a file serves one state of the code. The last line is one JSON object:

`kills`     how many, `of` how many there are: seeded, in an order that `--minutes` may cut off anywhere
`by_part`, `by_journey`   how many of them struck which part, and in which journey
`failed`    moments after which something was lost, doubled or stuck; each is told on standard error
`whole`     whether the one assertion over everything held at the end (of this run's papers)
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.figures import last_line
from tests.fakes.faults import Faults
from tests.faults.cluster import VOLUMES, Cluster, running
from tests.faults.forge import DiedError, forge
from tests.faults.kills import calls_of, moments, struck
from tests.faults.processes import Moment, do_step
from tests.faults.steps import Stage, Step, stage_over
from tests.faults.table import JOURNEYS, STEPS
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


class Diary:
    """Which kills were done, and how each ended: on disk line by line, so that a run that is cut off can go on.

    A line that was cut off is no kill: the file is written anew without it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        text = path.read_text(encoding="utf-8") if path and path.exists() else ""
        whole, end, _ = text.rpartition("\n")
        if path is not None and text:
            path.write_text(whole + end, encoding="utf-8")
        self._lines = [json.loads(line) for line in whole.splitlines()]
        self._known = {(one["step"], one["call"], one["when"], one["part"]) for one in self._lines}

    def __contains__(self, kill: tuple[Step, Moment, str]) -> bool:
        step, moment, part = kill
        return (step.name, moment.number, moment.when, part) in self._known

    def note(self, kill: tuple[Step, Moment, str], wrong: str | None) -> None:
        """This one was done; `wrong` says what was not made good."""
        step, moment, part = kill
        line = {"step": step.name, "call": moment.number, "when": moment.when, "part": part, "wrong": wrong}
        self._lines.append(line)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def figures(self) -> dict[str, object]:
        """How many kills there were, by part and by journey, and how many of them were not made good."""
        journey_of = {step.name: journey for journey, steps in JOURNEYS.items() for step in steps}
        return {
            "kills": len(self._lines),
            "by_part": dict(Counter(one["part"] for one in self._lines).most_common()),
            "by_journey": dict(Counter(journey_of[one["step"]] for one in self._lines).most_common()),
            "failed": sum(one["wrong"] is not None for one in self._lines),
        }


def kill(cluster: Cluster, stage: Stage, what: tuple[Step, Moment, str], forge_log: Path) -> str | None:
    """Do it; what was not made good after it, in words, or None."""
    step, moment, part = what
    try:
        if part == "itself":
            killed_itself(cluster, stage, step, moment)
        else:
            struck(cluster, stage, step, moment, part)
    except (AssertionError, DiedError, TimeoutError, VaultError) as error:
        if isinstance(error, TimeoutError):
            time.sleep(1)  # the process that says nothing writes where it stands
            log(forge_log.read_text(errors="replace")[-6000:])
        wrong = f"{step.name}, {part}, call {moment.number} {moment.when}: {type(error).__name__}: {error}"
        log(wrong)
        return wrong
    return None


def left(every: Sequence[tuple[Step, Moment, str]], diary: Diary, minutes: float) -> Iterator[tuple[Step, Moment, str]]:
    """Those that are not in the diary, until the time is over; how far it is, every twenty."""
    began = time.monotonic()
    for number, what in enumerate(every, 1):
        if time.monotonic() - began > minutes * 60:
            return
        if what not in diary:
            yield what
        if number % 20 == 0:
            log(f"{number} of {len(every)} in {time.monotonic() - began:.0f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--share", type=float, default=1.0, help="of all kills, e.g. 0.1")
    parser.add_argument("--every-call", action="store_true", help="inside a transaction too, where all break alike")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no kill after so long")
    parser.add_argument("--resume", type=Path, help="file that remembers which kills were done")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="only the last line on standard output")
    chosen = parser.parse_args()
    began, diary = time.monotonic(), Diary(chosen.resume)
    with tempfile.TemporaryDirectory(prefix="bench-faults-") as folder, forge(Path(folder) / "forge.log") as workshop:
        Path(folder).chmod(0o711)
        with running(Path(folder) / "cluster", workshop) as cluster:
            stage = stage_over(cluster.app, Faults())
            every = every_kill(stage, random.Random(chosen.seed), every=chosen.every_call)
            log(f"{len(every)} kills of {len(STEPS)} steps")
            for what in left(every[: round(len(every) * chosen.share)], diary, chosen.minutes):
                diary.note(what, kill(cluster, stage, what, Path(folder) / "forge.log"))
            found = list(faults_of(cluster.app))
    for one in found:
        log(one)
    figures = diary.figures() | {
        "of": len(every),
        "whole": not found,
        "seconds": round(time.monotonic() - began),
    }
    print(last_line("faults", figures, "asked: nothing lost, nothing doubled, nothing stuck, log and blobs agree"))
    return 0 if not figures["failed"] and not found else 1


if __name__ == "__main__":
    sys.exit(main())
