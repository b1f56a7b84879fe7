"""PDF in, validation report out."""

from signing.validation.inspection import inspect
from signing.validation.report import Report, SignatureReport, VerifiedReport, signed_revision
from signing.validation.trust import RevocationPolicy, Trust
from signing.validation.verdicts import Reason, Verdict

__all__ = [
    "Reason",
    "Report",
    "RevocationPolicy",
    "SignatureReport",
    "Trust",
    "Verdict",
    "VerifiedReport",
    "inspect",
    "signed_revision",
]
