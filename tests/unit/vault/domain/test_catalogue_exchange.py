"""Editions of the catalogue: writing, comparing, succeeding one another, and importing a national export."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden.reuse.table import candidate, dossier
from vault.catalogue import ChangeKind, diff, from_plain, load, problems, read_export, succeed, to_plain
from vault.catalogue.national import MAX_BYTES
from vault.domain.agencies import AgencyLevel
from vault.domain.catalogue import ComponentForm
from vault.domain.errors import Invalid
from vault.domain.reuse import VIET_NAM, Question, ask, same_answer
from vault.domain.states import TrustLevel

TODAY = date(2026, 11, 22)
NEW_YEAR = date(2027, 1, 1)


def test_an_edition_that_is_written_is_read_again_unchanged() -> None:
    plain = json.loads(json.dumps(to_plain(load())))
    again, found = from_plain(plain, digest="0" * 64)
    assert found == ()
    assert replace(again, version=load().version) == load()
    assert diff(load(), again) == ()


def test_differences_are_named_by_place() -> None:
    first = load().procedures[0]
    parts = (first.components[0], replace(first.components[1], min_trust=TrustLevel.L3), *first.components[2:])
    new = replace(
        load(),
        procedures=(replace(first, name="Khai sinh", components=parts), *load().procedures[2:]),
        grounds=(*load().grounds, replace(load().grounds[0], code="NEW")),
    )
    changes = {(change.kind, change.where, change.key) for change in diff(load(), new)}
    assert changes == {
        (ChangeKind.CHANGED, f"procedures[{first.code}]", "name"),
        (ChangeKind.CHANGED, f"procedures[{first.code}]", "components.TP02.min_trust"),
        (ChangeKind.REMOVED, f"procedures[{load().procedures[1].code}]", ""),
        (ChangeKind.ADDED, "grounds[NEW]", ""),
    }
    change = next(change for change in diff(load(), new) if change.key == "components.TP02.min_trust")
    assert (change.before, change.after) == ("L1", "L3")


def test_a_new_entry_takes_over_on_its_day_and_old_decisions_replay() -> None:
    old = load().procedure("1.004884", TODAY)
    stricter = replace(old, components=tuple(replace(part, min_trust=TrustLevel.L4) for part in old.components))
    next_edition = succeed(load(), [stricter], on=NEW_YEAR, version="2027.01.01")
    assert problems(next_edition) == ()
    assert next_edition.procedure("1.004884", date(2026, 12, 31)).components == old.components
    assert next_edition.procedure("1.004884", NEW_YEAR).components == stricter.components
    question = Question(
        "1.004884.TP02", candidate("KS", "KS"), dossier(None), datetime(2026, 11, 22, 9, tzinfo=VIET_NAM)
    )
    assert same_answer(ask(question, load()), ask(question, next_edition))
    later = replace(question, asked_at=datetime(2027, 1, 1, tzinfo=VIET_NAM))
    assert not same_answer(ask(later, load()), ask(later, next_edition))


def test_succession_leaves_what_has_not_changed_and_replaces_what_began_the_same_day() -> None:
    same = load().procedure("1.004884", TODAY)
    assert succeed(load(), [same], on=NEW_YEAR, version=load().version) == load()
    once = succeed(load(), [replace(same, name="một")], on=NEW_YEAR, version="a")
    twice = succeed(once, [replace(same, name="hai")], on=NEW_YEAR, version="b")
    assert problems(twice) == ()
    assert twice.procedure("1.004884", NEW_YEAR).name == "hai"
    assert len(twice.procedures) == len(load().procedures) + 1


# --- import ---

ROWS: list[dict[str, Any]] = [
    {
        "MaTTHC": "1.004884.000.00.00.H24",
        "TenTTHC": "  Đăng ký lại  khai sinh ",
        "CapThucHien": "Cấp xã",
        "KetQua": "Giấy khai sinh KQ.G15.000031",
    },
    {
        "MaTTHC": "1.099001",
        "TenTTHC": "Thủ tục mới",
        "CapThucHien": "Cấp Tỉnh, Cấp xã",
        "TenLinhVuc": "Hộ tịch",
        "QuyetDinhCongBo": "99/QĐ-BTP",
        "KetQua": ["KQ.G15.000031", "KQ.G01.00279"],
        "ThanhPhanHoSo": [
            {"TenGiayTo": "Tờ khai theo mẫu", "SoBanChinh": 1, "SoBanSao": 0},
            {"TenGiayTo": "Giấy khai sinh", "SoBanChinh": "0", "SoBanSao": "1", "MaGiayToKetQua": "KQ.G15.000031"},
            {"TenGiayTo": "Lưu ý: mang theo căn cước", "SoBanChinh": 0, "SoBanSao": 0},
            {"TenGiayTo": "Đơn Mẫu số 18", "SoBanChinh": "181 bản chính"},
            {"TenGiayTo": "Văn bản ủy quyền", "SoBanChinh": "1 bản chính"},
            {"TenGiayTo": " "},
            "rác",
        ],
    },
    {"MaTTHC": "12345", "TenTTHC": "Mã sai"},
    {"MaTTHC": "1.099002", "TenTTHC": ""},
    {"MaTTHC": "1.099001", "TenTTHC": "Lặp lại"},
    {
        "MaTTHC": "1.099003",
        "TenTTHC": "Cấp lạ",
        "CapThucHien": "Cấp vũ trụ",
        "KetQua": "không mã",
        "ThanhPhanHoSo": 7,
    },
]


def test_an_export_fills_the_catalogue_and_says_what_did_not_fit() -> None:
    export = read_export(json.dumps(ROWS, ensure_ascii=False).encode(), load())
    assert export.rows == 6
    by_code = {entry.code: entry for entry in export.procedures}
    assert set(by_code) == {"1.004884", "1.099001"}
    assert "KQ.G01.00279" not in by_code["1.099001"].results, "a result that nobody catalogued"
    following = succeed(load(), export.procedures, on=TODAY, version="x")
    assert problems(following) == (), "what is left of an export holds together"
    assert {str(misfit) for misfit in export.misfits} == {
        "row 2 (1.099001): RESULT_UNKNOWN (KQ.G01.00279)",
        "row 2 (1.099001) component 3: COMPONENT_IS_A_NOTE (Lưu ý: mang theo căn cước)",
        "row 2 (1.099001) component 4: COMPONENT_COUNT_IMPLAUSIBLE (Đơn Mẫu số 18)",
        "row 2 (1.099001) component 6: COMPONENT_NAME_EMPTY",
        "row 2 (1.099001) component 7: COMPONENT_NAME_EMPTY",
        "row 3 (12345): PROCEDURE_CODE_FORM (12345)",
        "row 4 (1.099002): NAME_EMPTY",
        "row 5 (1.099001): ROW_DIFFERS (name: Lặp lại)",
        "row 5 (1.099001): ROW_TWICE",
        "row 6 (1.099003): LEVEL_UNKNOWN (Cấp vũ trụ)",
        "row 6 (1.099003): LEVELS_EMPTY",
    }


def test_a_known_procedure_keeps_the_mapping_of_its_components() -> None:
    export = read_export(json.dumps(ROWS).encode(), load())
    known = load().procedure("1.004884", TODAY)
    assert export.procedures[0] == known
    assert export.procedures[0].name == "Đăng ký lại khai sinh"


def test_components_of_a_new_procedure_are_read() -> None:
    new = read_export(json.dumps({"data": ROWS}).encode(), load()).procedures[1]
    assert new.levels == (AgencyLevel.PROVINCE, AgencyLevel.COMMUNE)
    assert [(part.code, part.form, part.accepts) for part in new.components] == [
        ("1.099001.TP01", ComponentForm.FORM, ()),
        ("1.099001.TP02", ComponentForm.COPY, ("KS",)),
        ("1.099001.TP03", ComponentForm.ORIGINAL, ()),
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_of_values_parted_by_any_usual_mark_is_read(mark: str) -> None:
    lines = [
        mark.join(["Mã TTHC", "Tên TTHC", "Cấp thực hiện", "Kết quả thực hiện", "Thành phần hồ sơ"]),
        mark.join(["1.099009", "Thủ tục", "Cấp tỉnh", "KQ.G15.000031", '"Tờ khai|Bản sao giấy tờ"']),
    ]
    export = read_export(("\ufeff" + "\r\n".join(lines)).encode(), load())
    (new,) = export.procedures
    assert (new.results, new.levels) == (("KQ.G15.000031",), (AgencyLevel.PROVINCE,))
    assert [part.form for part in new.components] == [ComponentForm.FORM, ComponentForm.COPY]
    assert export.misfits == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe", "EXPORT_NOT_TEXT"),
        (b"[1, 2]", "EXPORT_MALFORMED"),
        (b"{", "EXPORT_MALFORMED"),
        (b'{"data": 7}', "EXPORT_MALFORMED"),
        (b"[" * 100_000, "EXPORT_MALFORMED"),
        (b"", "EXPORT_COLUMNS"),
        (b"a,b\n1,2\n", "EXPORT_COLUMNS"),
        (b"[]", "EXPORT_COLUMNS"),
        (b"MaTTHC,TenTTHC\n" + b'"' + b"x" * 200_000, "EXPORT_MALFORMED"),
    ],
)
def test_what_is_no_export_is_refused_with_a_code(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_export(content, load())
    assert caught.value.code == code


def test_an_export_beyond_the_limit_is_refused_unread() -> None:
    with pytest.raises(Invalid) as caught:
        read_export(b" " * (MAX_BYTES + 1), load())
    assert caught.value.code == "EXPORT_TOO_LARGE"


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_no_bytes_raise_anything_but_our_error(content: bytes) -> None:
    try:
        read_export(b"MaTTHC,TenTTHC\n" + content, load())
        read_export(content, load())
    except Invalid:
        pass


@given(
    st.lists(
        st.fixed_dictionaries({
            "MaTTHC": st.sampled_from(("1.099001", "1.099002", "1.004194", "7.123456", "x")),
            "TenTTHC": st.sampled_from(("Thủ tục", "", " ")),
            "CapThucHien": st.sampled_from(("Cấp tỉnh", "Cấp vũ trụ", "", "Cấp Xã; x")),
            "KetQua": st.sampled_from(("KQ.G15.000031", "KQ.G99.123456; KQ.G15.000031", "không mã", "")),
            "ThanhPhanHoSo": st.lists(
                st.fixed_dictionaries({
                    "TenGiayTo": st.sampled_from(("Tờ khai", "Giấy khai sinh", "")),
                    "SoBanChinh": st.sampled_from(("0", "1", "181", "x")),
                    "MaGiayToKetQua": st.sampled_from(("KQ.G15.000031", "KQ.G99.123456", "")),
                }),
                max_size=3,
            ) | st.just([{"TenGiayTo": "Giấy khai sinh", "SoBanSao": 1}] * 120),
        }),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_what_is_left_of_any_export_holds_together(rows: list[dict[str, Any]]) -> None:
    """One odd row of five thousand must not cost the others: it is told, and the edition stands without it."""
    export = read_export(json.dumps(rows).encode(), load())
    assert problems(succeed(load(), export.procedures, on=NEW_YEAR, version="x")) == ()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(
        st.fixed_dictionaries(dict.fromkeys(("MaTTHC", "TenTTHC", "CapThucHien", "KetQua", "ThanhPhanHoSo"), _JSON)),
        max_size=3,
    )
)
def test_no_json_raises_anything_but_our_error(rows: list[dict[str, Any]]) -> None:
    try:
        export = read_export(json.dumps(rows).encode(), load())
    except Invalid:
        return
    assert export.rows == len(rows)


ONE_ROW_A_COMPONENT = """\
Mã TTHC;Tên TTHC;Cấp thực hiện;Lĩnh vực;Kết quả thực hiện;Tên giấy tờ;Số bản chính;Số bản sao;MaGiayToKetQua
1.099001;Cấp giấy mẫu;Cấp Tỉnh;Lĩnh vực mẫu;KQ.G15.000031;Tờ khai;1;0;
1.099001;Cấp giấy mẫu;Cấp Tỉnh;Lĩnh vực mẫu;KQ.G15.000031;Giấy phép xây dựng;0;1;KQ.G17.000311
;;;;;Bản vẽ;1;0;
1.099002;Thủ tục khác;Cấp Xã;Lĩnh vực mẫu;;Lưu ý: đến sớm;0;0;
1.099001;Cấp giấy mẫu;Cấp Xã;Lĩnh vực mẫu;KQ.G99.999999;Hợp đồng;0;1;
1.099001;Cấp giấy mẫu;Cấp Tỉnh;Lĩnh vực mẫu;;Bản vẽ;1;0;
1.099001;Cấp giấy mẫu;Cấp Tỉnh;Lĩnh vực mẫu;;;;;
không phải mã;Sai;Cấp Tỉnh;;;;;;
;;;;;Của ai;1;0;
"""


def test_an_export_with_one_row_a_component_gives_all_of_them_and_tells_what_did_not_fit() -> None:
    read = read_export(ONE_ROW_A_COMPONENT.encode(), load())
    assert read.rows == 9
    found = {one.code: one for one in read.procedures}
    assert set(found) == {"1.099001", "1.099002"}
    parts = [(one.code, one.name, one.form) for one in found["1.099001"].components]
    assert parts == [
        ("1.099001.TP01", "Tờ khai", ComponentForm.FORM),
        ("1.099001.TP02", "Giấy phép xây dựng", ComponentForm.COPY),
        ("1.099001.TP03", "Bản vẽ", ComponentForm.ORIGINAL),
        ("1.099001.TP04", "Hợp đồng", ComponentForm.COPY),
    ]
    assert found["1.099001"].levels == (AgencyLevel.PROVINCE,)
    assert found["1.099002"].components == ()
    assert [str(one) for one in read.misfits if one.code not in {"RESULT_UNKNOWN", "RESULT_CODE_FORM"}] == [
        "row 4 (1.099002) component: COMPONENT_IS_A_NOTE (Lưu ý: đến sớm)",
        "row 5 (1.099001): ROW_DIFFERS (levels: Cấp Xã)",
        "row 6 (1.099001): COMPONENT_TWICE (Bản vẽ)",
        "row 7 (1.099001): ROW_TWICE",
        "row 8 (không phải mã): PROCEDURE_CODE_FORM (không phải mã)",
        "row 9: COMPONENT_WITHOUT_PROCEDURE (Của ai)",
    ]
    assert "row 5 (1.099001): RESULT_UNKNOWN (KQ.G99.999999)" in {str(one) for one in read.misfits}
    following = succeed(load(), read.procedures, on=NEW_YEAR, version="2027.01.01")
    assert problems(following) == ()


def test_results_in_several_rows_are_taken_together() -> None:
    known = load().procedure("1.004194", TODAY)
    other = next(code for one in load().types for code in one.result_codes if code not in known.results)
    head = "MaTTHC,TenTTHC,CapThucHien,KetQua\n"
    rows = "".join(f"1.004194,Đăng ký tạm trú,Cấp Xã,{code}\n" for code in (known.results[0], other))
    (read,) = read_export((head + rows).encode(), load()).procedures
    assert read.results == (known.results[0], other)
    assert read.components == known.components, "mapping components to types is this catalogue's work"
