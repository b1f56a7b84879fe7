"""The machine-readable zone: the samples of ICAO Doc 9303, Vietnamese cards, and what a reader makes of fillers."""

from __future__ import annotations

import pytest

from ocr import Template, understand
from ocr.mrz import check_digit, find
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
