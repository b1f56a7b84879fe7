"""`ports.Engines` over the sandbox: typed values in, JSON and bytes over the pipe, typed values out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import serialization

import ocr
import signing
from vault.domain.batches import SeenPage, separator_of
from vault.domain.errors import Invalid
from vault.ports import MalwareScanner, ReadPage
from vault.sandbox.client import Reply, Sandbox

QR_MM = 30.0
FILES_OF_ONE_CHILD = 256
"""Which one sender hands in one after the other, and which are only examined."""
SEARCHABLE_SECONDS, SEARCHABLE_SECONDS_A_PAGE = 60.0, 3.0
T = TypeVar("T")


class SandboxEngines:
    """Each call is one child process; files that one sender hands in, one after the other, are examined by the same."""

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        max_bytes: int,
        max_pages: int,
        batch: tuple[int, int] = (0, 0),
        inspect_seconds: float = 60,
        scanner: MalwareScanner | None = None,
    ) -> None:
        self._sandbox = sandbox
        self._door = sandbox.beside("door", each=FILES_OF_ONE_CHILD)
        self._batch = {"max_bytes": batch[0] or max_bytes, "max_pages": batch[1] or max_pages}
        self._scanner = scanner
        self._limits = {"max_bytes": max_bytes, "max_pages": max_pages}
        self._inspect_seconds = inspect_seconds

    def start(self) -> None:
        """Load the engines now instead of at the first paper."""
        self._sandbox.start()
        self._door.start()

    def close(self) -> None:
        """Stop the children."""
        self._sandbox.close()
        self._door.close()

    def probe(self, data: bytes) -> ocr.Probe:
        """Kind and number of pages."""
        return _typed(ocr.Probe.from_dict, self._sandbox.run("probe", self._limits, data))

    def examine(self, data: bytes, *, sender: str = "", advise: bool = False) -> ocr.Probe:
        """The same, once the scanner found nothing and the first page is opened."""
        if self._scanner is not None:
            self._scanner.check(data)
        reply = self._door.run("examine", {**self._limits, "advise": advise}, data, sender=sender)
        return _typed(ocr.Probe.from_dict, reply)

    def probe_batch(self, data: bytes) -> ocr.Probe:
        """Whether it can be split."""
        return _typed(ocr.Probe.from_dict, self._sandbox.run("batch_probe", self._batch, data))

    def separators(self, data: bytes, start: int, count: int) -> tuple[SeenPage, ...]:
        """What is seen of some pages."""
        reply = self._sandbox.run("separators", {"start": start, "count": count}, data)
        return _typed(lambda raw: tuple(_page_of(one) for one in raw["pages"]), reply)

    def cut(self, data: bytes, ranges: Sequence[tuple[int, int]]) -> tuple[bytes, ...]:
        """A PDF a range."""
        found = self._sandbox.run("cut", {"ranges": [list(one) for one in ranges]}, data).attachments
        if len(found) != len(ranges):
            raise Invalid("PARSER_CRASHED", reason="answer")
        return tuple(found)

    def read_page(
        self,
        data: bytes,
        index: int,
        *,
        fast: bool = False,
        unless_from: Collection[str] = (),
        only_look: bool = False,
    ) -> ReadPage:
        """Render one page and read it."""
        how = {"fast": fast, "only_look": only_look, "unless_from": sorted(unless_from)}
        header = {**self._limits, "index": index, **how}
        reply = self._sandbox.run("read_page", header, data)
        return ReadPage(reply.attachments[0], _typed(ocr.PageText.from_dict, reply))

    def searchable(self, data: bytes, texts: Sequence[bytes], *, title: str, at: datetime) -> bytes:
        """The searchable copy."""
        header = {**self._limits, "title": title, "at": at.isoformat()}
        seconds = SEARCHABLE_SECONDS + SEARCHABLE_SECONDS_A_PAGE * len(texts)
        return self._sandbox.run("searchable", header, data, *texts, seconds=seconds).attachments[0]

    def understand(self, pages: Sequence[ocr.PageText], templates: Sequence[ocr.Template]) -> ocr.Understanding:
        """Type and fields."""
        header = {"pages": [page.as_dict() for page in pages], "templates": [one.as_dict() for one in templates]}
        return _typed(ocr.Understanding.from_dict, self._sandbox.run("understand", header))

    def inspect(
        self, pdf: bytes, *, trust: signing.Trust, now: datetime, evidence: signing.Evidence | None = None
    ) -> signing.Report:
        """Report on signatures."""
        kept = (evidence or signing.Evidence()).to_bytes()
        reply = self._signed("inspect", pdf, trust, now, kept)
        return _typed(lambda raw: signing.Report.from_dict(dict(raw)), reply)

    def chains(self, pdf: bytes, *, trust: signing.Trust, now: datetime) -> tuple[tuple[x509.Certificate, ...], ...]:
        """Chains to pinned roots. The child may be taken over, so its chains are verified again before any is used."""
        reply = self._signed("chains", pdf, trust, now)
        found = (tuple(x509.load_pem_x509_certificates(one)) for one in reply.attachments)
        return tuple(chain for chain in found if signing.leads_to_root(chain, trust))

    def _signed(self, job: str, pdf: bytes, trust: signing.Trust, now: datetime, *more: bytes) -> Reply:
        header = {"now": now.isoformat(), "revocation": trust.revocation.value}
        pems = (_pem(trust.roots), _pem(trust.intermediates))
        return self._sandbox.run(job, header, pdf, *pems, *more, seconds=self._inspect_seconds)

    def picture(self, data: bytes, index: int) -> bytes:
        """One page as JPEG."""
        return self._sandbox.run("picture", {**self._limits, "index": index}, data).attachments[0]

    def changed_pages(self, old: bytes, new: bytes) -> tuple[int, ...]:
        """Pages that look different."""
        reply = self._sandbox.run("changed", self._limits, old, new)
        return tuple(int(index) for index in reply.header["pages"])

    def codes(self, image: bytes) -> tuple[str, ...]:
        """Texts of QR symbols."""
        reply = self._sandbox.run("codes", self._limits, image)
        return tuple(str(text) for text in reply.header["texts"])

    def to_pdf(self, scan: bytes) -> bytes:
        """A picture as a PDF of the same size."""
        return self._sandbox.run("to_pdf", self._limits, scan).attachments[0]

    def compose(self, original: bytes, *, mark: signing.ConversionMark, qr_png: bytes) -> bytes:
        """The paper with its strip."""
        header = {**self._limits, "mark": _mark(mark), "qr_mm": QR_MM}
        return self._sandbox.run("compose", header, original, qr_png).attachments[0]

    def cover(
        self,
        *,
        mark: signing.ConversionMark,
        qr_png: bytes,
        title: str,
        rows: Sequence[tuple[str, str]],
        signatures: Sequence[signing.SignatureLine],
    ) -> bytes:
        """The cover sheet."""
        header = {
            "mark": _mark(mark),
            "title": title,
            "rows": [list(row) for row in rows],
            "signatures": [asdict(line) for line in signatures],
            "qr_mm": QR_MM,
        }
        return self._sandbox.run("cover", header, qr_png).attachments[0]


def _page_of(raw: Mapping[str, Any]) -> SeenPage:
    separator = raw["separator"]
    # The child is not trusted: only what is a separator passes as one.
    return SeenPage(separator_of([separator]) if isinstance(separator, str) else None, bool(raw["blank"]))


def _pem(certificates: Sequence[x509.Certificate]) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def _mark(mark: signing.ConversionMark) -> dict[str, Any]:
    return {**asdict(mark), "at": mark.at.isoformat()}


def _typed(build: Callable[[Mapping[str, Any]], T], reply: Reply) -> T:
    """Build the value; a child that answers something else was taken over or is broken, and is treated as crashed."""
    try:
        return build(reply.header)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise Invalid("PARSER_CRASHED", reason="answer") from error
