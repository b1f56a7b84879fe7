"""Whether what is attached to a dossier still stands: the decision that allowed it, against the decision of now. Pure.

A paper is judged when it is attached, and things happen to papers afterwards: they are superseded, revoked, suspended,
erased, corrected, or run out. A check that an officer did and wrote down is not asked for again unless there is
something new to look at.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from vault.domain.reasons import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vault.domain.reuse.decision import Decision, Reason


class Standing(StrEnum):
    """What an attachment is worth by now. All but GOOD may be replaced without another reason."""

    GOOD = "GOOD"
    NEWER_VERSION = "NEWER_VERSION"
    """The record was corrected since: its newest version is what should be attached."""
    CHECK_AGAIN = "CHECK_AGAIN"
    """There is something to check that nobody checked when it was attached."""
    NOT_USABLE = "NOT_USABLE"


def standing_of(kept: Mapping[str, Any], now: Decision) -> Standing:
    """The standing of an attachment whose stored decision is ``kept`` (`decision_json`), by the decision of now.

    A reason that was checked is one with the same code and the same facts; of decisions that were kept without facts
    the code alone tells.
    """
    if now.verdict is Verdict.NOT_USABLE:
        return Standing.NOT_USABLE
    if now.version > int(kept["version"]):
        return Standing.NEWER_VERSION
    if all(_was_checked(reason, kept) for reason in now.weighing(Severity.CHECK)):
        return Standing.GOOD
    return Standing.CHECK_AGAIN


def _was_checked(reason: Reason, kept: Mapping[str, Any]) -> bool:
    return bool(kept.get("checked")) and any(
        one["code"] == reason.code.value and one.get("facts", dict(reason.facts)) == dict(reason.facts)
        for one in kept["reasons"]
        if one["severity"] == Severity.CHECK.name
    )
