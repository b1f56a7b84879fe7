"""What procedures ask for and which papers there are: public data."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from vault.domain.catalogue import Procedure
from vault.domain.holders import HolderRole
from vault.domain.reuse import VIET_NAM
from vault.domain.text import search_key
from vault.web.session import TheApp

router = APIRouter(tags=["catalogue"])
MOST = 20


class ProcedureOut(BaseModel):
    """A procedure."""

    code: str
    name: str
    field: str
    components: int
    parties: list[str]
    """Roles of others whom its papers are about: a child, a spouse."""


class TypeOut(BaseModel):
    """A document type with the fields its papers carry."""

    code: str
    name: str
    name_en: str
    kind: str
    lookup_only: bool
    fields: list[str]


class GroundOut(BaseModel):
    """A legal ground for asking a citizen for something."""

    code: str
    article: str
    vi: str
    en: str
    overrides_usable: bool


@router.get("/procedures")
def procedures(app: TheApp, q: str = "") -> list[ProcedureOut]:
    """Procedures whose code begins with, or whose name holds, every word of `q` (marks and case do not matter)."""
    today = app.clock.now().astimezone(VIET_NAM).date()
    words = search_key(q).split()
    found = []
    for one in app.catalogue.procedures:
        text = f"{one.code} {search_key(one.name)}"
        if one.period.covers(today) and all(word in text for word in words):
            found.append(
                ProcedureOut(
                    code=one.code, name=one.name, field=one.field, components=len(one.components), parties=_parties(one)
                )
            )
    # Procedures whose components are known come first: for the others nothing can be answered yet.
    return sorted(found, key=lambda one: (one.components == 0, one.code))[:MOST]


def _parties(procedure: Procedure) -> list[str]:
    roles = (one.about for one in procedure.components if one.about is not None)
    return sorted({role.value for role in roles} - {HolderRole.SUBJECT.value})


@router.get("/document-types")
def document_types(app: TheApp) -> list[TypeOut]:
    """Every document type in force."""
    today = app.clock.now().astimezone(VIET_NAM).date()
    return [
        TypeOut(
            code=one.code,
            name=one.name,
            name_en=one.name_en,
            kind=one.kind.value,
            lookup_only=one.lookup_only,
            fields=[field.name for field in one.fields],
        )
        for one in app.catalogue.types
        if one.period.covers(today) and one.is_paper and not one.is_refusal
    ]


@router.get("/grounds")
def grounds(app: TheApp) -> list[GroundOut]:
    """The table of what may be demanded."""
    today = app.clock.now().astimezone(VIET_NAM).date()
    return [
        GroundOut(code=one.code, article=one.article, vi=one.vi, en=one.en, overrides_usable=one.overrides_usable)
        for one in app.catalogue.grounds
        if one.period.covers(today)
    ]
