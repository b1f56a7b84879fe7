"""PDF in, validation report out."""

from signing.validation.chains import leads_to_root
from signing.validation.inspection import chain_of_token, chains_of, inspect
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
    "chain_of_token",
    "chains_of",
    "inspect",
    "leads_to_root",
    "signed_revision",
]
