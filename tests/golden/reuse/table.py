"""Reads the table of reuse cases: YAML here, each case a difference from a base, into values of the domain."""

from __future__ import annotations

import dataclasses
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from vault.catalogue import load
from vault.domain.catalogue import Component, Period
from vault.domain.holders import HolderAlias, HolderId, HolderKind, HolderLink, HolderRole
from vault.domain.reasons import ReasonCode, Verdict
from vault.domain.reuse import VIET_NAM, Authority, Candidate, DossierFacts
from vault.domain.states import RecordState, SignatureEvidence, SignerMatch, Source, TrustLevel

FOLDER = Path(__file__).parent
FAMILIES = ("types", "holders", "names", "issuers", "times", "states", "trust", "uses")
BASES = yaml.safe_load((FOLDER / "bases.yaml").read_text("utf-8"))


@dataclass(frozen=True)
class Case:
    """One line of the table."""

    id: str
    rule: str
    component: Component
    candidate: Candidate
    dossier: DossierFacts
    now: datetime
    verdict: Verdict
    reasons: frozenset[ReasonCode]


def link(text: str) -> HolderLink:
    """``ROLE KIND number name``; the number ``-`` is none."""
    role, kind, number, *name = text.split(" ", 3)
    return HolderLink(HolderRole[role], HolderKind[kind], None if number == "-" else number, name[0] if name else "")


def alias(text: str) -> HolderAlias:
    """``KIND number [from..to]``."""
    kind, number, *dates = text.split(" ")
    start, _, end = dates[0].partition("..") if dates else ("", "", "")
    return HolderAlias(
        HolderId(HolderKind[kind], number),
        date.fromisoformat(start) if start else None,
        date.fromisoformat(end) if end else None,
    )


def component(spec: str | dict[str, Any], today: date) -> Component:
    """A component of the catalogue, or one that differs from it in what the case states."""
    if isinstance(spec, str):
        return load().component(spec, today)
    changes = dict(spec)
    base = load().component(changes.pop("of"), today)
    period = Period(changes.pop("valid_from", None), changes.pop("valid_to", None))
    if "min_trust" in changes:
        changes["min_trust"] = TrustLevel[changes["min_trust"]]
    if "accepts" in changes:
        changes["accepts"] = tuple(changes["accepts"])
    return dataclasses.replace(base, period=period, **changes)


def candidate(spec: str | dict[str, Any] | None, family_base: str) -> Candidate:
    """A base candidate with what the case changes."""
    changes = {"base": spec} if isinstance(spec, str) else dict(spec or {})
    plain: dict[str, Any] = {**BASES["candidates"][changes.pop("base", family_base)], **changes}
    plain["holders"] = tuple(link(text) for text in plain["holders"])
    for name, kind in (
        ("trust", TrustLevel),
        ("state", RecordState),
        ("signature", SignatureEvidence),
        ("source", Source),
        ("signer", SignerMatch),
    ):
        if name in plain:
            plain[name] = kind[plain[name]]
    return Candidate(record_code="R1", version=1, **plain)


def dossier(spec: dict[str, Any] | None, family: dict[str, Any] | None = None) -> DossierFacts:
    """The base dossier with what the case changes."""
    plain: dict[str, Any] = {**BASES["dossier"], **(family or {}), **(spec or {})}
    aliases = tuple(alias(text) for text in plain.pop("aliases", ()))
    plain["holder"] = dataclasses.replace(link(plain["holder"]), aliases=aliases)
    plain["parties"] = tuple(link(text) for text in plain.get("parties", ()))
    plain["submitted_by"] = link(plain["submitted_by"]) if "submitted_by" in plain else None
    plain["authority"] = Authority[plain.get("authority", "NONE")]
    return DossierFacts(**plain)


def _name_case(plain: dict[str, Any], family: dict[str, Any]) -> dict[str, Any]:
    """The names family states only the printed name (and the holder's, if another)."""
    number = "031185012345"
    printed = plain.pop("name", None)
    if "name_nfd" in plain:
        printed = unicodedata.normalize("NFD", plain.pop("name_nfd"))
    if "holder" in plain:
        plain["dossier"] = {"holder": f"SUBJECT PERSONAL {number} {plain.pop('holder')}"}
    if printed is not None:
        plain["candidate"] = {"base": family["candidate"], "holders": [f"SUBJECT PERSONAL {number} {printed}"]}
    return plain


def cases(family_name: str) -> list[Case]:
    """Every case of a family."""
    family = yaml.safe_load((FOLDER / f"{family_name}.yaml").read_text("utf-8"))
    found = []
    for raw in family["cases"]:
        plain = _name_case(dict(raw), family)
        now = datetime.fromisoformat(plain.get("now", BASES["now"]))
        found.append(
            Case(
                id=plain["id"],
                rule=plain["rule"],
                component=component(plain.get("component", family["component"]), now.astimezone(VIET_NAM).date()),
                candidate=candidate(plain.get("candidate"), family["candidate"]),
                dossier=dossier(plain.get("dossier"), family.get("dossier")),
                now=now,
                verdict=Verdict[plain["verdict"]],
                reasons=frozenset(ReasonCode[code] for code in plain["reasons"]),
            )
        )
    return found


def every_case() -> list[Case]:
    """The whole table."""
    return [case for family in FAMILIES for case in cases(family)]
