"""The promises of `ports.Blobs`, kept by the fake in memory and by the real store alike."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.fakes.blobs import MemoryBlobs
from vault.blobs.encrypted import object_name
from vault.domain.errors import NotFound, Unavailable
from vault.domain.ids import Digest, digest_of
from vault.domain.intake import IntakeId
from vault.ports import Blobs

if TYPE_CHECKING:
    from vault.bootstrap import App

pytestmark = pytest.mark.service
PAPER, OTHER, AGENCY = IntakeId("contract-1"), IntakeId("contract-2"), "H24.900"


def name_of(app: App, digest: Digest) -> str:
    """Where a blob lies in the bucket."""
    with app.uow.begin() as tx:
        held = tx.keys.of(digest)
    return object_name(app.blobs._opened(held), digest)


@dataclass
class Store:
    """A store, a way to open it anew, and a way to spoil what it holds."""

    blobs: Blobs
    anew: Callable[[], Blobs]
    damage: Callable[[Digest], None]


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        memory = MemoryBlobs()
        yield Store(memory, lambda: memory, memory.damage)
        return
    app: App = request.getfixturevalue("parts")

    def damage(digest: Digest) -> None:
        name = name_of(app, digest)
        data = app.store.get(name)
        assert data is not None
        app.store.put(name, data[:-1] + bytes([data[-1] ^ 1]), mime="application/octet-stream")

    from vault.bootstrap import build  # noqa: PLC0415 - only the real store needs the program

    with ExitStack() as opened:
        yield Store(app.blobs, lambda: opened.enter_context(closing(build(app.settings))).blobs, damage)


@pytest.mark.parametrize("size", [0, 1, 1000, 5 * 1024 * 1024 + 1])
def test_what_was_put_is_got_byte_for_byte_from_anywhere(store: Store, size: int) -> None:
    data = os.urandom(size)
    digest = store.blobs.put(data, mime="application/octet-stream", paper=PAPER, agency=AGENCY)
    assert digest == hashlib.sha256(data).hexdigest()
    assert store.blobs.has(digest)
    assert store.blobs.get(digest) == store.anew().get(digest) == data


def test_putting_again_succeeds_and_changes_nothing(store: Store) -> None:
    data = os.urandom(100)
    first = store.blobs.put(data, mime="image/png", paper=PAPER, agency=AGENCY)
    assert store.blobs.put(data, mime="text/plain", paper=PAPER, agency=AGENCY) == first
    assert store.blobs.get(first) == data


def test_bytes_that_nobody_has_are_put_and_others_are_left_as_they_are(store: Store) -> None:
    data = os.urandom(100)
    digest = digest_of(data)
    assert store.blobs.put_new(data, digest, mime="image/png", paper=PAPER, agency=AGENCY)
    assert store.blobs.get(digest) == data
    assert not store.blobs.put_new(data, digest, mime="image/png", paper=OTHER, agency=AGENCY)
    assert store.blobs.let_go(digest, paper=PAPER), "the other paper never used it"


def test_putting_the_same_at_once_is_one_blob(store: Store) -> None:
    data = os.urandom(200_000)
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: store.blobs.put(data, mime="image/png", paper=PAPER, agency=AGENCY), range(8)))
    assert digests == {digest_of(data)}
    assert store.blobs.get(digest_of(data)) == data


def test_what_was_never_put_is_not_there(store: Store) -> None:
    missing = digest_of(os.urandom(50))
    assert not store.blobs.has(missing)
    with pytest.raises(NotFound) as caught:
        store.blobs.get(missing)
    assert caught.value.code == "BLOB"


def test_bytes_that_rotted_are_not_given_out(store: Store) -> None:
    digest = store.blobs.put(os.urandom(100), mime="image/png", paper=PAPER, agency=AGENCY)
    store.damage(digest)
    with pytest.raises(Unavailable) as caught:
        store.blobs.get(digest)
    assert caught.value.code == "BLOB_DAMAGED"


def test_bytes_live_as_long_as_one_paper_uses_them(store: Store) -> None:
    data = os.urandom(3000)
    digest = store.blobs.put(data, mime="image/png", paper=PAPER, agency=AGENCY)
    store.blobs.put(data, mime="image/png", paper=OTHER, agency="H24.901")
    assert not store.blobs.let_go(digest, paper=PAPER)
    assert store.anew().get(digest) == data
    assert not store.blobs.let_go(digest, paper=PAPER), "ending twice ends once"
    assert store.blobs.let_go(digest, paper=OTHER)
    assert not store.blobs.has(digest)
    with pytest.raises(NotFound):
        store.anew().get(digest)
    assert store.blobs.put(data, mime="image/png", paper=PAPER, agency=AGENCY) == digest
    assert store.anew().get(digest) == data


def test_pieces_make_up_the_whole(store: Store) -> None:
    data = os.urandom(2_500_000)
    digest = store.blobs.put(data, mime="image/png", paper=PAPER, agency=AGENCY)
    assert b"".join(store.blobs.open(digest)) == data
