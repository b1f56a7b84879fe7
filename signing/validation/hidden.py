"""Signs that a file was prepared to show something else later ("shadow" attacks), or that it shows what is not signed.

None of these makes a signature bad by itself; each is a warning for a person, since what the signer saw may not be all.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.xref import ObjStreamRef

from signing.validation.objects import entry, items
from signing.validation.verdicts import Reason

MAX_OBJECTS: Final = 20_000
"""Larger files are not walked object by object; their revisions and catalog are still looked at."""
MAX_SCAN_BYTES: Final = 32_000_000

_EOF: Final = re.compile(rb"startxref\s+\d+\s+%%EOF")
_DEFINITION: Final = re.compile(rb"(?:^|[\r\n])(\d{1,8})[ ](\d{1,5})[ ]obj\b")
_VISIBLE_TYPES: Final = {"/Page", "/Pages", "/Catalog"}
_SCRIPTS: Final = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition"}


def hidden_content(reader: Any, pdf: bytes) -> set[Reason]:
    """Warnings about the newest revision of a strictly read file."""
    found: set[Reason] = set()
    found |= _catalog(reader.root)
    if len(pdf) <= MAX_SCAN_BYTES:
        found |= _bytes(reader, pdf)
    references = _references(reader)
    if len(references) <= MAX_OBJECTS:
        found |= _objects(reader, references)
    return found


def _bytes(reader: Any, pdf: bytes) -> set[Reason]:
    """Revisions and object bodies that lie in the file and that no table points to."""
    found: set[Reason] = set()
    xrefs = reader.xrefs
    declared = {int(xrefs.get_startxref_for_revision(n)) for n in range(xrefs.total_revisions)}
    pointed = {int(m[0].split()[1]) for m in _EOF.finditer(pdf)}
    # A linearized file closes its first section with "startxref 0" (ISO 32000-2, annex F).
    if pointed - declared - {0}:
        found.add(Reason.HIDDEN_REVISION)
    known = {_skipped(pdf, offset) for offset in _offsets(reader)}
    bodies = Counter((int(m[1]), int(m[2])) for m in _DEFINITION.finditer(pdf) if m.start(1) not in known)
    named = {(ref.idnum, ref.generation) for ref in _references(reader)}
    if any(body in named for body in bodies):
        found.add(Reason.DUPLICATE_OBJECTS)
    return found


def _skipped(pdf: bytes, offset: int) -> int:
    """The first byte at or after `offset` that is no white space: some tools point at the line end before an object."""
    while pdf[offset : offset + 1].isspace():
        offset += 1
    return offset


def _offsets(reader: Any) -> set[int]:
    xrefs = reader.xrefs
    offsets: set[int] = set()
    for revision in range(xrefs.total_revisions):
        offsets.add(int(xrefs.get_startxref_for_revision(revision)))
        for ref in xrefs.explicit_refs_in_revision(revision):
            place = xrefs.get_historical_ref(ref, revision)
            if place is not None and not isinstance(place, ObjStreamRef):
                offsets.add(int(place))
    return offsets


def _references(reader: Any) -> set[Any]:
    xrefs = reader.xrefs
    return {ref for revision in range(xrefs.total_revisions) for ref in xrefs.explicit_refs_in_revision(revision)}


def _objects(reader: Any, references: set[Any]) -> set[Reason]:
    """Pages that hang nowhere, scripts, and content that is kept outside the file."""
    found: set[Reason] = set()
    reachable: set[tuple[int, int]] | None = None
    for ref in references:
        try:
            value = reader.get_object(ref)
        except misc.PdfError:
            continue
        if not isinstance(value, generic.DictionaryObject):
            continue
        if _runs(value):
            found.add(Reason.ACTIVE_CONTENT)
        if isinstance(value, generic.StreamObject) and "/F" in value:
            found.add(Reason.EXTERNAL_CONTENT)
        if entry(value, "/Type") in _VISIBLE_TYPES:
            reachable = _tree(reader) if reachable is None else reachable
            if (ref.idnum, ref.generation) not in reachable:
                found.add(Reason.HIDDEN_OBJECTS)
    return found


def _runs(value: Any) -> bool:
    """Whether a dictionary is an action that runs or sends something."""
    action = entry(value, "/S")
    return isinstance(action, generic.NameObject) and action in _SCRIPTS


def _tree(reader: Any) -> set[tuple[int, int]]:
    """Numbers of the catalog and of every node of the page tree."""
    root = reader.root_ref
    seen = {(root.idnum, root.generation)}
    waiting = [reader.root.raw_get("/Pages")]
    while waiting and len(seen) <= MAX_OBJECTS:
        node = waiting.pop()
        if isinstance(node, generic.IndirectObject):
            key = (node.idnum, node.generation)
            if key in seen:
                continue
            seen.add(key)
            node = node.get_object()  # type: ignore[no-untyped-call]
        kids = entry(node, "/Kids")
        if isinstance(kids, generic.ArrayObject):
            waiting += list(kids)
    return seen


def _catalog(root: Any) -> set[Reason]:
    """Layers that are off, scripts that run on opening, forms whose look is computed by the viewer."""
    found: set[Reason] = set()
    shown = entry(entry(root, "/OCProperties"), "/D")
    if items(entry(shown, "/OFF")) or entry(shown, "/BaseState") == "/OFF":
        found.add(Reason.HIDDEN_LAYERS)
    form = entry(root, "/AcroForm")
    computed = entry(form, "/XFA") is not None or bool(entry(form, "/NeedAppearances"))
    scripted = _runs(entry(root, "/OpenAction")) or entry(entry(root, "/Names"), "/JavaScript") is not None
    if scripted or computed or "/AA" in root:
        found.add(Reason.ACTIVE_CONTENT)
    return found
