"""`vault index rebuild`: entries that an older edition made are made again, each once, whatever stops it."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from tests.fakes import desk
from tests.fakes.engines import ToldEngines
from tests.fakes.parts import account, with_other
from tests.fakes.seals import PlainSeal
from vault.bootstrap import App
from vault.cli.main import main
from vault.domain.ids import RecordCode
from vault.domain.intake import NamedHolder
from vault.domain.people import Actor, Role
from vault.domain.search import EDITION
from vault.usecases.heal.rebuild_index import rebuild_index
from vault.usecases.reuse.search import SearchFor, search

pytestmark = pytest.mark.service
AGENCY = "H24.986"
OLD = (
    "UPDATE record_search SET edition = {edition}, words = to_tsvector('simple', 'xua'), number_key = ''"
    " WHERE record_id = (SELECT id FROM record WHERE code = :code)"
)


def found(app: App, officer: Actor, words: str) -> list[RecordCode]:
    asked = SearchFor(words, purpose="thử tìm giấy tờ")
    hits = search(asked, actor=officer, uow=app.uow, clock=app.clock, braked=False)
    return [hit.record.code for hit in hits]


def age(app: App, code: RecordCode, edition: str = "NULL") -> None:
    """As an older version would have left the entry: nothing of what today's search asks for stands in it."""
    with app.uow.engine.begin() as db:
        db.execute(text(OLD.format(edition=edition)), {"code": code})


def test_older_entries_are_made_again_once_and_whatever_stops_it(
    parts: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = with_other(parts, engines=ToldEngines(), sealing=PlainSeal())
    officer = account(app, "muc-luc-can-bo", Role.OFFICER, agency=AGENCY)
    names = [f"LƯƠNG MỤC LỤC {word}" for word in ("MỘT", "HAI", "BA")]
    codes = [
        desk.record_of(app, officer, holder=NamedHolder(f"03109000098{number}", name))
        for number, name in enumerate(names)
    ]
    assert [found(app, officer, name) for name in names] == [[code] for code in codes]
    rebuild_index(uow=app.uow)  # what other tests left
    age(app, codes[0])
    age(app, codes[1], str(EDITION - 1))
    age(app, codes[2])
    assert [found(app, officer, name) for name in names] == [[], [], []]

    turns = iter((True, True, False))  # a page is read, one batch is made, then somebody stops it
    first = rebuild_index(uow=app.uow, batch=1, go_on=lambda: next(turns))
    assert (first.records, first.finished) == (1, False), "stopped after one"
    left = next(code for code, name in zip(codes, names, strict=True) if not found(app, officer, name))
    with app.uow.engine.begin() as db:  # the paper is erased while its entry waits
        db.execute(text("UPDATE record SET erased_at = now(), original = 'erased' WHERE code = :code"), {"code": left})
    monkeypatch.setenv("VAULT_HOME", str(app.settings.home))
    assert main(["index", "rebuild", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert (told["ok"], told["finished"]) == (True, True)
    held = [name for name, code in zip(names, codes, strict=True) if code != left]
    assert [found(app, officer, name) for name in held] == [[code] for code in codes if code != left]
    assert found(app, officer, names[codes.index(left)]) == [], "nobody finds what was erased"
    assert rebuild_index(uow=app.uow).records == 0, "nothing is made twice"


def test_a_paper_whose_text_does_not_open_keeps_its_entry_and_the_others_are_made(parts: App) -> None:
    app = with_other(parts, engines=ToldEngines(), sealing=PlainSeal())
    officer = account(app, "muc-luc-can-bo-hai", Role.OFFICER, agency=AGENCY)
    damaged, whole = (
        desk.record_of(app, officer, holder=NamedHolder(f"03109000099{number}", f"VI MỤC LỤC {number}X"))
        for number in range(2)
    )
    rebuild_index(uow=app.uow)
    swap = "UPDATE intake_page SET text = (SELECT p.text FROM intake_page p JOIN record r ON r.intake_id = p.intake_id"
    swap += " WHERE r.code = :other AND p.page_index = 0)"
    swap += " WHERE intake_id = (SELECT intake_id FROM record WHERE code = :code) AND page_index = 0"
    with app.uow.engine.begin() as db:
        db.execute(text(swap), {"code": damaged, "other": whole})
    age(app, damaged)
    age(app, whole)
    done = rebuild_index(uow=app.uow)
    assert (done.records, done.failed, done.finished) == (1, [damaged], True)
    assert found(app, officer, "vi mục lục 1x") == [whole]
