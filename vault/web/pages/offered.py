"""A record that a paper may be, as the officer who decides about it reads it."""

from __future__ import annotations

from dataclasses import dataclass

from vault.bootstrap import App
from vault.usecases.digitize.view_intake import OfferedRecord
from vault.web.pages.desk import type_name

_VERY, _QUITE = 0.9, 0.75
"""From these scores on a likeness is called so; below lies what is offered at all (`domain.rescans.OFFERED`)."""


@dataclass(frozen=True, slots=True)
class OfferedView:
    """A record that the paper may be. `like` is OWN (the paper carries its code), VERY, QUITE or SOME."""

    code: str
    type_name: str
    number: str | None
    state: str
    like: str


def offered_view(one: OfferedRecord, app: App) -> OfferedView:
    """The record with its likeness in words: a score says nothing to whoever holds the paper."""
    return OfferedView(one.code, type_name(one.type_code, app), one.number, one.state.value, _like(one.score))


def _like(score: float | None) -> str:
    if score is None:
        return "OWN"
    if score >= _VERY:
        return "VERY"
    return "QUITE" if score >= _QUITE else "SOME"
