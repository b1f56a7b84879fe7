"""A dossier's form: filled from the papers that are attached, and compared with what somebody states instead.

The state already knows what stands on its own papers, so nobody writes it again (NĐ 45/2020 Đ4 k4; NĐ 309/2026 Đ4
k2a). Who states something else is warned before the form goes in: one of the two is wrong, and a slip that is found at
the counter costs a minute, one that is found in the result costs a new dossier.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from vault.domain.dossiers import Dossier
from vault.domain.holders import HolderKind
from vault.domain.ids import RecordCode
from vault.domain.records import Record
from vault.domain.text import fold_tone_placement, nfc


class FieldKind(StrEnum):
    """How two values of a field are compared."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    """A document number: every letter and sign counts, spaces do not."""
    IDENTITY = "IDENTITY"
    """An identification number, however it is grouped."""
    DATE = "DATE"


_PAPER = frozenset(
    {
        "number", "book", "serial", "issued_on", "expires_on", "issuer", "signer", "abstract", "scope", "purpose",
        "register_number", "page", "decision", "first_issued_on", "change_number", "changed_on",
    }
)  # fmt: skip
"""Fields about the paper itself; the others are about the person."""
_PERSON = {"holder_name": "name", "holder_id": "id"}


@dataclass(frozen=True, slots=True)
class FieldSource:
    """Where a value stands: record, version, kind of paper and field, in the spelling of the paper."""

    record: RecordCode
    version: int
    type_code: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class FilledField:
    """A field of the form with what is known. `agrees`: every paper says the same, so the value may be relied on.

    `key` is ``<who>.<field>`` for a person of the dossier (``holder.birth_date``, ``spouse.name``) and
    ``<document type>.<field>`` for what is about a paper (``KS.number``).
    """

    key: str
    kind: FieldKind
    value: str
    sources: tuple[FieldSource, ...]
    agrees: bool


@dataclass(frozen=True, slots=True)
class FormDifference:
    """What somebody states against what a record of the vault says."""

    key: str
    field: str
    kept: str
    stated: str
    record: RecordCode
    version: int


@dataclass(frozen=True, slots=True)
class FormEntry:
    """A form as it was submitted; `reason` says why it differs from the records, where it does."""

    number: int
    entries: Mapping[str, str]
    differences: tuple[FormDifference, ...]
    reason: str
    by_account: str
    by_name: str
    at: datetime
    taken: Mapping[RecordCode, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Which keys say what a record says, by record: what goes when that record is erased."""

    def without(self, record: RecordCode) -> FormEntry:
        """The form once a record is erased: what only that record said is gone, and what it said instead.

        What another record says as well stays that one's; what somebody stated otherwise stays their own word.
        """
        left = {code: keys for code, keys in self.taken.items() if code != record}
        gone = set(self.taken.get(record, ())).difference(*left.values())
        told = tuple(one for one in self.differences if one.record != record)
        return replace(
            self,
            entries={key: value for key, value in self.entries.items() if key not in gone},
            differences=told,
            reason=self.reason if told or not self.differences else "",
            taken=left,
        )


def taken_from(form: Iterable[FilledField], entries: Mapping[str, str]) -> dict[RecordCode, tuple[str, ...]]:
    """Which of these values stand on which records, in the order of the form."""
    found: dict[RecordCode, list[str]] = {}
    for one in form:
        for record in dict.fromkeys(
            source.record for source in one.sources if same_value(one.kind, source.value, entries.get(one.key, ""))
        ):
            found.setdefault(record, []).append(one.key)
    return {record: tuple(keys) for record, keys in found.items()}


def kind_of(field: str) -> FieldKind:
    """The kind that a field's name tells."""
    last = field.rpartition("_")[2]
    if last in {"id", "cccd", "cmnd"} or field == "tax_code":
        return FieldKind.IDENTITY
    if last in {"number", "serial", "plate", "code"}:
        return FieldKind.NUMBER
    return FieldKind.DATE if last in {"on", "date"} else FieldKind.TEXT


def fill(dossier: Dossier, attached: Sequence[Record]) -> tuple[FilledField, ...]:
    """The form's fields in a stable order: the dossier's people, then what their attached papers say.

    The newest paper speaks first. A field on which two papers differ is shown with both, and is nobody's word.
    """
    found: dict[str, list[FieldSource]] = {}
    for record in sorted(attached, key=lambda one: (one.issued_on or date.min, one.code), reverse=True):
        who = _who(dossier, record)
        for name, value in record.fields.items():
            if value.strip():
                source = FieldSource(record.code, record.version, record.type_code, name, value)
                found.setdefault(_key(record, who, name), []).append(source)
    named = {"holder.name": dossier.holder.name, "holder.id": dossier.holder.number or ""}
    keys = [*named, *sorted(key for key in found if key not in named)]
    return tuple(_filled(key, named.get(key, ""), found.get(key, [])) for key in keys)


