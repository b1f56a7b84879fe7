"""Blobs under a data key each; the keys lie wrapped in the database, once for every paper that uses the blob.

Order of writing: the wrapped key commits, then the object is stored under a name that only the key gives. A crash
between the two leaves a key without an object, and the next `put` of the same bytes stores it. Equal bytes have one key
and one object, however many papers use them; when the last paper's wrap is gone nobody opens the object any more, and
the same bytes handed in again get a new key and a new object.

Blobs stored before there was encryption lie in clear under `blob/<digest>`; they are still read until
`vault keys wrapping encrypt-old` has encrypted them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import suppress

from vault.blobs.cipher import KEY_SIZE, CipherError, decrypt, encrypt, encrypted_size
from vault.blobs.s3 import S3Store
from vault.domain.errors import NotFound, Unavailable
from vault.domain.ids import Digest, digest_of
from vault.domain.intake import IntakeId
from vault.ports import HeldKey, Ids, KeyService, Tx, UnitOfWork, key_context

_SEALED = "application/octet-stream"
"""What kind of paper it is, is nobody's business who only sees the bucket."""


def object_name(key: bytes, digest: Digest) -> str:
    """Where a blob lies: a digest of its digest under its data key. Without the key a name tells nothing."""
    name = hmac.new(key, b"kho-so object\n" + digest.encode(), hashlib.sha256).hexdigest()
    return f"sealed/{name[:2]}/{name}"


def plain_name(digest: Digest) -> str:
    """Where a blob of before encryption lies."""
    return f"blob/{digest[:2]}/{digest}"


