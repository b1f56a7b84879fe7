"""ClamAV's daemon over its own protocol (clamd, INSTREAM): the bytes go to it, a name of malware or OK comes back."""

from __future__ import annotations

import socket
from contextlib import closing

from vault.domain.errors import Invalid, Unavailable

_CHUNK = 1 << 20
_MOST_REPLY = 4096
TIMEOUT = 60.0


class ClamdScanner:
    """`ports.MalwareScanner`. `address` is `host:port`, or the path of a Unix socket.

    A file is let in only when clamd says OK, never because clamd is down or calls it too large: set clamd's
    StreamMaxLength above `VAULT_MAX_UPLOAD_BYTES`.
    """

    def __init__(self, address: str, *, timeout: float = TIMEOUT) -> None:
        self._address = address
        self._timeout = timeout

    def check(self, data: bytes) -> None:
        """One connection, one file."""
        try:
            with closing(self._connected()) as link:
                link.sendall(b"zINSTREAM\0")
                view = memoryview(data)
                for start in range(0, len(view), _CHUNK):
                    piece = view[start : start + _CHUNK]
                    link.sendall(len(piece).to_bytes(4, "big"))
                    link.sendall(piece)
                link.sendall(bytes(4))
                reply = self._reply(link)
        except OSError as error:
            raise Unavailable("SCANNER_DOWN", reason=type(error).__name__) from error
        told = reply.removeprefix("stream:").strip()
        if told.endswith(" FOUND"):
            raise Invalid("MALWARE_FOUND", name=told.removesuffix(" FOUND"))
        if told != "OK":
            raise Unavailable("SCANNER_DOWN", reason=told or "no answer")

    def version(self) -> str:
        """What clamd says of itself and of its signatures."""
        try:
            with closing(self._connected()) as link:
                link.sendall(b"zVERSION\0")
                return self._reply(link)
        except OSError as error:
            raise Unavailable("SCANNER_DOWN", reason=type(error).__name__) from error

    def _connected(self) -> socket.socket:
        if self._address.startswith("/"):
            link = socket.socket(socket.AF_UNIX)
            link.settimeout(self._timeout)
            try:
                link.connect(self._address)
            except OSError:
                link.close()
                raise
            return link
        host, _, port = self._address.rpartition(":")
        try:
            return socket.create_connection((host, int(port)), self._timeout)
        except ValueError as error:
            raise OSError("no port") from error

    def _reply(self, link: socket.socket) -> str:
        got = b""
        while b"\0" not in got and len(got) < _MOST_REPLY and (more := link.recv(_MOST_REPLY)):
            got += more
        return got.partition(b"\0")[0].decode("utf-8", "replace").strip()
