"""Every route has its row in the rights table: who adds a route says who may use it."""

from __future__ import annotations

from pathlib import Path

from tests.rights import RIGHTS, routes_of
from vault.bootstrap import build
from vault.config import Settings
from vault.web.main import create


def test_every_route_stands_in_the_rights_table_and_nothing_else(tmp_path: Path) -> None:
    found = routes_of(create(build(Settings(home=tmp_path))))
    assert len([one for one in found if " /api/v1/" in one]) > 40
    assert len([one for one in found if " /giay-to/" in one]) > 5
    assert found - set(RIGHTS) == set(), "a new route: say in tests/rights.py which roles may use it"
    assert set(RIGHTS) - found == set(), "a route that is gone: remove its row from tests/rights.py"
