"""An address is told by its template: what stands in it may be a person's code."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tests.fakes.http import Client
from vault.web import seen


def answer(request: Request) -> Response:
    del request
    return PlainTextResponse("good")


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Any:
    inner, outer, web = APIRouter(prefix="/records"), APIRouter(prefix="/api"), FastAPI()
    inner.add_api_route("/{code}/files/{name:path}", answer)
    outer.include_router(inner)
    web.include_router(outer)
    seen.install(web)

    def ask(path: str) -> dict[str, Any]:
        with caplog.at_level(logging.INFO, logger=seen.__name__):
            caplog.clear()
            Client(web).get(path)
        (line,) = (one for one in caplog.records if one.name == seen.__name__)
        return vars(line)

    return ask


def test_what_a_router_is_included_under_is_part_of_the_template(told: Any) -> None:
    line = told("/api/records/1826-CEJC/files/a/b.pdf")
    assert (line["route"], line["status"], line["method"]) == ("/api/records/{code}/files/{name}", 200, "GET")


@pytest.mark.parametrize("path", ["/api/records/031090000001", "/031090000001", "/"])
def test_an_address_that_nothing_answers_is_not_told(told: Any, path: str) -> None:
    assert told(path)["route"] == "(none)"
