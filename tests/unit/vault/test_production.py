"""A production service refuses what only a development service may run with."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from vault.bootstrap import SEED_ACCOUNTS, App, SystemClock, SystemIds, prepare_keys, require_production_ready
from vault.config import Settings
from vault.domain.errors import Unavailable
from vault.domain.passwords import hash_password
from vault.web.main import create


def _production(home: Path, *, password: str | None = None, secure_cookies: bool = True, down: bool = False) -> App:
    """A service whose seal is fine and whose one account has this password."""
    account = None if password is None else SimpleNamespace(password_hash=hash_password(password, salt="x"))
    tx = SimpleNamespace(accounts=SimpleNamespace(by_username=lambda name: account if name == "canbo" else None))

    def begin() -> nullcontext[SimpleNamespace]:
        if down:
            raise Unavailable("DATABASE_DOWN")
        return nullcontext(tx)

    settings = Settings(home=home, environment="production", secure_cookies=secure_cookies)
    app = App(settings, SystemClock(), SystemIds())
    vars(app).update(uow=SimpleNamespace(begin=begin), sealing=object())
    return app


def test_a_service_that_is_fit_starts(tmp_path: Path) -> None:
    app = _production(tmp_path, password="another")
    require_production_ready(app)
    assert create(app).state.vault is app


def test_cookies_over_plain_http_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="SECURE_COOKIES"):
        create(_production(tmp_path, secure_cookies=False))


def test_a_sample_password_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="SEED_ACCOUNTS") as caught:
        create(_production(tmp_path, password=SEED_ACCOUNTS[0].password))
    assert caught.value.facts == {"names": "canbo"}


def test_the_folder_of_the_development_pki_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys" / "development").mkdir(parents=True)
    with pytest.raises(Unavailable, match="DEVELOPMENT_KEY"):
        create(_production(tmp_path))


def test_a_development_seal_is_refused_without_its_folder(tmp_path: Path) -> None:
    made = App(Settings(home=tmp_path, key_passphrase="mau"), SystemClock(), SystemIds())
    prepare_keys(made)
    (tmp_path / "keys" / "development").rename(tmp_path / "elsewhere")
    app = _production(tmp_path)
    app = App(app.settings.model_copy(update={"key_passphrase": made.settings.key_passphrase}), app.clock, app.ids)
    with pytest.raises(Unavailable, match="DEVELOPMENT_KEY"):
        create(app)


def test_a_database_that_is_down_stops_no_process(tmp_path: Path) -> None:
    app = _production(tmp_path, down=True)
    with pytest.raises(Unavailable, match="DATABASE_DOWN"):
        require_production_ready(app)
    assert create(app).state.vault is app
