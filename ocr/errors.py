"""What can go wrong between the bytes of a paper and its text. Every error carries a stable ``code``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class OcrError(Exception):
    """The root: a caller that catches this one has caught everything this package lets out on purpose.

    ``code`` is stable and meant for programs; ``detail`` says in English what was found, for logs.
    """

    code: ClassVar[str] = "OCR_FAILED"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code

    def as_dict(self) -> dict[str, str]:
        """The error as JSON values, for a pipe between processes."""
        return {"code": self.code, "detail": self.detail}

    @staticmethod
    def from_dict(raw: Mapping[str, Any]) -> OcrError:
        """The error that ``as_dict`` described; an unknown code becomes the root."""
        kind = _BY_CODE.get(str(raw.get("code", "")), OcrError)
        return kind(str(raw.get("detail", "")))


class PaperError(OcrError):
    """The file is refused; reading it again will not help."""


class NotAPaperError(PaperError):
    """Neither PDF, JPEG, PNG nor TIFF by its content, whatever its name says."""

    code = "NOT_A_PAPER"


class EmptyFileError(PaperError):
    """No bytes at all."""

    code = "EMPTY_FILE"


class TruncatedError(PaperError):
    """The file begins well and ends too early: an upload or a copy was cut."""

    code = "TRUNCATED"


class PasswordProtectedError(PaperError):
    """The PDF opens only with a password."""

    code = "PASSWORD_PROTECTED"


class NoPagesError(PaperError):
    """The document is well formed and has no page."""

    code = "NO_PAGES"


class TooManyPagesError(PaperError):
    """More pages than ``Limits.max_pages``."""

    code = "TOO_MANY_PAGES"


class PageTooLargeError(PaperError):
    """A page or a picture on it has more pixels than ``Limits.max_pixels_page``."""

    code = "PAGE_TOO_LARGE"


class FileTooLargeError(PaperError):
    """More bytes than ``Limits.max_bytes``."""

    code = "FILE_TOO_LARGE"


class BombError(PaperError):
    """A compressed stream unpacks to far more than any page needs."""

    code = "BOMB"


class BrokenError(PaperError):
    """The right kind of file, but damaged beyond reading."""

    code = "BROKEN"


class ReaderError(OcrError):
    """The paper may be fine; the machine that reads it is not."""


class ReaderFailedError(ReaderError):
    """A reader stopped, ran too long or answered nonsense."""

    code = "READER_FAILED"


class ReaderMissingError(ReaderError):
    """No reader is installed (Tesseract, or its Vietnamese data)."""

    code = "READER_MISSING"


_BY_CODE: dict[str, type[OcrError]] = {
    kind.code: kind
    for kind in (
        NotAPaperError,
        EmptyFileError,
        TruncatedError,
        PasswordProtectedError,
        NoPagesError,
        TooManyPagesError,
        PageTooLargeError,
        FileTooLargeError,
        BombError,
        BrokenError,
        ReaderFailedError,
        ReaderMissingError,
    )
}
