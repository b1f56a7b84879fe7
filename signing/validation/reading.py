"""pyHanko's strict reader, with the one leniency that ISO 32000-2, 7.3.10 demands.

A reference to an object that is defined nowhere is a reference to null, not an error; real archives contain some.
Giving such a number a body later is a change like any other and judged as one.
"""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader


class Reader(PdfFileReader):
    """Strict about everything but references to nothing."""

    def __init__(self, stream: Any, *, strict: bool = True) -> None:
        super().__init__(stream, strict=strict)
        introduced = self.xrefs.get_introducing_revision

        def introducing_revision(ref: generic.Reference) -> int:
            try:
                return int(introduced(ref))
            except KeyError:
                return -1

        self.xrefs.get_introducing_revision = introducing_revision  # type: ignore[method-assign]

    def _read_object(self, ref: generic.Reference, marker: Any, *args: Any, **options: Any) -> Any:
        if marker is None:
            nothing = generic.NullObject()
            nothing.container_ref = ref
            return nothing
        return super()._read_object(ref, marker, *args, **options)
