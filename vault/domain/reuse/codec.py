"""Questions and decisions as plain JSON values and back, so that an old decision can be shown, explained and replayed.

Enumerations go by name, days and times in ISO 8601. Reading is strict about what it knows and ignores nothing: a key
that is not there takes the field's default, an unknown key is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from vault.domain.errors import Invalid
from vault.domain.holders import HolderAlias, HolderId, HolderKind, HolderLink, HolderRole
from vault.domain.reasons import ReasonCode, Severity, Verdict
from vault.domain.reuse.deciding import RULES_VERSION, VIET_NAM, decide
from vault.domain.reuse.decision import Decision, Reason, Step
from vault.domain.reuse.facts import Authority, Candidate, DossierFacts
from vault.domain.states import RecordState, SignatureEvidence, SignerMatch, Source, TrustLevel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import Enum

    from vault.domain.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Question:
    """What a decision was asked: kept beside the decision so that it can be asked again."""

    component_code: str
    candidate: Candidate
    dossier: DossierFacts
    asked_at: datetime


def ask(question: Question, catalogue: Catalogue, *, rules_version: int = RULES_VERSION) -> Decision:
    """Decide a question as of the moment it was asked, by the catalogue's entries of that day.

    ``rules_version``: the version of the checks that the kept decision names.

    Raises:
        NotFound: the catalogue had no such component on that day.

    """
    component = catalogue.component(question.component_code, question.asked_at.astimezone(VIET_NAM).date())
    return decide(
        component,
        question.candidate,
        question.dossier,
        catalogue=catalogue,
        now=question.asked_at,
        rules_version=rules_version,
    )


def same_answer(one: Decision, other: Decision) -> bool:
    """Whether two decisions say the same: verdict, and every reason with its weight. Wording and version may differ."""
    weights = [[(reason.code, reason.severity) for reason in decision.reasons] for decision in (one, other)]
    return one.verdict is other.verdict and weights[0] == weights[1]


def question_to_plain(question: Question) -> dict[str, Any]:
    """A question as JSON values."""
    return {
        "component_code": question.component_code,
        "candidate": candidate_to_plain(question.candidate),
        "dossier": dossier_to_plain(question.dossier),
        "asked_at": question.asked_at.isoformat(),
    }


def question_from_plain(plain: Mapping[str, Any]) -> Question:
    """The question behind :func:`question_to_plain`; ``Invalid`` REUSE_DATA_MALFORMED for anything else."""
    with _Malformed("question"):
        return Question(
            component_code=plain["component_code"],
            candidate=candidate_from_plain(plain["candidate"]),
            dossier=dossier_from_plain(plain["dossier"]),
            asked_at=datetime.fromisoformat(plain["asked_at"]),
        )


def link_to_plain(link: HolderLink) -> dict[str, Any]:
    """A holder link as JSON values."""
    return {
        "role": link.role.name,
        "kind": link.kind.name,
        "number": link.number,
        "name": link.name,
        "aliases": [
            {
                "kind": alias.id.kind.name,
                "number": alias.id.number,
                "valid_from": _iso(alias.valid_from),
                "valid_to": _iso(alias.valid_to),
                "source": alias.source,
            }
            for alias in link.aliases
        ],
    }


def link_from_plain(plain: Mapping[str, Any]) -> HolderLink:
    """The holder link behind :func:`link_to_plain`."""
    with _Malformed("holder"):
        return HolderLink(
            role=HolderRole[plain["role"]],
            kind=HolderKind[plain["kind"]],
            number=plain["number"],
            name=plain["name"],
            aliases=tuple(
                HolderAlias(
                    HolderId(HolderKind[alias["kind"]], alias["number"]),
                    _day(alias.get("valid_from")),
                    _day(alias.get("valid_to")),
                    alias.get("source", ""),
                )
                for alias in plain.get("aliases", ())
            ),
        )


_CANDIDATE_KEYS = frozenset(field.name for field in fields(Candidate))
_CANDIDATE_ENUMS: dict[str, type[Enum]] = {
    "trust": TrustLevel,
    "state": RecordState,
    "signature": SignatureEvidence,
    "source": Source,
    "signer": SignerMatch,
}
_MAY_LACK = frozenset({"signer"})
"""Facts that came later: a question that lacks one is written as before, so that an older program reads it."""
_DOSSIER_KEYS = frozenset(field.name for field in fields(DossierFacts))


def candidate_to_plain(candidate: Candidate) -> dict[str, Any]:
    """A candidate as JSON values."""
    plain: dict[str, Any] = {name: getattr(candidate, name) for name in sorted(_CANDIDATE_KEYS)}
    plain["holders"] = [link_to_plain(link) for link in candidate.holders]
    plain["issued_on"], plain["valid_until"] = _iso(candidate.issued_on), _iso(candidate.valid_until)
    for name in _CANDIDATE_ENUMS:
        if plain[name] is not None:
            plain[name] = plain[name].name
    return {name: value for name, value in plain.items() if name not in _MAY_LACK or value is not None}


def candidate_from_plain(plain: Mapping[str, Any]) -> Candidate:
    """The candidate behind :func:`candidate_to_plain`."""
    with _Malformed("candidate"):
        known = _known(plain, _CANDIDATE_KEYS)
        known["holders"] = tuple(link_from_plain(link) for link in plain["holders"])
        for name in ("issued_on", "valid_until"):
            known[name] = _day(known.get(name))
        for name, kind in _CANDIDATE_ENUMS.items():
            if name in known and (name not in _MAY_LACK or known[name] is not None):
                known[name] = kind[known[name]]
        return Candidate(**known)


def dossier_to_plain(dossier: DossierFacts) -> dict[str, Any]:
    """A dossier's facts as JSON values."""
    plain: dict[str, Any] = {name: getattr(dossier, name) for name in sorted(_DOSSIER_KEYS)}
    plain["holder"] = link_to_plain(dossier.holder)
    plain["parties"] = [link_to_plain(link) for link in dossier.parties]
    plain["submitted_by"] = link_to_plain(dossier.submitted_by) if dossier.submitted_by else None
    plain["due_on"], plain["authority"] = _iso(dossier.due_on), dossier.authority.name
    return plain


