"""Papers that came oddly and were digitised all the same, shared by the tests that look at what became of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.golden.bad_input import CASES, OK, BadInput, bad_input
from tests.golden.specimens import as_tiff, draw
from tests.service import Service
from vault.domain.people import Role

SPECIMEN = draw("XNTTHN", seed=7)
TIFF = "two-page-tiff"


@dataclass(frozen=True)
class Digitised:
    """A file, the intake it made, and the record it became."""

    case: BadInput
    read: Mapping[str, Any]
    text: str
    record: str


def wait_for(
    service: Service, intake_ids: Sequence[str], state: str, *, seconds: float
) -> dict[str, Mapping[str, Any]]:
    """The intakes, once each is in the state or has failed."""
    officer, found = service.client(Role.OFFICER), {}
    deadline = time.monotonic() + seconds
    while len(found) < len(intake_ids):
        assert time.monotonic() < deadline, f"not {state} after {seconds} s: {set(intake_ids) - set(found)}"
        for one in set(intake_ids) - set(found):
            intake = officer.get(f"/api/v1/intakes/{one}").raise_for_status().json()
            if intake["state"] == state or intake["failure"]:
                found[one] = intake
        time.sleep(0.3)
    return found


def tiff() -> BadInput:
    return BadInput(TIFF, "hai-trang.tif", as_tiff(draw("QSDD", seed=3, overrides={"generation": "2014"}), 2), OK)


@pytest.fixture(scope="session")
def odd_papers(service: Service) -> dict[str, Digitised]:
    """Wrong extension, turned by EXIF, CMYK, encrypted without a password, several pages: all the way to the seal."""
    officer = service.client(Role.OFFICER)
    cases = [*(case for case in map(bad_input, CASES) if case.expected == OK), tiff()]
    ids = {}
    for case in cases:
        answer = officer.post("/api/v1/intakes", files={"file": (case.filename, case.content)})
        ids[answer.raise_for_status().json()["intake"]["id"]] = case
    read = wait_for(service, list(ids), "READ", seconds=280)
    texts = {one: officer.get(f"/api/v1/intakes/{one}/pages").json() for one in ids}
    for number, one in enumerate(ids):
        said = {
            "type": "XNTTHN",
            "holders": [{"number": "031090000001", "name": "NGUYỄN VĂN MẪU"}],
            "fields": {"number": f"{number}/XN", "issued_on": "2026-10-01", "issuer": "UBND phường Mẫu"},
            "compared_with_original": True,
        }
        officer.post(f"/api/v1/intakes/{one}/confirm", json=said).raise_for_status()
    sealed = wait_for(service, list(ids), "SEALED", seconds=120)
    return {
        case.name: Digitised(case, read[one], "\n".join(page["text"] for page in texts[one]), sealed[one]["record"])
        for one, case in ids.items()
    }
