"""URIs of documents, in the manner of DigiLocker: `issuer-type-document`. The issuer is the agency that keeps it.

>>> uri = DocumentUri("H24.900", "GPXD", RecordCode("0000-0000-0000-00"))
>>> str(uri), DocumentUri.parse(str(uri)) == uri
('H24.900-GPXD-00000000000000', True)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from vault.domain.errors import Invalid
from vault.domain.ids import RecordCode, normal_record_code

_FORM = re.compile(r"([0-9A-Z.]{1,35})-([0-9A-Z_.]{1,40})-([0-9A-Za-z]{14})")


@dataclass(frozen=True, slots=True)
class DocumentUri:
    """A document by who keeps it, what it is, and its record code without hyphens. None of the three has a hyphen."""

    issuer: str
    type_code: str
    record: RecordCode

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one; `DOCUMENT_URI`, also for a record code whose check character is wrong."""
        parts = _FORM.fullmatch(text.strip().upper())
        if parts is None:
            raise Invalid("DOCUMENT_URI", uri=text[:80])
        try:
            return cls(parts[1], parts[2].replace(".", "-"), normal_record_code(parts[3]))
        except Invalid as error:
            raise Invalid("DOCUMENT_URI", uri=text[:80]) from error

    def __str__(self) -> str:
        # Some type codes have a hyphen (KS-TRICHLUC); a dot stands for it, which no type code has.
        return f"{self.issuer}-{self.type_code.replace('-', '.')}-{self.record.replace('-', '')}"
