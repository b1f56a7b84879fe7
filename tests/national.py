"""The national store's simulator for tests: its own process, its own database, and quick ways to its orders."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

TOKEN = "mau-quoc-gia"


@dataclass
class National:
    """A running simulator."""

    url: str
    process: subprocess.Popen[str]

    def _order(self, path: str, told: object = None) -> Any:
        headers = {"authorization": f"Bearer {TOKEN}"}
        return (
            httpx.post(f"{self.url}/_/{path}", json=told or {}, headers=headers, timeout=20).raise_for_status().json()
        )

    def faults(self, *script: str, rate: float = 0, kinds: tuple[str, ...] = (), seed: int = 0) -> None:
        """The next requests meet these; or any one meets one of `kinds` by chance."""
        chance = {"rate": rate, "seed": seed} | ({"kinds": kinds} if kinds else {})
        self._order("faults", {"script": script, **chance})

    def paper(self, data: bytes, **body: Any) -> None:
        """A result of somebody else's, with its file."""
        self._order("papers", {"body": body, "file": data.hex()})

    def submit(self, agency: str, body: dict[str, Any]) -> None:
        """A citizen sends an online dossier at the portal."""
        self._order("online", {"agency": agency, "body": body})

    def state(self) -> Any:
        """Everything it holds, and how many effects each key had."""
        return self._order("state")


@contextmanager
def simulator(folder: Path) -> Iterator[National]:
    """One of its own, ended at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ["--database", str(folder / "store.sqlite"), "--port", "0", "--token", TOKEN]
    process = subprocess.Popen(
        [sys.executable, "-m", "vault.national.simulator", *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield National(process.stdout.readline().strip(), process)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
