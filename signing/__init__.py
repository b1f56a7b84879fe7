"""PDF in, sealed PDF out (PAdES); PDF in, validation report out; keys, time stamps, evidence and visible marks.

The order for a scan: `pages_to_pdf`, `add_strip`, `seal`. For a PDF that is signed already: `inspect`, `cover_sheet`.
Knows nothing of the program around it; time comes in as an argument, bytes go in and out.
"""

import logging

from signing.development import DevelopmentPki, create_development_pki, is_development
from signing.document import archive_expires_at
from signing.errors import (
    AlreadySignedError,
    BrokenPdfError,
    DocMdpForbidsError,
    EvidenceMissingError,
    FieldTakenError,
    FontMissingError,
    GlyphMissingError,
    HybridFileError,
    ImageUnreadableError,
    InputError,
    KeyUnusableError,
    MarkError,
    NotAPdfError,
    NotValidError,
    PasswordProtectedError,
    SignerUnavailableError,
    SigningError,
    TimestampUnavailableError,
    TrustUnreadableError,
)
from signing.evidence import Evidence, collect_evidence, existence_digest
from signing.hexstrings import install as _install_fast_hex_strings
from signing.hsm import HardwareKey, sealer_from_pkcs11
from signing.keys import RawSigner, Sealer
from signing.marks import (
    AdministrativeDocument,
    ConversionMark,
    CopyForm,
    CopyLine,
    PageImageBytes,
    SignatureBlock,
    SignatureLine,
    add_copy_line,
    add_signature_block,
    add_strip,
    cover_sheet,
    join_pdfs,
    page_count,
    pages_to_pdf,
    split_pdf,
    text_font_paths,
)
from signing.remote import PendingSeal, RemoteSigner, finish_remote_seal, fits, prepare_remote_seal
from signing.sealing import Level, Sealed, refresh, seal, upgrade
from signing.timestamps import HttpTimestamper, LocalTimestampAuthority, Timestamper, stamped_at
from signing.validation import (
    Reason,
    Report,
    RevocationPolicy,
    SignatureReport,
    Trust,
    Verdict,
    VerifiedReport,
    chain_of_token,
    chains_of,
    inspect,
    leads_to_root,
    signed_revision,
)

__all__ = [
    "AdministrativeDocument",
    "AlreadySignedError",
    "BrokenPdfError",
    "ConversionMark",
    "CopyForm",
    "CopyLine",
    "DevelopmentPki",
    "DocMdpForbidsError",
    "Evidence",
    "EvidenceMissingError",
    "FieldTakenError",
    "FontMissingError",
    "GlyphMissingError",
    "HardwareKey",
    "HttpTimestamper",
    "HybridFileError",
    "ImageUnreadableError",
    "InputError",
    "KeyUnusableError",
    "Level",
    "LocalTimestampAuthority",
    "MarkError",
    "NotAPdfError",
    "NotValidError",
    "PageImageBytes",
    "PasswordProtectedError",
    "PendingSeal",
    "RawSigner",
    "Reason",
    "RemoteSigner",
    "Report",
    "RevocationPolicy",
    "Sealed",
    "Sealer",
    "SignatureBlock",
    "SignatureLine",
    "SignatureReport",
    "SignerUnavailableError",
    "SigningError",
    "TimestampUnavailableError",
    "Timestamper",
    "Trust",
    "TrustUnreadableError",
    "Verdict",
    "VerifiedReport",
    "add_copy_line",
    "add_signature_block",
    "add_strip",
    "archive_expires_at",
    "chain_of_token",
    "chains_of",
    "collect_evidence",
    "cover_sheet",
    "create_development_pki",
    "existence_digest",
    "finish_remote_seal",
    "fits",
    "inspect",
    "is_development",
    "join_pdfs",
    "leads_to_root",
    "page_count",
    "pages_to_pdf",
    "prepare_remote_seal",
    "refresh",
    "seal",
    "sealer_from_pkcs11",
    "signed_revision",
    "split_pdf",
    "stamped_at",
    "text_font_paths",
    "upgrade",
]

# pyHanko logs every oddity of a foreign file with a traceback; what matters of it is in the report's details.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

_install_fast_hex_strings()
