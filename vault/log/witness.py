"""A witness of transparency logs (C2SP tlog-witness): another agency runs it and keeps the log from telling two tales.

For each log it knows it keeps one small file: size and root of the last tree that it signed. It signs a newer one only
with a proof that the old one is its beginning. It needs no database and reads no event; nothing personal reaches it.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from vault.log.cosignature import WITNESS_KEY, VerifierKey, cosign
from vault.log.note import Checkpoint, NoteError, open_note, split_note
from vault.log.tree import EMPTY_ROOT, ProofError, check_consistency

MAX_BODY = 64_000
_MOST_HASHES = 63
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: str
    media_type: str = TEXT_TYPE


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed `add-checkpoint`: the size that the log believes we signed last, the proof, the signed note."""

    old: int
    proof: tuple[bytes, ...]
    note: str


class BadRequestError(ValueError):
    """A body that is no `add-checkpoint` request."""


def request_body(old: int, proof: Sequence[bytes], note: str) -> str:
    """The body of an `add-checkpoint` request."""
    lines = [f"old {old}", *(base64.b64encode(step).decode() for step in proof)]
    return "\n".join(lines) + "\n\n" + note


def parse_request(body: str) -> Request:
    """Read one; `BadRequestError`."""
    head, gap, note = body.partition("\n\n")
    first, *rest = head.split("\n")
    size = first.removeprefix("old ")
    if not gap or size == first or not _is_number(size) or len(rest) > _MOST_HASHES:
        raise BadRequestError("this is no add-checkpoint request")
    try:
        proof = tuple(base64.b64decode(line, validate=True) for line in rest)
    except binascii.Error as error:
        raise BadRequestError("a line of the proof is no base64") from error
    return Request(int(size), proof, note)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and (text == "0" or not text.startswith("0"))


def own_key(folder: Path) -> Ed25519PrivateKey:
    """The key of a witness, made at its first start, readable by its owner only; `NoteError` if it is another kind."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "witness.pem"
    if not path.exists():
        raw = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        descriptor = os.open(folder / "witness.part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        (folder / "witness.part").replace(path)
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise NoteError(f"{path.name} is no Ed25519 key")
    return key


class Witness:
    """One witness over a folder. Several threads and processes may share it: a lock file orders them."""

    def __init__(
        self, folder: Path, *, name: str, key: Ed25519PrivateKey, logs: Sequence[VerifierKey], now: Callable[[], int]
    ) -> None:
        self._folder = folder
        self._name = name
        self._key = key
        self._logs = {log.name: log for log in logs}
        self._now = now
        self._threads = Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def verifier_key(self) -> VerifierKey:
        """What logs and verifiers pin."""
        return VerifierKey(self._name, WITNESS_KEY, self._key.public_key())

    def add_checkpoint(self, body: str) -> Answer:
        """Judge a request; whatever is signed was on the disk before."""
        try:
            asked = parse_request(body)
            origin = split_note(asked.note)[0].partition("\n")[0]
        except (BadRequestError, NoteError) as error:
            return Answer(400, f"{error}\n")
        log = self._logs.get(origin)
        if log is None:
            return Answer(404, "no log of this name is watched here\n")
        try:
            tree = open_note(asked.note, name=log.name, key=log.key)
        except NoteError as error:
            return Answer(403, f"{error}\n")
        if asked.old > tree.size:
            return Answer(400, "the old tree is larger than the new one\n")
        with self._alone(origin):
            return self._judge(asked, tree)

    def _judge(self, asked: Request, tree: Checkpoint) -> Answer:
        size, root = self._last(tree.origin)
        if asked.old != size:
            return Answer(409, f"{size}\n", SIZE_TYPE)
        if tree.size == size and tree.root != root:
            return Answer(409, f"{size}\n", SIZE_TYPE)
        try:
            _check_growth(size, root, tree, asked.proof)
        except ProofError as error:
            return Answer(422, f"{error}\n")
        self._keep(tree)
        return Answer(200, cosign(split_note(asked.note)[0], name=self._name, key=self._key, at=self._now()))

    def _file(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.json"

    def _last(self, origin: str) -> tuple[int, bytes]:
        try:
            kept = json.loads(self._file(origin).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return 0, EMPTY_ROOT
        return int(kept["size"]), bytes.fromhex(kept["root"])

    def _keep(self, tree: Checkpoint) -> None:
        """On the disk, whole or not at all, before anybody hears of it."""
        target = self._file(tree.origin)
        half = target.with_suffix(".part")
        with half.open("w", encoding="utf-8") as file:
            json.dump({"origin": tree.origin, "size": tree.size, "root": tree.root.hex()}, file)
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _alone(self, origin: str) -> Iterator[None]:
        with self._threads, self._file(origin).with_suffix(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _check_growth(size: int, root: bytes, tree: Checkpoint, proof: Sequence[bytes]) -> None:
    if size == 0:
        if proof or (tree.size == 0 and tree.root != EMPTY_ROOT):
            raise ProofError("the first tree needs no proof")
        return
    check_consistency(size, tree.size, root, tree.root, proof)


def server_of(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """An HTTP server for it: `POST /add-checkpoint`, and `GET /` gives the key to pin."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_GET(self) -> None:
            """The key to pin."""
            self._answer(Answer(200, witness.verifier_key.text + "\n") if self.path == "/" else Answer(404, "\n"))

        def do_POST(self) -> None:
            """A checkpoint to judge."""
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                self._answer(Answer(404, "\n"))
            elif not _is_number(length) or int(length) > MAX_BODY:
                self.close_connection = True
                self._answer(Answer(413 if _is_number(length) else 411, "\n"))
            else:
                self._answer(witness.add_checkpoint(self.rfile.read(int(length)).decode("utf-8", "replace")))

        def log_message(self, *_: object) -> None:
            """Says nothing: whoever wants a log of requests puts a proxy in front."""

        def _answer(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return server
