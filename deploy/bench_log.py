"""How many events a second the transparency log takes, and how long a proof takes in a tree of ten million leaves.

An embedded PostgreSQL and object store in a folder of their own; the log's own sequencer, unchanged. Prints one JSON
object as its last line:

`append_per_s`   event rows to signed and published checkpoint, all durable, while `--events` wait
`cover_ms_p95`   from the commit of an event to the checkpoint that covers it, at `--rate` a second; and `cover_ms_max`
`proof_ms`       median of an inclusion proof in a tree of `--leaves` leaves, its tiles fetched from the object store;
                 `proof_ms_p95`. The tree is made of cheap leaves, and only the tiles that the proofs need are stored
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg

from deploy.figures import last_line
from tests.fakes.parts import running
from vault.bootstrap import App
from vault.log.cache import TileCache
from vault.log.tiles import LEVELS, WIDTH, TileNodes
from vault.log.tree import HASH_SIZE, check_inclusion, inclusion_proof, root_hash

EVENT = (
    "INSERT INTO event (at, account_id, actor_name, role, agency_code, action, outcome, purpose, legal_ground,"
    " record_code, holder_id, details) SELECT now(), 'local:bench', 'Cán bộ đo', 'OFFICER', 'H24.900', 'VIEW_RECORD',"
    " 'DONE', '1.004194', 'NĐ 309/2026/NĐ-CP Đ4 k2a', 'AAAA-AAAA-AAAA-AA', NULL, '{\"bench\": true}'"
    " FROM generate_series(1, %s)"
)
PROOFS = 300


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def owner(app: App) -> psycopg.Connection:
    url = app.settings.owner_database_url
    if url is None:
        raise RuntimeError("no database")
    return psycopg.connect(url.get_secret_value(), autocommit=True)


def append_rate(app: App, events: int) -> float:
    """Rows wait; the sequencer takes them in batches, each to its signed checkpoint."""
    with owner(app) as db:
        db.execute(EVENT, (events,))
    start, begun = time.perf_counter(), app.log.head().size
    while app.log.head().size < app.log.advance():
        pass
    size = begun
    while size < begun + events:
        size = app.log.advance()
        log(f"  {size:,} leaves, {time.perf_counter() - start:.1f} s")
    return events / (time.perf_counter() - start)


def cover_times(app: App, rate: int, seconds: float) -> list[float]:
    """Milliseconds from an event's commit to the checkpoint that covers it, while events come at a steady rate."""
    stop, committed, covered = threading.Event(), [], []

    def write() -> None:
        with owner(app) as db:
            begun = time.perf_counter()
            for turn in range(int(seconds * 20)):
                time.sleep(max(0.0, begun + turn / 20 - time.perf_counter()))
                db.execute(EVENT, (rate // 20,))
                committed.append(time.perf_counter())

    def sequence() -> None:
        while not stop.is_set():
            size = app.log.advance()
            covered.append((time.perf_counter(), size))
            time.sleep(0.5)

    first = app.log.advance()
    threads = [threading.Thread(target=one) for one in (write, sequence)]
    for thread in threads:
        thread.start()
    threads[0].join()
    time.sleep(2)
    stop.set()
    threads[1].join()
    batch = rate // 20
    times = []
    for number, at in enumerate(committed, 1):
        seen = next((when for when, size in covered if size >= first + number * batch), None)
        if seen is None:
            raise RuntimeError("an event was never covered")
        times.append((seen - at) * 1000)
    return times


class BigTree:
    """Ten million leaves in memory, level by level in steps of eight: what the tiles hold."""

    def __init__(self, leaves: int) -> None:
        self.size = leaves
        digest = hashlib.sha256
        row = b"".join(digest(b"\x00%d" % number).digest() for number in range(leaves))
        self.rows = [row]
        while len(row) // HASH_SIZE >= WIDTH:
            full = len(row) // (WIDTH * HASH_SIZE)
            row = b"".join(_fold(row, place) for place in range(full))
            self.rows.append(row)

    def tile(self, path: str) -> bytes:
        """A tile by its path."""
        _, level, rest = path.split("/", 2)
        number, _, partial = rest.partition(".p/")
        index = int(number.replace("x", "").replace("/", ""))
        width = int(partial) if partial else WIDTH
        start = index * WIDTH * HASH_SIZE
        return self.rows[int(level)][start : start + width * HASH_SIZE]


def _fold(row: bytes, tile: int) -> bytes:
    digest, start = hashlib.sha256, tile * WIDTH * HASH_SIZE
    hashes = [row[place : place + HASH_SIZE] for place in range(start, start + WIDTH * HASH_SIZE, HASH_SIZE)]
    for _ in range(LEVELS):
        hashes = [digest(b"\x01" + hashes[at] + hashes[at + 1]).digest() for at in range(0, len(hashes), 2)]
    return hashes[0]


def proof_times(app: App, leaves: int) -> list[float]:
    """Milliseconds of proofs whose tiles come from the object store."""
    begun = time.perf_counter()
    tree = BigTree(leaves)
    log(f"{leaves:,} leaves in {time.perf_counter() - begun:.0f} s")
    rng, wanted = random.Random(11), set()

    def noted(path: str) -> bytes:
        wanted.add(path)
        return tree.tile(path)

    places = [rng.randrange(leaves) for _ in range(PROOFS)]
    root = root_hash(leaves, TileNodes(leaves, noted))
    for place in places:
        path = inclusion_proof(place, leaves, TileNodes(leaves, noted))
        check_inclusion(place, leaves, hashlib.sha256(b"\x00%d" % place).digest(), path, root)
    for path in wanted:
        app.store.put(f"bench/{path}", tree.tile(path), mime="application/octet-stream")
    log(f"{len(wanted):,} tiles stored")
    fetch = TileCache(lambda path: app.store.get(f"bench/{path}"))  # as the log has it
    times = []
    for place in places:
        before = time.perf_counter()
        inclusion_proof(place, leaves, TileNodes(leaves, fetch))
        times.append((time.perf_counter() - before) * 1000)
    return times


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--rate", type=int, default=1000, help="events a second while the time to cover is measured")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--leaves", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, help="where the stores lie; a temporary folder without it")
    parser.add_argument("--json", action="store_true", help="only the last line on standard output")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        Path(folder).chmod(0o711)
        with running(Path(folder)) as app:
            rate = append_rate(app, chosen.events)
            log(f"{rate:.0f} events a second")
            cover = cover_times(app, chosen.rate, chosen.seconds)
            log(f"covered after {statistics.median(cover):.0f} ms, at most {max(cover):.0f} ms")
            proofs = proof_times(app, chosen.leaves)
    figures: Mapping[str, object] = {
        "events": chosen.events,
        "append_per_s": round(rate),
        "rate": chosen.rate,
        "cover_ms_p95": round(quantile(cover, 0.95)),
        "cover_ms_max": round(max(cover)),
        "leaves": chosen.leaves,
        "proof_ms": round(statistics.median(proofs), 2),
        "proof_ms_p95": round(quantile(proofs, 0.95), 2),
    }
    print(last_line("log", figures, "targets: 1,000 rows a second to a signed checkpoint, a proof in 5 ms"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
