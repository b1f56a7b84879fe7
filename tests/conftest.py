"""What every layer of the tests shares: where outside vectors and samples are, and that a required group runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.collector import Collector
    from tests.service import Service
    from vault.bootstrap import App

ROOT = Path(__file__).resolve().parent.parent
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

    with running(tmp_path_factory.mktemp("vault"), {"VAULT_OTLP_ENDPOINT": collector.url}) as found:
        yield found


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The real PostgreSQL and object store without web and workers: a test does each step itself (`tests.fakes`)."""
    from tests.fakes.parts import running  # noqa: PLC0415 - as above

    with running(tmp_path_factory.mktemp("parts")) as app:
        yield app
