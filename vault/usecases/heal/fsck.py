"""Compare rows, keys, blobs, transparency log and status lists with each other; name what is wrong, change nothing.

Bytes of blobs are not read (`vault scrub` does that): whether they are there is asked. The service may run meanwhile:
what a first look finds amiss is looked at again before it is told, and leftovers count only when they are a day old.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from vault.domain.upkeep import AGE, Fault, Problem, Run, Task
from vault.ports import Bucket, Clock, CredentialDesk, Files, HeldBlob, HeldKey, NameShards, UnitOfWork
from vault.usecases.digitize.confirm import PHONE_LIST
from vault.usecases.heal.telling import Told, nobody, share_of
from vault.usecases.verify.publish_status import PURPOSES, status_lists, status_path

_EVER = datetime.max.replace(tzinfo=UTC)
LIST_AGE = timedelta(minutes=5)
"""The worker signs every list anew three times a minute."""
SHARDS = 256
STRAYS = 10_000
"""So many leftovers of one kind are told at most; after sweeping them the next ones are."""


def fsck(
    *,
    uow: UnitOfWork,
    bucket: Bucket,
    names: NameShards,
    check_log: Callable[[], Sequence[str]],
    published: Files,
    credentials: CredentialDesk,
    clock: Clock,
    told: Told = nobody,
) -> Iterator[Problem]:
    """Everything that is wrong, each by the name of its fault; nothing for a vault that is whole."""
    now = clock.now()
    counts: dict[str, int] = {}
    for problem in _all(
        uow=uow,
        bucket=bucket,
        names=names,
        check_log=check_log,
        published=published,
        credentials=credentials,
        now=now,
        told=told,
    ):
        counts[problem.fault] = counts.get(problem.fault, 0) + 1
        yield problem
    with uow.begin() as tx:
        tx.upkeep.note(Task.FSCK, Run(clock.now(), counts))


def _all(
    *,
    uow: UnitOfWork,
    bucket: Bucket,
    names: NameShards,
    check_log: Callable[[], Sequence[str]],
    published: Files,
    credentials: CredentialDesk,
    now: datetime,
    told: Told,
) -> Iterator[Problem]:
    told("rows", 0.0)
    yield from _rows(uow, bucket)
    told("keys", 0.0)
    yield from leftover_keys(uow, now - AGE)
    closed = False
    for problem in _blobs(uow, bucket, names, told):
        closed = closed or problem.fault is Fault.KEY_CLOSED
        yield problem
    if not closed:  # under a key that does not open lie objects whose names nobody knows: they only look left over
        yield from _leftover_objects(uow, bucket, names, now - AGE, told)
    told("objects in clear", 0.0)
    yield from _clear(uow, bucket, now - AGE)
    with uow.begin() as tx:
        damages = tx.upkeep.damages()
    yield from (Problem(one.fault, one.digest, f"since {one.found_at:%Y-%m-%d %H:%M}") for one in damages)
    told("transparency log", 0.0)
    yield from (Problem(Fault.LOG_BROKEN, "log", told) for told in check_log())
    told("status lists", 0.0)
    yield from _lists(uow, published, credentials, now)


def _rows(uow: UnitOfWork, bucket: Bucket) -> Iterator[Problem]:
    clear = None
    with uow.begin() as tx:
        tx.upkeep.patient()
        for problem in tx.upkeep.among_rows():
            if problem.fault is Fault.BLOB_WITHOUT_KEY:
                # What was stored before there was encryption has no key and lies in clear.
                clear = clear if clear is not None else {digest for _, digest in bucket.clear(_EVER)}
                if problem.what in clear:
                    continue
            yield problem


def leftover_keys(uow: UnitOfWork, before: datetime) -> Iterator[Problem]:
    """Keys of papers that never became rows, and keys under which a paper's rows name nothing."""
    with uow.begin() as tx:
        tx.upkeep.patient()
        strays = tx.keys.strays(before, limit=STRAYS)
        idle = tx.upkeep.idle_keys(before, limit=STRAYS)
    yield from (Problem(Fault.KEY_WITHOUT_ROW, paper, "no such paper") for paper in strays)
    yield from (Problem(Fault.KEY_WITHOUT_ROW, one.paper, one.digest) for one in idle)


def _blobs(uow: UnitOfWork, bucket: Bucket, names: NameShards, told: Told) -> Iterator[Problem]:
    told("blobs", 0.0)
    with uow.begin() as tx:
        tx.upkeep.patient()
        for blob in tx.upkeep.held():
            told("blobs", share_of(blob.digest))
            place = bucket.place(blob)
            for name in place.names:
                names.add(name)
            yield from (Problem(Fault.KEY_CLOSED, blob.digest, paper) for paper in place.closed)
            yield from (Problem(Fault.KEYS_DISAGREE, blob.digest, paper) for paper in place.other)
            if place.name is not None and not bucket.has(place.name) and _still_used(uow, blob):
                yield Problem(Fault.BLOB_MISSING, blob.digest, ", ".join(one.paper for one in blob.held))


def _still_used(uow: UnitOfWork, blob: HeldBlob) -> bool:
    """Whether a row still names it: a paper may have been erased, or taken back, since the cursor was opened."""
    with uow.begin() as tx:
        held: tuple[HeldKey, ...] = tx.keys.of(blob.digest)
        return any(tx.upkeep.is_used(blob.digest, one.paper) for one in held)


def _leftover_objects(
    uow: UnitOfWork, bucket: Bucket, names: NameShards, before: datetime, told: Told
) -> Iterator[Problem]:
    del uow
    for shard in range(SHARDS):
        told("objects", shard / SHARDS)
        known = names.shard(shard)
        yield from (
            Problem(Fault.OBJECT_WITHOUT_KEY, name) for name in bucket.sealed(shard, before) if name not in known
        )


def _clear(uow: UnitOfWork, bucket: Bucket, before: datetime) -> Iterator[Problem]:
    for name, digest in bucket.clear(before):
        with uow.begin() as tx:
            if not tx.upkeep.names_clear(digest):
                yield Problem(Fault.CLEAR_WITHOUT_ROW, name)


def _lists(uow: UnitOfWork, published: Files, credentials: CredentialDesk, now: datetime) -> Iterator[Problem]:
    for list_id in status_lists(uow=uow):
        token = published.get(status_path(list_id))
        paths = (status_path(list_id), *(f"{status_path(list_id)}/w3c/{purpose}" for purpose in PURPOSES))
        yield from (Problem(Fault.LIST_MISSING, path) for path in paths if published.get(path) is None)
        if token is None:
            continue
        with uow.begin() as tx:
            phones = list_id == PHONE_LIST
            states = tx.shares.states(list_id) if phones else tx.records.states(list_id)
        read = credentials.read_status(list_id, token, states, now=now)
        if read.signed_at is None:
            yield Problem(Fault.LIST_UNREADABLE, status_path(list_id), read.fault)
            continue
        if now - read.signed_at > LIST_AGE:
            yield Problem(Fault.LIST_OLD, status_path(list_id), f"signed {read.signed_at:%Y-%m-%d %H:%M}")
        if read.wrong:
            with uow.begin() as tx:
                later = tx.upkeep.changed_since(list_id, read.signed_at - timedelta(seconds=1))
            # A place that a phone gave back is nobody's; the list may still tell of the one before.
            wrong = [place for place in read.wrong if place not in later and (place in states or not phones)]
            yield from (Problem(Fault.LIST_WRONG, f"{status_path(list_id)} place {place}") for place in wrong)
