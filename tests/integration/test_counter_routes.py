"""No way round the guard: every route of the web process is walked with what would attach or demand if it could.

The walk fills every field it knows the meaning of, as an officer who wants it too much would. With a usable record it
finds exactly the routes that attach, without any record exactly those that demand: so a route that it reaches and that
changes nothing with an unusable record, or with a usable one on hand, really refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import vault
from tests.counter import AGENCY, PASSWORD, Counter, running
from tests.fakes.http import Client
from vault.domain.ids import DossierCode
from vault.domain.states import RecordState
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier
from vault.web.main import create

pytestmark = pytest.mark.service

RESIDENCE = "1.004194"
HOME = f"{RESIDENCE}.TP02"
ATTACHES = {"POST /api/v1/dossiers/{code}/attach", "POST /ho-so/{code}/dinh-kem"}
DEMANDS = {"POST /api/v1/dossiers/{code}/demand", "POST /ho-so/{code}/yeu-cau"}


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with running(tmp_path_factory.mktemp("routes")) as found:
        found.account("di-tim", AGENCY)
        yield found


@pytest.fixture(scope="module")
def web(counter: Counter) -> FastAPI:
    return create(counter.app)


def routes(web: FastAPI) -> list[tuple[str, Any]]:
    """Every method of every route, with its path and its parameters as FastAPI resolved them."""
    found = [one for part in web.routes for one in getattr(part, "effective_route_contexts", tuple)()]
    return [(method, one) for one in found for method in sorted(set(one.methods or ()) - {"HEAD", "OPTIONS"})]


def _filled(fields: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What we know the meaning of; for the rest its default, or some text."""
    given = {}
    for name, field in fields.items():
        if name in known:
            given[name] = known[name]
        elif getattr(field, "default", PydanticUndefined) is PydanticUndefined:
            given[name] = "x"
    return given


def _send(client: Client, method: str, route: Any, known: Mapping[str, Any], code: str) -> int:
    path = re.sub(r"\{code[^}]*\}", code, route.path)
    path = re.sub(r"\{(\w+)[^}]*\}", lambda found: str(known.get(found[1], "1")), path)
    params = route.dependant.body_params
    bodies = [one.field_info.annotation for one in params]
    query = {one.name: known[one.name] for one in route.dependant.query_params if one.name in known}
    if len(bodies) == 1 and isinstance(bodies[0], type) and issubclass(bodies[0], BaseModel):
        given = _filled(bodies[0].model_fields, known)
        return client.request(method, path, params=query, json=given).status_code
    form = {one.name: one.field_info for one in params if "UploadFile" not in str(one.field_info.annotation)}
    files = {one.name: ("x.png", b"x") for one in params if one.name not in form} or None
    return client.request(method, path, params=query, data=_filled(form, known), files=files).status_code


