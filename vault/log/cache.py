"""Tiles that were fetched before. A path names bytes for ever (its width is part of it), so nothing goes stale."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from vault.log.tiles import Fetch

TILES = 2048
"""At most 16 MiB: the upper levels of the largest tree, and the leaves that were asked for lately."""


class TileCache:
    """`tiles.Fetch` with a memory. Not for `fsck`, which must see what lies in the store."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def __call__(self, path: str) -> bytes | None:
        """The tile; what is not there (yet) is asked for again."""
        with self._lock:
            if path in self._kept:
                self._kept.move_to_end(path)
                return self._kept[path]
        data = self._fetch(path)
        if data is not None:
            with self._lock:
                self._kept[path] = data
                if len(self._kept) > TILES:
                    self._kept.popitem(last=False)
        return data
