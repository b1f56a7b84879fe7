"""Six real signed documents: not a byte and not a signature is lost, and the letters' number and date are read."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from tests.fakes import desk
from tests.fakes.engines import FirstPageEngines
from tests.fakes.http import Client, stranger
from tests.fakes.parts import with_other
from tests.integration.conftest import wait_for
from tests.service import Service
from vault.bootstrap import App
from vault.domain.people import Role
from vault.sandbox import Limits, Sandbox

pytestmark = [pytest.mark.service, pytest.mark.needs_samples, pytest.mark.timeout(600)]
SIGNATURES = {
    "cong-van-f38.pdf": 6,
    "cong-van-f40.pdf": 5,
    "luat-can-cuoc-2023.pdf": 1,
    "luat-giao-dich-dien-tu-2023.pdf": 1,
    "thong-tu-51-2025-bca.pdf": 1,
    "thong-tu-66-2023-bca.pdf": 1,
}
LETTERS = ("cong-van-f38.pdf", "cong-van-f40.pdf")
BY_COMMAND_LINE = "thong-tu-51-2025-bca.pdf"
LAWS = tuple(name for name in SIGNATURES if name not in {*LETTERS, BY_COMMAND_LINE})
HOLDER = {"number": "031090000003", "name": "PHẠM VĂN THỬ"}
WORD = {"type": "CONGVAN", "holders": [HOLDER], "fields": {}, "compared_with_original": True}
Caller = httpx.Client | Client


@dataclass(frozen=True)
class Kept:
    """A document as it came, its intake when it was read, the text of its first pages, and its record."""

    data: bytes
    read: Mapping[str, Any]
    text: str
    record: Mapping[str, Any]
    officer: Caller
    anybody: Caller


@pytest.fixture(scope="module")
def documents(service: Service, parts: App, samples: Path) -> Iterator[dict[str, Kept]]:
    files = {name: (samples / "signed-government-pdf" / name).read_bytes() for name in SIGNATURES}
    path = samples / "signed-government-pdf" / BY_COMMAND_LINE
    found = _by_service(service, files, path)
    sandbox = Sandbox(Limits())
    engines = FirstPageEngines(sandbox, max_bytes=parts.settings.max_upload_bytes, max_pages=parts.settings.max_pages)
    with closing(sandbox):
        app = with_other(parts, engines=engines)
        found |= {name: _in_process(app, name, files[name]) for name in LAWS}
        yield found


def _by_service(service: Service, files: Mapping[str, bytes], path: Path) -> dict[str, Kept]:
    """The short ones all the way through the service's own processes, one of them by command line."""
    holder = ("--holder", HOLDER["number"], "--name", HOLDER["name"])
    status, told = service.vault_json("digitize", str(path), "--type", "CONGVAN", *holder)
    assert (status, told["papers"][0]["signatures"]) == (0, 1), told
    officer = service.client(Role.OFFICER)
    ids = {told["papers"][0]["intake"]: BY_COMMAND_LINE}
    for name in LETTERS:
        answer = officer.post("/api/v1/intakes", files={"file": (name, files[name])}).raise_for_status()
        ids[answer.json()["intake"]["id"]] = name
    waiting = [one for one, name in ids.items() if name in LETTERS]
    wait_for(service, waiting, "READ", seconds=300)
    for one in waiting:
        officer.post(f"/api/v1/intakes/{one}/confirm", json=WORD).raise_for_status()
    wait_for(service, list(ids), "SEALED", seconds=200)
    return {name: _kept(officer, service.client(), one, files[name]) for one, name in ids.items()}


def _in_process(app: App, name: str, data: bytes) -> Kept:
    """A long law over HTTP and through the worker's use cases, here."""
    web = stranger(app)
    officer = web.signed_in("canbo", "canbo-mau-2026")
    answer = officer.post("/api/v1/intakes", files={"file": (name, data)}).raise_for_status()
    intake_id = answer.json()["intake"]["id"]
    desk.be_read(app, intake_id)
    officer.post(f"/api/v1/intakes/{intake_id}/confirm", json=WORD).raise_for_status()
    desk.be_sealed(app, intake_id)
    return _kept(officer, web, intake_id, data)


