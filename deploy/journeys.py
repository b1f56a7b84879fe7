"""The five journeys over HTTP, as `deploy/demo` shows them: every claim is checked, nothing is taken on trust.

A step that is not what it should be raises `NotAsPromised`; the caller keeps time and prints.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import pypdfium2

from tests.golden.specimens import Person, Specimen, as_jpeg, as_pdf, draw, person

HOLDER = "031090000001"  # the citizen among the sign-ins of the development service
PASSPORT = "1.001456"  # issue of an ordinary passport: asks for a copy of the birth certificate
MARRIAGE = "1.000894"  # marriage: asks for the marital status, which must be recent and made for this purpose
_PATIENCE_SECONDS = 180.0
_BEFORE = {"READ": ("RECEIVED", "READING"), "SEALED": ("CONFIRMED", "SEALING")}


class NotAsPromisedError(Exception):
    """What the service answered is not what it promises; the text says both."""


@dataclass(frozen=True)
class Paper:
    """A specimen as a file, with the truth about it."""

    specimen: Specimen
    name: str
    data: bytes


def papers(seed: int) -> tuple[Paper, Paper]:
    """A birth certificate as JPEG and an old marital status certificate for a bank loan as PDF, both scanned."""
    invented = person("demo")
    citizen: Person = dataclasses.replace(
        invented, name="Nguyễn Văn Mẫu", gender="Nam", birth_date=date(1990, 5, 4), personal_number=HOLDER
    )
    birth = draw("KS", seed=seed, person=citizen)
    long_ago = {"issued_on": "2024-03-05", "purpose": "bổ túc hồ sơ vay vốn ngân hàng"}
    status = draw("XNTTHN", seed=seed, person=citizen, overrides=long_ago)
    return Paper(birth, "giay-khai-sinh.jpg", as_jpeg(birth, 1)), Paper(status, "tinh-trang.pdf", as_pdf(status, 1))


@dataclass
class Journeys:
    """One run. Steps hand on what they found in `found`; the order is that of `steps`."""

    http: httpx.Client
    drawn: Future[tuple[Paper, Paper]]
    sign_ins: Mapping[str, tuple[str, str]]
    records: list[str] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)

    def steps(self) -> Iterator[tuple[str, str, Any]]:
        """Journey, step and the function that runs it and tells what happened."""
        yield "digitise", "officer signs in", self.officer
        yield "digitise", "two scans are taken in (JPEG, PDF)", self.receive
        yield "digitise", "the same scan again is recognised", self.duplicate
        yield "digitise", "read: type and fields proposed", self.read
        yield "digitise", "confirmed against the original, sealed", self.seal
        yield "digitise", "original kept byte for byte", self.originals
        yield "reuse", "passport: the birth certificate is here", self.usable
        yield "reuse", "asking for it again is refused", self.once_only
        yield "reuse", "marriage: the old certificate will not do", self.not_usable
        yield "present", "citizen shows it as QR", self.present
        yield "verify", "a stranger checks the QR", self.verify_qr
        yield "verify", "the QR off the printed page", self.verify_print
        yield "verify", "the sealed PDF", self.verify_pdf
        yield "verify", "forgeries are caught", self.forgeries
        yield "oversee", "who looked, and the counts", self.oversee

    # --- digitise ----------------------------------------------------------------------------------------------------

    def officer(self) -> str:
        """Sign in as officer."""
        return f"as {self._sign_in('OFFICER')}"

    def receive(self) -> str:
        """Send both scans; they are stored at once and read by a worker."""
        answers = [self._send(paper) for paper in self.drawn.result()]
        self.found["intakes"] = [answer["intake"]["id"] for answer in answers]
        for paper, answer in zip(self.drawn.result(), answers, strict=True):
            _expect(answer["intake"]["sha256"], hashlib.sha256(paper.data).hexdigest(), "SHA-256")
        return f"{sum(len(paper.data) for paper in self.drawn.result()) / 1e6:.1f} MB stored under their SHA-256"

    def duplicate(self) -> str:
        """The same bytes are answered with the intake that exists."""
        answer = self._send(self.drawn.result()[0])
        _expect((answer["duplicate"], answer["intake"]["id"]), (True, self.found["intakes"][0]), "duplicate")
        return "answered with the first one, nothing stored twice"

    def read(self) -> str:
        """Wait for the proposals and hold them against what was drawn."""
        told = []
        for paper, intake in zip(self.drawn.result(), self.found["intakes"], strict=True):
            proposal = self._wait(intake, "READ")["proposal"]
            _expect(proposal["type"], paper.specimen.kind, "document type")
            facts = self._facts(paper)
            right = sum(proposal["fields"].get(name, {}).get("value") == value for name, value in facts.items())
            told.append(f"{proposal['type']} {proposal['type_confidence']:.0%}, {right} of {len(facts)} fields right")
        return "; ".join(told)

    def seal(self) -> str:
        """The officer corrects what was misread and confirms; the seal follows."""
        holder = {"number": HOLDER, "name": "NGUYỄN VĂN MẪU"}
        for paper, intake in zip(self.drawn.result(), self.found["intakes"], strict=True):
            word = {
                "type": paper.specimen.kind,
                "holders": [holder],
                "fields": self._facts(paper),
                "compared_with_original": True,
            }
            self._call("POST", f"/intakes/{intake}/confirm", json=word)
        self.records = [self._wait(intake, "SEALED")["record"] for intake in self.found["intakes"]]
        shown = self._call("GET", f"/records/{self.records[0]}", params={"purpose": "demo"})
        return f"{', '.join(self.records)} ({shown['seal_level']}, trust {shown['trust']})"

    def originals(self) -> str:
        """The original comes back as it went in; the sealed copy is another file."""
        for paper, code in zip(self.drawn.result(), self.records, strict=True):
            _expect(self._file(code, "ORIGINAL") == paper.data, True, "the original byte for byte")
        self.found["sealed"] = self._file(self.records[0], "SEALED")
        _expect(self.found["sealed"][:5], b"%PDF-", "the sealed copy is a PDF")
        return f"and a sealed copy of {len(self.found['sealed']) / 1e6:.1f} MB beside it"

    # --- reuse -------------------------------------------------------------------------------------------------------

    def usable(self) -> str:
        """A new dossier finds the record; attaching names it with its version."""
        code, components = self._dossier(PASSPORT)
        component, decision = _decision(components, self.records[0])
        _expect(decision["verdict"], "USABLE", "verdict")
        word = {"component": component["component"], "record": self.records[0]}
        attached = self._call("POST", f"/dossiers/{code}/attach", json=word)
        _expect((attached["record"], attached["version"]), (self.records[0], 1), "attachment")
        self.found |= {"dossier": code, "component": component["component"]}
        return f"{component['component']}: USABLE, attached as version {attached['version']} to {code}"

    def once_only(self) -> str:
        """The citizen may not be asked for what the state holds."""
        word = {"component": self.found["component"], "ground": None, "reason": "demo"}
        answer = self.http.post(f"/dossiers/{self.found['dossier']}/demand", json=word, headers=self._as("OFFICER"))
        _expect((answer.status_code, answer.json().get("code")), (409, "ONCE_ONLY"), "refusal")
        return "409 ONCE_ONLY"

    def not_usable(self) -> str:
        """An old paper for another purpose is found and refused, with the reasons."""
        _, components = self._dossier(MARRIAGE)
        _, decision = _decision(components, self.records[1])
        _expect(decision["verdict"], "NOT_USABLE", "verdict")
        return ", ".join(reason["code"] for reason in decision["reasons"] if reason["severity"] != "NOTE")

    # --- present -----------------------------------------------------------------------------------------------------

    def present(self) -> str:
        """The citizen sees the own papers and shows one."""
        name = self._sign_in("CITIZEN")
        own = [record["code"] for record in self._call("GET", "/me/records", role="CITIZEN")]
        _expect(set(self.records) <= set(own), True, "own records")
        shown = self._call(
            "POST", f"/me/records/{self.records[0]}/present", role="CITIZEN", json={"purpose": "làm hộ chiếu"}
        )
        self.found["credential"] = shown["credential"]
        _expect("<svg" in shown["svg"], True, "a QR picture")
        return f"{name}: {len(own)} papers, QR text of {len(shown['credential'])} characters"

    # --- verify ------------------------------------------------------------------------------------------------------

    def verify_qr(self) -> str:
        """By text, without signing in."""
        answer = self._anybody("/verify/text", json={"text": self.found["credential"]})
        _expect((answer["verdict"], answer["record"]), ("VALID", self.records[0]), "verdict")
        return f"VALID, status as of {answer['status_as_of'][11:19]}"

    def verify_print(self) -> str:
        """From a picture of the sealed page, as a phone takes it off paper."""
        page = pypdfium2.PdfDocument(self.found["sealed"])[0]
        stream = io.BytesIO()
        page.render(scale=200 / 72).to_pil().convert("RGB").save(stream, "JPEG", quality=80)
        answer = self._anybody("/verify/file", files={"file": ("page.jpg", stream.getvalue())})
        _expect((answer["kind"], answer["verdict"]), ("qr", "VALID"), "verdict")
        return "VALID, read from the page at 200 dpi"

    def verify_pdf(self) -> str:
        """By its seal."""
        answer = self._anybody("/verify/file", files={"file": ("sealed.pdf", self.found["sealed"])})
        _expect(answer["verdict"].startswith("VALID"), True, f"{answer['verdict']} is valid")
        return f"{answer['verdict']}, {len(answer['signatures'])} signature(s)"

    def forgeries(self) -> str:
        """One letter of the QR and one byte of the PDF changed: neither passes."""
        text = self.found["credential"]
        forged = text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:]
        qr = self._anybody("/verify/text", json={"text": forged})["verdict"]
        sealed = bytearray(self.found["sealed"])
        sealed[len(sealed) // 4] ^= 1
        answer = self.http.post("/verify/file", files={"file": ("forged.pdf", bytes(sealed))})
        pdf = answer.json().get("verdict") or answer.json().get("code", "")
        _expect(qr.startswith("VALID") or pdf.startswith("VALID"), False, f"a forgery passed ({qr}, {pdf})")
        return f"QR {qr}, PDF {pdf}"

    # --- oversee -----------------------------------------------------------------------------------------------------

    def oversee(self) -> str:
        """Every act is an event; the citizen sees who looked, the operator sees the counts."""
        acts = {event["action"] for event in self._call("GET", "/me/events", role="CITIZEN")}
        _expect({"ATTACH", "PRESENT"} <= acts, True, f"the citizen's log has {sorted(acts)}")
        figures = self._call("GET", "/overview", role="OFFICER")
        for name in ("digitised", "reused", "once_only_refused", "presented", "verified"):
            _expect(figures[name] > 0, True, f"{name} counted")
        return (
            f"{figures['digitised']} digitised, {figures['reused']} reused, {figures['asked_again']} asked again, "
            f"{figures['once_only_refused']} refused as once-only"
        )

    # --- HTTP --------------------------------------------------------------------------------------------------------

    def _sign_in(self, role: str) -> str:
        username, password = self.sign_ins[role]
        answer = self._anybody("/session", json={"username": username, "password": password})
        self.found[f"token {role}"] = answer["token"]
        return str(answer["actor"]["name"])

    def _as(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.found[f'token {role}']}"}

    def _call(self, method: str, path: str, *, role: str = "OFFICER", **more: Any) -> Any:
        return _json(self.http.request(method, path, headers=self._as(role), **more))

    def _anybody(self, path: str, **more: Any) -> Any:
        return _json(self.http.post(path, **more))

    def _send(self, paper: Paper) -> Any:
        return self._call("POST", "/intakes", files={"file": (paper.name, paper.data)})

    def _file(self, code: str, copy: str) -> bytes:
        path = f"/records/{code}/files/{copy}"
        return self.http.get(path, headers=self._as("OFFICER"), params={"purpose": "demo"}).raise_for_status().content

    def _wait(self, intake: str, state: str) -> Any:
        end = time.monotonic() + _PATIENCE_SECONDS
        while True:
            found = self._call("GET", f"/intakes/{intake}")
            if found["state"] not in _BEFORE[state]:
                break
            if time.monotonic() > end:
                raise NotAsPromisedError(f"still {found['state']} after {_PATIENCE_SECONDS:.0f} s: is a worker alive?")
            time.sleep(0.05)
        _expect(found["state"], state, f"state ({found['failure']})")
        return found

    def _facts(self, paper: Paper) -> dict[str, str]:
        if "types" not in self.found:
            self.found["types"] = {one["code"]: one["fields"] for one in self._call("GET", "/document-types")}
        wanted = self.found["types"][paper.specimen.kind]
        return {name: value for name, value in paper.specimen.fields.items() if name in wanted}

    def _dossier(self, procedure: str) -> tuple[str, list[dict[str, Any]]]:
        word = {"procedure": procedure, "holder": HOLDER, "holder_name": "NGUYỄN VĂN MẪU"}
        code = self._call("POST", "/dossiers", json=word)["code"]
        return code, self._call("GET", f"/dossiers/{code}/components")["components"]


def _decision(components: list[dict[str, Any]], record: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for component in components:
        for decision in component["decisions"]:
            if decision["record"] == record:
                return component, decision
    raise NotAsPromisedError(f"no component of the dossier knows {record}")


def _json(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json()
    problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    raise NotAsPromisedError(f"{answer.status_code} {problem.get('code', '')} {problem.get('detail', '')}".strip())


def _expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise NotAsPromisedError(f"{what}: {found!r}, expected {wanted!r}")
