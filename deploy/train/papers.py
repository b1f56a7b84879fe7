"""Cuts lines out of drawn specimens exactly as `ocr` does, with their exact text; seeded.

    .venv/bin/python deploy/train/papers.py OUT.npz --seeds 5001 5003

Seeds of the bench (1001 and on, 90) and those of the tests are never used. What the finder takes for a line where no
text is (strokes of seals and signatures) is kept with an empty text; lines with a word cut in two are left out.
Needs the project's own environment with its networks, and no torch.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]
import lines
import words

import ocr
from ocr.clean import prepare
from ocr.strips import Band, cut
from tests.golden.specimens import KINDS, Specimen, degrade, draw
from tests.golden.specimens.degrade import Degraded

_IN, _OUT = 0.75, 0.2
_EMPTY = 0.25


def cut_lines(
    paper: Specimen, page: int, seen: Degraded, finder: ocr.LineFinder, rng: random.Random
) -> list[lines.Drawn]:
    """The lines found on one page that are whole."""
    grey, _ = prepare(np.asarray(seen.image.convert("RGB")), seen.dpi)
    placed = [(word.text, seen.map_box(word.box)) for word in paper.words if word.page == page]
    found = []
    for band in finder.find(grey):
        text = truth(band, placed)
        if text is None or (not text and rng.random() > _EMPTY):
            continue
        shaken = Band(
            band.x,
            band.y + rng.gauss(0, 0.02) * band.height,
            band.length,
            band.height * rng.uniform(0.94, 1.08),
            band.angle,
        )
        picture = lines.at_height(cut(grey, shaken).picture)
        if 8 <= picture.shape[1] <= lines.WIDEST:
            found.append((picture, text))
    return found


def truth(band: Band, placed: list[tuple[str, tuple[float, float, float, float]]]) -> str | None:
    """What stands in a band, or None when a word is half in it."""
    turn = np.radians(band.angle)
    along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    inside = []
    for text, (left, top, right, bottom) in placed:
        middle = np.array([(left + right) / 2 - band.x, (top + bottom) / 2 - band.y])
        if abs(middle @ across) > band.height * 0.75:
            continue
        if abs(middle @ across) > band.height * 0.4:
            if abs(middle @ along) < band.length / 2:
                return None
            continue
        reach = (right - left) / 2
        shared = min(middle @ along + reach, band.length / 2) - max(middle @ along - reach, -band.length / 2)
        share = shared / max(1.0, 2 * reach)
        if _OUT < share < _IN:
            return None
        if share >= _IN:
            inside.append((middle @ along, text))
    text = " ".join(text for _, text in sorted(inside))
    return text if all(char in words.ALPHABET for char in text) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, nargs=2, default=(5001, 5002))
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    finder = ocr.LineFinder(ocr.models_folder())
    found: list[lines.Drawn] = []
    for seed in range(*chosen.seeds):
        for kind in KINDS:
            paper = draw(kind, seed=seed)
            for page, image in enumerate(paper.pages):
                for severity in (1, 2, 3, 4):
                    rng = random.Random(f"papers/{kind}/{seed}/{page}/{severity}")
                    if severity in {1, 4} and rng.random() < 0.5:
                        continue
                    seen = degrade(image, severity, seed=f"train/{seed}/{page}")
                    found += cut_lines(paper, page, seen, finder, rng)
        print(seed, len(found), flush=True)
    lines.save(chosen.out, found)


if __name__ == "__main__":
    main()
