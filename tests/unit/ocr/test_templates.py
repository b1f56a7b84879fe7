"""The templates are data that the library accepts, complete and in line with the slugs of the catalogue."""

from __future__ import annotations

import pytest

from ocr import Template
from tests.unit.ocr.conftest import TEMPLATES

ASKED = {
    *("KS", "KH", "XNTTHN", "KTU", "NCMC", "GH", "CAICHINH", "GHICHU_LH", "CT07", "QSDD", "GPXD", "HKD", "DKDN"),
    *("GPLX", "LLTP1", "DKXE", "GPKDVT", "ID", "GCS", "GBT", "CONGVAN", "QUYETDINH", "THONGBAO", "OTHER"),
}


def test_at_least_the_asked_kinds_are_there(templates: list[Template]) -> None:
    assert {template.code for template in templates} >= ASKED
    assert len(templates) >= 20


def test_each_file_is_named_after_its_code_and_survives_plain_data(templates: list[Template]) -> None:
    """A second layout of one kind is another file: ``KS.yaml`` and ``KS-TRICHLUC.yaml``."""
    assert [template.code for template in templates] == [
        path.stem.split("-")[0] for path in sorted(TEMPLATES.glob("*.yaml"))
    ]
    for template in templates:
        assert Template.from_dict(template.as_dict()) == template


def test_no_two_kinds_share_a_title(templates: list[Template]) -> None:
    titles = [title for template in templates for title in template.titles]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"name": "x"}, "code"),
        ({"code": "X", "name": "x", "colour": "red"}, "colour"),
        ({"code": "X", "name": "x", "titles": "GIẤY"}, "list"),
        ({"code": "X", "name": "x", "fields": {"a": {"kind": "poem", "labels": ["A"]}}}, "poem"),
        ({"code": "X", "name": "x", "fields": {"a": {}}}, "label"),
        ({"code": "X", "name": "x", "fields": {"a": {"labels": ["A"], "after": "b"}}}, "'b'"),
    ],
)
def test_a_wrong_template_is_refused_and_the_message_names_the_fault(raw: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Template.from_dict(raw)
