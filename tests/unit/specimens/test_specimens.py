"""The specimens are what every measurement of reading rests on: their truth must be true."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pypdf
import pytest
from PIL import Image

from tests.golden.specimens import (
    DPI,
    KINDS,
    NOTICE,
    NoFontError,
    Person,
    Specimen,
    Word,
    as_jpeg,
    as_pdf,
    as_png,
    as_tiff,
    degrade,
    draw,
    fonts,
    people,
    person,
    scans,
)
from tests.golden.specimens.__main__ import main
from tests.golden.specimens.people import SERIAL_FIRST, SERIAL_LAST
from tests.golden.specimens.spelling import date_words, long_date, number_words, short_date


@cache
def paper(kind: str, seed: int = 1) -> Specimen:
    return draw(kind, seed=seed)


def first_mention(specimen: Specimen, name: str) -> str:
    words: list[Word] = []
    for index, word in enumerate(specimen.words):
        if word.field == name:
            words.append(word)
        elif words and specimen.words[index - 1].field == name:
            break
    return " ".join(word.text for word in words)


def printed(value: str) -> list[str]:
    """How a fact may stand on paper: itself, a date in two ways, an amount with Vietnamese points and commas."""
    forms = [value]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        forms += [short_date(date.fromisoformat(value)), long_date(date.fromisoformat(value))]
    if re.fullmatch(r"\d+(\.\d+)?", value):
        forms += [value.replace(".", ","), f"{float(value):,.0f}".replace(",", ".")]
    return forms


@pytest.mark.parametrize("kind", KINDS)
def test_every_fact_stands_on_the_page_where_its_box_says(kind: str) -> None:
    specimen = paper(kind)
    assert set(specimen.boxes) == set(specimen.fields)
    for name, value in specimen.fields.items():
        said = first_mention(specimen, name)
        shown = {form for form in printed(value) if form in said}
        short = re.sub(r"\D", "", value) and re.sub(r"\D", " ", said).split()  # cards: "25tháng/month06"
        assert shown or [int(part) for part in reversed(value.split("-"))] == [int(part) for part in short], (
            name,
            said,
        )
        page, x0, y0, x1, y1 = specimen.boxes[name]
        assert 0 <= x0 < x1 <= specimen.pages[page].width
        assert 0 <= y0 < y1 <= specimen.pages[page].height


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_words_say_the_same_in_composed_letters_under_the_notice(kind: str) -> None:
    specimen = paper(kind)
    assert len(specimen.text) == len(specimen.pages)
    for number, text in enumerate(specimen.text):
        assert text.splitlines()[0] == NOTICE
        assert unicodedata.is_normalized("NFC", text)
        assert text.split() == " ".join(word.text for word in specimen.words if word.page == number).split()


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_leaves_the_page(kind: str) -> None:
    specimen = paper(kind)
    for word in specimen.words:
        page = specimen.pages[word.page]
        assert 0 < word.box[0] < word.box[2] < page.width, word
        assert 0 < word.box[1] < word.box[3] < page.height - 60, word


def test_word_boxes_fit_the_ink_to_two_pixels() -> None:
    specimen = draw("CONGVAN", seed=3)
    grey = np.asarray(specimen.pages[0].convert("L"))
    checked = 0
    for word in specimen.words[60:130]:
        x0, y0, x1, y1 = word.box
        ys, xs = np.nonzero(grey[y0 - 6 : y1 + 6, x0 - 6 : x1 + 6] < 110)
        ink = (x0 - 6 + xs.min(), y0 - 6 + ys.min(), x0 - 6 + xs.max() + 1, y0 - 6 + ys.max() + 1)
        if word.text.isalnum() and not word.hand:
            assert all(abs(a - b) <= 2 for a, b in zip(ink, word.box, strict=True)), (word, ink)
            checked += 1
    assert checked > 20


def test_one_seed_gives_one_paper_and_another_seed_another() -> None:
    first, again, other = draw("GPXD", seed=5), draw("GPXD", seed=5), draw("GPXD", seed=6)
    assert first.pages[0].tobytes() == again.pages[0].tobytes()
    assert (first.fields, first.words) == (again.fields, again.words)
    assert first.fields != other.fields


def test_the_given_person_is_the_one_on_the_paper() -> None:
    someone = person("somebody", gender="Nữ", born=(1990, 1990))
    facts = draw("XNTTHN", seed=1, person=someone).fields
    assert facts["holder_name"] == someone.name.upper()
    assert facts["holder_id"] == someone.personal_number
    assert facts["birth_date"] == someone.birth_date.isoformat()
    assert draw("KH", seed=1, person=someone).fields["wife_id"] == someone.personal_number


def test_overrides_are_printed_and_unknown_ones_refused() -> None:
    specimen = draw("KS", seed=1, overrides={"number": "777/2020", "birth_date": "2020-02-29"})
    assert first_mention(specimen, "number") == "777/2020"
    assert first_mention(specimen, "birth_date") == "29/02/2020"
    assert "hai mươi chín, tháng hai, năm hai nghìn không trăm hai mươi" in specimen.fields["birth_date_words"]
    with pytest.raises(ValueError, match="states no plate"):
        draw("KS", seed=1, overrides={"plate": "15A-000.00"})


def test_the_birth_certificate_of_2010_names_the_father_first_and_no_personal_number() -> None:
    old = draw("KS", seed=5)
    assert old.fields["book"]
    assert "holder_id" not in old.fields
    assert old.boxes["father_name"][2] < old.boxes["mother_name"][2]
    assert old.fields["issued_on"] < "2016"
    assert draw("KS", seed=5, overrides={"generation": "2020"}).fields["holder_id"]


def test_the_columns_of_a_marriage_certificate_stand_side_by_side() -> None:
    boxes = paper("KH").boxes
    assert boxes["wife_name"][3] < boxes["husband_name"][1]
    assert abs(boxes["wife_name"][2] - boxes["husband_name"][2]) < 10


def test_letters_have_hand_filled_parts_for_some_seeds() -> None:
    hands = {seed: [word.text for word in paper("CONGVAN", seed).words if word.hand] for seed in range(1, 9)}
    filled = [seed for seed, words in hands.items() if words]
    assert 0 < len(filled) < len(hands)
    for seed in filled:
        assert paper("CONGVAN", seed).fields["number"].split("/")[0] in hands[seed][0]


def test_invented_people_have_numbers_of_the_right_structure_in_the_specimen_range() -> None:
    crowd = [member for member, _ in zip(people(1), range(300), strict=False)]
    assert len({member.personal_number for member in crowd}) > 290
    for member in crowd:
        number = member.personal_number
        assert re.fullmatch(r"\d{12}", number)
        assert number[:3] == member.home.code
        century = {"0": (1900, "Nam"), "1": (1900, "Nữ"), "2": (2000, "Nam"), "3": (2000, "Nữ")}[number[3]]
        assert (century[0] + int(number[4:6]), century[1]) == (member.birth_date.year, member.gender)
        assert SERIAL_FIRST <= int(number[6:]) <= SERIAL_LAST
        assert "Mẫu" in member.home.ward


def test_people_are_the_same_for_the_same_seed() -> None:
    def some(seed: int) -> list[Person]:
        return [member for member, _ in zip(people(seed), range(5), strict=False)]

    assert some(4) == some(4)
    assert some(4) != some(5)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (105, "một trăm linh năm"),
        (2015, "hai nghìn không trăm mười lăm"),
        (2004, "hai nghìn không trăm linh bốn"),
        (1_500_000_000, "một tỷ năm trăm triệu"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert number_words(number) == words


def test_dates_as_papers_write_them() -> None:
    assert date_words(date(2015, 4, 5)) == "Ngày mùng năm, tháng tư, năm hai nghìn không trăm mười lăm"
    assert long_date(date(2026, 2, 3)) == "ngày 03 tháng 02 năm 2026"
    assert long_date(date(2026, 10, 23)) == "ngày 23 tháng 10 năm 2026"


@pytest.mark.parametrize("severity", [0, 1, 2, 3, 4])
def test_boxes_follow_the_page_through_every_severity(severity: int) -> None:
    page = Image.new("RGB", (1240, 1754), "white")
    square = (400, 900, 520, 1000)
    page.paste((0, 0, 0), square)
    for seed in range(3):
        scan = degrade(page, severity, seed=seed)
        x0, y0, x1, y1 = scan.map_box(square)
        grey = np.asarray(scan.image.convert("L")).astype(int)
        inner = grey[round(y0) + 12 : round(y1) - 12, round(x0) + 12 : round(x1) - 12]
        around = grey[round(y0) - 30 : round(y0) - 12, round(x0) : round(x1)]
        assert inner.mean() + 60 < around.mean()


def test_degrading_is_seeded_and_refuses_unknown_severities() -> None:
    page = draw("THONGBAO", seed=1).pages[0]
    assert degrade(page, 3, seed=1).image.tobytes() == degrade(page, 3, seed=1).image.tobytes()
    assert degrade(page, 3, seed=1).image.tobytes() != degrade(page, 3, seed=2).image.tobytes()
    with pytest.raises(ValueError, match="severity"):
        degrade(page, 5, seed=1)


def test_copies_are_grey_or_black_and_white_and_photographs_small() -> None:
    page = paper("XNTTHN").pages[0]
    assert {degrade(page, 3, seed=seed).image.mode for seed in range(8)} == {"L", "1"}
    assert degrade(page, 4, seed=1).image.width < page.width * 0.62
    assert degrade(page, 2, seed=1).dpi == 200


def test_files_carry_their_resolution_and_all_pages() -> None:
    specimen = draw("QSDD", seed=1, overrides={"generation": "2014"})
    specimen = replace(specimen, pages=tuple(page.resize((1240, 1754)) for page in specimen.pages))
    assert len(specimen.pages) == 2
    with Image.open(io.BytesIO(as_jpeg(specimen, 2, page=1))) as picture:
        assert (picture.format, picture.info["dpi"]) == ("JPEG", (200, 200))
    with Image.open(io.BytesIO(as_png(specimen, 1))) as picture:
        assert picture.format == "PNG"
        assert round(picture.info["dpi"][0]) == DPI
    with Image.open(io.BytesIO(as_tiff(specimen, 2))) as picture:
        assert (picture.format, picture.n_frames, round(picture.info["dpi"][0])) == ("TIFF", 2, 200)  # type: ignore[attr-defined]
    reader = pypdf.PdfReader(io.BytesIO(as_pdf(specimen, 2)))
    assert len(reader.pages) == 2
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [298, 421]
    assert as_pdf(specimen, 2) == as_pdf(specimen, 2)


def test_black_and_white_copies_become_group_4_tiff() -> None:
    specimen = paper("XNTTHN")
    seed = next(seed for seed in range(20) if scans(specimen, 3, seed=seed)[0].image.mode == "1")
    with Image.open(io.BytesIO(as_tiff(specimen, 3, seed=seed))) as picture:
        assert picture.info["compression"] == "group4"


def test_a_typeface_without_vietnamese_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    fonts._find.cache_clear()
    with pytest.raises(NoFontError, match="apt-get install"):
        fonts.Typeface("times").font(40)
    # DejaVu's monospaced cut lacks Vietnamese letters; posing as Liberation it must be seen through.
    mono = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
    (tmp_path / "LiberationSerif-Regular.ttf").write_bytes(mono.read_bytes())
    fonts._find.cache_clear()
    with pytest.raises(NoFontError):
        fonts.Typeface("times").font(40)
    fonts._find.cache_clear()


def test_pages_are_drawn_with_dejavu_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSans", "DejaVuSans-Bold"):
        (tmp_path / f"{name}.ttf").symlink_to(f"/usr/share/fonts/truetype/dejavu/{name}.ttf")
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    fonts._find.cache_clear()
    specimen = draw("THONGBAO", seed=2, overrides={"typeface": "times"})
    assert not fonts.Typeface("times").leans(bold=False)
    fonts._find.cache_clear()
    assert specimen.fields["issuer"] in specimen.text[0].replace("\n", " ")


def test_the_command_writes_files_and_their_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--kinds", "KS,GPLX", "--seed", "2", "--severity", "2", "--format", "jpeg"]) == 0
    assert capsys.readouterr().out.count("\n") == 2
    truth = json.loads((tmp_path / "KS-2-s2.json").read_text(encoding="utf-8"))
    assert truth["fields"] == draw("KS", seed=2).fields
    assert truth["files"] == ["KS-2-s2-p1.jpeg"]
    with Image.open(tmp_path / truth["files"][0]) as picture:
        page, _, _, x1, y1 = truth["boxes"]["holder_name"]
        assert page == 0
        assert x1 < picture.width
        assert y1 < picture.height
    with pytest.raises(SystemExit) as stop:
        main([str(tmp_path), "--kinds", "NOPE"])
    assert stop.value.code == 2


@pytest.mark.parametrize("kind", KINDS)
def test_the_readme_names_every_kind_and_its_fields(kind: str) -> None:
    readme = Path(__file__).resolve().parents[2] / "golden" / "README.md"
    row = next(line for line in readme.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{kind}` |"))
    assert set(paper(kind).fields) <= {name.strip() for name in row.split("|")[3].split(",")}
