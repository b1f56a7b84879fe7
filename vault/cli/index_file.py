"""The index of an old store: a CSV or XLSX table as rows of words."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, load_workbook

from vault.domain.errors import Invalid

MOST_ROWS = 5_000_000
_SAMPLE = 65_536


def index_rows(file: Path, *, sheet: str | None = None) -> Iterator[Mapping[str, str]]:
    """Each row by its headings; every value as words, days as 2026-11-22. `IMPORT_INDEX`: it cannot be read as a table.

    CSV is UTF-8 with or without a byte order mark, parted by commas, semicolons or tabs, whichever its head has.
    """
    if file.suffix.lower() in {".xlsx", ".xlsm", ".xls", ".ods"}:
        return _workbook(file, sheet)
    return _csv(file)


def _csv(file: Path) -> Iterator[Mapping[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            head = opened.read(_SAMPLE).partition("\n")[0]
            opened.seek(0)
            mark = max(",;\t", key=head.count)
            for row in csv.DictReader(opened, delimiter=mark, restkey="", restval=""):
                yield {_heading(name): value or "" for name, value in row.items() if name}
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid("IMPORT_INDEX", file=file.name, reason=str(error)) from error


def _workbook(file: Path, sheet: str | None) -> Iterator[Mapping[str, str]]:
    try:
        book = load_workbook(file)
        if sheet is not None and sheet not in book.sheet_names:
            raise Invalid("IMPORT_INDEX", file=file.name, reason=f"no sheet {sheet}")
        rows = (book.get_sheet_by_name(sheet) if sheet else book.get_sheet_by_index(0)).iter_rows()
        head = [_heading(_word(cell)) for cell in next(iter(rows), [])]
    except CalamineError as error:
        raise Invalid("IMPORT_INDEX", file=file.name, reason=str(error)) from error
    for row in rows:
        cells = [_word(cell) for cell in row]
        if any(cells):
            yield dict(zip(head, cells, strict=False))


def _heading(text: str) -> str:
    return " ".join(text.removeprefix("\ufeff").split())


def _word(cell: object) -> str:
    """A cell as words. A number that Excel made of an identity number has no fraction: 31090000001.0 is 31090000001."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
