"""The closed sets that describe a record's condition: its state, how far it is trusted, what its signature proves.

Values are stored in the database and printed in decisions, so a member is never renamed or renumbered.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class RecordState(StrEnum):
    """The life cycle of a record (NĐ 45/2020 Đ15). Expiry is no state: ``valid_until`` and the clock tell it."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    SUPERSEDED = "SUPERSEDED"
    REVOKED = "REVOKED"


class TrustLevel(IntEnum):
    """How a digital record came to be believed; ordered, so levels compare with ``<``.

    An internal enumeration: the levels of TT 01/2023/TT-VPCP are not known to us by their text, so the mapping to an
    official list is configuration. Grounds: L1 NĐ 23/2015 Đ6 k1; L2 Luật GDĐT 20/2023 Đ12 k1d and NĐ 45/2020 Đ25 k3;
    L3 NĐ 45/2020 Đ10; L4 NĐ 45/2020 Đ14 k3; L5 NĐ 309/2026 Đ4 k2a.
    """

    L0 = 0
    """Uploaded, compared with nothing."""
    L1 = 1
    """Compared with the original by a named officer at a recorded time."""
    L2 = 2
    """Converted from paper and signed by the agency, with its conversion mark."""
    L3 = 3
    """Electronically certified copy, or copy issued from the register."""
    L4 = 4
    """Electronic original signed by the issuer."""
    L5 = 5
    """Data answered by a connected database: no paper is needed."""


class SignatureEvidence(StrEnum):
    """What validation of the digital signatures on a record's file showed, in the words a decision needs."""

    NONE = "NONE"
    VALID = "VALID"
    VALID_WITH_WARNING = "VALID_WITH_WARNING"
    NOT_ENOUGH_EVIDENCE = "NOT_ENOUGH_EVIDENCE"
    BROKEN = "BROKEN"


class Source(StrEnum):
    """Where a candidate for a component was found."""

    CONNECTED_DATA = "CONNECTED_DATA"
    THIS_VAULT = "THIS_VAULT"
    NATIONAL_STORE = "NATIONAL_STORE"
    OTHER_VAULT = "OTHER_VAULT"
    """The vault of another province, asked with the citizen's consent."""
    CITIZEN = "CITIZEN"


class SignerMatch(StrEnum):
    """What the best of a paper's valid signatures says of its issuer. Kept with the record; never renamed.

    In order: the first that holds for any signature is the paper's.
    """

    ISSUER = "ISSUER"
    SUCCESSOR = "SUCCESSOR"
    """The body that had taken the issuer's place by the day of signing."""
    PREDECESSOR = "PREDECESSOR"
    """The body whose place the issuer took later; it was there on the day of signing."""
    ENTITLED = "ENTITLED"
    """A body that the catalogue lets sign for the issuer (`Agency.signers`)."""
    CONVERTER = "CONVERTER"
    """The paper was converted, by the word of the source it was fetched from; a body's seal vouches for that."""
    ISSUER_NO_AGENCY = "ISSUER_NO_AGENCY"
    """The stated issuer itself, but no agency that the catalogue knows: a company may call anything a certificate."""
    PART_OF_ISSUER = "PART_OF_ISSUER"
    """A unit below the issuer, or somebody in one: a school of the province is not the province."""
    NOT_THEN = "NOT_THEN"
    """Issuer, successor or predecessor, but not on the day of signing: its certificate outlived it."""
    OTHER_ORGANISATION = "OTHER_ORGANISATION"
    PERSON_ONLY = "PERSON_ONLY"
    """The certificate names no organisation."""
    UNKNOWN = "UNKNOWN"
    """The paper names no issuer (or contradicts itself), or the report tells too little of the signer."""

    @property
    def is_agency(self) -> bool:
        """Whether the issuer, or a body in its place, is an agency by the catalogue or by its very name."""
        return self in _AGENCIES

    @property
    def speaks(self) -> bool:
        """Whether the issuer itself, or a body in its place, signed: what makes a file the electronic original."""
        return self.is_agency or self is SignerMatch.ISSUER_NO_AGENCY

    @property
    def vouches(self) -> bool:
        """Whether the signature stands for the paper although nobody compared it here."""
        return self.speaks or self is SignerMatch.CONVERTER


_AGENCIES = frozenset({SignerMatch.ISSUER, SignerMatch.SUCCESSOR, SignerMatch.PREDECESSOR, SignerMatch.ENTITLED})
