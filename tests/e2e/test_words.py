"""Without a browser: every word that a page names is in the catalogue, and every closed set has all its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import qr
import signing
from vault.domain.batches import BatchState
from vault.domain.catalogue import ComponentForm, DemandForm, Situation
from vault.domain.corrections import CaseState
from vault.domain.data_requests import RequestKind, RequestState
from vault.domain.holders import HolderRole
from vault.domain.intake import IntakeState
from vault.domain.mandates import MandateKind
from vault.domain.outbox import LetterKind, LetterState
from vault.domain.outside import AskState
from vault.domain.people import Action, Role
from vault.domain.states import RecordState, TrustLevel
from vault.domain.ties import TieState
from vault.messages import known

WEB = Path(__file__).resolve().parents[2] / "vault" / "web"
_KEY = re.compile(r"""["'](ui\.[a-z_.]+[a-z_]|ui\.[a-z_.]+\.[A-Z_0-9]+)["']""")
_SAY = re.compile(r"""say\("([a-z_.]+[A-Za-z_.]*)\"""")
SETS = {
    "ui.intake": [one.value for one in IntakeState],
    "ui.role": [one.value for one in Role],
    "ui.action": [one.value for one in Action],
    "ui.holder": [one.value for one in HolderRole],
    "ui.state": [*(one.value for one in RecordState), "EXPIRED"],
    "ui.state_means": [*(one.value for one in RecordState), "EXPIRED"],
    "ui.change": [one.value for one in RecordState],
    "ui.trust": [one.name for one in TrustLevel],
    "ui.form": [one.value for one in ComponentForm],
    "ui.demand": [one.value for one in DemandForm],
    "ui.reuse": ["USABLE", "NEEDS_CHECK", "NOT_USABLE"],
    "ui.component": [*(one.value for one in Situation), "ATTACHED", "ASKED", "FORM"],
    "ui.verdict": [*(one.value for one in qr.Verdict), *(f"{one.value}.what" for one in qr.Verdict)],
    "ui.pdf": [*(one.value for one in signing.Verdict), *(f"{one.value}.what" for one in signing.Verdict)],
    "ui.reason": [*(one.value for one in signing.Reason), *(one.value for one in qr.Reason)],
    "ui.kind": ["signature", "timestamp", "remnant"],
    "ui.batch.state": [one.value for one in BatchState],
    "ui.correction.state": [one.value for one in CaseState],
    "ui.like": ["OWN", "VERY", "QUITE", "SOME"],
    "ui.case": [one.value for one in CaseState],
    "ui.asked": [one.value for one in AskState],
    "ui.source": ["THIS_VAULT", "NATIONAL_STORE", "OTHER_VAULT"],
    "ui.told": ["number", "issued_on", "expires_on", "holder_id"],
    "ui.letters.why": ["NATIONAL_REFUSED", "NATIONAL_FAULT", "NATIONAL_DOWN", "NATIONAL_SIMULATOR"],
    "ui.letters.kind": [one.value for one in LetterKind],
    "ui.letter": [one.value for one in LetterState],
    "ui.mandates.kind": [one.value for one in MandateKind],
    "ui.mandates.state": ["COMING", "LIVING", "OVER", "REVOKED"],
    "ui.requests.kind": [one.value for one in RequestKind],
    "ui.requests.state": [one.value for one in RequestState],
    "ui.systems.why": ["GONE", "FAILING"],
    "ui.tie": [one.value for one in TieState],
    "ui.mark": ["SURE", "LOOK", "DOUBT", "NONE"],
}


def _named() -> set[str]:
    files = [*WEB.glob("templates/*.html"), *WEB.glob("pages/*.py"), WEB / "html.py"]
    return {key for file in files for key in _KEY.findall(file.read_text(encoding="utf-8"))}


def test_every_key_that_a_page_names_is_there() -> None:
    prefixes = set(SETS) | {"ui.outcome", "ui.refusal", "ui.warning", "ui.field", "ui.figure", "ui.fact"}
    missing = {key for key in _named() if not known(key) and key not in prefixes}
    assert missing == set()
    assert len(_named()) > 150, "the pattern still finds them"


def test_every_word_that_a_script_names_is_there() -> None:
    scripts = [file.read_text(encoding="utf-8") for file in WEB.glob("static/js/*.js")]
    named = {key for script in scripts for key in _SAY.findall(script)}
    assert {key for key in named if not known(f"ui.{key}")} == set()
    assert len(named) > 25


@pytest.mark.parametrize("prefix", sorted(SETS))
def test_a_closed_set_has_all_its_words(prefix: str) -> None:
    assert [code for code in SETS[prefix] if not known(f"{prefix}.{code}")] == []
