"""`service.json`: ports and secrets of the embedded parts, kept between starts.

The fields at its top level are settings by their own names, so `vault/config.py` reads the file as it is; what only
this package needs stands under `embedded`. The file is replaced whole, never written in place, and only its owner may
read it.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from vault.domain.errors import Unavailable

if TYPE_CHECKING:
    from pathlib import Path

FILE = "service.json"


def _secret() -> str:
    return secrets.token_hex(24)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything that must stay the same from one start to the next. A port of 0 is not chosen yet."""

    http_port: int = 0
    http_port_given: bool = False  # by the environment: never moved
    postgres_port: int = 0
    s3_port: int = 0
    postgres_password: str = field(default_factory=_secret, repr=False)  # of the owner, for migrations alone
    program_password: str = field(default_factory=_secret, repr=False)
    backup_password: str = field(default_factory=_secret, repr=False)
    s3_access_key: str = field(default_factory=lambda: secrets.token_hex(10), repr=False)
    s3_secret_key: str = field(default_factory=_secret, repr=False)
    store_key: str = field(default_factory=_secret, repr=False)  # signs SeaweedFS's internal requests
    national_port: int = 0  # of the national store's simulator; 0: none is wanted
    national_token: str = field(default_factory=_secret, repr=False)

    @property
    def database_url(self) -> str:
        """URL of the embedded database for the program, which owns nothing there (`vault.db.rights`)."""
        return f"postgresql://vault_app:{self.program_password}@127.0.0.1:{self.postgres_port}/vault"

    @property
    def owner_database_url(self) -> str:
        """URL for the role that owns the tables: whoever migrates, and nobody else. It is no superuser."""
        return f"postgresql://vault:{self.postgres_password}@127.0.0.1:{self.postgres_port}/vault"

    @property
    def backup_database_url(self) -> str:
        """URL for the role that may replicate and nothing else."""
        return f"postgresql://vault_backup:{self.backup_password}@127.0.0.1:{self.postgres_port}/postgres"

    @property
    def s3_endpoint(self) -> str:
        """`host:port` of the embedded object store."""
        return f"127.0.0.1:{self.s3_port}"

    @property
    def national_url(self) -> str:
        """Address of the national store's simulator."""
        return f"http://127.0.0.1:{self.national_port}"

    def with_passwords_of_their_own(self) -> Self:
        """The same state, but that each role has a password of its own: an earlier version gave all three one."""
        shared = self.postgres_password
        program = _secret() if self.program_password == shared else self.program_password
        backup = _secret() if self.backup_password == shared else self.backup_password
        return replace(self, program_password=program, backup_password=backup)

    def with_ports(self, **ports: int) -> Self:
        """The same state with other ports."""
        return replace(self, **ports)  # type: ignore[arg-type] # every field named here is an int

    def settings(self, *, postgres: bool, objects: bool) -> dict[str, Any]:
        """The settings that follow from it, for the parts that are embedded."""
        values: dict[str, Any] = {"http_port": self.http_port}
        if self.national_port:
            values |= {"national_url": self.national_url, "national_token": self.national_token}
        if postgres:
            values |= {
                "database_url": self.database_url,
                "owner_database_url": self.owner_database_url,
                "backup_database_url": self.backup_database_url,
            }
        if objects:
            values |= {
                "s3_endpoint": self.s3_endpoint,
                "s3_access_key": self.s3_access_key,
                "s3_secret_key": self.s3_secret_key,
                "s3_secure": False,
            }
        return values


_KEPT = tuple(State.__dataclass_fields__)
_LATER = frozenset({"national_port", "national_token"})
"""Fields that a file of an older version lacks."""
_SHARED = ("program_password", "backup_password")
"""The same, where the roles of that version sign in with the owner's password until the server is started anew."""


def load(home: Path) -> State:
    """The state of a home, or a new one with fresh secrets. Raises `Unavailable("SERVICE_FILE_BROKEN")`."""
    try:
        raw = json.loads((home / FILE).read_text(encoding="utf-8"))["embedded"]
        raw = dict.fromkeys(_SHARED, raw["postgres_password"]) | raw
        return State(**{name: raw[name] for name in _KEPT if name in raw or name not in _LATER})
    except FileNotFoundError:
        return State()
    except (OSError, ValueError, KeyError, TypeError) as err:  # never replaced silently: it holds the only passwords
        raise Unavailable("SERVICE_FILE_BROKEN", file=str(home / FILE)) from err


def save(home: Path, state: State, *, postgres: bool, objects: bool) -> None:
    """Write the file whole or not at all, for its owner only."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = state.settings(postgres=postgres, objects=objects) | {
        "embedded": {name: getattr(state, name) for name in _KEPT}
    }
    draft = home / f"{FILE}.new"
    with suppress(FileNotFoundError):
        draft.unlink()
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(home / FILE)
