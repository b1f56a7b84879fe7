"""One signature while it is being judged, and what its dictionary claims."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pyhanko.pdf_utils import generic, misc

from signing.validation import structure
from signing.validation.changes import Change
from signing.validation.cmsdata import SignedParts, Token
from signing.validation.objects import entry
from signing.validation.verdicts import Reason


@dataclass
class Item:
    """One signature while it is being judged."""

    name: str
    field: Any
    embedded: Any = None
    range: structure.Range | None = None
    parts: SignedParts | None = None
    token: Token | None = None
    token_digest: str = ""
    reasons: set[Reason] = field(default_factory=set)
    revocation: str = "unknown"
    trusted: bool = False
    signed_at: datetime | None = None
    proven_by: Token | None = None
    changes: Change = Change.NONE
    whole: bool = False
    remnant: bool = False
    subfilter: str = ""

    @property
    def end(self) -> int:
        """Where the signed bytes end; 0 when the range is not one."""
        return self.range.end if self.range else 0

    @property
    def sound(self) -> bool:
        """Whether cryptography and byte range hold."""
        if self.token is not None:
            return self.range is not None and self.token.intact
        return self.range is not None and self.parts is not None and not _broken(self.parts)


def _broken(parts: SignedParts) -> bool:
    return bool({Reason.DIGEST_MISMATCH, Reason.SIGNATURE_MISMATCH, Reason.UNSUPPORTED_FORMAT} & set(parts.reasons))


def claimed_time(item: Item) -> datetime | None:
    """/M, else the CMS signing time: a widespread tool writes local time as UTC into the latter."""
    try:
        stated = entry(entry(item.field, "/V") or item.field, "/M")
        claimed: datetime | None = generic.parse_pdf_date(stated, strict=False) if stated else None
    except (misc.PdfError, ValueError, TypeError):
        claimed = None
    if claimed is None and item.parts is not None:
        claimed = item.parts.signing_time
    # Without a zone it means "at an unknown offset"; UTC is the only guess that invents no place.
    return claimed.replace(tzinfo=UTC) if claimed is not None and claimed.tzinfo is None else claimed


def stated_reason(item: Item) -> str:
    """/Reason of the signature dictionary; "" when it gives none that can be read."""
    told = safely(lambda: entry(entry(item.field, "/V") or item.field, "/Reason"), default=None)
    return str(told) if isinstance(told, str) else ""


def certified(item: Item) -> int:
    """The DocMDP permission of a signature: 1 to 3, or 0 when it certifies nothing."""
    level = safely(lambda: item.embedded.docmdp_level, default=None) if item.embedded is not None else None
    return int(level.value) if level is not None else 0


def safely(compute: Callable[[], Any], *, default: Any) -> Any:
    """A detail that may be unreadable in a broken signature; the fault itself stands in the item's reasons."""
    try:
        return compute()
    except Exception:  # noqa: BLE001 - a detail of a broken signature; the fault itself is in its reasons
        return default
