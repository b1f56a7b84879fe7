"""The promises of `ports.Blobs`, kept by the fake in memory and by the real store alike."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.fakes.blobs import MemoryBlobs
from vault.domain.errors import NotFound, Unavailable
from vault.domain.ids import Digest, digest_of
from vault.ports import Blobs

if TYPE_CHECKING:
    from vault.bootstrap import App

pytestmark = pytest.mark.service


@dataclass
class Store:
    """A store, a way to open it anew, and a way to spoil what it holds."""

    blobs: Blobs
    anew: Callable[[], Blobs]
    damage: Callable[[Digest], None]


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        memory = MemoryBlobs()
        return Store(memory, lambda: memory, memory.damage)
    app: App = request.getfixturevalue("parts")

    def damage(digest: Digest) -> None:
        data = app.blobs.get(digest)
        spoilt = data[:-1] + bytes([data[-1] ^ 1])
        name = f"blob/{digest[:2]}/{digest}"
        app.blobs._client.put_object(app.settings.s3_bucket, name, io.BytesIO(spoilt), len(spoilt))

    from vault.bootstrap import build  # noqa: PLC0415 - only the real store needs the program

    return Store(app.blobs, lambda: build(app.settings).blobs, damage)


@pytest.mark.parametrize("size", [0, 1, 1000, 5 * 1024 * 1024 + 1])
def test_what_was_put_is_got_byte_for_byte_from_anywhere(store: Store, size: int) -> None:
    data = os.urandom(size)
    digest = store.blobs.put(data, mime="application/octet-stream")
    assert digest == hashlib.sha256(data).hexdigest()
    assert store.blobs.has(digest)
    assert store.blobs.get(digest) == store.anew().get(digest) == data


def test_putting_again_succeeds_and_changes_nothing(store: Store) -> None:
    data = os.urandom(100)
    first = store.blobs.put(data, mime="image/png")
    assert store.blobs.put(data, mime="text/plain") == first
    assert store.blobs.get(first) == data


def test_putting_the_same_at_once_is_one_blob(store: Store) -> None:
    data = os.urandom(200_000)
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: store.blobs.put(data, mime="image/png"), range(8)))
    assert digests == {digest_of(data)}
    assert store.blobs.get(digest_of(data)) == data


def test_what_was_never_put_is_not_there(store: Store) -> None:
    missing = digest_of(os.urandom(50))
    assert not store.blobs.has(missing)
    with pytest.raises(NotFound) as caught:
        store.blobs.get(missing)
    assert caught.value.code == "BLOB"


def test_bytes_that_rotted_are_not_given_out(store: Store) -> None:
    digest = store.blobs.put(os.urandom(100), mime="image/png")
    store.damage(digest)
    with pytest.raises(Unavailable) as caught:
        store.blobs.get(digest)
    assert caught.value.code == "BLOB_DAMAGED"
