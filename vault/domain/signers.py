"""Whose signature it is: the organisation of a certificate against the issuer that a paper names. Pure.

That a signature is valid says that somebody whom a root vouches for signed: any company, school or private person. An
electronic original is signed by its issuer (NĐ 45/2020/NĐ-CP Đ14 k3), so the names are compared: what the certificate
says of the signer's own body (the narrowest unit that it names; the official CA writes O = the agency above, OU = its
units, CN = the person or, for a seal, the unit itself) with the printed issuer, place and dated succession heeded. A
body above, beside or below the issuer is another body. Names are equal or they are not; nothing is found by likeness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from vault.domain.agencies import Agency, AgencyCodeError, Office, level1_of, office_key, same_office_key
from vault.domain.agencies import AgencyCode as Code
from vault.domain.records import SIGNED, evidence_of
from vault.domain.states import SignerMatch
from vault.domain.text import search_key

if TYPE_CHECKING:
    from vault.domain.agencies import AgencyDirectory
    from vault.domain.intake import SignatureSummary

_VIET_NAM = timezone(timedelta(hours=7))
_STATE_ONLY = tuple(
    form
    for name in ("ủy ban nhân dân", "hội đồng nhân dân", "công an", "sở", "cục", "chi cục", "tòa án nhân dân")
    for form in (f"{name} ", f"{search_key(name)} ")
)
"""How no company, school or hospital is called."""
_DISTRICTS = ("quận ", "huyện ", "thị xã ", "thành phố ")
_MARK = "DEVELOPMENT ONLY"
"""Unit of every development certificate: it says what the key is for, not who signs."""
CONVERSION = "Số hóa theo NĐ 45/2020/NĐ-CP Đ25"
"""The reason that this program's seal states on a compared conversion, and on the sheet beside a signed original."""
UNCOMPARED = "Bản nhập từ kho cũ, chưa đối chiếu với bản chính"
"""The reason of its seal on a paper that nobody compared."""
_UNTOUCHED = frozenset({"none", "evidence", "signatures"})
"""What may follow a signature so that it still speaks for what the file shows; a form filled in later does not."""
_UNITS = (
    *("ban ", "bảo hiểm ", "bảo tàng ", "bệnh viện ", "bộ ", "chi cục ", "chi nhánh ", "cổng ", "công an ", "công ty "),
    *("cơ quan ", "cơ sở ", "cục ", "đài ", "đội ", "hạt ", "học viện ", "hội ", "kho bạc ", "ngân hàng ", "phòng "),
    *("quỹ ", "sở ", "tập đoàn ", "thanh tra ", "thuế ", "tòa án ", "tổ ", "tổng ", "trạm ", "trung tâm ", "trường "),
    *("ủy ban ", "văn phòng ", "viện ", "vụ "),
)
"""How bodies are called. A person whose name begins so (`Truong`, where marks are missing) is taken for a body: then
nothing matches and an officer looks. The other way round a school would be somebody of the province above it."""
_PLAIN_UNITS = tuple(f"{search_key(name)} " for name in _UNITS)


_ORDER = {match: place for place, match in enumerate(SignerMatch)}


@dataclass(frozen=True, slots=True)
class Signer:
    """What a certificate says of who signed, and the day in Viet Nam (None when nobody knows).

    `units` is None in reports from before they told the units: then a person's own body is not known.
    """

    name: str
    organisation: str
    units: tuple[str, ...] | None = ()
    locality: str = ""
    signed_on: date | None = None
    reason: str = ""

    @property
    def is_copyist(self) -> bool:
        """Whether the signature itself says that it seals a copy: it is the converter's, also where that is the issuer.

        Else the sealed copy of a record, handed in again, would be the electronic original of what it copies.
        """
        return self.reason in {CONVERSION, UNCOMPARED}


def signers_in(report: Mapping[str, object]) -> tuple[Signer, ...]:
    """The signers of a validated file whose signatures hold for what it shows now (`Report.as_dict` of `signing`)."""
    listed = report.get("signatures")
    entries = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    return tuple(
        Signer(
            name=str(one.get("signer", "")),
            organisation=str(one.get("organisation", "")),
            units=tuple(str(unit) for unit in one["units"]) if isinstance(one.get("units"), list) else None,
            locality=str(one.get("locality", "")),
            signed_on=_signed_on(one),
            reason=str(one.get("stated_reason", "")),
        )
        for one in entries
        if one.get("kind") == "signature"
        and one.get("verdict") in {"VALID", "VALID_WITH_WARNING"}
        and one.get("changes_after") in _UNTOUCHED
    )


