"""Pages of a long paper that are read after its seal are found like its first ones."""

from __future__ import annotations

import pytest

from tests.fakes import desk
from tests.fakes.engines import ToldEngines, page
from tests.fakes.parts import account, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.domain.ids import RecordCode
from vault.domain.intake import NamedHolder
from vault.domain.people import Actor, Role
from vault.ports import ReadPage
from vault.usecases.digitize.read import FIRST_PAGES
from vault.usecases.reuse.search import SearchFor, search

pytestmark = pytest.mark.service
AGENCY = "H24.983"
PAGES = FIRST_PAGES * 2 + 3


class Numbered(ToldEngines):
    """Every page says which one it is, and much else that fills an index."""

    def read_page(self, data: bytes, index: int, **given: object) -> ReadPage:  # noqa: ARG002 - told, whatever it is
        words = " ".join(f"chữ{index}x{number}" for number in range(200))
        return ReadPage(f"preview {index}".encode(), page(f"TRANG SỐ{index}MẪU {words}"))


def found(app: App, officer: Actor, text: str) -> list[RecordCode]:
    hits = search(SearchFor(text, purpose="thử tìm giấy tờ"), actor=officer, uow=app.uow, clock=app.clock, braked=False)
    return [hit.record.code for hit in hits]


def test_a_page_that_is_read_after_the_seal_is_found(parts: App) -> None:
    app = with_other(parts, engines=Numbered(pages=PAGES), sealing=PlainSeal())
    officer = account(app, "trang-sau-can-bo", Role.OFFICER, agency=AGENCY)
    code = desk.record_of(app, officer, holder=NamedHolder("031090000983", "ĐỖ TRANG SAU"))
    with app.uow.begin() as tx:
        intake = tx.intakes.find(code)
    assert intake is not None
    assert (found(app, officer, "số0mẫu"), found(app, officer, f"số{PAGES - 2}mẫu")) == ([code], [])
    desk.be_read(app, intake.id)
    assert found(app, officer, f"số{FIRST_PAGES}mẫu") == [code], "as soon as it is read"
    desk.be_read(app, intake.id)
    for index in range(PAGES):
        assert found(app, officer, f"số{index}mẫu trang") == [code], index
    assert found(app, officer, "đỗ trang sau 031090000983") == [code], "and what was found before still is"
    with app.uow.begin() as tx:
        tx.records.index_again(intake.id)
    assert found(app, officer, f"chữ{PAGES - 2}x199") == [code]
