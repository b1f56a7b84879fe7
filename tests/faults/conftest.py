"""One forge a session: what every test of killed processes forks its victims from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.forge import Forge, forge


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forge]:
    with forge(tmp_path_factory.mktemp("forge") / "forge.log") as found:
        yield found
