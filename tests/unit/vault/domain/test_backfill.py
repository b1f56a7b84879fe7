"""What a row of an old index says, and what is refused instead of guessed."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
import yaml

from tests.old_store import HEAD, MAPPING
from vault.domain.backfill import file_of, mapping_of, path_key, read_row, same_paper
from vault.domain.errors import Invalid
from vault.domain.intake import NamedHolder

if TYPE_CHECKING:
    from vault.domain.records import Record

RULES = mapping_of(yaml.safe_load(MAPPING))
ROW = (
    "năm\\a.png",
    "giấy  phép XÂY dựng",
    "031090000001",
    "NGUYỄN VĂN MẪU",
    "1/GPXD",
    "05/03/2019",
    "UBND huyện Tứ Kỳ",
)


def cells(**changed: str) -> dict[str, str]:
    return dict(zip(HEAD, ROW, strict=True)) | changed


def test_a_row_becomes_a_paper() -> None:
    paper = read_row(3, cells(), RULES)
    assert (paper.row, paper.file, paper.type_code) == (3, "năm/a.png", "GPXD")
    assert paper.holders == (NamedHolder("031090000001", "NGUYỄN VĂN MẪU", "SUBJECT"),)
    assert paper.fields == {
        "number": "1/GPXD",
        "issued_on": "2019-03-05",
        "issuer": "UBND huyện Tứ Kỳ",
        "issuer_code": "H23",
    }


@pytest.mark.parametrize("day", ["31/02/2019", "5 tháng 3", "2019", "03-05-2019"])
def test_a_day_that_is_none_is_refused(day: str) -> None:
    with pytest.raises(Invalid, match="IMPORT_CELL"):
        read_row(1, cells(**{"Ngày cấp": day}), RULES)


def test_a_workbook_gives_days_in_iso_form() -> None:
    assert read_row(1, cells(**{"Ngày cấp": "2019-03-05"}), RULES).fields["issued_on"] == "2019-03-05"


def test_empty_cells_say_nothing() -> None:
    paper = read_row(1, cells(**{"Ngày cấp": " ", "Cơ quan cấp": ""}), RULES)
    assert set(paper.fields) == {"number"}


@pytest.mark.parametrize(("column", "value"), [("Tệp", ""), ("Loại giấy tờ", " ")])
def test_without_a_file_or_a_type_it_is_nobody_s_paper(column: str, value: str) -> None:
    with pytest.raises(Invalid, match="IMPORT_CELL"):
        read_row(1, cells(**{column: value}), RULES)


def test_an_index_without_a_column_is_refused() -> None:
    given = cells()
    del given["Ngày cấp"]
    with pytest.raises(Invalid, match="IMPORT_COLUMN"):
        read_row(1, given, RULES)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {"columns": {"file": "Tệp"}},
        {"columns": {"file": 3}},
        {"columns": dict(RULES.columns), "typo": {}},
        {"columns": dict(RULES.columns), "types": ["GPXD"]},
        {"columns": dict(RULES.columns), "days": "%d/%m/%Y"},
    ],
)
def test_a_mapping_that_is_wrong_says_where(wrong: Any) -> None:
    with pytest.raises(Invalid, match="IMPORT_MAPPING"):
        mapping_of(wrong)


def test_paths_agree_however_they_are_written() -> None:
    assert path_key(".\\a\\b.png") == "a/b.png"
    assert path_key("/a/b.png ") == "a/b.png"
    assert file_of(cells(), RULES) == "năm/a.png"


def test_a_known_paper_is_one_with_the_same_number_and_day() -> None:
    facts = {"type_code": "GPXD", "number": "Số: 12 / GPXD", "issued_on": date(2019, 3, 5)}
    known, nameless = (
        cast("Record", SimpleNamespace(**facts)),
        cast("Record", SimpleNamespace(**facts | {"number": None})),
    )
    assert same_paper(known, "GPXD", {"number": "12/gpxd", "issued_on": "2019-03-05"})
    assert same_paper(known, "GPXD", {"number": "12/GPXD"})
    assert not same_paper(known, "GPXD", {"number": "12/GPXD", "issued_on": "2019-03-06"})
    assert not same_paper(known, "KS", {"number": "12/GPXD"})
    assert not same_paper(nameless, "GPXD", {})