def _signed_on(entry: Mapping[str, object]) -> date | None:
    """The day of the signature's own time stamp; without one the day that the signer's clock claims.

    A stamp of later (the one that the vault takes when a paper comes in) only proves that the signature was there by
    then: by it every old paper of a merged province would be signed by nobody.
    """
    proven, claimed = _day(entry.get("signed_at")), _day(entry.get("claimed_at"))
    if entry.get("stamped_then") is True or claimed is None:
        return proven
    return claimed if proven is None else min(proven, claimed)


def _day(text: object) -> date | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(_VIET_NAM).date()
    except ValueError:
        return None


def signer_of(
    signatures: SignatureSummary | None,
    fields: Mapping[str, str],
    directory: AgencyDirectory,
    *,
    home: str | None,
    converted: bool = False,
) -> SignerMatch | None:
    """Whose the signatures on a paper are, by its facts (`match_signers`); None when none of them proves anything."""
    if signatures is None or evidence_of(signatures.verdict) not in SIGNED:
        return None
    return match_signers(signers_in(signatures.report), fields, directory, home=home, converted=converted)


def match_signers(
    signers: Sequence[Signer],
    fields: Mapping[str, str],
    directory: AgencyDirectory,
    *,
    home: str | None,
    converted: bool = False,
) -> SignerMatch:
    """The best that the signatures say of the issuer in a paper's `fields` (`issuer` as printed, `issuer_code`).

    `home`: the agency that keeps the paper; a paper that names no province is one of its province. `converted`: the
    source of a fetched paper says that it is a conversion.
    """
    paper = _paper(fields, directory)
    found = [
        SignerMatch.UNKNOWN if paper is None or one.is_copyist else _match(one, paper, directory, home)
        for one in signers
    ]
    best = min(found, key=_ORDER.__getitem__, default=SignerMatch.UNKNOWN)
    sealed = any(one.organisation and one.reason != UNCOMPARED for one in signers)
    return SignerMatch.CONVERTER if converted and sealed and not best.is_agency else best


def speaks_for(
    agency: str, name: str | None, fields: Mapping[str, str], directory: AgencyDirectory, today: date
) -> bool | None:
    """Whether an agency (its code, and its name where that is known) may hand in papers of the issuer in `fields`.

    It is the issuer, stands in its place today, or the catalogue lets it sign for it. None: this vault does not know.
    """
    listed = directory.exact(agency)
    name = listed.name if listed is not None else name
    paper = _paper(fields, directory)
    if paper is None:
        return None
    code = fields.get("issuer_code")
    if code and not _same_line(code, agency, directory, today):
        return _is_entitled(agency, paper, directory)
    if not paper.printed:
        return True
    if not name:
        return None
    own = Signer(name, name, (), "", today)
    return _match(own, paper, directory, agency).speaks or _is_entitled(agency, paper, directory)


def _same_line(code: str, agency: str, directory: AgencyDirectory, today: date) -> bool:
    try:
        issuer, own = Code.parse(code), Code.parse(agency)
    except AgencyCodeError:
        return False
    if issuer == own:
        return True
    exact = directory.exact(code)
    heir = directory.current(code, today) if exact is not None else None
    return heir is not None and heir is not exact and Code.parse(heir.code) == own


def _is_entitled(agency: str, paper: _Paper, directory: AgencyDirectory) -> bool:
    return any(agency in one.signers for one in paper.agencies(directory))


@dataclass(frozen=True, slots=True)
class _Paper:
    """The issuer as the paper names it: `place` is its first-level agency as far as the paper itself tells it."""

    office: Office
    place: str | None
    printed: bool
    code: str | None

    def agencies(self, directory: AgencyDirectory) -> tuple[Agency, ...]:
        """Agencies of the directory that this issuer is."""
        coded = directory.exact(self.code)
        named = directory.offices(Office(self.office.key, self.place))
        return named if coded is None or coded in named else (coded, *named)


def _paper(fields: Mapping[str, str], directory: AgencyDirectory) -> _Paper | None:
    printed, code = fields.get("issuer", "").strip(), fields.get("issuer_code") or None
    coded = directory.exact(code)
    if not printed and coded is None:
        return None
    office = directory.office(printed or (coded.name if coded else ""))
    told = level1_of(code)
    place = office.place or told
    if office.place and told and office.place[0] == told[0] and _line(told, office.place, None, directory) is None:
        return None  # the name and the code are those of two provinces, or of two ministries
    return _Paper(office, place, bool(printed), code) if office.key else None


