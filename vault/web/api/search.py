"""Find papers: by number, name or words, inside a dossier or with a stated purpose."""

from __future__ import annotations

from datetime import date
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel

from vault.domain.ids import DossierCode
from vault.domain.text import mask_number
from vault.ports import Hit
from vault.usecases.reuse.search import SearchFor, search
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/search", tags=["reuse"])


class SearchIn(BaseModel):
    """The words, and a dossier or a purpose. POST, so that no address ever holds what was typed."""

    text: str
    dossier: str | None = None
    purpose: str | None = None
    limit: int = 10


class FoundHolderOut(BaseModel):
    """Somebody on a paper that was found; the number is masked until the paper is opened."""

    name: str
    number: str | None


class HitOut(BaseModel):
    """A paper that was found; `exact` when it shows the words in the spelling that was typed."""

    record: str
    type: str
    number: str | None
    issuer: str | None
    issued_on: date | None
    state: str
    agency_code: str
    holders: list[FoundHolderOut]
    exact: bool

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """From the port."""
        found = hit.record
        return cls(
            record=found.code,
            type=found.type_code,
            number=found.number,
            issuer=found.issuer_as_printed,
            issued_on=found.issued_on,
            state=found.state.value,
            agency_code=found.agency_code,
            holders=[
                FoundHolderOut(name=link.name, number=mask_number(link.number) if link.number else None)
                for link in found.holders
            ],
            exact=hit.exact,
        )


@router.post("")
def find(what: SearchIn, actor: SignedIn, app: TheApp) -> list[HitOut]:
    """Papers of the agency with all the words, the best first; in a dossier its people's papers come before."""
    asked = SearchFor(what.text, DossierCode(what.dossier) if what.dossier else None, what.purpose, what.limit)
    return [HitOut.of(hit) for hit in search(asked, actor=actor, uow=app.uow, clock=app.clock)]
