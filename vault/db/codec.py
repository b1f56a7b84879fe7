"""Domain values to JSON columns and back. One converter; enums by value, dates in ISO 8601, bytes in hexadecimal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from cattrs import Converter
from sqlalchemy import Row, Select

T = TypeVar("T")
AnyRow = Row[*tuple[Any, ...]]
"""A row whose columns the reader names; its types are pinned where the domain value is built."""
AnySelect = Select[*tuple[Any, ...]]

_converter = Converter()
_converter.register_unstructure_hook(datetime, lambda value: value.isoformat())
_converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
_converter.register_unstructure_hook(date, lambda value: value.isoformat())
_converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
_converter.register_unstructure_hook(bytes, lambda value: value.hex())
_converter.register_structure_hook(bytes, lambda value, _: bytes.fromhex(value))
_converter.register_structure_hook_func(
    lambda kind: kind == Mapping[str, object], lambda value, _: MappingProxyType(dict(value))
)
_converter.register_unstructure_hook(
    MappingProxyType, lambda value: {name: _converter.unstructure(item) for name, item in value.items()}
)


def to_json(value: object) -> object:
    """A structure of dicts, lists, strings, numbers."""
    return _converter.unstructure(value)


def from_json(data: object, kind: type[T]) -> T:
    """The value again."""
    return _converter.structure(data, kind)
