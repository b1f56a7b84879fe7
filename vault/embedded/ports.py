"""Free ports of the loopback address, outside the range that the kernel hands to outgoing connections."""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

LOOPBACK = "127.0.0.1"
_RANGE = range(20_000, 32_000)  # below net.ipv4.ip_local_port_range
_WEB = range(8480, 8980)  # short numbers: people type them


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: closed connections do not count
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def answers(port: int, host: str = LOOPBACK, seconds: float = 1.0) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return True
    except OSError:
        return False


def listeners(port: int) -> frozenset[str]:
    """The sockets that listen on this port, as `/proc/PID/fd` names them (proc(5): `/proc/net/tcp`, state 0A)."""
    found = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):  # no IPv6 on this machine
            for line in Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(f"socket:[{fields[9]}]")
    return frozenset(found)


def free_inner(taken: Collection[int] = ()) -> Iterator[int]:
    """Free ports for parts that nobody types, from a random place on so that two services rarely meet."""
    start = random.SystemRandom().choice(_RANGE)
    for step in range(len(_RANGE)):
        port = _RANGE[(start - _RANGE.start + step) % len(_RANGE)]
        if port not in taken and is_free(port):
            yield port


def free_web(host: str = LOOPBACK) -> int:
    """The first free port for the web process."""
    return next(port for port in _WEB if is_free(port, host))
