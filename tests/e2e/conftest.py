"""A browser for the page tests: Debian's Chromium, watched for console errors and for requests to anybody else."""

from __future__ import annotations

import itertools
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.counter import PASSWORD, Counter
from tests.golden.specimens import as_jpeg, draw
from vault.bootstrap import SEED_ACCOUNTS
from vault.domain.people import Role

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright, StorageState

    from tests.service import Service

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "deploy" / "web" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = ROOT / ".test-out" / "screenshots"
WIDTHS = (360, 768, 1440)
HEIGHTS = {360: 740, 768: 1024, 1440: 900}
HOLDER = {"number": "031090000001", "name": "NGUYỄN VĂN MẪU", "role": "SUBJECT"}
# Chromium writes a line for every refused request; a refusal that the page shows in words is no error of the page.
REFUSALS = (
    "status of 401",
    "status of 403",
    "status of 404",
    "status of 409",
    "status of 422",
    "net::ERR_INTERNET_DISCONNECTED",
)


def chromium_path() -> str:
    """The browser of the machine."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.fail("no Chromium on the path: run `bash deploy/setup --test`")
    return found


def launch(playwright: Playwright, *flags: str) -> Browser:
    """A browser without window; as root, as in containers, Chromium needs its own sandbox off."""
    return playwright.chromium.launch(
        executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", *flags]
    )


PATIENCE_MS = 60_000
"""What a slow machine may need for any one step; no test asserts by it."""


def see(page: Page, selector: str, **how: Any) -> None:
    """Wait until it is there and the page that it stands on is whole: what follows reads the rest at once."""
    page.wait_for_selector(selector, **how)
    page.wait_for_load_state()


def in_hand(page: Page, selector: str) -> None:
    """Wait until it has the focus, which a browser gives a moment after the page is there: what follows types."""
    page.wait_for_function("one => document.activeElement?.matches(one) ?? false", arg=selector)


@dataclass
class Visit:
    """One person's browser on the service."""

    url: str
    context: BrowserContext
    page: Page
    errors: list[str] = field(default_factory=list)
    shooting: float = 0.0
    """Seconds that pictures took: none of those that a person spends on the page."""
    foreign: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page of the service."""
        self.page.goto(self.url + path)

    def sign_in(self, role: Role) -> None:
        """Sign in by the form."""
        seed = next(one for one in SEED_ACCOUNTS if one.role is role)
        self.sign_in_as(seed.username, seed.password)

    def sign_in_as(self, username: str, password: str) -> None:
        """Sign in with an account that a test made."""
        self.go("/dang-nhap")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", password)
        self.page.click("form[action='/dang-nhap'] button")
        self.page.wait_for_url(lambda address: "/dang-nhap" not in address)

    @property
    def shots(self) -> Path:
        """Where pictures lie, for people to look at: `.test-out/screenshots`."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        return SHOTS

    def shoot(self, name: str, *widths: int) -> None:
        """Whole-page screenshots."""
        size, begin = self.page.viewport_size, time.monotonic()
        for width in widths or WIDTHS:
            self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            self.page.screenshot(path=self.shots / f"{name}-{width}.png", full_page=True)
        if size is not None:
            self.page.set_viewport_size(size)
        self.shooting += time.monotonic() - begin

    def findings(self) -> list[str]:
        """Serious and critical findings of axe-core on the page as it is, WCAG 2.2 AA and best practice."""
        # Injected through the debugger, which the page's own policy does not concern.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: Any = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert found["passes"], "axe found nothing to look at"
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.fixture(scope="session")
def playwright_() -> Iterator[Playwright]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only the browser tests need it

    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def chromium(playwright_: Playwright) -> Iterator[Browser]:
    browser = launch(playwright_)
    yield browser
    browser.close()


@dataclass
class Visits:
    """Opens browsers of people on the service."""

    url: str
    chromium: Browser
    opened: list[Visit] = field(default_factory=list)

    def __call__(self, *, width: int = 1440, browser: Browser | None = None, url: str = "", **options: Any) -> Visit:
        """One more."""
        context = (browser or self.chromium).new_context(
            viewport={"width": width, "height": HEIGHTS[width]}, locale="vi-VN", **options
        )
        context.set_default_timeout(PATIENCE_MS)
        found = Visit(url or self.url, context, context.new_page())
        watch(found)
        self.opened.append(found)
        return found


@pytest.fixture
def visit(service: Service, chromium: Browser) -> Iterator[Visits]:
    """Opens browsers of people; at the end none may have seen an error or asked anybody but the service."""
    visits = Visits(service.url, chromium)
    yield visits
    for one in visits.opened:
        one.context.close()
    assert [line for one in visits.opened for line in one.errors] == []
    assert [address for one in visits.opened for address in one.foreign] == []


Signed = Callable[[Role], "StorageState"]


@pytest.fixture(scope="module")
def signed(service: Service, chromium: Browser, request: pytest.FixtureRequest) -> Signed:
    """What a browser keeps once somebody of a role has signed in: `visit(storage_state=signed(role))`.

    One sign-in a role and module. A test that signs out, or ends other sessions, signs in by itself.
    """
    kept: dict[Role, StorageState] = {}

    def state(role: Role) -> StorageState:
        if role not in kept:
            context = chromium.new_context(locale="vi-VN")
            found = Visit(service.url, context, context.new_page())
            if any(one.role is role for one in SEED_ACCOUNTS):
                found.sign_in(role)
            else:
                username = f"{request.module.__name__.rpartition('.')[2]}-{role.value.lower()}"
                Counter(service.app, itertools.count()).account(username, service.app.settings.agency_code, role)
                found.sign_in_as(username, PASSWORD)
            kept[role] = context.storage_state()
            context.close()
        return kept[role]

    return state


def watch(visit: Visit) -> None:
    """Write down errors of the console and requests to anybody else."""
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.page.on(
        "console",
        lambda line: (
            visit.errors.append(f"{line.text} {line.location}")
            if line.type in {"error", "warning"} and not any(known in line.text for known in REFUSALS)
            else None
        ),
    )
    own = (visit.url, "blob:", "data:")
    visit.page.on("request", lambda request: None if request.url.startswith(own) else visit.foreign.append(request.url))


@dataclass(frozen=True)
class Paper:
    """A sealed paper of the sample citizen: its code and the text of its QR."""

    code: str
    credential: str


def seal(service: Service, seed: int) -> Paper:
    """Digitise a specimen over the API and let the citizen show it."""
    specimen = draw("GPXD", seed=seed)
    fields: Mapping[str, str] = {name: specimen.fields[name] for name in ("number", "issued_on", "issuer")}
    code = service.digitize(as_jpeg(specimen, 1), f"gpxd-{seed}.jpg", type_code="GPXD", holders=[HOLDER], fields=fields)
    shown = service.client(Role.CITIZEN).post(f"/api/v1/me/records/{code}/present", json={"purpose": "thử"})
    return Paper(code, cast("str", shown.raise_for_status().json()["credential"]))


@pytest.fixture(scope="session")
def paper(service: Service) -> Paper:
    """A paper in force."""
    return seal(service, 501)


@pytest.fixture(scope="session")
def revoked(service: Service) -> Paper:
    """A paper that was revoked."""
    found = seal(service, 502)
    change = {"state": "REVOKED", "reason": "cấp sai đối tượng"}
    service.client(Role.OFFICER).post(f"/api/v1/records/{found.code}/state", json=change).raise_for_status()
    return found


def stored(visit: Visit, key: str) -> Any:
    """What the page keeps on the device."""
    return json.loads(visit.page.evaluate("key => localStorage.getItem(key) ?? 'null'", key))
