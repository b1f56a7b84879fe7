"""What happened to a file after each of its signatures, one revision at a time.

pyHanko compares every later revision with every signed one, which is quadratic; here each revision is compared once
with the one before it, which is at least as strict: whatever a revision adds is protected from the next one on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils import misc
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    DocInfoRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.fields import enumerate_sig_fields

from signing.validation.metadata import same_description
from signing.validation.objects import entry, items
from signing.validation.store import SecurityStoreRule


class Change(IntEnum):
    """How far a revision goes, from nothing to something nobody may do to a signed file."""

    NONE = 0
    EVIDENCE = 1
    SIGNATURES = 2
    FORM = 3
    OTHER = 4


_LEVELS: Final = {
    ModificationLevel.NONE: Change.NONE,
    ModificationLevel.LTA_UPDATES: Change.EVIDENCE,
    ModificationLevel.FORM_FILLING: Change.FORM,
    ModificationLevel.ANNOTATIONS: Change.OTHER,
    ModificationLevel.OTHER: Change.OTHER,
}

_RULES: Final = [
    CatalogModificationRule(),  # type: ignore[no-untyped-call]
    *(
        rule.as_qualified(ModificationLevel.LTA_UPDATES)
        for rule in (
            DocInfoRule(),
            XrefStreamRule(),
            ObjectStreamRule(),
            SecurityStoreRule(),
            MetadataUpdateRule(),  # type: ignore[no-untyped-call]
        )
    ),
]

# Freed objects are judged in `_step`: some government tools free numbers that never were in use.
_POLICY: Final = StandardDiffPolicy(
    global_rules=_RULES,
    form_rule=DEFAULT_DIFF_POLICY.form_rule,
    reject_object_freeing=False,
)
_TAIL_POLICY: Final = StandardDiffPolicy(
    global_rules=_RULES,
    form_rule=DEFAULT_DIFF_POLICY.form_rule,
    ignore_orphaned_objects=False,
)


@dataclass(frozen=True)
class Step:
    """One revision against the one before: how far it goes, which form fields it changed, which it added."""

    change: Change
    changed_fields: frozenset[str]
    new_visible_signatures: frozenset[str]
    detail: str = ""


class History:
    """The revisions of one file, each compared once."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self._steps: dict[int, Step] = {}
        self.revisions = int(reader.xrefs.total_revisions)

    def after(self, revision: int) -> list[Step]:
        """The steps that follow `revision`."""
        return [self.step(number) for number in range(revision + 1, self.revisions)]

    def step(self, revision: int) -> Step:
        """The step that made `revision` out of the one before it."""
        if revision not in self._steps:
            self._steps[revision] = self._compare(revision)
        return self._steps[revision]

    def adds_only_evidence(self, revision: int) -> bool:
        """Whether all that follows `revision` is validation data: nothing orphaned, no field touched."""
        for number in range(revision + 1, self.revisions):
            old, new = self._pair(number)
            try:
                result = _TAIL_POLICY.apply(old, new)
            except (SuspiciousModification, misc.PdfError, NotImplementedError):
                return False
            if result.modification_level > ModificationLevel.LTA_UPDATES or result.changed_form_fields:
                return False
            if _form(old) != _form(new) or _fields(old) != _fields(new) or not same_description(old, new):
                return False
        return True

    def _pair(self, revision: int) -> tuple[Any, Any]:
        return self._reader.get_historical_resolver(revision - 1), self._reader.get_historical_resolver(revision)

    def _compare(self, revision: int) -> Step:
        old, new = self._pair(revision)
        xrefs = self._reader.xrefs
        freed = [r for r in new.refs_freed_in_revision() if _existed(xrefs, r, revision - 1)]
        if freed:
            return Step(Change.OTHER, frozenset(), frozenset(), f"revision {revision} removes objects")
        try:
            result = _POLICY.apply(old, new)
        except SuspiciousModification as error:
            return Step(Change.OTHER, frozenset(), frozenset(), f"revision {revision}: {error}"[:500])
        change = _LEVELS[result.modification_level]
        signed = _newly_signed(old, new)
        touched = frozenset(result.changed_form_fields)
        if change is Change.FORM and touched <= signed.keys():
            change = Change.SIGNATURES
        visible = frozenset(name for name, seen in signed.items() if seen)
        return Step(change, touched, visible)


def _existed(xrefs: Any, ref: Any, revision: int) -> bool:
    """Whether an object of this number, in any generation below the freed one, was in use at `revision`."""
    return any(
        old.idnum == ref.idnum and xrefs.get_historical_ref(old, revision) is not None
        for number in range(revision + 1)
        for old in xrefs.explicit_refs_in_revision(number)
    )


def _newly_signed(old: Any, new: Any) -> dict[str, bool]:
    """Signature fields that got their value in this step, and whether they can be seen on a page."""
    before = {name for name, value, _ in enumerate_sig_fields(old) if value is not None}
    return {
        name: is_visible(field.get_object())
        for name, value, field in enumerate_sig_fields(new)
        if value is not None and name not in before
    }


def is_visible(field: Any) -> bool:
    """Whether a field or one of its widgets takes up room on a page and is not hidden (ISO 32000-2, 12.5.3)."""
    widgets = [field, *items(entry(field, "/Kids"))]
    return any(_takes_room(widget) for widget in widgets)


def _takes_room(widget: Any) -> bool:
    corners = items(entry(widget, "/Rect"))
    if len(corners) != 4:  # noqa: PLR2004 - two corners of a rectangle
        return False
    x1, y1, x2, y2 = (float(n) for n in corners)
    hidden = int(entry(widget, "/F") or 0) & 0b10
    return not hidden and abs(x2 - x1) > 0 and abs(y2 - y1) > 0


def _fields(resolver: Any) -> set[str]:
    return {name for name, _, _ in enumerate_sig_fields(resolver)}


def _form(resolver: Any) -> bytes:
    """The catalog's /AcroForm as written: a reference, or the dictionary itself."""
    target = BytesIO()
    if "/AcroForm" in resolver.root:
        resolver.root.raw_get("/AcroForm").write_to_stream(target, None)
    return target.getvalue()
