"""What every layer of the tests shares: where outside vectors and samples are, and that a required group runs."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.evidence import homes_of, logs_of, pages_of

if TYPE_CHECKING:
    from tests.collector import Collector
    from tests.service import Service
    from vault.bootstrap import App

ROOT = Path(__file__).resolve().parent.parent
# The same examples every time, and none of them timed: a find is written down as a test, not met by chance.
settings.load_profile("ci")
FAILED = ROOT / ".test-out" / "failed"
MIDNIGHTS = (0, 17)
"""Hours in UTC at which a day ends: there, and in Viet Nam."""
A_TEST = timedelta(seconds=60)
"""In which whatever opens something "today" has asked for it again."""
GROUPS = {"needs_vectors": ("VAULT_VECTORS", "vectors"), "needs_samples": ("VAULT_SAMPLES", "samples")}


def _folder(marker: str) -> Path:
    variable, name = GROUPS[marker]
    return Path(os.environ.get(variable) or ROOT.parent / "shared" / name)  # noqa: TID251 - tests are told by environment


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs outside data when it is absent, with a line that says so; under CI its absence is a failure."""
    required = os.environ.get("CI") == "true"  # noqa: TID251 - as above
    for marker in GROUPS:
        folder = _folder(marker)
        if folder.is_dir():
            continue
        if required and any(item.get_closest_marker(marker) for item in items):
            pytest.exit(f"CI=true and {folder} is missing: set {GROUPS[marker][0]}", returncode=3)
        reason = f"{folder} is not here; set {GROUPS[marker][0]} to run this group"
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


def until_midnight(now: datetime) -> timedelta:
    """How long it is until the day ends in UTC or in Viet Nam, whichever is sooner."""
    ends = (now.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in MIDNIGHTS)
    return min((end - now) % timedelta(days=1) for end in ends)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A report of what failed carries what its services and pages said: the only witness of what comes once."""
    report = yield
    given = getattr(item, "funcargs", {})
    if report.failed and given:
        report.sections += [section for home in homes_of(given) for section in logs_of(home)]
        if opened := getattr(given.get("visit"), "opened", None):
            report.sections += pages_of(opened, item.name, FAILED)
    return report


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let the day turn before a test of the whole service, not in its middle: such a test has the machine's clock.

    What it opens today it counts, dates and finds as of today, in its own process, in others and in the database.
    """
    if any(item.get_closest_marker(name) for name in ("service", "browser")):
        left = until_midnight(datetime.now(UTC))  # noqa: TID251 - the clock that the services have
        if left < A_TEST:
            time.sleep(left.total_seconds() + 0.1)


@pytest.fixture(scope="session")
def vectors() -> Path:
    return _folder("needs_vectors")


@pytest.fixture(scope="session")
def samples() -> Path:
    return _folder("needs_samples")


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Where the shared service sends its spans; whatever a test does there is traced."""
    from tests.collector import collecting  # noqa: PLC0415 - as below

    with collecting() as found:
        yield found


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Service]:
    """The real service in a folder of its own (see `tests.service`); one a session, one a process under xdist."""
    # Imported here, because the unit tests of the engines must not need the program.
    from tests.service import running  # noqa: PLC0415

    settings = {"VAULT_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "500"}  # ms; 5000 without
    with running(tmp_path_factory.mktemp("vault"), settings) as found:
        yield found


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The real PostgreSQL and object store without web and workers: a test does each step itself (`tests.fakes`)."""
    from tests.fakes.parts import running  # noqa: PLC0415 - as above

    with running(tmp_path_factory.mktemp("parts")) as app:
        yield app
