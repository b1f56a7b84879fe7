"""Deterministic CBOR, RFC 8949 section 4.2.1, cut down to what the credential formats use.

Accepted: integers within +-(2^53 - 1) (what a browser holds exactly), byte strings, UTF-8 text, arrays, maps with
integer or text keys, false, true, null; where the caller allows the items of an SD-CWT, also tags 18 and 60, and
simple(59) as a map key. Everything else (other tags, floats, other simple values, indefinite lengths, longer forms than
needed, doubled or unsorted keys, trailing bytes) is refused. Since only one encoding of a value is
accepted, `encode(decode(b)) == b` holds for every accepted `b`; a property test and cbor2 as a second opinion keep it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from qr.errors import EncodingError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Simple(Enum):
    """The one simple value that may be a map key: under it stand the digests of redacted claims (SD-CWT)."""

    REDACTED_KEYS = 59


@dataclass(frozen=True)
class Tagged:
    """A tagged item of an SD-CWT: 18 is a COSE_Sign1, 60 a redacted array element."""

    tag: int
    value: Value


Key: TypeAlias = int | str | Simple
Value: TypeAlias = "int | bytes | str | bool | Simple | Tagged | Sequence[Value] | Mapping[Key, Value] | None"

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 8

_FALSE, _TRUE, _NULL = 0xF4, 0xF5, 0xF6
_SIMPLE: dict[int, bool | None] = {_FALSE: False, _TRUE: True, _NULL: None}
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP = range(6)
_INLINE_LIMIT = 24
_REDACTED_KEYS = b"\xf8\x3b"
_TAGS = {b"\xd2": 18, b"\xd8\x3c": 60}
_WIDEST = 27


def encode(value: Value) -> bytes:  # noqa: PLR0911 - one return for each kind of item
    """The one deterministic encoding of `value`; EncodingError CBOR_VALUE for anything outside the profile."""
    if value is None or isinstance(value, bool):
        return bytes([_NULL if value is None else _TRUE if value else _FALSE])
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise EncodingError("CBOR_VALUE", "integer out of range")
        return head(_UNSIGNED, value) if value >= 0 else head(_NEGATIVE, -1 - value)
    if isinstance(value, bytes):
        return head(_BYTES, len(value)) + value
    if isinstance(value, str):
        raw = _utf8(value)
        return head(_TEXT, len(raw)) + raw
    if isinstance(value, (list, tuple)):
        return head(_ARRAY, len(value)) + b"".join(encode(item) for item in value)
    if isinstance(value, Tagged):
        return head(6, value.tag) + encode(value.value)
    if isinstance(value, dict):
        return head(_MAP, len(value)) + b"".join(
            key + item for key, item in sorted((_key(k), encode(v)) for k, v in value.items())
        )
    raise EncodingError("CBOR_VALUE", type(value).__name__)


def _key(key: object) -> bytes:
    if key is Simple.REDACTED_KEYS:
        return _REDACTED_KEYS
    if isinstance(key, bool) or not isinstance(key, (int, str)):
        raise EncodingError("CBOR_VALUE", "map keys are integers or text")
    return encode(key)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise EncodingError("CBOR_VALUE", "lone surrogate") from error


def head(major: int, argument: int) -> bytes:
    """The initial byte and the shortest argument of a data item (RFC 8949 section 3)."""
    if argument < _INLINE_LIMIT:
        return bytes([major << 5 | argument])
    for additional, size in ((24, 1), (25, 2), (26, 4)):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | additional]) + argument.to_bytes(size, "big")
    return bytes([major << 5 | _WIDEST]) + argument.to_bytes(8, "big")


@dataclass(frozen=True)
class _Rules:
    sorted_keys: bool
    redactions: bool


def decode(data: bytes, *, max_size: int, sorted_keys: bool = True, redactions: bool = False) -> Value:
    """The value that `data` encodes.

    `max_size` is checked before a byte is looked at; a length inside the data never exceeds the bytes that are left,
    so nothing larger than the input is allocated. `sorted_keys=False` accepts maps in any order (IETF tokens made by
    others), still without doubles; `redactions=True` accepts the items of an SD-CWT. Raises EncodingError:
    CBOR_TOO_LARGE, CBOR_MALFORMED, CBOR_NOT_DETERMINISTIC.
    """
    if len(data) > max_size:
        raise EncodingError("CBOR_TOO_LARGE", f"{len(data)} bytes")
    value, end = _item(data, 0, 0, _Rules(sorted_keys, redactions))
    if end != len(data):
        raise EncodingError("CBOR_MALFORMED", "trailing bytes")
    return value


def _argument(data: bytes, at: int, additional: int) -> tuple[int, int]:
    """The argument of the item head whose initial byte stands before `at`, and the position after it."""
    if additional < _INLINE_LIMIT:
        return additional, at
    if additional > _WIDEST:
        raise EncodingError("CBOR_MALFORMED", "indefinite length or reserved")
    size = 1 << (additional - _INLINE_LIMIT)
    end = at + size
    if end > len(data):
        raise EncodingError("CBOR_MALFORMED", "truncated")
    argument = int.from_bytes(data[at:end], "big")
    if argument < (_INLINE_LIMIT if size == 1 else 1 << 4 * size):
        raise EncodingError("CBOR_NOT_DETERMINISTIC", "longer form than needed")
    return argument, end


def _item(data: bytes, at: int, depth: int, rules: _Rules) -> tuple[Value, int]:
    if at >= len(data):
        raise EncodingError("CBOR_MALFORMED", "truncated")
    initial = data[at]
    if initial >= 0xC0:  # noqa: PLR2004 - majors 6 and 7: tags, simple values, floats
        if initial in _SIMPLE:
            return _SIMPLE[initial], at + 1
        return _tagged(data, at, depth, rules)
    major = initial >> 5
    argument, at = _argument(data, at + 1, initial & 0x1F)
    if major <= _NEGATIVE:
        if argument > (MAX_INTEGER if major == _UNSIGNED else MAX_INTEGER - 1):
            raise EncodingError("CBOR_MALFORMED", "integer out of range")
        return (argument if major == _UNSIGNED else -1 - argument), at
    if argument > len(data) - at:
        raise EncodingError("CBOR_MALFORMED", "truncated")
    if major <= _TEXT:
        end = at + argument
        return (data[at:end] if major == _BYTES else _text(data[at:end])), end
    if depth >= MAX_DEPTH:
        raise EncodingError("CBOR_MALFORMED", "nested too deeply")
    if major == _ARRAY:
        items: list[Value] = []
        for _ in range(argument):
            value, at = _item(data, at, depth + 1, rules)
            items.append(value)
        return items, at
    return _map(data, at, argument, depth, rules)


def _tagged(data: bytes, at: int, depth: int, rules: _Rules) -> tuple[Value, int]:
    size = 1 if data[at] == 0xD2 else 2  # noqa: PLR2004 - tag 18 has a head of one byte, tag 60 of two
    tag = _TAGS.get(data[at : at + size])
    if tag is None or not rules.redactions or depth >= MAX_DEPTH:
        raise EncodingError("CBOR_MALFORMED", f"initial byte {data[at]:#x} is outside the profile")
    value, at = _item(data, at + size, depth + 1, rules)
    return Tagged(tag, value), at


def _map(data: bytes, at: int, pairs: int, depth: int, rules: _Rules) -> tuple[Value, int]:
    result: dict[Key, Value] = {}
    last = b""
    for _ in range(pairs):
        start = at
        key, at = _map_key(data, at, depth, rules)
        raw = data[start:at]
        if key in result or (rules.sorted_keys and raw <= last):
            raise EncodingError("CBOR_NOT_DETERMINISTIC", "doubled or unsorted map key")
        last = raw
        result[key], at = _item(data, at, depth + 1, rules)
    return result, at


def _map_key(data: bytes, at: int, depth: int, rules: _Rules) -> tuple[Key, int]:
    if rules.redactions and data[at : at + 2] == _REDACTED_KEYS:
        return Simple.REDACTED_KEYS, at + 2
    key, at = _item(data, at, depth + 1, rules)
    if isinstance(key, bool) or not isinstance(key, (int, str)):
        raise EncodingError("CBOR_MALFORMED", "map keys are integers or text")
    return key, at


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise EncodingError("CBOR_MALFORMED", "not UTF-8") from error
