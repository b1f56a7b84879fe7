"""Tiles of the C2SP tlog-tiles specification: paths, contents, and the nodes inside them.

A tile holds up to 256 hashes of one level of the tree in steps of eight levels; entry bundles hold the leaves
themselves, each behind a 16-bit length. A tile that is not full yet has its width in its path and is never rewritten: a
wider one is written beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vault.log.tree import HASH_SIZE, Node, node_hash

WIDTH = 256
LEVELS = 8
MAX_ENTRY = 0xFFFF
Fetch = Callable[[str], bytes | None]
"""Path -> bytes, or None when there is no such tile."""


class TileError(ValueError):
    """A tile or a bundle that is missing, too short or not what it should be; the path is in the text."""


def _index_path(index: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:  # noqa: PLR2004 - the specification groups decimal digits by three
        index //= 1000
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile by its place: `level` in steps of eight, or -1 for a bundle of entries; `width` 1 to 256."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """`tile/<level>/<index>[.p/<width>]`."""
        level = "entries" if self.level < 0 else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_index_path(self.index)}{partial}"


def tiles_of(size: int) -> Iterator[Tile]:
    """Every hash tile at the right edge of a tree of `size` leaves, and every full tile before it, bottom up."""
    level, count = 0, size
    while count:
        yield from (Tile(level, index, WIDTH) for index in range(count // WIDTH))
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)
        level, count = level + 1, count // WIDTH


def new_tiles(old: int, new: int) -> Iterator[Tile]:
    """The hash tiles that growing from `old` to `new` leaves adds or widens."""
    level, before, after = 0, old, new
    while after:
        if after > before:
            for index in range(before // WIDTH, (after + WIDTH - 1) // WIDTH):
                yield Tile(level, index, min(WIDTH, after - index * WIDTH))
        level, before, after = level + 1, before // WIDTH, after // WIDTH


def new_bundles(old: int, new: int) -> Iterator[Tile]:
    """The entry bundles that growing adds or widens."""
    for index in range(old // WIDTH, (new + WIDTH - 1) // WIDTH):
        yield Tile(-1, index, min(WIDTH, new - index * WIDTH))


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """A bundle."""
    if any(len(entry) > MAX_ENTRY for entry in entries):
        raise TileError("an entry is longer than 65,535 bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack_entries(bundle: bytes) -> tuple[bytes, ...]:
    """The entries of a bundle."""
    entries, place = [], 0
    while place < len(bundle):
        length = int.from_bytes(bundle[place : place + 2], "big")
        entry = bundle[place + 2 : place + 2 + length]
        if len(entry) != length:
            raise TileError("a bundle breaks off")
        entries.append(entry)
        place += 2 + length
    return tuple(entries)


class TileNodes:
    """`tree.Node` over tiles that are fetched when they are needed, for a tree of `size` leaves.

    `fresh` holds hashes of tiles that are being written and are not stored yet.
    """

    def __init__(self, size: int, fetch: Fetch, fresh: Mapping[tuple[int, int], list[bytes]] | None = None) -> None:
        self._size = size
        self._fetch = fetch
        self._fresh = fresh or {}
        self._seen: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree."""
        tile_level, inner = divmod(level, LEVELS)
        first = index << inner
        row = self._row(tile_level, first // WIDTH)
        offset = first % WIDTH
        hashes = [row[place : place + HASH_SIZE] for place in range(offset * HASH_SIZE, len(row), HASH_SIZE)]
        return _fold(hashes[: 1 << inner], inner)

    def _row(self, tile_level: int, tile_index: int) -> bytes:
        key = (tile_level, tile_index)
        if key in self._fresh:
            return b"".join(self._fresh[key])
        if key not in self._seen:
            width = min(WIDTH, (self._size >> (LEVELS * tile_level)) - tile_index * WIDTH)
            tile = Tile(tile_level, tile_index, width)
            data = self._fetch(tile.path) if width > 0 else None
            if data is None or len(data) != width * HASH_SIZE:
                raise TileError(f"{tile.path} is missing or has another length")
            self._seen[key] = data
        return self._seen[key]


def _fold(hashes: Sequence[bytes], levels: int) -> bytes:
    if len(hashes) != 1 << levels:
        raise TileError("a subtree is not complete")
    row = list(hashes)
    for _ in range(levels):
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


def grow(old: int, leaves: Sequence[bytes], fetch: Fetch) -> tuple[dict[Tile, bytes], Node]:
    """Append leaf hashes to a tree of `old` leaves: the tiles to write, and the nodes of the tree that results.

    Tiles come out bottom up. Growing again from the same place gives the same bytes, so a crash can only repeat.
    """
    new = old + len(leaves)
    rows: dict[tuple[int, int], list[bytes]] = {}
    incoming = list(leaves)
    level, start = 0, old
    while incoming:
        _continue_row(rows, level, start, fetch, size=old)
        for place, value in enumerate(incoming, start):
            rows.setdefault((level, place // WIDTH), []).append(value)
        done = start + len(incoming)
        finished = range(start // WIDTH, done // WIDTH)
        incoming = [_fold(rows[level, index], LEVELS) for index in finished]
        level, start = level + 1, start // WIDTH
    written = {tile: b"".join(rows[tile.level, tile.index]) for tile in new_tiles(old, new)}
    return written, TileNodes(new, fetch, rows)


def _continue_row(rows: dict[tuple[int, int], list[bytes]], level: int, start: int, fetch: Fetch, *, size: int) -> None:
    """Begin with what the last, partial tile of a level holds already."""
    width = start % WIDTH
    if not width:
        return
    tile = Tile(level, start // WIDTH, width)
    data = fetch(tile.path)
    if data is None or len(data) != width * HASH_SIZE:
        raise TileError(f"{tile.path} is missing or has another length (tree of {size} leaves)")
    rows[level, start // WIDTH] = [data[place : place + HASH_SIZE] for place in range(0, len(data), HASH_SIZE)]
