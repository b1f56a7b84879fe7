"""What a sealed paper shows: the words, the time, the person, the code and the QR, in a strip that covers nothing."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageOps

from tests.integration.conftest import TIFF, Digitised
from tests.service import Service
from vault.bootstrap import SEED_ACCOUNTS
from vault.domain.people import Role
from vault.usecases.digitize.paper import WORDS

pytestmark = pytest.mark.service
NAMES = ("turned-by-exif", "pdf-named-jpg", "owner-password-only", "cmyk-jpeg", TIFF)
OFFICER = next(one.name for one in SEED_ACCOUNTS if one.role is Role.OFFICER)
SCALE = 200 / 72


@dataclass(frozen=True)
class Sealed:
    """The sealed copy, its text and its first page as a picture."""

    paper: Digitised
    pdf: bytes
    text: str
    pages: int
    picture: Image.Image


@pytest.fixture(scope="module", params=NAMES)
def sealed(request: pytest.FixtureRequest, service: Service, odd_papers: dict[str, Digitised]) -> Sealed:
    paper = odd_papers[request.param]
    pdf = service.client(Role.OFFICER).get(f"/api/v1/records/{paper.record}/files/SEALED").raise_for_status().content
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    text_page = page.get_textpage()
    text = text_page.get_text_bounded()
    text_page.close()
    picture = page.render(scale=SCALE).to_pil().convert("RGB")
    count = len(document)
    document.close()
    return Sealed(paper, pdf, text, count, picture)


def test_the_strip_says_what_the_decree_wants(service: Service, sealed: Sealed) -> None:
    text = " ".join(sealed.text.split())
    assert WORDS in text
    assert service.app.settings.system_name in text
    assert OFFICER in text
    assert service.app.settings.agency_name in text
    assert sealed.paper.record in text
    moment = re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", text)
    assert moment is not None
    with service.app.uow.begin() as tx:
        intake = tx.intakes.find(sealed.paper.record)  # type: ignore[arg-type] # a code as it was told
    assert intake is not None
    assert intake.confirmation is not None
    assert abs(datetime.fromisoformat(moment[0]) - intake.confirmation.at) < timedelta(seconds=1)


def test_every_page_is_there(sealed: Sealed) -> None:
    assert sealed.pages == sealed.paper.read["page_count"]


def test_the_qr_on_the_page_reads_back_to_the_record(service: Service, sealed: Sealed) -> None:
    document = pypdfium2.PdfDocument(sealed.pdf)
    picture = document[0].render(scale=300 / 72).to_pil().convert("L")
    document.close()
    texts = [one.text for one in zxingcpp.read_barcodes(np.asarray(picture))]
    with service.app.uow.begin() as tx:
        record = tx.records.get(sealed.paper.record)  # type: ignore[arg-type] # a code as it was told
    assert record.credential in texts


def test_a_picture_of_the_page_is_judged_as_its_text_is(service: Service, sealed: Sealed, tmp_path: Path) -> None:
    with service.app.uow.begin() as tx:
        credential = tx.records.get(sealed.paper.record).credential  # type: ignore[arg-type] # a code as it was told
    picture = io.BytesIO()
    sealed.picture.save(picture, "JPEG", quality=80)
    stranger = service.client()
    files = {"file": ("page.jpg", picture.getvalue())}
    by_picture = stranger.post("/api/v1/verify/file", files=files).raise_for_status().json()
    by_text = stranger.post("/api/v1/verify/text", json={"text": credential}).raise_for_status().json()
    by_file = stranger.post("/api/v1/verify/file", files={"file": ("s.pdf", sealed.pdf)}).raise_for_status().json()
    times = {"status_as_of"}
    assert {name: value for name, value in by_picture.items() if name not in times} == {
        name: value for name, value in by_text.items() if name not in times
    }
    assert (by_text["verdict"], by_text["record"]) == ("VALID", sealed.paper.record)
    assert (by_file["verdict"], by_file["record"]) == ("VALID", sealed.paper.record)
    if sealed.paper.case.name == NAMES[0]:  # the command line is slow to start: once is enough
        file = tmp_path / "page.jpg"
        file.write_bytes(picture.getvalue())
        answers = [service.vault_json("verify", str(file)), service.vault_json("verify", credential)]
        assert [(status, told["verdict"], told["claims"]) for status, told in answers] == [
            (0, "VALID", by_text["claims"])
        ] * 2


def original_picture(paper: Digitised) -> Image.Image:
    """The first page as any viewer shows it, without the strip."""
    if paper.case.content.startswith(b"%PDF"):
        document = pypdfium2.PdfDocument(paper.case.content)
        picture = document[0].render(scale=SCALE).to_pil().convert("RGB")
        document.close()
        return picture
    with Image.open(io.BytesIO(paper.case.content)) as opened:
        return ImageOps.exif_transpose(opened).convert("RGB")


def test_nothing_of_the_original_page_is_covered(sealed: Sealed) -> None:
    """The page grew at its bottom; above that, every pixel is the original's."""
    original = original_picture(sealed.paper)
    width = sealed.picture.width
    height = round(original.height * width / original.width)
    assert sealed.picture.height > height + 20 * SCALE, "there is a strip"
    kept = np.asarray(sealed.picture.crop((0, 0, width, height)).convert("L"), dtype=float)
    came = np.asarray(original.resize((width, height)).convert("L"), dtype=float)
    difference = np.abs(kept - came)
    assert difference.mean() < 6, "the same page"
    # Nothing is laid over it: no field of 4 x 4 mm differs by more than what compression and scaling leave.
    side = round(4 / 25.4 * 72 * SCALE)
    rows, columns = difference.shape[0] // side, difference.shape[1] // side
    fields = difference[: rows * side, : columns * side].reshape(rows, side, columns, side).mean(axis=(1, 3))
    assert fields.max() < 40, np.unravel_index(fields.argmax(), fields.shape)
