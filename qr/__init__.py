"""Signed QR credentials: claims -> signed compact text -> QR picture, and back. The engine does no input or output.

Time, keys, trust lists and status lists come in as arguments; decoders of outside input raise `QrError` and nothing
else; `verify` raises nothing for what the text is. The twin for the browser stands in `qr/browser`, and both run the
same golden vectors (`tests/golden/qr`).

>>> from datetime import UTC, datetime
>>> key = SigningKey.generate()
>>> claims = Claims(
...     issuer="VN-01", issued_at=datetime(2026, 1, 1, tzinfo=UTC), record_id=b"8 bytes!",
...     status=StatusRef(7, "https://qr.example/s/7"), type_code="birth-certificate", number="12/2026",
...     holder_name="Nguyễn Văn Mẫu", holder_masked="0010***1234")
>>> text = issue(claims, sign=key.sign, kid=key.kid, host="qr.example")
>>> text.startswith("https://qr.example/q#")
True
"""

from qr.challenge import (
    Challenge,
    ShortCode,
    challenge_text,
    new_short_code,
    read_challenge,
    read_short_code,
    redeem,
    short_code_text,
)
from qr.claims import Claims, StatusRef
from qr.credential import Parsed, issue, parse, verify
from qr.errors import (
    CredentialError,
    EncodingError,
    KeyFileError,
    QrError,
    StatusError,
    SymbolError,
    TrustError,
)
from qr.foreign import ForeignCredential, read_foreign
from qr.keys import SigningKey, public_key_from_pem, public_key_to_pem, thumbprint_kid
from qr.presentable import Field, holder_key, holder_proof_bytes, issue_presentable, present, presentation_text
from qr.presentation import PresentationVerification, Shown, verify_presentation
from qr.reader import read_back, read_image
from qr.scan import verify_image
from qr.status_list import Status, StatusList
from qr.status_token import (
    KnownStatus,
    StatusBook,
    StatusFact,
    StatusSnapshot,
    StatusSource,
    issue_status_token,
    verify_status_token,
)
from qr.symbol import printed_mm, render_png, render_svg, version_of
from qr.trust_list import TrustEntry, TrustList, issue_trust_list, verify_trust_list
from qr.verdicts import Reason, Verdict, Verification

__all__ = [
    "Challenge",
    "Claims",
    "CredentialError",
    "EncodingError",
    "Field",
    "ForeignCredential",
    "KeyFileError",
    "KnownStatus",
    "Parsed",
    "PresentationVerification",
    "QrError",
    "Reason",
    "ShortCode",
    "Shown",
    "SigningKey",
    "Status",
    "StatusBook",
    "StatusError",
    "StatusFact",
    "StatusList",
    "StatusRef",
    "StatusSnapshot",
    "StatusSource",
    "SymbolError",
    "TrustEntry",
    "TrustError",
    "TrustList",
    "Verdict",
    "Verification",
    "challenge_text",
    "holder_key",
    "holder_proof_bytes",
    "issue",
    "issue_presentable",
    "issue_status_token",
    "issue_trust_list",
    "new_short_code",
    "parse",
    "present",
    "presentation_text",
    "printed_mm",
    "public_key_from_pem",
    "public_key_to_pem",
    "read_back",
    "read_challenge",
    "read_foreign",
    "read_image",
    "read_short_code",
    "redeem",
    "render_png",
    "render_svg",
    "short_code_text",
    "thumbprint_kid",
    "verify",
    "verify_image",
    "verify_presentation",
    "verify_status_token",
    "verify_trust_list",
    "version_of",
]
