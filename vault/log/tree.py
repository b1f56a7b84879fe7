"""The Merkle tree of RFC 6962, 2.1: hashes, inclusion and consistency proofs. Pure; nodes come from a `Node` function.

A node is named by its level and its index in the level: level 0 holds the leaf hashes, and node (level, index) covers
the leaves `index * 2**level` to `(index + 1) * 2**level`, both within a complete subtree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
Node = Callable[[int, int], bytes]
"""(level, index) -> hash of a complete subtree."""


class ProofError(ValueError):
    """A proof that does not hold, with the reason as its text."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below `size` (size >= 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def range_hash(start: int, end: int, node: Node) -> bytes:
    """Hash over the leaves `start` to `end`, where `start` is a multiple of the smallest power of two >= the length."""
    size = end - start
    level = size.bit_length() - 1
    if size == 1 << level:
        return node(level, start >> level)
    middle = start + _split(size)
    return node_hash(range_hash(start, middle, node), range_hash(middle, end, node))


def root_hash(size: int, node: Node) -> bytes:
    """Root of the tree over the first `size` leaves."""
    return range_hash(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """Audit path of leaf `index` in the tree of `size` leaves (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ProofError("the leaf lies outside the tree")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """Proof that the tree of `old` leaves is a prefix of the tree of `new` leaves (RFC 6962, 2.1.2)."""
    if not 0 < old <= new:
        raise ProofError("sizes out of order")
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while end != old or start == end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start, whole = middle, False
    if not whole:
        path.append(range_hash(start, end, node))
    return tuple(reversed(path))


def _require_hashes(*hashes: bytes) -> None:
    if any(len(one) != HASH_SIZE for one in hashes):
        raise ProofError("a hash has another length")


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raise `ProofError` unless `proof` leads from the leaf hash to `root` (RFC 9162, 2.1.3.2)."""
    _require_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofError("the leaf lies outside the tree")
    position, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if position & 1 or position == last:
            found = node_hash(step, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, step)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("the proof is too short")
    if found != root:
        raise ProofError("the proof leads to another root")


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise `ProofError` unless the tree of `old` leaves is a prefix of the tree of `new` (RFC 9162, 2.1.4.2)."""
    _require_hashes(old_root, new_root, *proof)
    if not 0 < old <= new:
        raise ProofError("sizes out of order")
    if old == new:
        if proof or old_root != new_root:
            raise ProofError("equal sizes need equal roots and no proof")
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        raise ProofError("the proof is too short")
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if position & 1 or position == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, step)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("the proof is too short")
    if first != old_root or second != new_root:
        raise ProofError("the proof leads to other roots")
