"""The machine-readable zone: the samples of ICAO Doc 9303, Vietnamese cards, and what a reader makes of fillers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr import Template, pages, understand
from ocr.clean import prepare
from ocr.codes import find_codes
from ocr.idcard import parse
from ocr.mrz import check_digit, find
from tests.golden import variants
from tests.golden.specimens import as_jpeg
from tests.golden.variants import zones
from tests.unit.ocr.test_understand import read

PASSPORT = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
OFFICIAL_CARD = ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"]


def card(person: str = "031193999001", born: str = "930315", ends: str = "330315", sex: str = "F") -> list[str]:
    number = person[3:]
    head = f"IDVNM{number}{check_digit(number)}{person}<<"
    return [
        f"{head}{check_digit(head[5:])}",
        f"{born}{check_digit(born)}{sex}{ends}{check_digit(ends)}VNM<<<<<<<<<<<4",
        "NGUYEN<<THI<MAU<<<<<<<<<<<<<<<",
    ]


def test_the_samples_of_the_standard() -> None:
    zone = find(["REPUBLIC OF UTOPIA", *PASSPORT])
    assert zone is not None
    assert (zone.kind, zone.number, zone.birth_date, zone.sex, zone.expires_on) == (
        "HC",
        "L898902C3",
        "1974-08-12",
        "NỮ",
        "2012-04-15",
    )
    assert (zone.name, zone.lines, zone.personal_number) == ("eriksson anna maria", (1, 2), "")
    official = find(OFFICIAL_CARD)
    assert official is not None
    assert (official.kind, official.number, official.birth_date) == ("ID", "D23145890", "1974-08-12")


def test_a_vietnamese_card_says_the_personal_number() -> None:
    zone = find(card())
    assert zone is not None
    assert (zone.number, zone.personal_number, zone.birth_date) == ("031193999001", "031193999001", "1993-03-15")
    young = find(card(person="031323999001", born="230315", ends="370315"))
    assert young is not None
    assert young.birth_date == "2023-03-15"


@pytest.mark.parametrize("place", [5, 9, 13])
def test_a_digit_read_wrongly_is_refused(place: int) -> None:
    rows = card()
    wrong = "7" if rows[0][place] != "7" else "1"
    assert find([rows[0][:place] + wrong + rows[0][place + 1 :], *rows[1:]]) is None


def test_fillers_spaces_and_letters_for_digits_are_understood() -> None:
    rows = card()
    read_so = [rows[0].replace("<<", "«"), rows[1].replace("0", "O", 1).replace("<<<<", "<< <<"), rows[2][:-2]]
    zone = find(read_so)
    assert zone is not None
    assert zone.birth_date == "1993-03-15"


def test_text_of_a_paper_is_no_zone() -> None:
    assert find(["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "IDVNM<<<<", ""]) is None


def paper(birth: str = "15/03/1993", zone: list[str] | None = None) -> list[tuple[int, int, str]]:
    rows = [
        (500, 100, "CĂN CƯỚC CÔNG DÂN"),
        (500, 150, "Citizen Identity Card"),
        (500, 250, "Số/No: 031193999001"),
        (500, 300, "Họ và tên/Full name: NGUYỄN THỊ MẪU"),
        (500, 350, f"Ngày sinh/Date of birth: {birth}"),
        (500, 400, "Giới tính/Sex: Nữ"),
    ]
    return rows + [(500, 700 + 50 * number, row) for number, row in enumerate(card() if zone is None else zone)]


def test_the_zone_confirms_what_is_read_and_fills_what_is_not(templates: list[Template]) -> None:
    found = understand([read(*paper())], templates)
    assert found.type.code == "ID"
    assert found.fields["birth_date"].evidence["agrees"] == 1
    assert found.fields["holder_name"].evidence["agrees"] == 1
    assert found.fields["expires_on"].value == "2033-03-15"
    assert found.fields["expires_on"].accept


def test_the_zone_never_changes_what_is_read(templates: list[Template]) -> None:
    found = understand([read(*paper(birth="16/03/1993"))], templates)
    assert found.fields["birth_date"].value == "1993-03-16"
    assert not found.fields["birth_date"].accept
    assert "ZONE_DIFFERS:birth_date" in found.warnings


def test_a_drawn_card_and_passport_are_confirmed_by_what_machines_read_on_them(templates: list[Template]) -> None:
    for kind in ("ID", "HC"):
        paper = variants.draw(kind, seed=11, plain=True)
        said = understand(variants.exact(paper), templates)
        told = {name for name, field in said.fields.items() if field.evidence.get("agrees") or not field.evidence}
        assert {"number", "birth_date", "sex", "expires_on", "holder_name"} <= told, (kind, told)
        for name in ("number", "birth_date", "sex", "expires_on", "holder_name"):
            assert said.fields[name].value.casefold() == paper.fields[name].casefold()
            assert said.fields[name].accept
        assert not [text for text in said.warnings if text.startswith("ZONE_DIFFERS")]


def test_a_zone_that_says_another_day_contradicts_the_print(templates: list[Template]) -> None:
    paper = variants.draw("HC", seed=11, plain=True)
    other = {**paper.fields, "birth_date": f"{paper.fields['birth_date'][:4]}-01-02"}
    (page,) = variants.exact(paper)
    zone = zones.passport_zone(other)
    old = zones.passport_zone(paper.fields)
    lines = tuple(
        replace(line, words=(replace(line.words[0], text=dict(zip(old, zone, strict=True)).get(line.text, line.text)),))
        if line.text in old
        else line
        for line in page.lines
    )
    said = understand([replace(page, lines=lines)], templates)
    assert "ZONE_DIFFERS:birth_date" in said.warnings
    assert not said.fields["birth_date"].accept


@pytest.mark.parametrize("severity", [1, 2, 3])
def test_the_code_of_a_drawn_card_is_found_on_scans_of_it_and_says_what_is_printed(severity: int) -> None:
    paper = variants.draw("ID", seed=12)
    (picture,) = pages(as_jpeg(paper, severity))
    grey, _ = prepare(picture.rgb, picture.dpi)
    (code,) = find_codes(grey)
    said = parse(code.text)
    assert said is not None
    assert {name: said[name] for name in ("number", "birth_date", "holder_name")} == {
        name: paper.fields[name] for name in ("number", "birth_date", "holder_name")
    }
