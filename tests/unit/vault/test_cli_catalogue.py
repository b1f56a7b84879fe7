"""`vault catalogue`: an edition is checked, made from a national export, compared and shown, without any server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from vault import catalogue as editions
from vault.bootstrap import build
from vault.cli.main import main
from vault.config import Settings

EXPORT = """Mã thủ tục,Tên thủ tục,Lĩnh vực,Cấp thực hiện,Mã kết quả,Tên giấy tờ,Số bản chính,Số bản sao
1.004194,Đăng ký tạm trú,"Đăng ký, quản lý cư trú",Cấp Xã,KQ.G01.000064,Tờ khai CT01,1,0
9.999999,Thủ tục mẫu,Lĩnh vực mẫu,Cấp Tỉnh,KQ.G17.000311,Giấy phép xây dựng,0,1
không phải mã,,,,,,,
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAULT_HOME", str(tmp_path / "home"))
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Mapping[str, Any]]:
    status = main(["catalogue", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out.strip().splitlines()[-1])


def test_the_packaged_edition_holds_together_and_is_as_large_as_promised(capsys: pytest.CaptureFixture[str]) -> None:
    status, answer = told(capsys, "validate")
    assert (status, answer["ok"], answer["problems"]) == (0, True, [])
    assert answer["with_results"] >= 90
    assert answer["with_components"] >= 50


def test_an_edition_with_faults_is_refused_with_all_of_them(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    plain = editions.to_plain(editions.load())
    plain["procedures"][0]["components"][1]["accepts"] = ["NOWHERE"]
    plain["types"][1]["group"] = ""
    bad = home / "bad.json"
    bad.write_text(json.dumps(plain), encoding="utf-8")
    status, answer = told(capsys, "validate", str(bad))
    assert (status, answer["ok"]) == (1, False)
    assert any("NOWHERE" in one for one in answer["problems"])
    status, answer = told(capsys, "diff", str(bad))
    assert (status, answer["code"]) == (1, "CATALOGUE_INVALID")


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_edition_is_refused(capsys: pytest.CaptureFixture[str], home: Path, content: bytes) -> None:
    (home / "x.json").write_bytes(content)
    status, answer = told(capsys, "validate", str(home / "x.json"))
    assert (status, answer["code"]) == (1, "EDITION_MALFORMED")


def test_an_import_makes_the_next_edition_and_the_service_uses_it(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    export, edition = home / "export.csv", home / "next.json"
    export.write_text(EXPORT, encoding="utf-8")
    arguments = ["import", str(export), str(edition), "--version", "2027.01", "--on", "2027-01-01"]
    status, answer = told(capsys, *arguments)
    assert (status, answer["ok"], answer["rows"]) == (0, True, 3), answer
    assert answer["misfits"]
    assert answer["changes"] > 0
    status, compared = told(capsys, "diff", str(edition))
    assert status == 0
    assert {"REMOVED", "CHANGED"} & {one["kind"] for one in compared["changes"]}
    assert "procedures[9.999999]@2027-01-01" in {one["where"] for one in compared["changes"]}
    used = build(Settings(home=home, catalogue=edition)).catalogue
    assert used.version.startswith("2027.01+")
    assert [one.code for one in used.procedures if one.code == "9.999999"] == ["9.999999"]


@pytest.mark.parametrize(
    ("code", "section"),
    [("1.004194.000.00.00.H24", "procedure"), ("GPXD", "type"), ("KQ.G15.000031", "type"), ("H24", "agency"),
     ("NO_DATA", "ground")],
)  # fmt: skip
def test_show_finds_any_code(capsys: pytest.CaptureFixture[str], code: str, section: str) -> None:
    status, answer = told(capsys, "show", code)
    assert status == 0
    assert section in answer["entries"][0]


def test_show_says_when_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    status, answer = told(capsys, "show", "NOTHING")
    assert (status, answer["code"]) == (1, "CATALOGUE_CODE")


def test_it_speaks_to_people_too(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (home / "export.csv").write_text(EXPORT, encoding="utf-8")
    arguments = ["import", str(home / "export.csv"), str(home / "e.json"), "--version", "x"]
    for words in (["validate"], ["show", "GPXD"], arguments, ["diff", str(home / "e.json")]):
        assert main(["catalogue", *words]) == 0
        assert capsys.readouterr().out