def differences(form: Iterable[FilledField], stated: Mapping[str, str]) -> tuple[FormDifference, ...]:
    """Every field that is stated otherwise than a record has it. What is not stated at all stands as filled in.

    A value left empty is stated as empty. Where papers differ among themselves, whoever agrees with one of them differs
    from the other, and is told so.
    """
    return tuple(
        FormDifference(one.key, source.field, source.value, stated[one.key], source.record, source.version)
        for one in form
        if one.key in stated
        for source in one.sources
        if not same_value(one.kind, source.value, stated[one.key])
    )


def same_value(kind: FieldKind, kept: str, stated: str) -> bool:
    """Whether two spellings are one value: Unicode form, tone placement, spacing and letter case do not count.

    Everything else does: a mark, a letter, a digit, a stroke. Days are one day however they are written.
    """
    if kind is FieldKind.DATE:
        days = day_in(kept), day_in(stated)
        if days[0] is not None or days[1] is not None:
            return days[0] == days[1]
    if kind is FieldKind.IDENTITY:
        return _SEPARATORS.sub("", nfc(kept)).casefold() == _SEPARATORS.sub("", nfc(stated)).casefold()
    if kind is FieldKind.NUMBER:
        return _SPACE.sub("", nfc(kept)).casefold() == _SPACE.sub("", nfc(stated)).casefold()
    return _same_text(kept, stated)


_SPACE = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015]+")
_WRITTEN = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<d>\d{1,2})\s*[/.\-]\s*(?P<m>\d{1,2})\s*[/.\-]\s*(?P<y>\d{4})"),
    re.compile(r"ngày\s+(?P<d>\d{1,2})\s*,?\s*tháng\s+(?P<m>\d{1,2})\s*,?\s*năm\s+(?P<y>\d{4})"),
)


def day_in(text: str) -> date | None:
    """The day that a text is, as papers and forms here write it; None for anything else, a year alone included."""
    folded = _SPACE.sub(" ", nfc(text)).strip().casefold()
    found = next((match for one in _WRITTEN if (match := one.fullmatch(folded))), None)
    if found is None:
        return None
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def _same_text(one: str, other: str) -> bool:
    left, right = (_words(text) for text in (one, other))
    joined = ["".join(left), "".join(right)]
    if len(joined[0]) != len(joined[1]):
        return False
    place = 0
    for word in max(left, right, key=len):
        # Cut where the text with more words is cut, so that a lost space does not hide a syllable from folding.
        pieces = [fold_tone_placement(text[place : place + len(word)]) for text in joined]
        if pieces[0] != pieces[1]:
            return False
        place += len(word)
    return True


def _words(text: str) -> list[str]:
    """Words in small letters, cut at spaces; a space between two digits is kept, for "1 2" is not "12"."""
    folded = _SPACE.sub(" ", nfc(text)).strip().casefold()
    folded = unicodedata.normalize("NFC", folded)
    return re.sub(r"(?<=\d) (?=\d)", " \u2423 ", folded).split(" ")


def _key(record: Record, who: str | None, field: str) -> str:
    if field in _PAPER or who is None:
        return f"{record.type_code}.{field}"
    return f"{who}.{_PERSON.get(field, field)}"


def _filled(key: str, named: str, sources: Sequence[FieldSource]) -> FilledField:
    kind = kind_of(key.partition(".")[2])
    value = named or (sources[0].value if sources else "")
    agrees = all(same_value(kind, value, source.value) for source in sources)
    return FilledField(key, kind, value, tuple(sources), agrees)


def _who(dossier: Dossier, record: Record) -> str | None:
    """Whom of the dossier the paper's own fields describe: the first on it, if that is somebody here."""
    if not record.holders:
        return None
    first = record.holders[0]
    people = {"holder": dossier.holder, **{_place(dossier, n): party.link for n, party in enumerate(dossier.parties)}}
    for place, link in people.items():
        known = {link.number, *(alias.id.number for alias in link.aliases)}
        if first.number is not None and first.number in known:
            return place
        if first.kind is HolderKind.HOUSEHOLD_BUSINESS and link.number == first.number:
            return place
    return None


def _place(dossier: Dossier, number: int) -> str:
    """``spouse``; ``child.2`` for the second child."""
    roles = [party.link.role for party in dossier.parties]
    before = roles[:number].count(roles[number])
    return roles[number].value.lower() + (f"-{before + 1}" if before else "")