class EncryptedBlobs:
    """`ports.Blobs` over an object store, a key service and the wrapped keys in the database."""

    def __init__(self, store: S3Store, *, uow: UnitOfWork, keys: KeyService, ids: Ids) -> None:
        self._store = store
        self._uow = uow
        self._keys = keys
        self._ids = ids

    def prepare(self) -> None:
        """Make the bucket if it is not there."""
        self._store.prepare()

    def ping(self) -> None:
        """Raise `Unavailable` unless the bucket answers."""
        self._store.ping()

    def put(self, data: bytes, *, mime: str, paper: IntakeId, agency: str) -> Digest:
        """Store bytes for a paper; the same bytes are stored once and wrapped once for each paper.

        `NotFound` (`PAPER_ERASED`) for a paper whose keys were destroyed: it never gets one again.
        """
        del mime
        digest = digest_of(data)
        with self._uow.begin() as tx:
            key, is_new = self._take(tx, digest, paper, agency)
        name = object_name(key, digest)
        if is_new or not self._store.has(name):
            self._store_under(name, data, key, digest)
        return digest

    def put_new(self, data: bytes, digest: Digest, *, mime: str, paper: IntakeId, agency: str) -> bool:
        """Store bytes that no paper has: one transaction and one call of the store."""
        del mime
        key = self._ids.random(KEY_SIZE)
        held = self._wrapped(key, digest, paper, agency)
        with self._uow.begin() as tx:
            if not tx.keys.hold_first(digest, held):
                return False
        self._store_under(object_name(key, digest), data, key, digest)
        return True

    def _store_under(self, name: str, data: bytes, key: bytes, digest: Digest) -> None:
        pieces = encrypt(data, key=key, digest=digest)
        self._store.put_pieces(name, pieces, encrypted_size(len(data)), mime=_SEALED)

    def _wrapped(self, key: bytes, digest: Digest, paper: IntakeId, agency: str) -> HeldKey:
        return HeldKey(paper, self._keys.wrap(key, agency=agency, context=key_context(digest, paper)))

    def _take(self, tx: Tx, digest: Digest, paper: IntakeId, agency: str) -> tuple[bytes, bool]:
        """The blob's key with a wrap for this paper; whether it was made now. `PAPER_ERASED`."""
        held = tx.keys.begin_use_of(paper, digest)
        key = self._opened(held) if held else self._ids.random(KEY_SIZE)
        if all(one.paper != paper for one in held):
            tx.keys.hold(digest, self._wrapped(key, digest, paper, agency))
        return key, not held

    def _opened(self, held: tuple[HeldKey, ...]) -> bytes:
        """The key out of any wrap that opens: one agency's key that is gone takes only its own papers with it."""
        refusal: Unavailable | None = None
        for one in held:
            try:
                return self._keys.unwrap(one.wrapped, context=key_context(one.digest, one.paper))
            except Unavailable as error:
                refusal = refusal or error
        raise refusal or Unavailable("KEY_UNWRAP", key="-")

    def get(self, digest: Digest) -> bytes:
        """The bytes, checked against their name."""
        data = b"".join(self.open(digest))
        if digest_of(data) != digest:
            raise Unavailable("BLOB_DAMAGED", digest=digest)
        return data

    def open(self, digest: Digest) -> Iterator[bytes]:
        """The bytes piece by piece, each proven by the blob's key before it is given."""
        with self._uow.begin() as tx:
            held = tx.keys.of(digest)
        if not held:
            yield self._plain(digest)
            return
        key = self._opened(held)
        try:
            with self._store.stream(object_name(key, digest)) as source:
                if source is None:
                    raise NotFound("BLOB", digest=digest)
                yield from decrypt(source, key=key, digest=digest)
        except CipherError as error:
            raise Unavailable("BLOB_DAMAGED", digest=digest) from error

    def _plain(self, digest: Digest) -> bytes:
        data = self._store.get(plain_name(digest))
        if data is None:
            raise NotFound("BLOB", digest=digest)
        if digest_of(data) != digest:
            raise Unavailable("BLOB_DAMAGED", digest=digest)
        return data

    def has(self, digest: Digest) -> bool:
        """Whether the bytes are stored and can be opened."""
        with self._uow.begin() as tx:
            held = tx.keys.of(digest)
        return self._store.has(object_name(self._opened(held), digest) if held else plain_name(digest))

    def encrypt_old(self, digest: Digest, *, paper: IntakeId, agency: str) -> bool:
        """Encrypt a blob that lies in clear, for one paper; false when it is not there (any more).

        The clear object stays until `drop_plain`: other papers may still need a wrap.
        """
        data = self._store.get(plain_name(digest))
        if data is None:
            return False
        if digest_of(data) != digest:
            raise Unavailable("BLOB_DAMAGED", digest=digest)
        try:
            self.put(data, mime=_SEALED, paper=paper, agency=agency)
        except NotFound:  # erased since it was listed
            return False
        return True

    def drop_plain(self, digest: Digest) -> None:
        """Remove the clear object of a blob that is encrypted by now, once the encrypted one proved that it opens."""
        self.get(digest)
        self._store.remove(plain_name(digest))

    def plain(self) -> Iterator[Digest]:
        """What lies in clear."""
        for name in self._store.names("blob/"):
            yield Digest(name.rpartition("/")[2])

    def let_go(self, digest: Digest, *, paper: IntakeId) -> bool:
        """End one paper's use of a blob; true when it was the last: then the key is gone and the object removed.

        The key's end commits first. An object that cannot be removed (the store is down, or locks it) stays as bytes
        that nobody can open.
        """
        with self._uow.begin() as tx:
            held = tx.keys.of(digest, lock=True)
            mine = [one for one in held if one.paper == paper]
            if not mine:
                return False
            name = object_name(self._opened(held), digest) if len(held) == 1 else None
            tx.keys.let_go(digest, paper)
        if name is not None:
            self._store.try_remove(name)
        return name is not None

    def discard(self, ended: Sequence[HeldKey], *, clear: Sequence[Digest] = ()) -> None:
        """Remove the objects of blobs whose last key is destroyed, as far as the store lets us.

        What lies in clear goes too, but for bytes that another paper has no key of yet: it reads them from there.
        """
        sealed = []
        for one in ended:
            with suppress(Unavailable):
                key = self._keys.unwrap(one.wrapped, context=key_context(one.digest, one.paper))
                sealed.append(object_name(key, Digest(one.digest)))
        if not self._store.remove_some(sealed):
            return  # what stays is bytes that nobody opens; `reconcile` sweeps them
        named = {*clear, *(Digest(held.digest) for held in ended)}
        with suppress(Unavailable):
            there = {digest for digest in named if self._store.has(plain_name(digest))}
            with self._uow.begin() as tx:
                needed = tx.keys.waiting(there)
            for digest in there - needed:
                self._store.remove(plain_name(digest))
