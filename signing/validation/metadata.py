"""What a file says about itself (/Info and XMP), and whether a revision that nobody signed changed more than its stamp.

A tool that adds evidence notes the date and its own name. Title, author, subject and the rest are what people read, so
they stay as they were signed.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, Final

from signing.validation.objects import entry

_STAMPED: Final = frozenset({"/ModDate", "/Producer"})
_VALUE: Final = re.compile(r">([^<>]+)<|=\"([^\"]*)\"|='([^']*)'")
_STAMP_VALUE: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+\-Z]*|https?://\S*|adobe:ns:meta/|uuid:[\w-]+|")
_PRODUCER: Final = re.compile(r"pdf:Producer(?:=\"([^\"]*)\"|>([^<]*)<)")


def same_description(old: Any, new: Any) -> bool:
    """Whether `new` describes the file as `old` did, but for date, producer and their copies in XMP."""
    before, after = _info(old), _info(new)
    unstamped = {key: value for key, value in after.items() if key not in _STAMPED}
    if {key: value for key, value in before.items() if key not in _STAMPED} != unstamped:
        return False
    said = _xmp(new)
    if said == _xmp(old):
        return True
    producers = {a or b for a, b in _PRODUCER.findall(said)}
    known = _values(_xmp(old)) | set(_texts(old)) | producers | {"x-default"}
    return all(value in known or _STAMP_VALUE.fullmatch(value) for value in _values(said))


def _info(resolver: Any) -> dict[str, bytes]:
    written: dict[str, bytes] = {}
    for key, value in _dictionary(resolver).items():
        target = BytesIO()
        value.write_to_stream(target, None)
        written[key] = target.getvalue()
    return written


def _texts(resolver: Any) -> list[str]:
    return [str(value).strip() for value in _dictionary(resolver).values()]


def _dictionary(resolver: Any) -> dict[str, Any]:
    trailer = resolver.trailer_view
    if "/Info" not in trailer:
        return {}
    # Asked of the resolver: the trailer's own references lead to the newest revision.
    info = resolver.get_object(trailer.get_value_as_reference("/Info"))
    return {key: entry(info, key) for key in info if entry(info, key) is not None}


def _xmp(resolver: Any) -> str:
    if "/Metadata" not in resolver.root:
        return ""
    stream = resolver.get_object(resolver.root.get_value_as_reference("/Metadata"))
    return bytes(stream.data).decode("utf-8", errors="replace")


def _values(xmp: str) -> set[str]:
    return {value.strip() for groups in _VALUE.findall(xmp) for value in groups}
