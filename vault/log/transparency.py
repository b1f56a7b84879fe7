"""The log over rows and files: one sequencer gives places, writes tiles, signs a checkpoint; anybody proves and checks.

Order of writing: places and salts commit first, then bundles and tiles are stored, then the checkpoint. Everything
after the first step follows from the rows, so a crash anywhere is repeated with the same bytes, and the log never
forks: two checkpoints of one size have one root. Witnesses sign afterwards, when they can: a witness that is down makes
no event wait.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vault.domain.audit import Outcome
from vault.domain.errors import NotFound, Unavailable
from vault.domain.ids import Digest, RecordCode
from vault.domain.people import Action
from vault.log.cache import TileCache
from vault.log.cosignature import VerifierKey, witnessed_by
from vault.log.cosigning import Witnesses
from vault.log.leaf import SALT_SIZE, canonical, commitment, entry_of
from vault.log.note import Checkpoint, NoteError, open_note, sign, verifier_key
from vault.log.proof import LogProof
from vault.log.tiles import WIDTH, TileError, TileNodes, grow, new_bundles, pack_entries, tiles_of, unpack_entries
from vault.log.tree import Node, ProofError, consistency_proof, inclusion_proof, leaf_hash, root_hash
from vault.ports import Clock, Files, LogLeaf, SealingProof, UnitOfWork

BATCH = 4096
CHECKPOINT = "checkpoint"
_TILE = "application/octet-stream"
_TEXT = "text/plain; charset=utf-8"


class TransparencyLog:
    """One log of one deployment."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        files: Files,
        key: Ed25519PrivateKey,
        origin: str,
        clock: Clock,
        witnesses: Witnesses | None = None,
    ) -> None:
        self._witnesses = witnesses or Witnesses(())
        self._published = ""
        self._tiles = TileCache(files.get)
        self._uow = uow
        self._files = files
        self._key = key
        self._origin = origin
        self._clock = clock

    @property
    def verifier_key(self) -> str:
        """The line that verifiers and witnesses pin."""
        return verifier_key(self._origin, self._key.public_key())

    def head(self) -> Checkpoint:
        """The newest checkpoint; of an empty log while there is none."""
        with self._uow.begin() as tx:
            note = tx.log.head()
        if note is None:
            return Checkpoint(self._origin, 0, root_hash(0, lambda *_: b""))
        return open_note(note, name=self._origin, key=self._key.public_key())

    @property
    def witnesses(self) -> tuple[VerifierKey, ...]:
        """Keys of the witnesses whose signatures a proof carries."""
        return self._witnesses.keys

    def advance(self) -> int:
        """Bring waiting events into the tree and sign a checkpoint over all of it; how many leaves it has then.

        One sequencer at a time does so: the others are told the size, and never publish an older checkpoint over a
        newer one.
        """
        with self._uow.begin() as turn:
            if not turn.log.my_turn():
                return turn.log.size()
            with self._uow.begin() as tx:
                tx.log.take(BATCH, lambda: secrets.token_bytes(SALT_SIZE))
                size = tx.log.size()
            old = self.head().size
            if size > old:
                self._extend(old, size)
            turn.log.size()  # raises if the turn was lost meanwhile: what stood still must not publish an old size
            self._publish()
        return size

    def cosign(self) -> int:
        """Ask the witnesses for their signatures under the newest checkpoint; how many it carries then."""
        if not self._witnesses.addresses:
            return 0
        with self._uow.begin() as tx:
            note = tx.log.head()
        if note is None:
            return 0
        size = self._opened(note).size
        signed = self._witnesses.sign(note, size, lambda old: self._consistency(old, size))
        count = len(witnessed_by(signed, self._witnesses.keys))
        if signed != note:
            with self._uow.begin() as turn:
                turn.log.wait_turn()
                with self._uow.begin() as tx:
                    tx.log.set_cosigned(size, signed, count)
                self._publish()
        return count

    def _consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        return consistency_proof(old, new, TileNodes(new, self._tiles))

    def _opened(self, note: str) -> Checkpoint:
        return open_note(note, name=self._origin, key=self._key.public_key())

    def _publish(self) -> None:
        """Put the newest checkpoint where everybody fetches it, unless it lies there: a crash may have come between."""
        with self._uow.begin() as tx:
            note = tx.log.head()
        if note is not None and note != self._published:
            self._files.put(CHECKPOINT, note.encode(), mime=_TEXT)
            self._published = note

    def _extend(self, old: int, size: int) -> None:
        node = self._store(old, size)
        note = sign(Checkpoint(self._origin, size, root_hash(size, node)), name=self._origin, key=self._key)
        with self._uow.begin() as tx:
            tx.log.set_head(size, note, at=self._clock.now())

    def _store(self, old: int, size: int) -> Node:
        """Put the bundles and tiles of the leaves from `old` on; gives the nodes of the tree of `size`."""
        first = old - old % WIDTH
        with self._uow.begin() as tx:
            leaves = tx.log.leaves(first, size)
        entries = [entry_of(leaf) for leaf in leaves]
        for bundle in new_bundles(old, size):
            start = bundle.index * WIDTH - first
            self._files.put(bundle.path, pack_entries(entries[start : start + bundle.width]), mime=_TILE)
        tiles, node = grow(old, [leaf_hash(entry) for entry in entries[old - first :]], self._files.get)
        for tile, data in tiles.items():
            self._files.put(tile.path, data, mime=_TILE)
        return node

    def rebuild(self) -> int:
        """Publish bundles, tiles and checkpoint anew from the rows, as after a restore; how many events they tell of.

        Nothing is signed anew: everything but the checkpoints follows from the rows.
        """
        with self._uow.begin() as turn:
            turn.log.wait_turn()
            size = self.head().size
            for old in range(0, size, BATCH):
                self._store(old, min(old + BATCH, size))
            self._published = ""
            self._publish()
        return size

    def prove(self, record: RecordCode) -> tuple[LogProof, ...]:
        """Offline proofs for every event about a record that a checkpoint covers; `LOG_PROOF` if none.

        `LOG_DOWN` if the log does not open under its key and name.
        """
        try:
            note, leaves = self._covered(record)
            if note is None or not leaves:
                raise NotFound("LOG_PROOF", record=record)
            return tuple(self._proof(leaf, note) for leaf in leaves)
        except (NoteError, ProofError, TileError) as error:
            raise Unavailable("LOG_DOWN", reason=str(error)) from error

    def proof_of(self, place: int) -> LogProof:
        """The offline proof of one leaf; `LOG_PROOF` when no checkpoint covers it."""
        with self._uow.begin() as tx:
            note = tx.log.best_head(place)
            leaves = tx.log.leaves(place, place + 1)
        if note is None or not leaves:
            raise NotFound("LOG_PROOF", record=str(place))
        return self._proof(leaves[0], note)

    def committed(self) -> int:
        """How many leaves the newest checkpoint covers."""
        return self.head().size

    def spelled(self, leaf: LogLeaf) -> tuple[str, str]:
        """The event as it is committed to (JSON) and the commitment (hexadecimal)."""
        return canonical(leaf.event).decode(), commitment(leaf).hex()

    def shown_at(self, record: RecordCode, credential: Digest) -> datetime | None:
        """`ports.PublicLog`: when the log first showed the sealing of this very credential, by a proof that holds."""
        try:
            note, leaves = self._covered(record)
            sealing = next((leaf for leaf in leaves if _seals(leaf, credential)), None)
            if note is None or sealing is None:
                return None
            self._proof(sealing, note).check(name=self._origin, key=self._key.public_key())
        except (NoteError, ProofError, TileError):
            return None
        with self._uow.begin() as tx:
            return tx.log.covered_at(sealing.position)

    def sealing_of(self, record: RecordCode, credential: Digest) -> SealingProof | None:
        """`ports.PublicLog`: what lets anybody check `shown_at` without believing us."""
        try:
            note, leaves = self._covered(record)
            sealing = next((leaf for leaf in leaves if _seals(leaf, credential)), None)
            if note is None or sealing is None:
                return None
            proof = self._proof(sealing, note).text
        except (NoteError, ProofError, TileError) as error:
            raise Unavailable("LOG_DOWN", reason=str(error)) from error
        return SealingProof(proof, sealing.salt, canonical(sealing.event).decode())

    def _covered(self, record: RecordCode) -> tuple[str | None, list[LogLeaf]]:
        """The leaves about a record, and the checkpoint with the most witnesses among the newest that cover them all.

        The newest of all when no witness signed one that does.
        """
        with self._uow.begin() as tx:
            note = tx.log.head()
            if note is None:
                return None, []
            size = self._opened(note).size
            places = [place for place in tx.log.places_of(record) if place < size]
            if places:
                note = tx.log.best_head(places[-1]) or note
            return note, [tx.log.leaves(place, place + 1)[0] for place in places]

    def _proof(self, leaf: LogLeaf, note: str) -> LogProof:
        size = self._opened(note).size
        path = inclusion_proof(leaf.position, size, TileNodes(size, self._tiles))
        return LogProof(entry_of(leaf), leaf.position, path, note)

    def fsck(self) -> tuple[str, ...]:
        """Compare rows, bundles, tiles and checkpoint; names what differs first in each, empty when all agree."""
        with self._uow.begin() as tx:
            note = tx.log.head()
        if note is None:
            return ()
        try:
            head = open_note(note, name=self._origin, key=self._key.public_key())
        except NoteError as error:
            return (f"checkpoint in the database: {error}",)
        found = list(self._rows_against_bundles(head.size))
        try:
            if root_hash(head.size, TileNodes(head.size, self._files.get)) != head.root:
                found.append(f"checkpoint of size {head.size}: the tiles give another root")
        except TileError as error:
            found.append(f"tile: {error}")
        found += self._tiles_against_leaves(head.size)
        published = self._files.get(CHECKPOINT)
        if published is None or published.decode("utf-8", "replace") != note:
            found.append("published checkpoint: not the newest one that was signed")
        return tuple(found)

    def _rows_against_bundles(self, size: int) -> list[str]:
        for bundle in new_bundles(0, size):
            start = bundle.index * WIDTH
            with self._uow.begin() as tx:
                rows = [entry_of(leaf) for leaf in tx.log.leaves(start, start + bundle.width)]
            data = self._files.get(bundle.path)
            try:
                published = unpack_entries(data) if data is not None else None
            except TileError as error:
                return [f"bundle {bundle.path}: {error}"]
            if published is None:
                return [f"bundle {bundle.path}: missing"]
            if list(published) != rows:
                place = next(
                    (at for at, pair in enumerate(zip(rows, published, strict=False)) if pair[0] != pair[1]),
                    min(len(rows), len(published)),
                )
                return [f"row of leaf {start + place}: its event is not the one that was published"]
        return []

    def _tiles_against_leaves(self, size: int) -> list[str]:
        store: dict[str, bytes] = {}
        for start in range(0, size, WIDTH):
            bundle = next(iter(new_bundles(start, min(size, start + WIDTH))))
            data = self._files.get(bundle.path)
            if data is None:
                return []  # told already, with the bundle's name
            try:
                hashes = [leaf_hash(entry) for entry in unpack_entries(data)]
            except TileError:
                return []
            tiles, _ = grow(start, hashes, store.get)
            store |= {tile.path: row for tile, row in tiles.items()}
        for tile in tiles_of(size):
            if self._files.get(tile.path) != store.get(tile.path):
                return [f"tile {tile.path}: not what its leaves give"]
        return []


def _seals(leaf: LogLeaf, credential: Digest) -> bool:
    event = leaf.event
    done = event.action is Action.SEAL and event.outcome is Outcome.DONE
    return done and event.details.get("credential") == credential
