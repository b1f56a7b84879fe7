"""Every sentence a person reads, Vietnamese first, English second, in one catalogue (`*.yaml` beside this file).

`errors.yaml` is keyed by the stable code of an error and says what to do next; `ui.yaml` holds the words of the pages,
`doctor.yaml` those of `vault doctor`.
A sentence may name `{facts}` of the error; a missing fact leaves a dash, never a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml


class Language(StrEnum):
    """Languages of the faces."""

    VI = "vi"
    EN = "en"


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "–"


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    merged: dict[str, Mapping[str, str]] = {}
    for file in ("errors.yaml", "ui.yaml", "doctor.yaml"):
        merged.update(yaml.safe_load(files(__package__).joinpath(file).read_text(encoding="utf-8")))
    return merged


def known(key: str) -> bool:
    """Whether the catalogue has this sentence."""
    return key in _catalogue()


def keys() -> frozenset[str]:
    """Every key of the catalogue."""
    return frozenset(_catalogue())


def say(key: str, language: Language = Language.VI, /, **facts: object) -> str:
    """The sentence for `key`; an unknown key gives itself, so that nothing hides behind a missing translation.

    Facts come from errors, some of them from a child process: any name is allowed, also `key` and `language`.
    """
    entry = _catalogue().get(key)
    if entry is None:
        return key
    return entry[language.value].format_map(_Facts(facts))
