"""A paper whose form was filled after a signature: the officer sees both states beside each other."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.conftest import HOLDER, Visits
from tests.e2e.looking import looked_over
from tests.service import ROOT, Service
from vault.domain.people import Role

# Signing runs an event loop, and so does the browser's driver: the paper is made in a process of its own.
MAKE = """
import sys
from datetime import UTC, datetime
import signing
from tests.unit.signing.builders import open_office
from tests.unit.signing.test_attacks import filled, with_form
office = open_office(datetime.now(UTC), "Phòng Tài chính (BẢN MẪU)")
first = office.seal(with_form(b"(1.000)"), signing.Level.B_B)
sys.stdout.buffer.write(office.seal(filled(first, b"(9.000.000)"), signing.Level.B_B))
"""


@pytest.mark.browser
def test_both_states_are_looked_at(service: Service, visit: Visits) -> None:
    made = subprocess.run([sys.executable, "-c", MAKE], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    fields = {"number": "77/GPXD", "issuer": "Phòng Tài chính"}
    code = service.digitize(made, "don.pdf", type_code="GPXD", holders=[HOLDER], fields=fields)
    found = visit()
    found.sign_in(Role.OFFICER)
    found.go(f"/giay-to/{code}/ban-ky/1/so-sanh")
    assert found.page.locator("main img").count() == 2
    looked_over(found, "comparison")
