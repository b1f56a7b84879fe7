"""Tables for spreadsheets hold what was written and never a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from vault.web.sheets import Sheet, as_csv, as_xlsx, plain

EVIL = ("=1+1", "+84", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", '=HYPERLINK("http://x";"y")')
GOOD = ("", "Nguyễn Văn Mẫu", "1.004194", "H24.1-261123-0001", "a=b", "'", "0310")
SHEET = Sheet(
    "Tổng hợp / quá dài để làm tên trang",
    ("=Cột", "Số", "Ngày", "Lúc"),
    [(text, 7, date(2026, 11, 23), datetime(2026, 11, 23, 18, 30, tzinfo=UTC)) for text in (*EVIL, *GOOD)]
    + [(None,) * 4],
)


@pytest.mark.parametrize("text", EVIL)
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert plain(text) == "'" + text


@pytest.mark.parametrize("text", GOOD)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


def test_csv_opens_in_excel_with_vietnamese_letters_and_without_formulas() -> None:
    data = as_csv(SHEET)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["'=Cột", "Số", "Ngày", "Lúc"]
    assert [row[0] for row in rows[1:]] == ["'" + text for text in EVIL] + list(GOOD) + [""]
    assert rows[1][1:] == ["7", "2026-11-23", "2026-11-24 01:30"], "times by the clock of Viet Nam"
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "@", "-", "＝"))]


def test_a_workbook_holds_strings_and_numbers_and_no_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(as_xlsx([SHEET, Sheet("rỗng", ("a",), [])]))) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
        names = book.read("xl/workbook.xml").decode()
    assert "<f>" not in page
    assert "=1+1" in texts
    assert "HYPERLINK" in texts
    assert "Tổng hợp" in names
    assert "'=1+1" not in texts, "in a workbook a string is a string: nothing is put before it"
