"""The closed set of reasons that a reuse decision may give, and how heavy a reason can be.

The article and the sentences of each reason are dated data (``vault/catalogue/data/reasons.yaml``); the codes are part
of the program, because checks raise them. A code is never renamed: stored decisions and partners' programs name it.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """What one reason does to the verdict."""

    INFO = 0
    """Worth knowing; the record stays usable."""
    CHECK = 1
    """An officer must look, compare, ask or look up; then it is usable."""
    BLOCK = 2
    """The record cannot stand for this component."""


class Verdict(StrEnum):
    """Whether a record may stand for a component."""

    USABLE = "USABLE"
    NEEDS_CHECK = "NEEDS_CHECK"
    NOT_USABLE = "NOT_USABLE"


class ReasonCode(StrEnum):
    """Why; in the order in which an officer reads them."""

    # the component itself
    COMPONENT_NOT_IN_FORCE = "COMPONENT_NOT_IN_FORCE"
    FORM_FILLED_ANEW = "FORM_FILLED_ANEW"
    ORIGINAL_DEMANDED = "ORIGINAL_DEMANDED"
    DATA_FIRST = "DATA_FIRST"
    LOOKUP_INSTEAD = "LOOKUP_INSTEAD"
    # what the paper is
    TYPE_NOT_EQUIVALENT = "TYPE_NOT_EQUIVALENT"
    TYPE_BY_EQUIVALENCE = "TYPE_BY_EQUIVALENCE"
    TYPE_OUT_OF_USE = "TYPE_OUT_OF_USE"
    RESULT_CODE_UNFIT = "RESULT_CODE_UNFIT"
    REFUSAL_DOCUMENT = "REFUSAL_DOCUMENT"
    NOT_A_PAPER = "NOT_A_PAPER"
    # whom it is about
    HOLDER_MISMATCH = "HOLDER_MISMATCH"
    HOLDER_ROLE_UNFIT = "HOLDER_ROLE_UNFIT"
    HOLDER_PARTY_UNKNOWN = "HOLDER_PARTY_UNKNOWN"
    HOLDER_OLD_NUMBER = "HOLDER_OLD_NUMBER"
    HOLDER_OLD_NUMBER_DATES = "HOLDER_OLD_NUMBER_DATES"
    HOLDER_OLD_NUMBER_UNTIED = "HOLDER_OLD_NUMBER_UNTIED"
    HOLDER_NAME_ONLY = "HOLDER_NAME_ONLY"
    HOLDER_AS_BUSINESS = "HOLDER_AS_BUSINESS"
    HOLDER_BRANCH = "HOLDER_BRANCH"
    NAME_TONE_PLACEMENT = "NAME_TONE_PLACEMENT"
    NAME_SPACING_CASE = "NAME_SPACING_CASE"
    NAME_MARKS_DIFFER = "NAME_MARKS_DIFFER"
    NAME_DIFFERS = "NAME_DIFFERS"
    OTHER_PERSON_ON_PAPER = "OTHER_PERSON_ON_PAPER"
    SUBMITTER_WITHOUT_AUTHORITY = "SUBMITTER_WITHOUT_AUTHORITY"
    PERSONAL_USE_ONLY = "PERSONAL_USE_ONLY"
    # who issued it
    ISSUER_NOT_COMPETENT = "ISSUER_NOT_COMPETENT"
    ISSUER_NOT_IDENTIFIED = "ISSUER_NOT_IDENTIFIED"
    ISSUER_OUT_OF_DATES = "ISSUER_OUT_OF_DATES"
    ISSUER_MERGED = "ISSUER_MERGED"
    # when
    EXPIRED = "EXPIRED"
    TERM_EXCEEDED = "TERM_EXCEEDED"
    TERM_ENDS_ON_DAY_OFF = "TERM_ENDS_ON_DAY_OFF"
    EXPIRES_BEFORE_DUE = "EXPIRES_BEFORE_DUE"
    LAST_DAY_UNKNOWN = "LAST_DAY_UNKNOWN"
    ISSUE_DATE_UNKNOWN = "ISSUE_DATE_UNKNOWN"
    ISSUED_IN_FUTURE = "ISSUED_IN_FUTURE"
    # what became of it
    REVOKED = "REVOKED"
    SUPERSEDED = "SUPERSEDED"
    SUSPENDED = "SUSPENDED"
    CORRECTED_LATER = "CORRECTED_LATER"
    MAY_HAVE_CHANGED = "MAY_HAVE_CHANGED"
    # why it is believed
    SIGNATURE_BROKEN = "SIGNATURE_BROKEN"
    SIGNATURE_EVIDENCE = "SIGNATURE_EVIDENCE"
    SIGNATURE_WARNING = "SIGNATURE_WARNING"
    SIGNATURE_MISSING = "SIGNATURE_MISSING"
    SIGNER_NOT_ISSUER = "SIGNER_NOT_ISSUER"
    SIGNER_ORGANISATION_UNKNOWN = "SIGNER_ORGANISATION_UNKNOWN"
    NOT_COMPARED = "NOT_COMPARED"
    NO_CONVERSION_MARK = "NO_CONVERSION_MARK"
    TRUST_TOO_LOW = "TRUST_TOO_LOW"
    # where and what for
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    SCOPE_NOT_UNDERSTOOD = "SCOPE_NOT_UNDERSTOOD"
    PURPOSE_MISMATCH = "PURPOSE_MISMATCH"
    PURPOSE_UNKNOWN = "PURPOSE_UNKNOWN"
    NO_CONSENT = "NO_CONSENT"
