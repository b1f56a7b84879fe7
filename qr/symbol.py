"""Drawing QR symbols: mixed segments, level M, quiet zone of four modules, never a module under 0.40 mm on paper."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import numpy as np
import qrcode  # type: ignore[import-untyped]
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M  # type: ignore[import-untyped]
from qrcode.exceptions import DataOverflowError  # type: ignore[import-untyped]

from qr.errors import SymbolError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_PRINTED_VERSION = 14
QUIET_ZONE = 4  # modules, ISO/IEC 18004 section 6.3.8
MIN_MODULE_MM = 0.40
MM_PER_INCH = 25.4
MAX_TEXT = 4296  # what the largest symbol could hold in its densest text mode
_MASK = 3  # fixed: choosing the best of eight costs five times the drawing; random-looking base32 suits any
_MIN_RUN = 20  # characters that are worth an alphanumeric segment of their own
_SMALLEST, _PER_VERSION = 17, 4  # modules


def version_of(text: str) -> int:
    """The symbol version (1..40) that `text` needs at level M; SymbolError SYMBOL_TOO_LARGE beyond 40."""
    return int(_compile(text).version)


def printed_mm(text: str, *, mm: float = 30) -> float:
    """The printed side with its quiet zone: `mm`, or more where a module would fall under 0.40 mm."""
    modules = _SMALLEST + _PER_VERSION * version_of(text) + 2 * QUIET_ZONE
    return max(mm, modules * MIN_MODULE_MM)


def render_png(text: str, *, mm: float = 30, dpi: int = 300, max_version: int = MAX_PRINTED_VERSION) -> bytes:
    """A black and white PNG of the symbol with its quiet zone.

    It prints at `printed_mm(text, mm=mm)`: modules are a whole number of pixels, at least `dpi` fine, and the file's
    own resolution makes the size exact. SymbolError SYMBOL_TOO_LARGE above `max_version`.
    """
    modules = _modules(text, max_version)
    side = max(mm, len(modules) * MIN_MODULE_MM)
    scale = max(1, math.ceil(side / MM_PER_INCH * dpi / len(modules)))
    picture = Image.fromarray(np.where(np.array(modules), 0, 255).astype(np.uint8))
    picture = picture.resize((len(modules) * scale,) * 2, Image.Resampling.NEAREST).convert("1")
    resolution = len(modules) * scale * MM_PER_INCH / side
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", dpi=(resolution, resolution))
    return buffer.getvalue()


def render_svg(text: str, *, mm: float = 30, max_version: int = MAX_PRINTED_VERSION) -> str:
    """The symbol as an SVG document of one path, `printed_mm(text, mm=mm)` wide; no script, style or reference."""
    modules = _modules(text, max_version)
    side = max(mm, len(modules) * MIN_MODULE_MM)
    path = "".join(_runs(row, y) for y, row in enumerate(modules))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side:g}mm" height="{side:g}mm" '
        f'viewBox="0 0 {len(modules)} {len(modules)}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{len(modules)}v{len(modules)}H0z"/><path d="{path}"/></svg>'
    )


def _runs(row: Sequence[bool], y: int) -> str:
    """The dark runs of one row as path commands."""
    commands, x = [], 0
    while x < len(row):
        start = x
        while x < len(row) and row[x]:
            x += 1
        if x > start:
            commands.append(f"M{start} {y}h{x - start}v1H{start}z")
        x += 1
    return "".join(commands)


def _compile(text: str) -> qrcode.QRCode:
    if not 0 < len(text) <= MAX_TEXT:
        raise SymbolError("SYMBOL_TOO_LARGE", f"{len(text)} characters")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE, mask_pattern=_MASK)
    try:
        code.add_data(text.encode(), optimize=_MIN_RUN)
        code.best_fit()
    except (DataOverflowError, ValueError) as error:
        raise SymbolError("SYMBOL_TOO_LARGE", f"{len(text)} characters") from error
    return code


def _modules(text: str, max_version: int) -> Sequence[Sequence[bool]]:
    """Rows of modules, True is dark, quiet zone included."""
    code = _compile(text)
    if code.version > max_version:
        raise SymbolError("SYMBOL_TOO_LARGE", f"version {code.version}")
    code.make(fit=False)
    matrix: Sequence[Sequence[bool]] = code.get_matrix()
    return matrix
