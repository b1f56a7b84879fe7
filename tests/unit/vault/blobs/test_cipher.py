"""A blob in the bucket: opens with its key and name only, and tells of every byte that was moved, cut or changed."""

from __future__ import annotations

import io
import os
import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.blobs.cipher import CHUNK, MAGIC, TAG, CipherError, Reader, decrypt, encrypt, encrypted_size
from vault.domain.ids import Digest, digest_of

KEY = bytes(range(32))


def sealed(data: bytes, key: bytes = KEY) -> bytes:
    return b"".join(encrypt(data, key=key, digest=digest_of(data)))


def opened(raw: bytes, digest: Digest, key: bytes = KEY) -> bytes:
    return b"".join(decrypt(io.BytesIO(raw), key=key, digest=digest))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
def test_every_size_comes_back_and_takes_what_was_told(size: int) -> None:
    data = os.urandom(size)
    raw = sealed(data)
    assert len(raw) == encrypted_size(size)
    assert opened(raw, digest_of(data)) == data
    assert raw == sealed(data), "storing the same bytes twice changes nothing"


def test_another_key_or_another_name_opens_nothing() -> None:
    data = os.urandom(100)
    raw = sealed(data)
    for key, digest in ((bytes(32), digest_of(data)), (KEY, digest_of(b"another"))):
        with pytest.raises(CipherError):
            opened(raw, digest, key)


def test_chunks_cannot_be_cut_off_swapped_repeated_or_lent() -> None:
    data = os.urandom(4 * CHUNK)
    raw, digest = sealed(data), digest_of(data)
    head, step = len(MAGIC), CHUNK + TAG
    chunks = [raw[head + step * place : head + step * (place + 1)] for place in range(4)]
    for wrong in (
        chunks[:3],
        chunks[:1],
        [],
        [chunks[1], chunks[0], *chunks[2:]],
        [*chunks, chunks[3]],
        [chunks[0], chunks[0], *chunks[2:]],
        chunks[1:],
    ):
        with pytest.raises(CipherError):
            opened(MAGIC + b"".join(wrong), digest)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_is_noticed(data: bytes, place: int, change: int) -> None:
    raw = bytearray(sealed(data))
    raw[place % len(raw)] ^= change
    with pytest.raises(CipherError):
        opened(bytes(raw), digest_of(data))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_garbage_is_refused_with_our_own_error(raw: bytes) -> None:
    with pytest.raises(CipherError):
        opened(raw, digest_of(b""))


def test_a_source_that_gives_little_at_a_time_is_read_to_the_end() -> None:
    data = os.urandom(2 * CHUNK + 5)
    rng = random.Random(1)

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, rng.randint(1, 70_000)))

    assert b"".join(decrypt(Slow(sealed(data)), key=KEY, digest=digest_of(data))) == data


def test_a_reader_gives_exactly_what_is_asked() -> None:
    pieces = [os.urandom(size) for size in (4, 0, 100, 7, 5000)]
    whole = b"".join(pieces)
    reader, found = Reader(pieces), []
    while part := reader.read(33):
        found.append(part)
    assert b"".join(found) == whole
    assert all(len(one) == 33 for one in found[:-1])
    assert Reader(pieces).read() == whole


def test_a_large_file_passes_through_in_a_few_megabytes() -> None:
    data = bytes(40_000_000)
    digest = digest_of(data)
    tracemalloc.start()
    try:
        read = Reader(encrypt(data, key=KEY, digest=digest))
        # As the client does: parts of five megabytes, one after the other.
        left = sum(len(part) for part in iter(lambda: read.read(5 * CHUNK), b""))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert left == encrypted_size(len(data))
    assert peak < 24 * CHUNK, "a part, its pieces, and the part made of them"
