"""One mapping of plain data, read key by key: every value has its type, every key that nobody asked for is found."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from vault.domain.catalogue import ALWAYS, Period

_E = TypeVar("_E", bound=Enum)
_V = TypeVar("_V")
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the data: where, a stable code, and what was found there."""

    where: str
    code: str
    detail: str = ""

    def __str__(self) -> str:
        """One line for a report."""
        return f"{self.where}: {self.code}" + (f" ({self.detail})" if self.detail else "")


class BadEntry(Exception):  # noqa: N818 - between reading and reporting; never leaves this package
    """An entry that cannot become a value."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.problem = (code, detail)


@dataclass
class Entry:
    """A mapping with its place in the data; remembers which of its keys were read."""

    plain: dict[str, Any]
    where: str
    read: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, plain: object, where: str) -> Entry:
        """The entry, if ``plain`` is a mapping with text keys."""
        if not isinstance(plain, dict) or not all(isinstance(key, str) for key in plain):
            raise BadEntry("NOT_A_MAPPING")
        return cls(plain, where)

    def unread(self) -> Iterable[str]:
        """The keys that nobody asked for."""
        return sorted(set(self.plain) - self.read - {"use"})

    def get(self, key: str, default: object = _MISSING) -> Any:
        """The raw value; KEY_MISSING when there is none and no default."""
        self.read.add(key)
        value = self.plain.get(key, default)
        if value is _MISSING or (value is None and default is _MISSING):
            raise BadEntry("KEY_MISSING", key)
        return value

    def text(self, key: str, default: object = _MISSING) -> str:
        """Text in NFC, without space at its ends; empty only where a default is given."""
        value = self.get(key, default)
        if not isinstance(value, str) or (default is _MISSING and not value.strip()):
            raise BadEntry("NOT_TEXT", key)
        return unicodedata.normalize("NFC", value.strip())

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of text; absent is empty."""
        value = self.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BadEntry("NOT_A_LIST_OF_TEXT", key)
        return tuple(unicodedata.normalize("NFC", item.strip()) for item in value)

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise BadEntry("NOT_TRUE_OR_FALSE", key)
        return value

    def whole(self, key: str) -> int:
        """A whole number; absent is 0."""
        value = self.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadEntry("NOT_A_WHOLE_NUMBER", key)
        return value

    def day(self, key: str) -> date | None:
        """A day, as YAML reads it or in ISO 8601."""
        value = self.get(key, None)
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError as error:
                raise BadEntry("NOT_A_DATE", key) from error
        if value is not None and type(value) is not date:
            raise BadEntry("NOT_A_DATE", key)
        return value

    def period(self) -> Period:
        """The days between ``valid_from`` and ``valid_to``."""
        start, end = self.day("valid_from"), self.day("valid_to")
        if start is not None and end is not None and end < start:
            raise BadEntry("PERIOD_BACKWARDS", f"{start}..{end}")
        return Period(start, end) if start or end else ALWAYS

    def choice(self, key: str, choices: Iterable[str], default: object = _MISSING) -> str:
        """Text that is one of the choices."""
        value = self.text(key, default)
        if value not in choices:
            raise BadEntry("NOT_A_CHOICE", f"{key}={value}")
        return value

    def enum(self, key: str, kind: type[_E]) -> _E:
        """A member by its name."""
        return kind[self.choice(key, kind.__members__)]

    def enums(self, key: str, kind: type[_E]) -> tuple[_E, ...]:
        """Members by their names, one or a list."""
        plain = self.plain.get(key)
        values = (self.text(key),) if isinstance(plain, str) else self.texts(key)
        for value in values:
            if value not in kind.__members__:
                raise BadEntry("NOT_A_CHOICE", f"{key}={value}")
        return tuple(kind[value] for value in values)

    def plain_table(self, key: str) -> dict[str, Any]:
        """A mapping with text keys; absent is empty."""
        value = self.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            raise BadEntry("NOT_A_MAPPING", key)
        return value

    def table(self, key: str) -> dict[str, str]:
        """A mapping from text to text."""
        value = self.plain_table(key)
        if not all(isinstance(text, str) and text.strip() for text in value.values()):
            raise BadEntry("NOT_TEXT", key)
        return {name: unicodedata.normalize("NFC", text.strip()) for name, text in value.items()}

    def part(self, key: str, read: Callable[[Entry], _V]) -> _V | None:
        """A nested entry, or None."""
        value = self.get(key, None)
        return None if value is None else _read_part(value, f"{self.where}.{key}", read)

    def parts(self, key: str, read: Callable[[Entry], _V]) -> tuple[_V, ...]:
        """A list of nested entries."""
        value = self.get(key, [])
        if not isinstance(value, list):
            raise BadEntry("NOT_A_LIST", key)
        return tuple(_read_part(item, f"{self.where}.{key}[{n}]", read) for n, item in enumerate(value))


def _read_part(plain: object, where: str, read: Callable[[Entry], _V]) -> _V:
    entry = Entry.of(plain, where)
    value = read(entry)
    for key in entry.unread():
        raise BadEntry("KEY_UNKNOWN", f"{where}.{key}")
    return value
