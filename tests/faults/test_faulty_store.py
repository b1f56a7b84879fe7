"""The object store is slow, answers 500, hangs, or gives and keeps other bytes: nothing wrong is ever believed."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.fakes.desk import actor_of, be_read, be_sealed, confirmed, new_scan, received, word
from tests.fakes.parts import with_other
from tests.fakes.s3_proxy import Fault, Proxy, faulty_store
from tests.fakes.seals import PlainSeal
from tests.faults.steps import QuickEngines
from tests.faults.whole import assert_whole
from vault.blobs import EncryptedBlobs, S3Settings, S3Store
from vault.blobs.s3 import ANSWER_SECONDS
from vault.bootstrap import App
from vault.domain.errors import Unavailable
from vault.domain.ids import digest_of

pytestmark = pytest.mark.service
PATIENCE = 1.0


@pytest.fixture(scope="module")
def proxy(parts: App) -> Iterator[Proxy]:
    assert parts.settings.s3_endpoint is not None
    with faulty_store(parts.settings.s3_endpoint) as found:
        yield found


@pytest.fixture(scope="module")
def app(parts: App, proxy: Proxy) -> App:
    """The parts, whose store is reached by way of the proxy; an answer has the time that a busy machine may need."""
    return over(parts, proxy, ANSWER_SECONDS)


@pytest.fixture(scope="module")
def hasty(parts: App, proxy: Proxy) -> App:
    """The same, waiting for a second: for a store that is not going to answer."""
    return over(parts, proxy, PATIENCE)


def over(parts: App, proxy: Proxy, answer_seconds: float) -> App:
    settings = parts.settings
    assert settings.s3_access_key is not None
    assert settings.s3_secret_key is not None
    store = S3Store(
        S3Settings(
            proxy.endpoint,
            settings.s3_access_key.get_secret_value(),
            settings.s3_secret_key.get_secret_value(),
            settings.s3_bucket,
            secure=False,
            region=settings.s3_region,
        ),
        answer_seconds=answer_seconds,
    )
    blobs = EncryptedBlobs(store, uow=parts.uow, keys=parts.key_service, ids=parts.ids)
    return with_other(parts, engines=QuickEngines(), sealing=PlainSeal(), blobs=blobs, store=store)


@pytest.fixture(autouse=True)
def _mended(proxy: Proxy) -> Iterator[None]:
    proxy.fault = None
    yield
    proxy.fault = None


@pytest.mark.parametrize("fault", ["500", "hang", "cut", "flip", "flip_put", "slow"])
def test_a_paper_is_whole_whatever_the_store_did_while_it_came_in(
    app: App, hasty: App, proxy: Proxy, fault: Fault
) -> None:
    officer, data = actor_of(app), new_scan()
    proxy.fault, began = fault, time.monotonic()
    if fault in {"500", "hang", "flip_put"}:  # nothing is answered that was not kept, as it was sent
        with pytest.raises(Unavailable) as caught:
            received(hasty if fault == "hang" else app, officer, data)
        assert caught.value.code == "OBJECT_STORE_DOWN"
    else:
        be_read_meanwhile(app, proxy, received(app, officer, data).intake.id)
    assert time.monotonic() - began < 15 * PATIENCE, "nobody waits for a store that hangs"
    proxy.fault = None
    intake_id = received(app, officer, data).intake.id
    assert app.blobs.get(digest_of(data)) == data
    be_read(app, intake_id)
    confirmed(app, officer, word(intake_id))
    assert be_sealed(app, intake_id) is not None
    assert_whole(app, of=[intake_id], told=fault)


def be_read_meanwhile(app: App, proxy: Proxy, intake_id: str) -> None:
    """The worker reads it while the store gives other bytes: it waits, and believes none of them."""
    if proxy.fault == "slow":
        return
    with pytest.raises(Unavailable) as caught:
        be_read(app, intake_id)  # type: ignore[arg-type] # an id as it was told
    assert caught.value.code in {"BLOB_DAMAGED", "OBJECT_STORE_DOWN"}


@pytest.mark.parametrize("size", [0, 1, (5 << 20) - 1, 5 << 20, (5 << 20) + 1, 11_000_000])
def test_what_the_store_keeps_is_held_against_what_was_sent(app: App, proxy: Proxy, size: int) -> None:
    data, read_back = bytes(range(256)) * (size // 256) + b"x" * (size % 256), proxy.passed.count("GET ok")
    app.store.put(f"bench/{size}", data, mime="application/octet-stream")
    assert app.store.get(f"bench/{size}") == data
    assert proxy.passed.count("GET ok") == read_back + 1, "its ETag told, nothing had to be read back"
    proxy.fault = "flip_put"
    if size:
        with pytest.raises(Unavailable):
            app.store.put(f"bench/{size}", data, mime="application/octet-stream")


def test_the_program_s_own_patience_is_seconds_and_not_minutes(parts: App) -> None:
    """Regression: a store that hung was waited for three times a minute by every call."""
    timeout = parts.store._client._http.connection_pool_kw["timeout"]
    retries = parts.store._client._http.connection_pool_kw["retries"]
    assert timeout.read_timeout <= 20
    assert retries.read == 0


def test_a_store_that_is_silent_is_asked_once_when_many_files_are_removed(app: App, hasty: App, proxy: Proxy) -> None:
    """Regression, found by `deploy/bench faults`: an erasure waited for it once for every file of the paper."""
    names = iter([f"sealed/none/{number}" for number in range(30)])
    proxy.fault = "hang"
    assert hasty.store.remove_some(names) is False
    assert len(list(names)) == 29
    proxy.fault = None
    assert app.store.remove_some(names) is True
