"""Before reading: which way up, flat, without borders; and what is said of the picture. Nothing is read here."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from ocr import LineFinder, PageImage, PageText, Quality, glance, models_folder, pages
from ocr.clean import prepare
from ocr.errors import ReaderError
from ocr.flatten import flattened, sheet_corners
from ocr.look import Look, look
from ocr.quality import assess
from ocr.raster import estimated_dpi
from ocr.strips import Band
from ocr.turn import turned, turned_box
from ocr.values import Picture
from tests.golden.specimens import as_jpeg, degrade, draw

FINDER = LineFinder(models_folder())
needs_lines = pytest.mark.skipif(not (models_folder() / "lines.onnx").exists(), reason="no line finder (deploy/models)")


def find(grey: Picture) -> list[Band] | None:
    try:
        return FINDER.find(grey)
    except ReaderError:
        return None


def image(rgb: Picture, dpi: int = 200) -> PageImage:
    return PageImage(0, rgb.shape[1], rgb.shape[0], dpi, rgb)


@cache
def specimen(kind: str, severity: int, seed: int = 5) -> PageImage:
    return next(iter(pages(as_jpeg(draw(kind, seed=seed), severity))))


def spoilt(how: str) -> PageImage:
    page = specimen("KS", 2)
    rgb, dpi = page.rgb, page.dpi
    width = rgb.shape[1]
    if how == "blurred":
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 4.0), dtype=np.uint8)
    elif how == "coarse":
        rgb, dpi = np.asarray(cv2.resize(rgb, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)), 80
    elif how == "cut left":
        rgb = np.ascontiguousarray(rgb[:, width // 4 :])
    elif how == "cut right":
        rgb = np.ascontiguousarray(rgb[:, : width * 2 // 3])
    elif how == "half a seal":
        rgb = rgb.copy()
        for size, word in ((13, "UBND"), (9, "MAU")):
            cv2.putText(rgb, word, (width - 30, 700 + 8 * size), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (30, 30, 30), 3)
        cv2.circle(rgb, (width, 780), 130, (30, 30, 30), 4)
    return image(rgb, dpi)


@pytest.mark.parametrize(
    ("how", "advice"),
    [
        ("good", ()),
        ("blurred", ("BLURRED",)),
        ("coarse", ("LOW_RESOLUTION",)),
        ("cut left", ("CUT_EDGE",)),
        ("cut right", ("CUT_EDGE",)),
        ("half a seal", ()),
    ],
)
def test_what_a_better_picture_would_mend_is_told_without_reading(how: str, advice: tuple[str, ...]) -> None:
    assert glance(spoilt(how)) == advice


def test_a_photograph_is_judged_by_its_sheet_not_by_the_desk_around_it() -> None:
    page = specimen("KS", 4)
    assert "UNEVEN_LIGHT" in assess(page.rgb, page.dpi).advice
    assert not {"UNEVEN_LIGHT", "CUT_EDGE"} & set(glance(page))


@needs_lines
@pytest.mark.parametrize(("kind", "severity", "quarters"), [("KS", 3, 0), ("CONGVAN", 2, 1), ("KS", 3, 2)])
def test_a_page_is_set_upright_whichever_way_it_was_laid(kind: str, severity: int, quarters: int) -> None:
    page = specimen(kind, severity)
    laid = turned(page.rgb, -quarters)
    seen = look(image(laid, page.dpi), find)
    assert seen.quarters == quarters
    assert (seen.width, seen.height) == (page.width, page.height)
    assert ("TURNED" in seen.steps) == (quarters != 0)


@needs_lines
def test_boxes_come_back_to_the_page_as_it_is_shown() -> None:
    page = specimen("CONGVAN", 2)
    straight, sideways = look(page, find), look(image(turned(page.rgb, 1), page.dpi), find)
    assert sideways.quarters == 3
    want, got = lines_of(straight), lines_of(sideways)
    near = [any(np.abs(np.array(one) - np.array(other)).max() <= 12 for other in got) for one in want]
    assert sum(near) > 0.9 * len(want)


def lines_of(seen: Look) -> list[tuple[int, int, int, int]]:
    return [seen.to_page(band.box) for band in seen.bands or []]


def test_turning_a_box_four_times_gives_it_back() -> None:
    assert turned_box((10, 20, 30, 60), 1, 100, 200) == (140, 10, 180, 30)
    assert turned_box(turned_box((10, 20, 30, 60), 3, 100, 200), 1, 200, 100) == (10, 20, 30, 60)


@pytest.mark.parametrize("seed", [5, 6])
def test_the_corners_of_a_photographed_sheet_are_found(seed: int) -> None:
    drawn = draw("XNTTHN", seed=seed).pages[0]
    photo = degrade(drawn, 4, seed=seed)
    corners = sheet_corners(np.asarray(photo.image))
    assert corners is not None
    wide, high = drawn.size
    outline = np.array([[[0, 0], [wide, 0], [wide, high], [0, high]]], dtype=np.float64)
    true = cv2.perspectiveTransform(outline, np.array(photo.matrix))[0]
    assert np.abs(corners - true).max() < 6
    flat = flattened(np.asarray(photo.image))
    assert flat is not None
    left, top, _, _ = flat.back((0, 0, 1, 1))
    assert abs(left - true[0][0]) < 6
    assert abs(top - true[0][1]) < 6


@pytest.mark.parametrize("severity", [1, 2, 3])
def test_scans_are_not_flattened(severity: int) -> None:
    page = specimen("CONGVAN", severity)
    assert flattened(page.rgb) is None


def test_two_sheets_and_a_dark_page_are_not_flattened() -> None:
    desk = np.full((900, 1200, 3), 70, np.uint8)
    desk[100:800, 60:560] = desk[100:800, 640:1140] = 240
    assert flattened(desk) is None
    assert flattened(np.full((900, 700, 3), 40, np.uint8)) is None


def test_black_borders_go_and_print_at_the_edge_stays() -> None:
    page = specimen("CONGVAN", 1).rgb.copy()
    page[:, :70] = 12
    cv2.fillPoly(page, [np.array([[0, 0], [page.shape[1], 0], [page.shape[1], 80]])], (5, 5, 5))
    page[1500:1530, page.shape[1] - 260 :] = page[1500:1530, 300:560]
    clean, done = prepare(page, 300)
    assert "BORDERS" in done
    assert clean[:, :60].min() > 200
    assert clean[5, -200:].min() > 200
    inside = (slice(200, -200), slice(200, -200))
    alone, plain = prepare(page, 300, {"BORDERS"})[0], prepare(page, 300, set())[0]
    assert np.array_equal(alone[inside], plain[inside])
    assert np.array_equal(alone[1500:1530, -160:-5], plain[1500:1530, -160:-5])
    untouched = specimen("CONGVAN", 1).rgb
    assert "BORDERS" not in prepare(untouched, 300)[1]


def test_a_blank_page_is_blank_even_with_a_black_border() -> None:
    page = np.full((2339, 1654, 3), 250, np.uint8)
    assert look(image(page), find).quality.advice == ("BLANK",)
    page[:, :25] = 0
    seen = look(image(page), find)
    assert seen.quality.blank
    assert seen.bands == []


@needs_lines
def test_the_report_names_what_a_better_picture_would_mend() -> None:
    good = specimen("CONGVAN", 2)
    assert look(good, find).quality.advice == ()
    tiny = cv2.resize(good.rgb, None, fx=0.42, fy=0.42, interpolation=cv2.INTER_AREA)
    assert "LOW_RESOLUTION" in look(image(np.asarray(tiny, np.uint8), 84), find).quality.advice
    blurred = np.asarray(cv2.GaussianBlur(good.rgb, (0, 0), 5), np.uint8)
    assert "BLURRED" in look(image(blurred), find).quality.advice
    cut_off = look(image(np.ascontiguousarray(good.rgb[:, 330:])), find).quality
    assert "CUT_EDGE" in cut_off.advice
    assert cut_off.cut == ("left",)


def test_a_lamp_on_the_paper_is_glare_and_white_paper_is_not() -> None:
    page = np.full((2339, 1654, 3), 196, np.uint8)
    page[300:320, 200:1400] = 30
    assert "GLARE" not in look(image(page), lambda _: []).quality.advice
    cv2.ellipse(page, (800, 1200), (260, 180), 0, 0, 360, (255, 255, 255), -1)
    seen = look(image(page), lambda _: []).quality
    assert "GLARE" in seen.advice
    assert 0.02 < seen.glare < 0.06
    white = np.full((2339, 1654, 3), 255, np.uint8)
    white[300:320, 200:1400] = 30
    assert look(image(white), lambda _: []).quality.glare == 0


def test_a_photographed_card_is_measured_as_a_card() -> None:
    assert estimated_dpi(1011, 638) == 300
    assert estimated_dpi(1654, 2339) == 200


def test_reports_kept_before_are_still_understood() -> None:
    quality = Quality(200, 0.5, 0.8, 0.0, blank=False)
    old = {name: value for name, value in quality.as_dict().items() if name not in {"glare", "skew", "text_px", "cut"}}
    assert Quality.from_dict(old) == quality
    page = PageText(10, 20, 200, (), quality, turned=2, steps=("TURNED",))
    assert PageText.from_dict(page.as_dict()) == page
    kept = {name: value for name, value in page.as_dict().items() if name not in {"turned", "steps"}}
    assert PageText.from_dict(kept) == replace(page, turned=0, steps=())
