"""Where the files of an old store lie: a folder tree, or a bucket."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vault import bootstrap
from vault.bootstrap import App
from vault.cli.edge import file_bytes
from vault.domain.backfill import path_key
from vault.domain.errors import NotFound

S3 = "s3://"


@dataclass(frozen=True, slots=True)
class OldStore:
    """Files by their path as the index writes it. `read` gives the bytes of one, `FILE_TOO_LARGE` beyond the limit."""

    files: tuple[str, ...]
    read: Callable[[str], bytes]


def open_store(place: str, *, service: App, apart_from: tuple[Path, ...] = ()) -> OldStore:
    """`s3://BUCKET/PREFIX` (with the settings `VAULT_IMPORT_S3_…`) or a folder; links and hidden files are left out."""
    limit = service.settings.max_upload_bytes
    if place.startswith(S3):
        bucket, _, prefix = place.removeprefix(S3).partition("/")
        store = bootstrap.old_bucket(service, bucket)
        names = {path_key(name.removeprefix(prefix)): name for name in store.names(prefix) if not name.endswith("/")}

        def fetch(key: str) -> bytes:
            data = store.get(names[key])
            if data is None:
                raise NotFound("IMPORT_GONE", file=key)
            return data

        return OldStore(tuple(sorted(names)), fetch)
    root = Path(place)
    if not root.is_dir():
        raise NotFound("IMPORT_GONE", file=place)
    skipped = {one.resolve() for one in apart_from}
    paths = {path_key(str(one.relative_to(root))): one for one in _walk(root) if one.resolve() not in skipped}
    return OldStore(tuple(sorted(paths)), lambda key: file_bytes(paths[key], limit=limit))


def _walk(root: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(root):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in files:
            path = Path(place, name)
            if not name.startswith(".") and not path.is_symlink():
                yield path
