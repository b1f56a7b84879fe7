"""Visible marks and page composition, all before sealing: pages from images, strips, cover sheets, NĐ 30 blocks."""

from signing.marks.administrative import (
    AdministrativeDocument,
    CopyForm,
    CopyLine,
    SignatureBlock,
    add_copy_line,
    add_signature_block,
)
from signing.marks.cover import SignatureLine, cover_sheet
from signing.marks.fonts import text_font_paths
from signing.marks.pages import PageImageBytes, join_pdfs, page_count, pages_to_pdf, split_pdf
from signing.marks.strip import ConversionMark, add_strip

__all__ = [
    "AdministrativeDocument",
    "ConversionMark",
    "CopyForm",
    "CopyLine",
    "PageImageBytes",
    "SignatureBlock",
    "SignatureLine",
    "add_copy_line",
    "add_signature_block",
    "add_strip",
    "cover_sheet",
    "join_pdfs",
    "page_count",
    "pages_to_pdf",
    "split_pdf",
    "text_font_paths",
]
