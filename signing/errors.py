"""What can go wrong while a PDF is sealed or composed; every error carries a stable code for the edges to translate.

Validation never raises for a bad file: it reports (see `signing.inspect`). `NotValidError` is the one exception, and it
is raised only by `Report.require_valid`.
"""

from __future__ import annotations

from typing import ClassVar


class SigningError(Exception):
    """Root of the tree. `code` is stable; `str(error)` adds details for the log and never carries secrets."""

    code: ClassVar[str] = "SIGNING_FAILED"


class InputError(SigningError):
    """The PDF that came in cannot be used as it is."""

    code = "BROKEN_PDF"


class NotAPdfError(InputError):
    """The bytes do not begin with a PDF header."""

    code = "NOT_A_PDF"


class BrokenPdfError(InputError):
    """The file announces itself as PDF and cannot be read strictly; it may only be sealed as a rendition."""

    code = "BROKEN_PDF"


class HybridFileError(InputError):
    """The file has two cross-reference tables that may disagree (ISO 32000-2, 7.5.8.4); it is not sealed as it is."""

    code = "HYBRID_FILE"


class PasswordProtectedError(InputError):
    """The file is encrypted: the password is missing or wrong."""

    code = "PASSWORD_PROTECTED"


class DocMdpForbidsError(InputError):
    """A certification signature in the file forbids every change (DocMDP P = 1), so no further seal may be added."""

    code = "DOCMDP_FORBIDS"


class AlreadySignedError(InputError):
    """The file carries signatures; changing its pages would break them. Use a cover sheet beside it."""

    code = "ALREADY_SIGNED"


class FieldTakenError(InputError):
    """A signature field of this name exists and is signed already."""

    code = "FIELD_TAKEN"


class KeyUnusableError(SigningError):
    """The key cannot be used: wrong pass phrase, no key inside, a weak or foreign algorithm, outside its dates."""

    code = "KEY_UNUSABLE"


class SignerUnavailableError(SigningError):
    """The device or remote service that holds the key did not answer; nothing was written, try again."""

    code = "SIGNER_UNAVAILABLE"


class TimestampUnavailableError(SigningError):
    """The time-stamp authority did not answer in time, or what it answered is not a token for this digest."""

    code = "TSA_UNAVAILABLE"


class EvidenceMissingError(SigningError):
    """Revocation evidence (CRL, OCSP) was asked for and cannot be had now."""

    code = "EVIDENCE_MISSING"


class TrustUnreadableError(SigningError):
    """The file of trusted roots holds no readable certificate."""

    code = "TRUST_UNREADABLE"


class MarkError(SigningError):
    """A visible mark cannot be drawn as asked."""

    code = "MARK_REFUSED"


class FontMissingError(MarkError):
    """No font with the full Vietnamese alphabet was found; on Debian: `apt-get install fonts-croscore`."""

    code = "FONT_MISSING"


class GlyphMissingError(MarkError):
    """The text holds a character that the font cannot draw; it would have been printed as an empty box."""

    code = "GLYPH_MISSING"


class ImageUnreadableError(MarkError):
    """A page image is not a JPEG or PNG that can be embedded."""

    code = "IMAGE_UNREADABLE"


class NotValidError(SigningError):
    """A function that needs a verified file was given one that is not; the report says why."""

    code = "NOT_VALID"
