"""What a service worker keeps for use without network: addresses of files, and a name that changes with any of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import qr

STATIC = Path(__file__).parent / "static"
_ENGINE = Path(qr.__file__).parent / "browser"
_READER = ("share.js", "reader/index.js", "reader/zxing_reader.wasm")
_WRITER = ("writer/index.js", "writer/zxing_writer.wasm")


def kept_files(names: Sequence[str]) -> tuple[tuple[str, Path], ...]:
    """Our own files by name, the credential engine, and the libraries that read and draw symbols."""
    own = [(f"/static/{name}", STATIC / name) for name in names]
    engine = [(f"/static/qr/{file.name}", file) for file in sorted(_ENGINE.glob("*.js"))]
    zxing = STATIC / "vendor" / "zxing"
    vendor = [(f"/static/vendor/zxing/{name}", zxing / name) for name in (*_READER, *_WRITER)]
    return (*own, *engine, *vendor)


def release_name(files: Sequence[tuple[str, Path]]) -> str:
    """A name that is another as soon as any of the files is."""
    digest = hashlib.sha256()
    for address, file in files:
        digest.update(address.encode() + b"\n" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
