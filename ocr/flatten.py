"""A photograph of a sheet on a desk becomes the sheet: its four edges are found and the perspective is undone.

Done only where four straight edges of one bright sheet are seen inside the picture and the sheet is out of square or
the desk is a good part of the picture. A scan, whose edges are those of the picture, is left alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.values import Box, Picture

_SMALL = 640
"""Pixels of the longer side while edges are looked for."""
_LEAST_SHARE = 0.25
_MOST_SHARE = 0.985
_DARKER_DESK = 18.0
"""How much darker the desk must be than the sheet, in grey levels."""
_STRAIGHT = 0.93
"""Share of the quadrilateral that the bright region must fill, and the other way round."""
_LEAST_SLANT = 0.6
"""Degrees that an edge must lean for the perspective to be worth undoing."""
_WORTH_CUTTING = 0.97
_MOST_SLANT = 25.0
_SIDES = 4
_EDGE_REACH = 7
"""Pixels inside and outside of a side, on the small picture, between which the step lies."""


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """A flattened page, and ``matrix`` (3 x 3), which takes its points back to the picture it came from."""

    rgb: Picture
    matrix: NDArray[np.float64]

    def back(self, box: Box) -> Box:
        """The upright hull of a box of the flat page in the picture that it came from."""
        left, top, right, bottom = box
        corners = np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], dtype=np.float64)
        points = cv2.perspectiveTransform(corners, self.matrix)[0]
        low, high = points.min(axis=0), points.max(axis=0)
        return round(float(low[0])), round(float(low[1])), round(float(high[0])), round(float(high[1]))


def flattened(rgb: Picture) -> Flat | None:
    """The sheet alone, seen from straight above, or ``None`` where nothing is gained by it."""
    corners = sheet_corners(rgb)
    if corners is None or not _worth(corners, rgb.shape[1], rgb.shape[0]):
        return None
    top, right, bottom, left = (float(np.linalg.norm(corners[(k + 1) % 4] - corners[k])) for k in range(4))
    width, height = round(max(top, bottom)), round(max(left, right))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    flat = cv2.warpPerspective(rgb, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return Flat(np.asarray(flat, dtype=np.uint8), np.asarray(np.linalg.inv(matrix), dtype=np.float64))


def sheet_corners(rgb: Picture) -> NDArray[np.float64] | None:
    """Corners of one bright sheet on a darker ground: top left, top right, bottom right, bottom left; or ``None``."""
    scale = min(1.0, _SMALL / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    reach = max(3, round(max(grey.shape) / 40) | 1)
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))  # print is closed over
    paper: Picture = np.asarray(cv2.GaussianBlur(closed, (5, 5), 0), dtype=np.uint8)
    mask = np.asarray(cv2.threshold(paper, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1], dtype=np.uint8)
    bright, dark = paper[mask > 0], paper[mask == 0]
    if not bright.size or not dark.size or float(np.median(bright)) - float(np.median(dark)) < _DARKER_DESK:
        return None
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    sheet = max(contours, key=cv2.contourArea)
    share = cv2.contourArea(sheet) / mask.size
    if not _LEAST_SHARE < share < _MOST_SHARE:
        return None
    quad = _quad(np.asarray(sheet, dtype=np.int32))
    if quad is None or not _fills(mask, quad) or not _has_edges(paper, quad):
        return None
    return np.asarray(_ordered(quad) / scale, dtype=np.float64)


def _quad(contour: NDArray[np.int32]) -> NDArray[np.float64] | None:
    """The four straight edges of a region: a polygon of four corners, each edge fitted again to the outline near it."""
    hull = cv2.convexHull(contour)
    around = cv2.arcLength(hull, True)
    for share in (0.02, 0.03, 0.05, 0.08):
        polygon = cv2.approxPolyDP(hull, share * around, True)
        if len(polygon) == _SIDES:
            break
    else:
        return None
    rough = np.asarray(polygon, dtype=np.float64).reshape(-1, 2)
    points = contour.reshape(-1, 2).astype(np.float64)
    edges = [_fitted(points, rough[k], rough[(k + 1) % _SIDES]) for k in range(_SIDES)]
    corners = [_crossing(edges[k - 1], edges[k]) for k in range(_SIDES)]
    if any(corner is None for corner in corners):
        return None
    return np.array(corners, dtype=np.float64)


_Edge = tuple[float, float, float, float]
"""Direction and a point of a straight line."""


def _fitted(points: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]) -> _Edge:
    along = end - start
    length = float(np.linalg.norm(along)) or 1.0
    unit = along / length
    offset = points - start
    place = offset @ unit
    away = np.abs(offset[:, 0] * unit[1] - offset[:, 1] * unit[0])
    near = points[(place > 0.08 * length) & (place < 0.92 * length) & (away < 0.03 * length + 2)]
    if len(near) < 2 * _SIDES:
        return float(unit[0]), float(unit[1]), float(start[0]), float(start[1])
    vx, vy, x, y = cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).reshape(-1)
    return float(vx), float(vy), float(x), float(y)


def _crossing(one: _Edge, other: _Edge) -> NDArray[np.float64] | None:
    across = one[0] * other[1] - one[1] * other[0]
    if abs(across) < math.sin(math.radians(90 - _MOST_SLANT * 2)):
        return None
    share = ((other[2] - one[2]) * other[1] - (other[3] - one[3]) * other[0]) / across
    return np.array([one[2] + share * one[0], one[3] + share * one[1]], dtype=np.float64)


def _fills(mask: NDArray[np.uint8], quad: NDArray[np.float64]) -> bool:
    drawn = np.zeros_like(mask)
    cv2.fillConvexPoly(drawn, quad.round().astype(np.int32), 255)
    both = float(np.count_nonzero((drawn > 0) & (mask > 0)))
    return bool(both > _STRAIGHT * np.count_nonzero(drawn) and both > _STRAIGHT * np.count_nonzero(mask))


def _has_edges(paper: Picture, quad: NDArray[np.float64]) -> bool:
    """Whether the sides are edges of a sheet: a step from sheet to desk within a few pixels, not a soft shadow.

    One side may be that of the picture.
    """
    middle = quad.mean(axis=0)
    height, width = paper.shape
    steep = 0
    for number in range(_SIDES):
        start, end = quad[number], quad[(number + 1) % _SIDES]
        along = (end - start) / (float(np.linalg.norm(end - start)) or 1.0)
        out = np.array([along[1], -along[0]])
        out *= 1.0 if float(out @ (start - middle)) > 0 else -1.0
        places = start + np.linspace(0.1, 0.9, 40)[:, None] * (end - start)
        inner, outer = (_levels(paper, places + out * step) for step in (-_EDGE_REACH, _EDGE_REACH))
        seen = np.all(((places + out * _EDGE_REACH) >= 0) & ((places + out * _EDGE_REACH) < (width, height)), axis=1)
        steep += bool(seen.mean() > 0.5 and float(np.median((inner - outer)[seen])) > _DARKER_DESK)  # noqa: PLR2004 - most
    return steep >= _SIDES - 1


def _levels(paper: Picture, places: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = np.clip(places[:, 1].round().astype(int), 0, paper.shape[0] - 1)
    columns = np.clip(places[:, 0].round().astype(int), 0, paper.shape[1] - 1)
    return np.asarray(paper[rows, columns], dtype=np.float64)


def _ordered(quad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Clockwise from the corner nearest to the picture's top left."""
    middle = quad.mean(axis=0)
    clockwise = quad[np.argsort(np.arctan2(quad[:, 1] - middle[1], quad[:, 0] - middle[0]))]
    return np.asarray(np.roll(clockwise, -int(np.argmin(clockwise.sum(axis=1))), axis=0), dtype=np.float64)


def _worth(corners: NDArray[np.float64], width: int, height: int) -> bool:
    slants = []
    for number in range(_SIDES):
        side = corners[(number + 1) % _SIDES] - corners[number]
        angle = math.degrees(math.atan2(float(side[1]), float(side[0]))) % 90.0
        slants.append(min(angle, 90.0 - angle))
    if max(slants) > _MOST_SLANT:
        return False
    area = 0.5 * abs(
        float(np.dot(corners[:, 0], np.roll(corners[:, 1], -1)) - np.dot(corners[:, 1], np.roll(corners[:, 0], -1)))
    )
    return area < _WORTH_CUTTING * width * height and (max(slants) > _LEAST_SLANT or area < 0.9 * width * height)
