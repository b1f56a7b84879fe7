"""Tables for spreadsheets: CSV and XLSX, in which no cell can ever be taken for a formula.

Names and reasons are written by strangers. Excel and LibreOffice run a CSV cell that begins like a formula (CWE-1236);
such text gets an apostrophe before it, as OWASP advises. In a workbook every text is stored as a string.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fastapi.responses import Response
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from vault.domain.reuse import VIET_NAM
from vault.domain.text import plain

Cell = str | int | Decimal | date | datetime | None
CSV, XLSX = "csv", "xlsx"
_MIME = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SHEET_NAME = 31
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name, its head, its rows."""

    name: str
    head: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with a byte order mark, without which Excel shows Vietnamese letters as rubbish."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([plain(one) for one in sheet.head])
    writer.writerows([_csv_cell(one) for one in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


def _csv_cell(value: Cell) -> str | int | Decimal:
    if isinstance(value, datetime):
        return value.astimezone(VIET_NAM).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return plain(value) if isinstance(value, str) else "" if value is None else value


def as_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """A workbook: head frozen and filtered, columns as wide as their longest cell, texts as strings only."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for sheet in sheets:
            page = book.add_worksheet(_sheet_name(sheet.name))
            page.freeze_panes(1, 0)
            if sheet.rows:
                page.autofilter(0, 0, len(sheet.rows), len(sheet.head) - 1)
            for column, name in enumerate(sheet.head):
                cells = [str(row[column]) for row in sheet.rows if row[column] is not None]
                page.set_column(column, column, min(max(map(len, (name, *cells))) + 2, _WIDEST))
                page.write_string(0, column, name, head)
            for number, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    if isinstance(value, datetime):
                        page.write_datetime(number, column, value.astimezone(VIET_NAM).replace(tzinfo=None), moment)
                    elif isinstance(value, date):
                        page.write_datetime(number, column, value, day)
                    elif isinstance(value, int | Decimal):
                        page.write_number(number, column, value)
                    elif value is not None:
                        page.write_string(number, column, value)
    return out.getvalue()


def _sheet_name(name: str) -> str:
    """What Excel takes for a name: at most 31 letters, none of those that mean something to it."""
    return "".join(" " if letter in "[]:*?/\\" else letter for letter in name)[:_SHEET_NAME].strip()


def download(sheets: Sequence[Sheet], form: str, *, name: str) -> Response:
    """The file to save: the first sheet as CSV, or all of them as a workbook."""
    data = as_xlsx(sheets) if form == XLSX else as_csv(sheets[0])
    return Response(
        data, media_type=_MIME[form], headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    )
