"""The transparency log of a real service: covers every event, proves offline, catches whoever changes the past."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import create_engine, text

from tests.golden.specimens import as_jpeg, draw
from tests.service import Service
from vault.bootstrap import owner_database_url
from vault.domain.people import Role
from vault.log import open_note, parse_proof

pytestmark = pytest.mark.service
HOLDER = {"number": "031090000001", "name": "NGUYỄN VĂN MẪU"}


def _until_covered(service: Service, seconds: float = 120) -> int:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        # In the order of an event's way: asked the other way round, one that moved meanwhile is missed.
        if not _waiting(service):
            with service.app.uow.begin() as tx:
                size = tx.log.size()
            if service.app.log.head().size >= size:
                return size
        time.sleep(0.2)
    pytest.fail("the log did not catch up")


def _sql(service: Service, statement: str, **values: object) -> object:
    url = owner_database_url(service.app.settings).replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement), values)
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def _waiting(service: Service) -> bool:
    return bool(_sql(service, "SELECT count(*) FROM log_queue"))


@pytest.fixture(scope="module")
def record(service: Service) -> str:
    data = as_jpeg(draw("HKD", seed=31), 1)
    return service.digitize(data, "hkd.jpg", type_code="HKD", holders=[HOLDER], fields={"number": "31/HKD"})


def test_every_event_gets_a_place_and_a_stranger_can_check_it_offline(service: Service, record: str) -> None:
    _until_covered(service)
    answer = service.client().get(f"/api/v1/verify/proof/{record}").raise_for_status()
    texts = answer.json()["proofs"]
    assert texts
    key = service.app.log._key.public_key()
    name = service.app.log._origin
    assert answer.json()["key"].startswith(f"{name}+")
    for one in texts:
        proof = parse_proof(one)
        assert proof.check(name=name, key=key).size >= 1
        assert record in proof.entry.decode()
        assert HOLDER["number"] not in proof.entry.decode()
        assert HOLDER["name"] not in proof.entry.decode()
    checkpoint = service.client().get("/log/checkpoint").raise_for_status().text
    assert open_note(checkpoint, name=name, key=key).size >= len(texts)
    assert service.client().get("/log/../blob/aa").status_code == 404
    assert service.client().get("/log/tile/0/../../secret").status_code == 404


@pytest.mark.usefixtures("record")
def test_whoever_changes_the_past_is_named(service: Service) -> None:
    _until_covered(service)
    assert service.app.log.fsck() == ()
    victim = _sql(service, "SELECT event_id FROM log_leaf WHERE position = 1")
    was = _sql(service, "SELECT purpose FROM event WHERE id = :id", id=victim)
    # The owner of the table can lift the trigger: the log is there for exactly that case.
    try:
        _sql(service, "ALTER TABLE event DISABLE TRIGGER event_no_change")
        _sql(service, "UPDATE event SET purpose = 'khác' WHERE id = :id", id=victim)
        assert service.app.log.fsck() == ("row of leaf 1: its event is not the one that was published",)
        status, told = service.vault_json("log", "fsck")
        assert (status, told["ok"]) == (1, False)
    finally:
        _sql(service, "UPDATE event SET purpose = :was WHERE id = :id", was=was, id=victim)
        _sql(service, "ALTER TABLE event ENABLE TRIGGER event_no_change")
    assert service.app.log.fsck() == ()
    with service.without_worker():  # a log that grows meanwhile reads another tile
        size = service.app.log.head().size
        path = f"tile/0/000.p/{size}" if size < 256 else "tile/0/000"
        tile = service.app.files.get(path)
        assert tile is not None
        try:
            service.app.files.put(path, bytes(len(tile)), mime="application/octet-stream")
            assert any(path in one or "root" in one for one in service.app.log.fsck())
        finally:
            service.app.files.put(path, tile, mime="application/octet-stream")


def test_two_sequencers_at_once_never_fork(service: Service) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only here

    for _ in range(12):
        service.client(Role.OFFICER).get("/api/v1/overview").raise_for_status()
    with ThreadPoolExecutor(4) as pool:
        sizes = list(pool.map(lambda _: service.app.log.advance(), range(8)))
    assert max(sizes) >= 12
    _until_covered(service)
    assert service.app.log.fsck() == ()
    assert _sql(service, "SELECT count(*) - count(DISTINCT position) FROM log_leaf") == 0
