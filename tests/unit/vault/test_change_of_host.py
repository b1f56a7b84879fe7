"""A deployment that changes its public host keeps its log and its credentials."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vault.bootstrap import App, SystemClock, SystemIds, prepare_keys, remember_names
from vault.config import Settings
from vault.domain.errors import Unavailable
from vault.domain.ids import digest_of, record_code
from vault.log import Checkpoint, TransparencyLog
from vault.log.note import sign
from vault.log.tree import EMPTY_ROOT


def _app(home: Path, host: str, *former: str) -> App:
    settings = Settings(home=home, public_host=host, former_hosts=former)
    app = App(settings, SystemClock(), SystemIds())
    vars(app).update(uow=object(), files=SimpleNamespace(get=lambda _: None))
    return app


def test_the_log_keeps_its_name_and_the_old_host_stays_ours(tmp_path: Path) -> None:
    before = _app(tmp_path, "cu.example.vn")
    prepare_keys(before)
    remember_names(before)
    after = _app(tmp_path, "moi.example.vn", "xua.example.vn")
    remember_names(after)
    assert after.log.verifier_key == before.log.verifier_key
    assert after.log.verifier_key.startswith("cu.example.vn/log+")
    assert after.credentials.host == "moi.example.vn"
    assert after.credentials.hosts == {"moi.example.vn", "cu.example.vn", "xua.example.vn"}
    assert after.keys.hosts == ("cu.example.vn", "moi.example.vn")


def test_a_log_under_another_name_is_a_part_that_is_down() -> None:
    key = Ed25519PrivateKey.generate()
    note = sign(Checkpoint("cu.example.vn/log", 0, EMPTY_ROOT), name="cu.example.vn/log", key=key)
    rows = SimpleNamespace(log=SimpleNamespace(head=lambda: note, places_of=lambda _: ()))
    uow = SimpleNamespace(begin=lambda: nullcontext(rows))
    log = TransparencyLog(
        uow=uow, files=SimpleNamespace(get=lambda _: None), key=key, origin="moi.example.vn/log", clock=SystemClock()
    )  # type: ignore[arg-type]
    record = record_code(bytes(8))
    with pytest.raises(Unavailable, match="LOG_DOWN"):
        log.prove(record)
    assert log.shown_at(record, digest_of(b"")) is None
