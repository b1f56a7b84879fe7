"""What happened to a file after each of its signatures, one revision at a time.

pyHanko compares every later revision with every signed one, which is quadratic; here each revision is compared once
with the one before it, which is at least as strict: whatever a revision adds is protected from the next one on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils import generic, misc
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
from pyhanko.sign.diff_analysis.rules_api import ReferenceUpdate, WhitelistRule
from pyhanko.sign.fields import enumerate_sig_fields

from signing.validation.metadata import same_description
from signing.validation.objects import entry, items
from signing.validation.store import SecurityStoreRule, store_references

MAX_FIELDS: Final = 20_000


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


class LeftTableRule(WhitelistRule):
    """Allows a fresh cross-reference stream whose place a table has taken: a common library leaves such behind."""

    def apply(self, old: Any, new: Any) -> Iterable[ReferenceUpdate]:
        """Streams of that type under numbers that the older revision could not have given out."""
        for ref in new.explicit_refs_in_revision():
            if old.is_ref_unassignable(ref) and entry(new(ref), "/Type") == "/XRef":
                yield ReferenceUpdate(ref)


# Freed objects are judged in `History._freed`.
_POLICY: Final = StandardDiffPolicy(
    global_rules=_RULES,
    form_rule=DEFAULT_DIFF_POLICY.form_rule,
    reject_object_freeing=False,
)
_TAIL_POLICY: Final = StandardDiffPolicy(
    global_rules=[*_RULES, LeftTableRule().as_qualified(ModificationLevel.LTA_UPDATES)],
    form_rule=DEFAULT_DIFF_POLICY.form_rule,
    ignore_orphaned_objects=False,
    reject_object_freeing=False,
)
# What may change in the catalog beside validation data; each of these is looked at on its own.
_CATALOG_FREE: Final = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Version"})


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

    def adds_only_evidence(self, revision: int, stamps: frozenset[str]) -> str:
        """What follows `revision` besides validation data, in words; empty when there is nothing else.

        Validation data are the security store and the document time stamps in the fields `stamps` (EN 319 142-1, 5.4):
        anybody may add them, so nothing else may come with them: no orphan, no other field, nothing that can be seen.
        """
        for number in range(revision + 1, self.revisions):
            old, new = self._pair(number)
            fault = self._beyond_evidence(number, old, new, stamps)
            if fault:
                return f"revision {number}: {fault}"[:500]
        return ""

    def _beyond_evidence(self, number: int, old: Any, new: Any, stamps: frozenset[str]) -> str:
        if self._freed(number, new):
            return "removes objects"
        try:
            result = _TAIL_POLICY.apply(old, new)
            stored = _touches_store(old, new)
        except (SuspiciousModification, misc.PdfError, NotImplementedError) as error:
            return str(error)
        signed = _newly_signed(old, new)
        faults = {
            "goes beyond evidence": result.modification_level > ModificationLevel.FORM_FILLING,
            "changes a field": bool(set(result.changed_form_fields) - signed.keys()),
            "signs a field that is no time stamp": not signed.keys() <= stamps,
            "shows a time stamp on a page": any(signed.values()),
            "adds or removes a field": _fields(new) != _fields(old) | signed.keys(),
            "changes the form": _form(old) != _form(new) and not signed,
            "changes how the form looks": (_has_entries(old) or not signed) and _look(old) != _look(new),
            "changes the catalog": _catalog(old) != _catalog(new),
            "changes the description": not same_description(old, new),
            "adds no evidence": not signed and not stored,
        }
        return next((fault for fault, holds in faults.items() if holds), "")

    def _pair(self, revision: int) -> tuple[Any, Any]:
        return self._reader.get_historical_resolver(revision - 1), self._reader.get_historical_resolver(revision)

    def _freed(self, revision: int, new: Any) -> bool:
        """Whether a revision frees an object that was in use; some government tools free numbers that never were."""
        return any(_existed(self._reader.xrefs, ref, revision - 1) for ref in new.refs_freed_in_revision())

    def _compare(self, revision: int) -> Step:
        old, new = self._pair(revision)
        if self._freed(revision, new):
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
        if _has_entries(old) and _look(old) != _look(new):
            change = max(change, Change.FORM)
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


def _look(resolver: Any) -> dict[str, bytes]:
    """What the form's dictionary says about how its fields are drawn: all but the list of fields and its flags."""
    return _written(entry(resolver.root, "/AcroForm"), without=frozenset({"/Fields", "/SigFlags"}))


def _catalog(resolver: Any) -> dict[str, bytes]:
    return _written(resolver.root, without=_CATALOG_FREE)


def _written(dictionary: Any, *, without: frozenset[str]) -> dict[str, bytes]:
    """Each entry of a dictionary as it would be written."""
    written: dict[str, bytes] = {}
    for key in dictionary if isinstance(dictionary, generic.DictionaryObject) else ():
        if key not in without:
            target = BytesIO()
            dictionary.raw_get(key).write_to_stream(target, None)
            written[key] = target.getvalue()
    return written


def _has_entries(resolver: Any) -> bool:
    """Whether a form has a field that is no signature: only such a field is drawn from what the form says."""
    waiting = items(entry(entry(resolver.root, "/AcroForm"), "/Fields"))
    seen = 0
    while waiting and seen < MAX_FIELDS:
        field, seen = waiting.pop(), seen + 1
        kind = entry(field, "/FT")
        if kind is not None and kind != "/Sig":
            return True
        waiting += items(entry(field, "/Kids"))
    return seen >= MAX_FIELDS


def _touches_store(old: Any, new: Any) -> bool:
    """Whether a revision brings the security store something."""
    store = entry(new.root, "/DSS")
    if store is None:
        return False
    own = new.root.raw_get("/DSS")
    named = {reference for _, reference in store_references(store)}
    named |= {own.reference} if isinstance(own, generic.IndirectObject) else set()
    return entry(old.root, "/DSS") is None or bool(named & set(new.explicit_refs_in_revision()))
