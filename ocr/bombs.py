"""Compressed streams of a PDF are counted before any library unpacks them.

Deflate packs at most 1,032 to 1, so a stream shorter than the limit over that is safe without looking. Filters may be
stacked (PDF 32000-1, 7.4), and a bomb inside a bomb is tiny: stacked streams are always unpacked in full, in steps that
never hold more than a megabyte.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator

from ocr.errors import BombError
from ocr.limits import Limits

_WORD, _ENDS = b"stream", (b"\n", b"\r\n")
_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b")
_DEFLATE_RATIO = 1032
_STEP = 1 << 20
_DICTIONARY = 4096
_MOST_LAYERS = 3


def refuse_bombs(data: bytes, limits: Limits) -> None:
    """Raise ``BombError`` when a stream, or all of them together, unpack to more than the limits allow."""
    total = 0
    for start, end, layers in _packed_streams(data):
        if layers == 1 and (end - start) * _DEFLATE_RATIO <= limits.max_stream_bytes:
            continue
        chunks: Iterator[bytes] = _slices(_unarmoured(data, start, end))
        for _ in range(layers):
            chunks = _inflated(chunks)
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > limits.max_stream_bytes:
                raise BombError(f"a stream of {end - start} bytes unpacks to more than {limits.max_stream_bytes}")
        total += size
        if total > limits.max_unpacked_bytes:
            raise BombError(f"the streams unpack to more than {limits.max_unpacked_bytes} bytes")


def _packed_streams(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Start, end and number of deflate layers of every stream that is packed by deflate."""
    for begin, start in _streams(data):
        head = data[max(0, begin - _DICTIONARY) : begin]
        layers = len(_FLATE.findall(head[head.rfind(b" obj") + 1 :]))
        if not layers:
            continue
        if layers > _MOST_LAYERS:
            raise BombError(f"a stream is packed {layers} times over")
        end = data.find(b"endstream", start)
        yield start, len(data) if end < 0 else end, layers


def _streams(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each keyword `stream` begins (PDF 32000-1, 7.3.8.1), and where the bytes behind its end of line do.

    The last one first: looking from the end takes less than half as long as `find`.
    """
    begin = data.rfind(_WORD)
    while begin >= 0:
        after = begin + len(_WORD)
        line = next((end for end in _ENDS if data.startswith(end, after)), None)
        if line is not None and not data.startswith(b"end", max(0, begin - 3), begin):
            yield begin, after + len(line)
        begin = data.rfind(_WORD, 0, begin)


def _unarmoured(data: bytes, start: int, end: int) -> bytes:
    """The stream's bytes, freed from an ASCII armour when they do not begin like deflate."""
    body = data[start:end]
    if len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0:  # noqa: PLR2004 - RFC 1950, 2.2
        return body
    text = body.strip()
    try:
        if text.endswith(b"~>"):
            return base64.a85decode(text[:-2])
        if text.endswith(b">"):
            return bytes.fromhex(text[:-1].decode("ascii"))
    except ValueError:
        return body
    return body


def _slices(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _STEP):
        yield data[start : start + _STEP]


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack step by step; damaged data ends the stream quietly, because damage is for the PDF library to judge."""
    unpacker = zlib.decompressobj()
    for chunk in chunks:
        rest = chunk
        while rest and not unpacker.eof:
            try:
                out = unpacker.decompress(rest, _STEP)
            except zlib.error:
                return
            if out:
                yield out
            rest = unpacker.unconsumed_tail
        if unpacker.eof:
            return