def _kept(officer: Caller, anybody: Caller, intake_id: str, data: bytes) -> Kept:
    read = officer.get(f"/api/v1/intakes/{intake_id}").raise_for_status().json()
    assert (read["state"], read["failure"]) == ("SEALED", None), read
    text = "\n".join(page["text"] for page in officer.get(f"/api/v1/intakes/{intake_id}/pages").json())
    record = officer.get(f"/api/v1/records/{read['record']}").raise_for_status().json()
    return Kept(data, read, text, record, officer, anybody)


@pytest.fixture(params=SIGNATURES)
def document(request: pytest.FixtureRequest, documents: dict[str, Kept]) -> Kept:
    return documents[request.param]


def test_every_signature_is_reported(document: Kept) -> None:
    name = document.read["filename"]
    signatures = document.read["signatures"]
    assert (signatures["count"], document.read["signed_original"]) == (SIGNATURES[name], True)
    kinds = [one["kind"] for one in signatures["report"]["signatures"]]
    assert len(kinds) - kinds.count("timestamp") == SIGNATURES[name]
    # Two laws were printed anew by a tool that left only the remains of their signature: that is told, not hidden.
    assert (signatures["verdict"] == "SIGNATURE_DESTROYED") is ("remnant" in kinds)
    assert all(signatures["signers"])


def test_the_original_comes_back_byte_for_byte_and_its_own_signatures_stand(document: Kept) -> None:
    code = document.record["code"]
    got = document.officer.get(f"/api/v1/records/{code}/files/ORIGINAL").raise_for_status()
    assert got.content == document.data
    assert document.record["sha256_original"] == hashlib.sha256(document.data).hexdigest()
    files = {"file": ("goc.pdf", got.content)}
    checked = document.anybody.post("/api/v1/verify/file", files=files).raise_for_status().json()
    before = document.read["signatures"]
    assert (checked["verdict"], checked["record"]) == (before["verdict"], code)
    told = [(one["field"], one["verdict"]) for one in before["report"]["signatures"]]
    assert [(one["field"], one["verdict"]) for one in checked["signatures"]] == told


def test_the_cover_sheet_is_sealed_and_valid_and_names_the_file(document: Kept) -> None:
    code = document.record["code"]
    sealed = document.officer.get(f"/api/v1/records/{code}/files/SEALED").raise_for_status().content
    assert sealed != document.data
    answer = document.anybody.post("/api/v1/verify/file", files={"file": ("phieu.pdf", sealed)})
    checked = answer.raise_for_status().json()
    assert (checked["verdict"], checked["record"]) == ("VALID", code)
    assert checked["signatures"][0]["level"] == "B-LTA"
    assert (document.record["signed_original"], document.record["conversion_mark"]) == (True, False)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(sealed)).pages)
    flat = re.sub(r"\s+", "", text)
    assert document.record["sha256_original"] in flat
    assert code in flat


@pytest.mark.parametrize("name", LETTERS)
def test_the_printed_number_and_date_of_a_letter_are_read_and_proposed(documents: dict[str, Kept], name: str) -> None:
    """They are signature widgets, in no text layer: only the rendered page shows them."""
    letter = documents[name]
    fields = letter.read["proposal"]["fields"]
    number, issued_on = fields["number"]["value"], fields["issued_on"]["value"]
    assert re.match(r"\d+\s*/", number), json.dumps(fields, ensure_ascii=False)
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", issued_on)
    printed = number.split("/", 1)[0].strip()
    assert re.search(rf"Số:?\s*{printed}\s*/", letter.text), letter.text[:400]
    year, month, day = issued_on.split("-")
    shown = rf"ngày\s*{day}\s*tháng\s*0?{int(month)}\s*năm\s*{year}"
    assert re.search(shown, letter.text), letter.text[:400]