def _match(signer: Signer, paper: _Paper, directory: AgencyDirectory, home: str | None) -> SignerMatch:
    if not signer.organisation.strip():
        return SignerMatch.PERSON_ONLY
    chain, known = _chain(signer, directory)
    own = chain[-1]
    found = _same_office(paper, own, signer, directory, home)
    if found is not None and known:
        if _is_of_the_state(chain[0], directory):
            return found
        # Who issues certificates to companies vouches for O; what stands in OU is often the company's own word.
        return SignerMatch.ISSUER_NO_AGENCY if len(chain) == 1 else SignerMatch.UNKNOWN
    wider = (_same_office(paper, one, signer, directory, home) for one in chain[:-1])
    if any(one is not None and one.speaks for one in wider):
        return SignerMatch.PART_OF_ISSUER
    return SignerMatch.OTHER_ORGANISATION if known else SignerMatch.UNKNOWN


def _chain(signer: Signer, directory: AgencyDirectory) -> tuple[tuple[Office, ...], bool]:
    """The bodies that a certificate names, wide to narrow, and whether the last is certainly the signer's own."""
    names = [signer.organisation, *(one for one in signer.units or () if _MARK not in one)]
    key = office_key(signer.name)
    if key == office_key(signer.organisation):
        names = [signer.organisation]
        known = True
    elif key.startswith(_PLAIN_UNITS if key.isascii() else _UNITS) or any(letter.isdigit() for letter in key):
        names.append(signer.name)
        known = True
    else:
        known = signer.units is not None
    place: str | None = None
    chain = []
    for name in names:
        office = directory.office(name)
        place = office.place or place
        chain.append(Office(office.key, place))
    if place is None and signer.locality:
        place = directory.office(signer.locality).place
        chain = [Office(one.key, one.place or place) for one in chain]
    return tuple(chain), known


def _is_of_the_state(office: Office, directory: AgencyDirectory) -> bool:
    """Whether it is an agency of the directory, or a body that only the state has."""
    return bool(directory.offices(office)) or f"{office.key} ".startswith(_STATE_ONLY)


def _same_office(
    paper: _Paper, own: Office, signer: Signer, directory: AgencyDirectory, home: str | None
) -> SignerMatch | None:
    """What a body that a certificate names is to the issuer; None when it is another one."""
    on, found = signer.signed_on, None
    text = " ".join(office_key(one) for one in (*(signer.units or ()), signer.organisation, signer.locality))
    if own == Office(own.key, None) and own.key in {"ủy ban nhân dân", "uy ban nhan dan"}:
        return None
    if _same_name(paper.office.key, own.key, text):
        place = paper.place or (level1_of(home) if own.place is None or own.place.startswith("H") else None)
        if place is None or own.place is None or place[0] != own.place[0]:
            return SignerMatch.ISSUER
        found = _line(place, own.place, on, directory)
    issuers, bodies = paper.agencies(directory), directory.offices(own)
    for issuer in issuers:
        for body in bodies:
            found = found or (_line(issuer.code, body.code, on, directory) if issuer.code != body.code else None)
        for entitled in issuer.signers:
            other = directory.exact(entitled)
            named = directory.office(other.name if other is not None else entitled)
            if same_office_key(own.key, named.key) and (named.place is None or named.place == own.place):
                found = found or SignerMatch.ENTITLED
    return found


def _same_name(paper: str, own: str, text: str) -> bool:
    """Whether it is one name; a paper may add the district, which then the certificate must name somewhere too."""
    if same_office_key(own, paper):
        return True
    rest = paper.removeprefix(own + " ")
    return rest != paper and rest.startswith(_DISTRICTS) and f" {rest} " in f" {text} "


def _line(issuer: str, body: str, on: date | None, directory: AgencyDirectory) -> SignerMatch | None:
    """What a body is to an issuer by the chain of successors, on a day; None when they have nothing to do."""
    left, right = directory.find(issuer), directory.find(body)
    if left is None or right is None:
        return SignerMatch.ISSUER if issuer == body else None
    there = on is None or right.existed_on(on)
    if left.code == right.code:
        return SignerMatch.ISSUER if there else SignerMatch.NOT_THEN
    if right in directory.heirs(left):
        over = on is not None and not left.existed_on(on)
        return SignerMatch.SUCCESSOR if there and over else SignerMatch.NOT_THEN
    if left in directory.heirs(right):
        return SignerMatch.PREDECESSOR if on is not None and there else SignerMatch.NOT_THEN
    return None
