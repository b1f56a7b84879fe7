"""How much a stranger's file may ask of us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that are checked before the expensive step they protect.

    Memory and time of the whole run belong to the process that calls us; these bounds make a refusal early and named.
    """

    max_bytes: int = 120_000_000
    """Size of the file. A 300-page scan at 300 dpi has about 60 MB."""
    max_pages: int = 300
    max_pixels_page: int = 60_000_000
    """Width times height of a page or of a picture on it. A0 at 190 dpi has 56 million, A3 at 300 dpi 17 million."""
    max_stream_bytes: int = 260_000_000
    """What one compressed PDF stream may unpack to: a page of ``max_pixels_page`` in CMYK has 240 MB."""
    max_unpacked_bytes: int = 8_000_000_000
    """What all compressed PDF streams together may unpack to (they are counted, never held)."""
    dpi_floor: int = 200
    """PDF pages are drawn at no less than this."""
    dpi_cap: int = 300
    """PDF pages are drawn at no more than this."""

    def as_dict(self) -> dict[str, int]:
        """The limits as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Limits:
        """The limits that ``as_dict`` described; names left out keep their default."""
        return cls(**{name: int(raw[name]) for name in cls.__dataclass_fields__ if name in raw})