def dossier_from_plain(plain: Mapping[str, Any]) -> DossierFacts:
    """The facts behind :func:`dossier_to_plain`."""
    with _Malformed("dossier"):
        known = _known(plain, _DOSSIER_KEYS)
        known["holder"] = link_from_plain(plain["holder"])
        known["parties"] = tuple(link_from_plain(link) for link in plain.get("parties", ()))
        known["submitted_by"] = link_from_plain(plain["submitted_by"]) if plain.get("submitted_by") else None
        known["due_on"] = _day(plain.get("due_on"))
        known["authority"] = Authority[plain.get("authority", Authority.NONE.name)]
        return DossierFacts(**known)


def decision_to_plain(decision: Decision) -> dict[str, Any]:
    """A decision as JSON values, with every sentence: it can be read without the catalogue that made it."""
    return {
        "dossier_code": decision.dossier_code,
        "component_code": decision.component_code,
        "record_code": decision.record_code,
        "version": decision.version,
        "verdict": decision.verdict.name,
        "reasons": [
            {
                "code": reason.code.name,
                "severity": reason.severity.name,
                "article": reason.article,
                "vi": reason.vi,
                "en": reason.en,
                "facts": dict(reason.facts),
            }
            for reason in decision.reasons
        ],
        "step": decision.step.name,
        "trust": decision.trust.name,
        "issued_on": _iso(decision.issued_on),
        "decided_at": decision.decided_at.isoformat(),
        "catalogue_version": decision.catalogue_version,
        "rules_version": decision.rules_version,
    }


def decision_from_plain(plain: Mapping[str, Any]) -> Decision:
    """The decision behind :func:`decision_to_plain`."""
    with _Malformed("decision"):
        return Decision(
            dossier_code=plain["dossier_code"],
            component_code=plain["component_code"],
            record_code=plain["record_code"],
            version=plain["version"],
            verdict=Verdict[plain["verdict"]],
            reasons=tuple(
                Reason(
                    code=ReasonCode[reason["code"]],
                    severity=Severity[reason["severity"]],
                    article=reason["article"],
                    vi=reason["vi"],
                    en=reason["en"],
                    facts=tuple(reason["facts"].items()),
                )
                for reason in plain["reasons"]
            ),
            step=Step[plain["step"]],
            trust=TrustLevel[plain["trust"]],
            issued_on=_day(plain["issued_on"]),
            decided_at=datetime.fromisoformat(plain["decided_at"]),
            catalogue_version=plain["catalogue_version"],
            rules_version=plain["rules_version"],
        )


class _Malformed:
    """Turns whatever plain data can trip over into one error of ours."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (KeyError, TypeError, ValueError, AttributeError)):
            raise Invalid("REUSE_DATA_MALFORMED", what=self._what) from error


def _known(plain: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    unknown = set(plain) - keys
    if unknown:
        raise Invalid("REUSE_DATA_MALFORMED", what=f"unknown key {min(unknown)}")
    return dict(plain)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None else None
