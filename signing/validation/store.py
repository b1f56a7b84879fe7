"""Which changes to the document security store later revisions may make (EN 319 142-1, 5.4.2).

pyHanko's own rule also refuses archives that another common tool renewed, since that tool rewrites the per-signature
entries (/VRI). They are hints only; what matters is that nothing outside the store is touched on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import HistoricalResolver, RawPdfPath
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.diff_analysis.commons import compare_key_refs
from pyhanko.sign.diff_analysis.rules_api import Context, ReferenceUpdate, WhitelistRule

_LISTS: Final = ("/Certs", "/CRLs", "/OCSPs")
_ENTRY_LISTS: Final = ("/Cert", "/CRL", "/OCSP")
_STORE_KEYS: Final = frozenset({"/Type", "/VRI", *_LISTS})
_ENTRY_KEYS: Final = frozenset({"/Type", "/TU", "/TS", *_ENTRY_LISTS})

Path = tuple[str | int, ...]


class SecurityStoreRule(WhitelistRule):
    """Allows a store to appear and to change, as long as it holds nothing but lists of data streams."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        """The references of the new store; one that was in use elsewhere before stays unexplained, so suspicious."""
        place = ("/Root", "/DSS")
        before, store = yield from misc.map_with_return(
            compare_key_refs("/DSS", old, old.root, new.root),
            ReferenceUpdate.curry_ref(context_checked=_context(old, place)),
        )
        if store is None:
            return
        own = new.root.raw_get("/DSS")
        if isinstance(own, generic.IndirectObject) and isinstance(old(own.reference), generic.NullObject):
            # A number that was named and defined nowhere before (word processors leave such) now holds the store's
            # own dictionary, whose form is checked below: wherever it was named, nothing can be drawn from it.
            yield ReferenceUpdate(own.reference)
        used: dict[Any, list[Path]] = {}
        for path, reference in store_references(before) if before is not None else ():
            used.setdefault(reference, []).append(path)
        for reference in {reference for _, reference in store_references(store)}:
            for path in ((), *used.get(reference, ())):
                yield ReferenceUpdate(reference, context_checked=_context(old, (*place, *path)))


def _context(old: HistoricalResolver, path: Path) -> Context:
    return Context.from_absolute(old, RawPdfPath(*path))


def store_references(store: Any) -> Iterator[tuple[Path, Any]]:
    """Every reference inside a store with its path below /DSS; suspicious is anything but lists of data."""
    _require_dictionary(store, _STORE_KEYS)
    for key in _LISTS:
        yield from _list(store, key, ())
    if "/VRI" not in store:
        return
    yield from _own((), "/VRI", store.raw_get("/VRI"))
    entries = store["/VRI"]
    _require_dictionary(entries, None)
    for name in entries:
        yield from _own(("/VRI",), name, entries.raw_get(name))
        one = entries[name]
        _require_dictionary(one, _ENTRY_KEYS)
        for key in _ENTRY_LISTS:
            yield from _list(one, key, ("/VRI", name))
        if "/TS" in one:
            yield from _own(("/VRI", name), "/TS", one.raw_get("/TS"))


def _list(holder: Any, key: str, path: Path) -> Iterator[tuple[Path, Any]]:
    if key not in holder:
        return
    yield from _own(path, key, holder.raw_get(key))
    listed = holder[key]
    if not isinstance(listed, generic.ArrayObject):
        raise SuspiciousModification(f"{key} of the security store is no list")
    for index in range(len(listed)):
        element = listed.raw_get(index)
        if not isinstance(element, generic.IndirectObject) or not isinstance(listed[index], generic.StreamObject):
            raise SuspiciousModification(f"{key} of the security store holds something else than data")
        yield (*path, key, index), element.reference
        for name, value in listed[index].items():  # some tools keep /Length apart
            yield from _own((*path, key, index), name, value)


def _own(path: Path, key: str, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, generic.IndirectObject):
        yield (*path, key), value.reference


def _require_dictionary(value: Any, keys: frozenset[str] | None) -> None:
    if not isinstance(value, generic.DictionaryObject) or isinstance(value, generic.StreamObject):
        raise SuspiciousModification("the security store is no dictionary")
    if keys is not None and not set(value) <= keys:
        raise SuspiciousModification(f"unknown keys in the security store: {sorted(set(value) - keys)}")
