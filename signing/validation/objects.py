"""Reading PDF dictionaries through references: pyHanko's `get` hands out references, its `[]` what they point to."""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils import generic


def entry(dictionary: Any, key: str) -> Any:
    """The value under `key`, followed to the object itself; None when it is absent or null."""
    if not isinstance(dictionary, generic.DictionaryObject) or key not in dictionary:
        return None
    value = dictionary[key]
    return None if isinstance(value, generic.NullObject) else value


def items(value: Any) -> list[Any]:
    """The elements of an array, each followed to the object itself; nothing for any other kind of value."""
    if not isinstance(value, generic.ArrayObject):
        return []
    return [element.get_object() for element in value]