class Walk:
    """One dossier, and every route tried on it."""

    def __init__(self, counter: Counter, web: FastAPI, serial: int, **facts: Any) -> None:
        self.counter, self.web = counter, web
        who = (f"031090{910000 + serial}", "TRỊNH VĂN ĐI")
        app = counter.app
        there = facts.pop("there", True)
        self.record = counter.record("GPXD", who, **facts) if there else None
        opening = OpenDossier(RESIDENCE, who[0], who[1])
        dossier = open_dossier(opening, actor=counter.officer, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
        self.dossier = dossier.code
        self.known = {
            "component": HOME, "record": self.record.code if self.record else "0000-0000-0000-00",
            "checked": "đã xem bản chính", "ground": "NO_DATA", "reason": "cho chắc", "form": "SHOW_ORIGINAL",
            "override": False, "procedure": RESIDENCE, "holder": who[0], "holder_name": who[1], "state": "ACTIVE",
            "username": "di-tim", "password": PASSWORD, "purpose": "đi tìm", "q": "trinh", "dossier": self.dossier,
            "due_on": "", "superseded_by": None, "submitted_by": None, "words": "trinh van",
        }  # fmt: skip

    def changed(self) -> tuple[set[str], set[str], int]:
        """Routes that attached, routes that demanded, and how many routes were really entered."""
        attached, demanded, entered = set(), set(), 0
        before = (0, 0)
        for method, route in routes(self.web):
            client = Client(self.web).signed_in("di-tim", PASSWORD)
            for code in (self.dossier, self.record.code if self.record else self.dossier):
                status = _send(client, method, route, self.known, code)
                entered += status not in {401, 405}
                now = self._state()
                if now[0] != before[0]:
                    attached.add(f"{method} {route.path}")
                if now[1] != before[1]:
                    demanded.add(f"{method} {route.path}")
                if now != (0, 0):
                    self._forget()
                before = (0, 0)
        return attached, demanded, entered

    def _state(self) -> tuple[int, int]:
        with self.counter.app.uow.begin() as tx:
            found = tx.dossiers.get(DossierCode(self.dossier))
        return len(found.attachments), len(found.demands)

    def _forget(self) -> None:
        """Take everything away again, so that the next route could do it too."""
        with self.counter.app.uow._engine.begin() as connection:
            for table in ("attachment", "demand", "notice"):
                connection.exec_driver_sql(f"DELETE FROM {table} WHERE dossier_code = %s", (self.dossier,))  # noqa: S608 - our own three names


def test_the_walk_finds_the_routes_that_attach(counter: Counter, web: FastAPI) -> None:
    attached, demanded, entered = Walk(counter, web, 1).changed()
    assert attached == ATTACHES
    assert demanded == set()  # a usable record was there: ONCE_ONLY
    assert len(routes(web)) > 50
    assert entered > len(routes(web))


def test_the_walk_finds_the_routes_that_demand(counter: Counter, web: FastAPI) -> None:
    attached, demanded, _ = Walk(counter, web, 2, there=False).changed()
    assert (attached, demanded) == (set(), DEMANDS)


def test_no_route_attaches_a_record_that_is_not_usable(counter: Counter, web: FastAPI) -> None:
    walk = Walk(counter, web, 3, state=RecordState.REVOKED)
    attached, demanded, _ = walk.changed()
    assert (attached, demanded) == (set(), DEMANDS)  # it may be asked for: what is there is worth nothing


CALLS = {"attach": {"vault/usecases/reuse/attach.py"}, "demand": {"vault/usecases/reuse/demand.py"}}


@pytest.mark.parametrize("verb", CALLS)
def test_only_the_use_case_that_decides_writes(verb: str) -> None:
    root = Path(vault.__file__).parents[1]
    calling = {
        path.relative_to(root).as_posix()
        for path in (root / "vault").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == verb
        and ast.unparse(node.func.value).endswith("dossiers")
    }
    assert calling == CALLS[verb]


@pytest.mark.usefixtures("counter")
def test_a_dossier_sent_twice_is_one_by_page_and_by_program(web: FastAPI) -> None:
    client = Client(web).signed_in("di-tim", PASSWORD)
    number = "031090910777"
    program = {"procedure": RESIDENCE, "holder": number, "holder_name": "TRỊNH VĂN LẶP"}
    sent = [
        client.post("/api/v1/dossiers", json=program, headers={"Idempotency-Key": key}) for key in ("a-1", "a-1", "a-2")
    ]
    assert [one.status_code for one in sent] == [201, 201, 201]
    codes = [one.json()["code"] for one in sent]
    assert codes[0] == codes[1] != codes[2]
    other = client.post("/api/v1/dossiers", json=program | {"purpose": "khác"}, headers={"Idempotency-Key": "a-1"})
    assert (other.status_code, other.json()["code"]) == (409, "REQUEST_KEY_USED")
    assert codes[0] in other.text

    def key_in(text: str) -> str:
        found = re.search(r'name="key" value="([^"]+)"', text)
        assert found is not None
        return found[1]

    form = {"procedure": RESIDENCE, "holder": number, "key": key_in(client.get("/ho-so/moi").text)}
    twice = [client.post("/ho-so/moi", data=form) for _ in range(2)]
    assert [one.status_code for one in twice] == [303, 303]
    assert twice[0].headers["location"] == twice[1].headers["location"]
    # Back to the form, another holder: said once what became of it, and the next press is a dossier of its own.
    changed = client.post("/ho-so/moi", data=form | {"holder": "031090910778", "holder_name": "TRỊNH VĂN HAI"})
    assert changed.status_code == 409
    assert twice[0].headers["location"].rpartition("/")[2] in changed.text
    fresh = form | {"holder": "031090910778", "holder_name": "TRỊNH VĂN HAI", "key": key_in(changed.text)}
    opened = client.post("/ho-so/moi", data=fresh)
    assert opened.status_code == 303
    assert opened.headers["location"] != twice[0].headers["location"]
    refused = client.post("/ho-so/moi", data=form | {"holder": "1", "key": fresh["key"] + "x"})
    assert key_in(refused.text) == fresh["key"] + "x", "a form that was refused keeps its key"
