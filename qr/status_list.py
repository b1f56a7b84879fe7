"""The status list of the IETF Token Status List draft, sections 4.1 to 4.3: packed bits, compressed with zlib."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Self

from qr import cbor
from qr.errors import EncodingError, StatusError

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTHS = (1, 2, 4, 8)
ENTRIES = 2**20
MAX_INFLATED = ENTRIES  # bytes: 2^20 entries at the widest width
MAX_COMPRESSED = MAX_INFLATED + 1024
_BYTE = 8


class Status(IntEnum):
    """The status types of the two-bit lists of this engine."""

    VALID = 0
    REVOKED = 1
    SUSPENDED = 2
    SUPERSEDED = 3


@dataclass(frozen=True)
class StatusList:
    """An immutable list of statuses, `bits` (1, 2, 4 or 8) wide each; entry 0 stands in the lowest bits of byte 0.

    >>> StatusList.of({3: Status.REVOKED}, entries=8)[3]
    1
    """

    bits: int
    packed: bytes

    def __post_init__(self) -> None:
        if self.bits not in WIDTHS:
            raise StatusError("STATUS_WIDTH", str(self.bits))
        if len(self.packed) > MAX_INFLATED:
            raise StatusError("STATUS_TOO_LARGE", f"{len(self.packed)} bytes")

    @classmethod
    def of(cls, statuses: Mapping[int, int], *, entries: int = ENTRIES, bits: int = 2) -> Self:
        """The list of `entries` entries that are all 0 except `statuses` (index -> status)."""
        if bits not in WIDTHS:
            raise StatusError("STATUS_WIDTH", str(bits))
        per_byte = _BYTE // bits
        packed = bytearray(-(-entries // per_byte))
        for index, status in statuses.items():
            if not 0 <= index < entries:
                raise StatusError("STATUS_INDEX", str(index))
            if not 0 <= status < 1 << bits:
                raise StatusError("STATUS_VALUE", str(status))
            byte, slot = divmod(index, per_byte)
            packed[byte] |= status << slot * bits
        return cls(bits, bytes(packed))

    def __len__(self) -> int:
        return len(self.packed) * _BYTE // self.bits

    def __getitem__(self, index: int) -> int:
        """The status at `index`; IndexError outside the list."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        byte, slot = divmod(index, _BYTE // self.bits)
        return self.packed[byte] >> slot * self.bits & (1 << self.bits) - 1

    def compress(self) -> bytes:
        """The packed bytes as a zlib stream (RFC 1950) at the highest level, as the draft recommends."""
        return zlib.compress(self.packed, 9)

    def to_cbor(self) -> dict[cbor.Key, cbor.Value]:
        """The StatusList map of the draft (section 4.3), ready to stand in a token."""
        return {"bits": self.bits, "lst": self.compress()}

    @classmethod
    def from_cbor(cls, value: cbor.Value) -> Self:
        """Read a StatusList map. Sizes are capped before and while inflating.

        StatusError STATUS_MALFORMED, STATUS_WIDTH, STATUS_TOO_LARGE.
        """
        if not isinstance(value, dict) or not {"bits", "lst"} <= value.keys() <= {"bits", "lst", "aggregation_uri"}:
            raise StatusError("STATUS_MALFORMED", "fields")
        bits, compressed = value["bits"], value["lst"]
        if not isinstance(bits, int) or isinstance(bits, bool) or not isinstance(compressed, bytes):
            raise StatusError("STATUS_MALFORMED", "types")
        return cls(bits, inflate(compressed))


def decode_status_list(data: bytes) -> StatusList:
    """The list in a bare CBOR StatusList map (draft section 4.3); StatusError for anything else."""
    try:
        return StatusList.from_cbor(cbor.decode(data, max_size=MAX_COMPRESSED, sorted_keys=False))
    except EncodingError as error:
        raise StatusError("STATUS_MALFORMED", str(error)) from error


def inflate(compressed: bytes, *, max_size: int = MAX_INFLATED) -> bytes:
    """Inflate one whole zlib stream; never makes more than `max_size` + 1 bytes.

    StatusError STATUS_TOO_LARGE, or STATUS_MALFORMED for a broken or cut stream and for bytes after its end.
    """
    if len(compressed) > MAX_COMPRESSED:
        raise StatusError("STATUS_TOO_LARGE", f"{len(compressed)} bytes compressed")
    stream = zlib.decompressobj()
    try:
        inflated = stream.decompress(compressed, max_size + 1)
    except zlib.error as error:
        raise StatusError("STATUS_MALFORMED", "not a zlib stream") from error
    if len(inflated) > max_size:
        raise StatusError("STATUS_TOO_LARGE", "inflates beyond the cap")
    if not stream.eof or stream.unused_data:
        raise StatusError("STATUS_MALFORMED", "zlib stream is cut or has a tail")
    return inflated
