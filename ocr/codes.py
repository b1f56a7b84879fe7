"""QR codes on a page: our own, and those of identity cards. zxing-cpp stays in this file."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import zxingcpp

from ocr.values import Box, Code, Picture, as_box, hull

_SCALES = (2.0, 1.5, 3.0)
"""A 20 mm code at 150 dpi has 3 pixels a module; enlarged it is found far more often (5 of 12, then 11 of 12)."""
_MOST_PIXELS = 80_000_000
_SHRINK = 8
_WINDOW = 1 / 26
"""Side of the smallest code looked for, in widths of the page: 8 mm on A4."""
_DENSE = 0.2
"""Half of a code is dark, a tenth to a seventh of a text; faded codes still have a fifth."""


def find_codes(grey: Picture) -> tuple[Code, ...]:
    """Every QR code, from top to bottom. Looks again at larger scales while nothing is found, where one may be."""
    found = _look(grey, 1.0)
    dense = [] if found else _dense(grey)
    for scale in _SCALES:
        for left, top, right, bottom in () if found else dense:
            part = grey[top:bottom, left:right]
            if part.size * scale * scale <= _MOST_PIXELS:
                found += [replace(code, box=_moved(code.box, left, top)) for code in _look(part, scale)]
    return tuple(sorted(found, key=lambda code: (code.box[1], code.box[0])))


def _moved(box: Box, left: int, top: int) -> Box:
    return box[0] + left, box[1] + top, box[2] + left, box[3] + top


def _dense(grey: Picture) -> list[Box]:
    """The parts of a page that are dark enough to hold a code, with some room around them.

    Enlarging whole pages that hold none was a sixth of the time of reading them.
    """
    size = (max(1, grey.shape[1] // _SHRINK), max(1, grey.shape[0] // _SHRINK))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    window = max(3, round(min(size) * _WINDOW) | 1)
    darkness = cv2.boxFilter(255 - small, cv2.CV_32F, (window, window), borderType=cv2.BORDER_REPLICATE) / 255.0
    mask = cv2.dilate((darkness > _DENSE).astype(np.uint8), np.ones((window, window), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    boxes = []
    for number in range(1, count):
        left, top, width, height = (int(value) * _SHRINK for value in stats[number][:4])
        room = window * _SHRINK
        right, bottom = min(grey.shape[1], left + width + room), min(grey.shape[0], top + height + room)
        boxes.append((max(0, left - room), max(0, top - room), right, bottom))
    return boxes


def _look(grey: Picture, scale: float) -> list[Code]:
    seen = grey
    if scale > 1:
        seen = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    codes = []
    # No module-level value: zxing-cpp reports it as leaked when the interpreter ends.
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    for item in zxingcpp.read_barcodes(np.ascontiguousarray(seen), formats=formats, try_invert=False):
        at = item.position
        corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        box = hull([(corner.x, corner.y, corner.x + 1, corner.y + 1) for corner in corners])
        codes.append(Code(item.text, "QR", as_box([value / scale for value in box])))
    return codes
