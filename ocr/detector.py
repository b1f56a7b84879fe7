"""Finds the lines of text on a page with the PP-OCR detection network (Apache-2.0), run by onnxruntime.

For each pixel of the shrunk page the network says how likely it lies in the kernel of a text line. Kernels are lines
shrunk from all sides, so the rectangles around them are grown again (Liao et al., "Real-time Scene Text Detection with
Differentiable Binarization", 2020).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.errors import ReaderFailedError
from ocr.onnx import session
from ocr.strips import Band
from ocr.values import Box, Picture

_LONG_SIDE = 1600
"""Pixels of the page's longer side as the network sees it; at 1,280 it loses a seventh more characters."""
_MULTIPLE = 32
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_SPREAD = np.array([0.229, 0.224, 0.225], dtype=np.float32)
_KERNEL = 0.3
_LEAST_SCORE = 0.5
_GROW = 1.3
_INKED = 225
_PAPER = 1.0
_ROOM = 5
_LEAST_SIDE = 3
_LEAST_SHAPE = 3.0
"""A lean is believed only of rectangles that are this much longer than high."""


@dataclass(frozen=True)
class LineFinder:
    """Finds lines with ``lines.onnx`` in the folder ``models``."""

    models: Path

    @cached_property
    def _session(self) -> Any:
        return session(self.models / "lines.onnx")

    def find(self, grey: Picture) -> list[Band]:
        """The lines of a page (rows x columns, 255 = paper), in no order.

        Raises ``ReaderMissingError`` when the network is not installed, ``ReaderFailedError`` when it breaks.
        """
        left, top, right, bottom = _inked(grey)
        scale = min(1.0, _LONG_SIDE / max(grey.shape))
        likely = self._likelihood(grey[top:bottom, left:right], scale)
        across, down = (right - left) / likely.shape[1], (bottom - top) / likely.shape[0]
        kernels = (likely > _KERNEL).astype(np.uint8)
        contours, _ = cv2.findContours(kernels, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        bands = []
        for contour in contours:
            score = _score(likely, np.asarray(contour))
            if score >= _LEAST_SCORE:
                points = np.asarray(contour, dtype=np.float32).reshape(-1, 2)
                bands.append(_grown(points * np.array([across, down]) + np.array([left, top]), score))
        return bands

    def _likelihood(self, grey: Picture, scale: float) -> NDArray[np.float32]:
        height, width = (max(1, round(side * scale)) for side in grey.shape)
        shrunk = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        small = np.full([-(-side // _MULTIPLE) * _MULTIPLE for side in (height, width)], _PAPER, dtype=np.float32)
        small[:height, :width] = np.asarray(shrunk, dtype=np.float32) / 255.0
        picture = (small[None, :, :] - _MEAN[:, None, None]) / _SPREAD[:, None, None]
        network = self._session
        try:
            (answer,) = network.run(None, {network.get_inputs()[0].name: picture[None]})
        except Exception as error:  # onnxruntime raises classes of its own that it does not export
            raise ReaderFailedError(f"line finder: {error}") from error
        return np.asarray(answer[0, 0, :height, :width], dtype=np.float32)


def _inked(grey: Picture) -> Box:
    """The part of the page that has ink, and some room: margins cost as much to look at as text."""
    step = 8
    small = cv2.resize(
        grey, (max(1, grey.shape[1] // step), max(1, grey.shape[0] // step)), interpolation=cv2.INTER_AREA
    )
    dark = np.argwhere(np.asarray(small) < _INKED)
    if not dark.size:
        return 0, 0, grey.shape[1], grey.shape[0]
    (top, left), (bottom, right) = dark.min(axis=0) * step, (dark.max(axis=0) + 1) * step
    room = _ROOM * step
    return (
        max(0, int(left) - room),
        max(0, int(top) - room),
        min(grey.shape[1], int(right) + room),
        min(grey.shape[0], int(bottom) + room),
    )


def _score(likely: NDArray[np.float32], contour: NDArray[np.int32]) -> float:
    """The mean likelihood inside a contour; 0 for specks."""
    left, top, width, height = cv2.boundingRect(contour)
    if min(width, height) < _LEAST_SIDE:
        return 0.0
    mask = np.zeros((height, width), np.uint8)
    cv2.drawContours(mask, [contour - np.array([left, top], dtype=np.int32)], -1, 1, -1)
    return float(cv2.mean(likely[top : top + height, left : left + width], mask)[0])


def _grown(points: NDArray[np.floating], score: float) -> Band:
    """The line around a kernel: the smallest leaning rectangle, grown on all sides by area over perimeter."""
    corners = np.asarray(cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))), dtype=np.float64)
    sides = [corners[1] - corners[0], corners[2] - corners[1]]
    along = max(sides, key=lambda side: abs(float(side[0])) / (math.hypot(*side) or 1.0))
    length, height = math.hypot(*along), math.hypot(*(sides[0] if along is sides[1] else sides[1]))
    angle = math.degrees(math.atan2(float(along[1]), float(along[0])))
    angle = (angle + 90.0) % 180.0 - 90.0
    grow = length * height * _GROW / max(1.0, length + height)
    middle = corners.mean(axis=0)
    lean = angle if length > _LEAST_SHAPE * height else 0.0
    return Band(float(middle[0]), float(middle[1]), length + grow, height + grow, lean, score)
