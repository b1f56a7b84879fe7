"""What a card's QR code and machine-readable zone say beside its print: they confirm, fill in, or contradict.

Neither is signed: they identify, they do not prove. A contradiction is shown to a person, never settled here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ocr import mrz
from ocr.checks import Checks
from ocr.fold import fold
from ocr.idcard import parse
from ocr.sheet import Sheet
from ocr.values import Box, FieldValue

_CODE_CONFIDENCE = 0.995
_IDENTITY, _PASSPORT = "ID", "HC"


def take(sheets: Sequence[Sheet], code: str, fields: dict[str, FieldValue], checks: Checks) -> None:
    """Compare and fill in ``fields`` of an identity card or passport."""
    if code not in {_IDENTITY, _PASSPORT}:
        return
    for sheet in sheets:
        if code == _IDENTITY:
            for found in sheet.source.codes:
                said = parse(found.text)
                if said is not None:
                    _compare(said, found.box, sheet.page, fields, checks, "CARD_QR_DIFFERS", wins=True)
        zone = mrz.find([line.text for line in sheet.lines])
        if zone is not None and zone.kind == code:
            _take_zone(zone, sheet, fields, checks)


def _take_zone(zone: mrz.Zone, sheet: Sheet, fields: dict[str, FieldValue], checks: Checks) -> None:
    box = sheet.source.lines[zone.lines[0]].box
    said = {
        "number": zone.number,
        "holder_id": zone.personal_number,
        "birth_date": zone.birth_date,
        "sex": zone.sex,
        "expires_on": zone.expires_on,
    }
    _compare({name: value for name, value in said.items() if value}, box, sheet.page, fields, checks, "ZONE_DIFFERS")
    name = fields.get("holder_name")
    if name is not None and zone.name and " ".join(fold(name.value).split()) == zone.name:
        checks.agrees.add("holder_name")


def _compare(  # noqa: PLR0917 - one comparison and where it stands
    said: Mapping[str, str],
    box: Box,
    page: int,
    fields: dict[str, FieldValue],
    checks: Checks,
    code: str,
    *,
    wins: bool = False,
) -> None:
    """``wins``: where the two differ the code's value is shown (it is error-corrected), with the warning beside it."""
    differing = []
    for name, value in said.items():
        told = FieldValue(value, _CODE_CONFIDENCE, page, box, value)
        read = fields.get(name)
        if read is None or not read.value:
            fields[name] = told
        elif " ".join(read.value.split()).casefold() == " ".join(value.split()).casefold():
            checks.agrees.add(name)
            if wins:
                fields[name] = told
        else:
            differing.append(name)
            if wins:
                fields[name] = told
    if differing:
        checks.judge(tuple(differing), code, agree=False)
