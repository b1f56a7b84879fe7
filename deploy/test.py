"""Every check in order, cheapest first, and one count at the end. `bash deploy/test` runs it after setting up."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
OUT = ROOT / ".test-out"
SLOW = "service or browser"
MARK = re.compile(r"pytest\.mark\.(service|browser)\b")
# A file stays with one of two processes: the longest begin first, or one core idles while the other ends the last.
LONGEST = (
    "integration/test_last_release",
    "faults/test_fault_table", "integration/test_rights", "integration/test_sealed_output",
    "integration/test_two_vaults", "integration/test_renew_seals", "integration/test_bad_input",
    "integration/test_import", "integration/test_service", "faults/test_killed_worker", "faults/test_cluster",
    "integration/test_restore", "e2e/test_pages", "e2e/test_officer",
)  # fmt: skip
PACKAGES = ("vault", "ocr", "signing", "qr")


@dataclass(frozen=True)
class Outcome:
    """What a step came to; a check without single tests counts as one."""

    passed: int
    failed: int
    skipped: int = 0
    which: tuple[str, ...] = ()
    """Tests that failed, by name."""


def check(*command: str) -> Outcome:
    """A program that says yes or no."""
    good = subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    return Outcome(int(good), int(not good))


def pytest(name: str, *arguments: str) -> Outcome:
    """A run of pytest, counted from its report; a run that broke off counts as a failure of its own."""
    report = OUT / f"{name}.xml"
    report.unlink(missing_ok=True)
    # The slowest are named: one that nears its time-out here fails on a slower machine.
    told = ("--durations=10", "--durations-min=10")
    command = [str(BIN / "python"), "-m", "pytest", "-q", *told, f"--junitxml={report}", *arguments]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    if not report.exists():
        return Outcome(0, 1)
    suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314 - our own pytest wrote it a moment ago
    total, failed, skipped = (
        sum(int(suite.get(key, "0")) for suite in suites for key in keys)
        for keys in (("tests",), ("failures", "errors"), ("skipped",))
    )
    broken = int(status != 0 and failed == 0)
    cases = (case for suite in suites for case in suite.iter("testcase"))
    which = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    names = tuple(f"{case.get('classname')}::{case.get('name')}" for case in which)
    return Outcome(total - failed - skipped, failed + broken, skipped, names)


def slow(*, pages: bool) -> list[str]:
    """The files that start servers or a browser, the longest first; `pages`: those that open the program's pages."""
    tests = ROOT / "tests"
    names = [
        str(path.relative_to(tests).with_suffix(""))
        for path in tests.rglob("test_*.py")
        if MARK.search(path.read_text())
    ]
    chosen = [name for name in names if name.startswith("e2e/") == pages]
    first = [name for name in LONGEST if name in chosen]
    return [f"tests/{name}.py" for name in [*first, *sorted(set(chosen) - set(first))]]


def steps(*, quick: bool) -> Iterator[tuple[str, Callable[[], Outcome]]]:
    """Name and work of each step, one after another: what starts servers or a browser fills both cores by itself."""
    yield "style", lambda: check(str(BIN / "ruff"), "check", "--quiet", ".")
    yield "format", lambda: check(str(BIN / "ruff"), "format", "--check", "--quiet", ".")
    yield "types", lambda: check(str(BIN / "mypy"), *(word for name in PACKAGES for word in ("-p", name)))
    yield "advisories", lambda: check(str(BIN / "python"), "-m", "deploy.advisories")
    yield "architecture", lambda: pytest("architecture", "tests/architecture")
    if files := sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("*.test.mjs")):
        yield "browser modules", lambda: check(str(BIN / "node"), "--test", *files)
    yield (
        "units",
        lambda: pytest(
            "units", "-n", "2", "--dist", "loadfile", "-m", f"not ({SLOW})", "--ignore=tests/architecture", "tests"
        ),
    )
    if not quick:
        # A process of their own: the browser's driver keeps an event loop running, and other tests start one.
        two = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "-m", SLOW)
        yield "services", lambda: pytest("services", *two, *slow(pages=False))
        yield "pages", lambda: pytest("pages", *two, *slow(pages=True))


def main(arguments: Sequence[str]) -> int:
    """Run everything; the last line is the count."""
    parser = argparse.ArgumentParser(prog="deploy/test", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the tests that start servers or a browser")
    chosen = parser.parse_args(arguments)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    outcomes = []
    for name, work in steps(quick=chosen.quick):
        print(f"\n=== {name}", flush=True)
        begin = time.monotonic()
        outcome = work()
        outcomes.append(outcome)
        skipped = f", {outcome.skipped} skipped" if outcome.skipped else ""
        took = time.monotonic() - begin
        print(f"=== {name}: {outcome.passed} passed, {outcome.failed} failed{skipped} in {took:.0f} s", flush=True)
    passed, failed = (sum(getattr(one, key) for one in outcomes) for key in ("passed", "failed"))
    for one in outcomes:
        for name in one.which:
            print(f"failed: {name}")  # what its services and pages said stands in its report above
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
