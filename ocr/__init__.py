"""Reading Vietnamese papers: bytes of a scan or PDF to pages, to text with boxes and confidence, to type and fields.

A library that knows nothing of the program around it::

    from ocr import Limits, Template, pages, probe, read_page, understand

    probe(data)                                    # refuse early: kind, pages, sizes
    texts = [read_page(page) for page in pages(data)]
    paper = understand(texts, templates)           # paper.type.code, paper.fields["number"].value

Every value has ``as_dict()`` and ``from_dict()`` in JSON types, so that reading can be done in a child process with its
own memory and time. Only ``OcrError`` and its children leave on outside input.
"""

from ocr.asternet import AsterNet
from ocr.classify import TypeGuess
from ocr.detector import LineFinder
from ocr.engine import Glyph, Reader, Reading
from ocr.errors import (
    BombError,
    BrokenError,
    EmptyFileError,
    FileTooLargeError,
    NoPagesError,
    NotAPaperError,
    OcrError,
    PageTooLargeError,
    PaperError,
    PasswordProtectedError,
    ReaderError,
    ReaderFailedError,
    ReaderMissingError,
    TooManyPagesError,
    TruncatedError,
)
from ocr.glance import glance
from ocr.house import House
from ocr.limits import Limits
from ocr.look import STEPS
from ocr.measure import Score, cer, wer
from ocr.page import Readers, default_readers, models_folder, read_page
from ocr.pages import pages
from ocr.probe import Probe, examine, probe
from ocr.searchable import searchable
from ocr.template import FieldSpec, Template
from ocr.tesseract import Tesseract
from ocr.turn import turned
from ocr.understand import Understanding, understand
from ocr.values import Box, Code, FieldValue, Line, PageImage, PageText, Quality, Word

__all__ = [
    "STEPS",
    "AsterNet",
    "BombError",
    "Box",
    "BrokenError",
    "Code",
    "EmptyFileError",
    "FieldSpec",
    "FieldValue",
    "FileTooLargeError",
    "Glyph",
    "House",
    "Limits",
    "Line",
    "LineFinder",
    "NoPagesError",
    "NotAPaperError",
    "OcrError",
    "PageImage",
    "PageText",
    "PageTooLargeError",
    "PaperError",
    "PasswordProtectedError",
    "Probe",
    "Quality",
    "Reader",
    "ReaderError",
    "ReaderFailedError",
    "ReaderMissingError",
    "Readers",
    "Reading",
    "Score",
    "Template",
    "Tesseract",
    "TooManyPagesError",
    "TruncatedError",
    "TypeGuess",
    "Understanding",
    "Word",
    "cer",
    "default_readers",
    "examine",
    "glance",
    "models_folder",
    "pages",
    "probe",
    "read_page",
    "searchable",
    "turned",
    "understand",
    "wer",
]
