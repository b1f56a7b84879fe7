"""Ports for what tests start beside the service: of a range where no service looks for its own.

A service takes whatever is free of its range, and two of them run at once under xdist: a port of that range which a
test chose, and uses only when a database was made, may have become another's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from vault.embedded.ports import is_free

_APART = range(12_000, 20_000)
"""Below `vault.embedded.ports`, and below what the kernel gives to outgoing connections."""


def apart() -> Iterator[int]:
    """Free ports, from a random place on."""
    start = random.SystemRandom().randrange(len(_APART))
    return (port for port in (*_APART[start:], *_APART[:start]) if is_free(port))
