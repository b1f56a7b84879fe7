"""One paper with everything that proves it, in one ZIP: nobody needs this service to check it later."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

import qr
from vault.domain.audit import Event
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import Action, Actor, require
from vault.domain.records import Record
from vault.ports import Blobs, Clock, Engines, SealingDesk, UnitOfWork
from vault.usecases.oversee.view_record import File, look, visible
from vault.usecases.refusals import recorded


class Proof(Protocol):
    """An offline proof that an event is in the transparency log."""

    @property
    def text(self) -> str: ...  # noqa: D102 - C2SP tlog-proof@v1


class ProvingLog(Protocol):
    """The transparency log as far as this needs it."""

    @property
    def verifier_key(self) -> str: ...  # noqa: D102 - the line that verifiers pin

    def prove(self, record: RecordCode) -> tuple[Proof, ...]:
        """Proofs of every event about a record that a checkpoint covers; `LOG_PROOF` when there is none yet."""
        ...


def take_away(
    code: RecordCode,
    *,
    readme: Callable[[Mapping[str, str]], str],
    actor: Actor,
    uow: UnitOfWork,
    blobs: Blobs,
    engines: Engines,
    sealing: SealingDesk,
    status_of: Callable[[int], bytes],
    lists: Mapping[str, bytes],
    log: ProvingLog,
    clock: Clock,
) -> File:
    """The original and the sealed copy as stored, the signature report, the credential, status and trust lists, proofs.

    For whoever may download the record. `status_of` gives a status list as published; `lists` are
    further files by name: the trust list and its root. A proof that
    the log does not have yet is left out, and the read-me says so.
    """
    require(actor, Action.DOWNLOAD)
    now = clock.now()
    with recorded(uow, Event(now, actor, Action.DOWNLOAD, record=code)), uow.begin() as tx:
        record, basis = visible(tx, code, actor, now=now)
        if record.erased:
            raise NotFound("RECORD_ERASED", record=code)
        details = {"copy": "EVERYTHING"}
        tx.events.add(look(Action.DOWNLOAD, record, tx, actor, basis, now=now, purpose=None, details=details))
    sealed = blobs.get(record.sealed)
    report = engines.inspect(sealed, trust=sealing.trust, now=now)
    try:
        proofs = "\n".join(proof.text for proof in log.prove(code))
    except NotFound:
        proofs = ""
    status = status_of(record.status.list_id)
    facts = {
        "code": code,
        "type": record.type_code,
        "sha256": record.original,
        "at": now.isoformat(timespec="seconds"),
        "key": log.verifier_key,
    }
    files: dict[str, bytes] = {
        "DOC-TRUOC.txt": readme(facts).encode(),
        f"goc.{_ENDINGS[record.original_mime]}": blobs.get(record.original),
        "da-ky.pdf": sealed,
        "bao-cao-chu-ky.json": json.dumps(report.as_dict(), ensure_ascii=False, indent=1).encode(),
        "chung-nhan.txt": record.credential.encode(),
        "chung-nhan.svg": qr.render_svg(record.credential).encode(),
        "danh-sach-trang-thai.cwt": status,
        **lists,
    }
    if proofs:
        files["bang-chung-nhat-ky.txt"] = proofs.encode()
    return File(_zip(files, record, now), "application/zip", f"{code}-tron-bo.zip")


_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}


def _zip(files: Mapping[str, bytes], record: Record, now: datetime) -> bytes:
    made = io.BytesIO()
    stamp = now.timetuple()[:6]
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"{record.code}/{name}", stamp)
            # Papers are compressed already; what is text shrinks well.
            text = name.endswith((".txt", ".json", ".svg", ".pem"))
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED if text else zipfile.ZIP_STORED)
    return made.getvalue()
