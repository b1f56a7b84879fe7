"""One table per edge: kind of error -> HTTP status, kind of error -> exit status. Written a second time by hand."""

from __future__ import annotations

import pytest

from vault.cli import edge
from vault.domain.errors import Conflict, Forbidden, Invalid, Kind, NotFound, Unavailable, VaultError
from vault.web import errors

TABLE = {
    Invalid: (Kind.INVALID, 422, 1),
    Forbidden: (Kind.FORBIDDEN, 403, 1),
    NotFound: (Kind.NOT_FOUND, 404, 1),
    Conflict: (Kind.CONFLICT, 409, 1),
    Unavailable: (Kind.UNAVAILABLE, 503, 3),
}


def test_every_kind_stands_in_both_tables() -> None:
    assert set(errors.STATUS) == set(edge.STATUS) == set(Kind) == {kind for kind, _, _ in TABLE.values()}


@pytest.mark.parametrize("error", TABLE)
def test_a_kind_has_its_status_at_each_edge(error: type[VaultError]) -> None:
    kind, http, status = TABLE[error]
    assert error.kind is kind
    assert errors.status_of(error("ANY")) == http
    assert edge.STATUS[kind] == status


@pytest.mark.parametrize("code", ["SIGN_IN_FIRST", "SIGN_IN_WRONG"])
def test_whoever_has_to_sign_in_gets_401(code: str) -> None:
    assert errors.status_of(Forbidden(code)) == 401


def test_the_exit_statuses_are_the_documented_ones() -> None:
    assert {one.name: int(one) for one in edge.Exit} == {"OK": 0, "REFUSED": 1, "USAGE": 2, "DOWN": 3}
