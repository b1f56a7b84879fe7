"""QR codes on a page: our own, and those of identity cards. zxing-cpp stays in this file."""

from __future__ import annotations

import cv2
import numpy as np
import zxingcpp

from ocr.values import Code, Picture, as_box, hull

_SCALES = (1.0, 2.0, 1.5, 3.0)
"""A 20 mm code at 150 dpi has 3 pixels a module; enlarged it is found far more often (5 of 12, then 11 of 12)."""
_MOST_PIXELS = 80_000_000


def find_codes(grey: Picture) -> tuple[Code, ...]:
    """Every QR code, from top to bottom. Looks again at larger scales while nothing is found."""
    for scale in _SCALES:
        if scale > 1 and grey.size * scale * scale > _MOST_PIXELS:
            continue
        found = _look(grey, scale)
        if found:
            return tuple(sorted(found, key=lambda code: (code.box[1], code.box[0])))
    return ()


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
