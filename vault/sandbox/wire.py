"""One message on a stream socket: JSON and byte strings, every length capped before anything is allocated.

Layout, big endian: 4 bytes length of the JSON, 4 bytes number of attachments, 8 bytes length of each attachment, the
JSON in UTF-8, the attachments one after the other. No pickle: what comes out of a child may have been written by the
file it was reading.
"""

from __future__ import annotations

import io
import json
import struct
import time
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence

_HEAD = struct.Struct(">II")
_SIZE = struct.Struct(">Q")
_CHUNK = 1 << 16
MAX_ATTACHMENTS = 4096


class WireError(Exception):
    """The other end closed early, sent nonsense or sent too much. The text says which, for logs."""


class DeadlineError(WireError):
    """The other end was too slow."""


class TooLargeError(WireError):
    """The other end announced more than it may send."""


def send(sock: socket.socket, header: Mapping[str, Any], attachments: Sequence[bytes], *, deadline: float) -> None:
    """Send one message before `deadline` (`time.monotonic`). Raises `WireError` when the other end is gone."""
    text = json.dumps(header, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    sizes = b"".join(_SIZE.pack(len(item)) for item in attachments)
    try:
        for part in (_HEAD.pack(len(text), len(attachments)) + sizes + text, *attachments):
            sock.settimeout(_left(deadline))
            sock.sendall(part)
    except TimeoutError as err:
        raise DeadlineError("the other end stopped reading") from err
    except OSError as err:
        raise WireError(f"the other end is gone: {err.strerror}") from err


def receive(
    sock: socket.socket, *, max_header: int, max_total: int, deadline: float
) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """One message: its JSON object and its attachments, of at most `max_total` bytes together.

    Raises `WireError` for an early end, a length over its cap, or JSON that is not one object.
    """
    length, count = _HEAD.unpack(_exactly(sock, _HEAD.size, deadline))
    if length > max_header or count > MAX_ATTACHMENTS:
        raise TooLargeError(f"{length} bytes of JSON, {count} attachments")
    raw = _exactly(sock, _SIZE.size * count, deadline)
    sizes = [size for (size,) in _SIZE.iter_unpack(raw)]
    if sum(sizes) > max_total:
        raise TooLargeError(f"{sum(sizes)} bytes of attachments")
    header = _object(_exactly(sock, length, deadline))
    return header, tuple(_exactly(sock, size, deadline) for size in sizes)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as err:  # RecursionError: a thousand brackets
        raise WireError("the JSON is malformed") from err
    if not isinstance(value, dict):
        raise WireError("the JSON is not an object")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _exactly(sock: socket.socket, size: int, deadline: float) -> bytes:
    """`size` bytes, kept as they arrive: a promised length that never comes costs no memory.

    In small pieces into one growing buffer, which then is the result: nothing is held, or touched, twice.
    """
    found = io.BytesIO()
    missing = size
    try:
        while missing:
            sock.settimeout(_left(deadline))
            part = sock.recv(min(missing, _CHUNK))
            if not part:
                raise WireError("the other end closed early")
            found.write(part)
            missing -= len(part)
    except TimeoutError as err:
        raise DeadlineError("the other end stopped sending") from err
    except OSError as err:
        raise WireError(f"the other end is gone: {err.strerror}") from err
    return found.getvalue()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise DeadlineError("no time left")
    return left
