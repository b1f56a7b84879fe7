"""A scanner's folder: every file that lands in it is taken in once and moved aside; nothing is ever lost or deleted."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from vault import bootstrap, messages
from vault.bootstrap import App
from vault.cli.desk import Account, actor_of
from vault.cli.edge import Json, err, file_bytes, out, print_json
from vault.domain.errors import Conflict, Unavailable, VaultError
from vault.domain.intake import Channel
from vault.domain.people import Actor
from vault.usecases.digitize.receive import Receive, receive
from vault.usecases.digitize.receive_batch import ReceiveBatch, receive_batch

app = typer.Typer()
DONE, REFUSED = "da-nhan", "khong-nhan"
LOCK = ".vault-watch"
ENDINGS = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff"})


@dataclass
class Folder:
    """The folder between two looks: what each file looked like, so that one that is still written is left alone."""

    path: Path
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def settled(self) -> list[Path]:
        """Files that have not changed since the last look, in the order of their names."""
        now: dict[str, tuple[int, int]] = {}
        found = []
        for entry in sorted(self.path.iterdir()):
            if entry.name.startswith(".") or entry.suffix.lower() not in ENDINGS or entry.is_symlink():
                continue
            with contextlib.suppress(FileNotFoundError):
                state = entry.stat()
                if not entry.is_file() or not state.st_size:
                    continue
                now[entry.name] = (state.st_size, state.st_mtime_ns)
                if self.seen.get(entry.name) == now[entry.name]:
                    found.append(entry)
        self.seen = now
        return found

    def put_away(self, file: Path, into: str) -> Path:
        """Move a file into a subfolder under a name that is free; the move is one step, so it is never in neither."""
        target = self.path / into
        target.mkdir(exist_ok=True)
        for number in range(1_000_000):
            name = target / (f"{file.stem}-{number}{file.suffix}" if number else file.name)
            try:
                # A hard link refuses a name that is taken, which a rename does not.
                name.hardlink_to(file)
            except FileExistsError:
                continue
            file.unlink()
            return name
        raise Conflict("OUTPUT_TAKEN", file=str(file))


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Where the scanner puts its files.")],
    *,
    batch: Annotated[bool, typer.Option("--batch", help="Every PDF is a batch, parted by separator sheets.")] = False,
    type_code: Annotated[str | None, typer.Option("--type", help="What every paper here is, e.g. KS.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, then stop.")] = False,
    seconds: Annotated[float, typer.Option("--every", min=0.1, help="Pause between two looks, in seconds.")] = 2.0,
    user: Account = "canbo",
    as_json: Json = False,
) -> None:
    """Watch a scanner's folder: files are taken in, then moved to `da-nhan`, or to `khong-nhan` with the reason.

    A file is taken when it has not changed between two looks. While the service is down files wait where they are. It
    may be killed at any point and started again: the same bytes are never taken in twice.
    """
    service = bootstrap.build()
    actor = actor_of(service, user)
    counted: Counter[str] = Counter()
    with _alone(folder):
        watched = Folder(folder)
        watched.settled()
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(seconds)
                for file in watched.settled():
                    counted[_take(service, watched, file, actor, batch=batch, type_code=type_code, quiet=as_json)] += 1
                if once:
                    break
    told = {"received": counted["received"], "duplicate": counted["duplicate"], "refused": counted["refused"]}
    if as_json:
        print_json({"ok": not counted["refused"] and not counted["waiting"], "waiting": counted["waiting"], **told})
    if once and counted["refused"]:
        raise typer.Exit(1)
    if once and counted["waiting"]:
        raise typer.Exit(3)


def _take(
    service: App,
    watched: Folder,
    file: Path,
    actor: Actor,
    *,
    batch: bool,
    type_code: str | None,
    quiet: bool,
) -> str:
    """What became of one file: received, duplicate, refused, or waiting while a part is down."""
    limit = service.settings.max_batch_bytes if batch else service.settings.max_upload_bytes
    try:
        data = file_bytes(file, limit=limit)
        duplicate = _received(service, file.name, data, actor, batch=batch, type_code=type_code, limit=limit)
    except (Unavailable, FileNotFoundError) as error:
        err.print(f"{file.name}: {error}", markup=False)
        return "waiting"
    except VaultError as error:
        reason = messages.say(error.code, messages.Language.VI, **error.facts)
        moved = watched.put_away(file, REFUSED)
        moved.with_name(moved.name + ".txt").write_text(f"{error.code}\n{reason}\n", encoding="utf-8")
        err.print(f"{file.name}: {error.code}: {reason}", markup=False)
        return "refused"
    moved = watched.put_away(file, DONE)
    if not quiet:
        out.print(f"{file.name} -> {moved.relative_to(watched.path)}", markup=False)
    return "duplicate" if duplicate else "received"


def _received(
    service: App, name: str, data: bytes, actor: Actor, *, batch: bool, type_code: str | None, limit: int
) -> bool:
    if batch and name.lower().endswith(".pdf"):
        return receive_batch(
            ReceiveBatch(data, name),
            actor=actor,
            uow=service.uow,
            blobs=service.blobs,
            engines=service.engines,
            clock=service.clock,
            ids=service.ids,
            max_bytes=limit,
        ).duplicate
    return receive(
        Receive(data, name, Channel.FOLDER, type_code),
        actor=actor,
        uow=service.uow,
        blobs=service.blobs,
        engines=service.engines,
        clock=service.clock,
        ids=service.ids,
        max_bytes=limit,
    ).duplicate


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One watcher a folder; the lock falls with the process."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("WATCH_RUNNING", folder=str(folder)) from error
        yield
    finally:
        os.close(handle)
