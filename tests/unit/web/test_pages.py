"""The camera's pure modules on photographs of drawn specimens: the sheet, what is wrong, straightened, reported."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ocr.quality import assess
from tests.fakes.photographs import CUT, FAR, GOOD, LIGHT_TABLE, TILTED, Corners, Pixels, page_of, photograph

ROOT = Path(__file__).resolve().parents[3]
NODE = ROOT / ".venv" / "bin" / "node"
SIZE = (960, 1280)
WRONG = {
    "dark": ("DARK", {"light": 0.22}),
    "blurred": ("BLURRED", {"blur": 1.4}),
    "glare": ("GLARE", {"glare": 70.0}),
    "cut": ("CUT", {"corners": CUT}),
    "far": ("FAR", {"corners": FAR}),
    "tilted": ("TILTED", {"corners": TILTED}),
}


@pytest.fixture(scope="module")
def sheets() -> dict[str, Pixels]:
    return {kind: page_of(kind, seed) for kind, seed in (("GPXD", 1), ("KS", 2))}


@pytest.fixture(scope="module")
def seen(sheets: dict[str, Pixels], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the modules say about each picture; one Node for all."""
    folder = tmp_path_factory.mktemp("pictures")
    pictures: dict[str, Pixels] = {}
    for kind, sheet in sheets.items():
        pictures[f"{kind}-good"] = photograph(sheet)
        pictures[f"{kind}-light"] = photograph(sheet, table=LIGHT_TABLE)
        for name, (_, fault) in WRONG.items():
            pictures[f"{kind}-{name}"] = photograph(sheet, **fault)  # type: ignore[arg-type]
    pictures["table"] = photograph(
        sheets["GPXD"], ((5000.0, 5000.0), (5900.0, 5000.0), (5900.0, 6200.0), (5000.0, 6200.0))
    )
    asked = []
    for name, picture in pictures.items():
        (folder / f"{name}.rgb").write_bytes(picture.tobytes())
        one: dict[str, Any] = {"file": str(folder / f"{name}.rgb"), "width": SIZE[0], "height": SIZE[1]}
        asked.append(one | ({"straight": str(folder / f"{name}.flat")} if name.endswith("good") else {}))
    told = run(asked)
    return dict(zip(pictures, told, strict=True)) | {"folder": folder}


def run(asked: list[dict[str, Any]]) -> list[Any]:
    script = Path(__file__).with_name("pages.mjs")
    done = subprocess.run(
        [str(NODE), str(script)], input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=280
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def farthest(found: list[list[float]], true: Corners) -> float:
    """By how many pixels the worst corner is off."""
    return float(max(np.hypot(x - a, y - b) for (x, y), (a, b) in zip(found, true, strict=True)))


@pytest.mark.parametrize("kind", ["GPXD", "KS"])
@pytest.mark.parametrize("table", ["good", "light"])
def test_the_sheet_is_found_to_two_pixels_and_nothing_is_wrong(seen: dict[str, Any], kind: str, table: str) -> None:
    found = seen[f"{kind}-{table}"]
    assert found["advice"] is None
    for looked in ("page", "fine"):
        assert farthest(found[looked]["corners"], GOOD) <= 2.5, "pixels of 1,280"


@pytest.mark.parametrize("kind", ["GPXD", "KS"])
@pytest.mark.parametrize("fault", WRONG)
def test_each_fault_is_named(seen: dict[str, Any], kind: str, fault: str) -> None:
    assert seen[f"{kind}-{fault}"]["advice"] == WRONG[fault][0]


def test_an_empty_table_holds_no_sheet(seen: dict[str, Any]) -> None:
    assert seen["table"]["page"] is None
    assert seen["table"]["advice"] in {"NO_PAGE", "DARK"}


@pytest.mark.parametrize("kind", ["GPXD", "KS"])
def test_the_straightened_sheet_is_the_drawn_page(seen: dict[str, Any], sheets: dict[str, Pixels], kind: str) -> None:
    size = seen[f"{kind}-good"]["size"]
    assert size["height"] / size["width"] == pytest.approx(297 / 210, abs=0.005)
    flat = np.frombuffer((seen["folder"] / f"{kind}-good.flat").read_bytes(), np.uint8)
    made = cv2.cvtColor(flat.reshape(size["height"], size["width"], 3), cv2.COLOR_RGB2GRAY)
    drawn = cv2.resize(
        cv2.cvtColor(sheets[kind], cv2.COLOR_RGB2GRAY), (size["width"], size["height"]), interpolation=cv2.INTER_AREA
    )
    even = [one / cv2.GaussianBlur(one, (0, 0), 60) for one in (made.astype(np.float64), drawn.astype(np.float64))]
    alike = np.corrcoef(*(cv2.GaussianBlur(one, (0, 0), 8)[40:-40, 40:-40].ravel() for one in even))[0, 1]
    assert alike > 0.9, "the same ink in the same places"


def test_the_report_before_the_upload_is_the_one_that_the_reader_gives(
    sheets: dict[str, Pixels], tmp_path: Path
) -> None:
    dpi = 150
    size = (round(210 / 25.4 * dpi), round(297 / 25.4 * dpi))
    page = cv2.resize(sheets["GPXD"], size, interpolation=cv2.INTER_AREA)
    shade = np.linspace(0.35, 1.0, size[0], dtype=np.float32)[None, :, None]
    cases = {
        "clean": page,
        "blurred": cv2.GaussianBlur(page, (0, 0), 5),
        "faint": np.asarray(255 - (255 - page.astype(np.float32)) * 0.26, np.uint8),
        "shadow": np.asarray(page * shade, np.uint8),
        "blank": np.full_like(page, 250),
    }
    asked = []
    for name, picture in cases.items():
        (tmp_path / name).write_bytes(picture.tobytes())
        asked.append({"file": str(tmp_path / name), "width": size[0], "height": size[1], "dpi": dpi})
    advice = {}
    for (name, picture), told in zip(cases.items(), run(asked), strict=True):
        mine, theirs = told["quality"], assess(picture, dpi)
        advice[name] = tuple(mine["advice"])
        assert advice[name] == theirs.advice, name
        assert mine["sharpness"] == pytest.approx(theirs.sharpness, abs=0.03), name
        assert mine["contrast"] == pytest.approx(theirs.contrast, abs=0.02), name
        assert mine["unevenness"] == pytest.approx(theirs.unevenness, abs=0.05), name
    assert advice["clean"] == ()
    assert "BLURRED" in advice["blurred"]
    assert "UNEVEN_LIGHT" in advice["shadow"]
    assert advice["blank"] == ("BLANK",)
