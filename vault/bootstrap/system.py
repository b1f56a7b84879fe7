"""The machine's clock and random source, behind their ports."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime


class SystemClock:
    """`ports.Clock`: the machine's clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


class SystemIds:
    """`ports.Ids`: the system's random source."""

    def record_id(self) -> bytes:
        """Eight random bytes."""
        return secrets.token_bytes(8)

    def token(self) -> str:
        """192 bits, URL-safe."""
        return secrets.token_urlsafe(24)

    def random(self, size: int) -> bytes:
        """From the system."""
        return secrets.token_bytes(size)

    def status_index(self, size: int) -> int:
        """Uniformly random below `size`."""
        return secrets.randbelow(size)
