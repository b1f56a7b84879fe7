"""Looking at a page as it is: axe-core, its width at three sizes, the size of what is touched; and pictures of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.conftest import WIDTHS

if TYPE_CHECKING:
    from tests.e2e.conftest import Visit

_SMALL = """[...document.querySelectorAll("button, .button, input:not([type=checkbox], [type=radio], [type=file], "
    + "[type=hidden]), select, summary, nav a")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 90))"""


def small_targets(visit: Visit) -> list[str]:
    """Buttons, fields and entries of the navigation that are lower than 44 pixels. Boxes to tick have a tall label."""
    found: list[str] = visit.page.evaluate(_SMALL)
    return found


def looked_over(visit: Visit, name: str) -> None:
    """No finding of axe, no page wider than its window, no target too small; and pictures. The window is as before."""
    size = visit.page.viewport_size
    assert visit.findings() == []
    for width in WIDTHS:
        visit.page.set_viewport_size({"width": width, "height": 800})
        assert visit.overflow() <= 0, f"{name} is wider than {width} pixels"
    visit.page.set_viewport_size({"width": 360, "height": 740})
    assert visit.findings() == []
    assert small_targets(visit) == []
    visit.page.set_viewport_size(size or {"width": 1440, "height": 900})
    visit.shoot(name)
