"""The web application in this process: real routing, real errors, no port and no second process."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI

from vault.bootstrap import App
from vault.web.main import create

BASE = "http://kho.example.vn"


class Client:
    """A caller with a session token, or a stranger."""

    def __init__(self, web: FastAPI, token: str | None = None) -> None:
        self._web, self._token = web, token

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        """One request; an exception that no handler turned into an answer comes out as status 500."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._web, raise_app_exceptions=False)
            headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
            async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
                return await client.request(method, path, **given)

        return asyncio.run(send())

    def get(self, path: str, **given: Any) -> httpx.Response:
        """GET."""
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        """POST."""
        return self.request("POST", path, **given)

    def signed_in(self, username: str, password: str) -> Client:
        """The same application with a session of this account."""
        answer = self.post("/api/v1/session", json={"username": username, "password": password})
        return Client(self._web, answer.raise_for_status().json()["token"])


def stranger(app: App) -> Client:
    """Somebody who never signed in, at the application over `app`."""
    return Client(create(app))
