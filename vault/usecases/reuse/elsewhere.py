"""What lies elsewhere for a dossier, as the decision sees it: never more than something to check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.agencies import AgencyDirectory
from vault.domain.catalogue import Catalogue, Component
from vault.domain.dossiers import Dossier
from vault.domain.intake import Intake
from vault.domain.outside import NATIONAL, Ask, AskState, ConsentBy, OutsidePaper, candidate, converts, offered
from vault.domain.reuse import VIET_NAM, Decision, DossierFacts, Step, decide
from vault.domain.signers import signer_of
from vault.domain.states import SignerMatch
from vault.ports import Tx


@dataclass(frozen=True, slots=True)
class OutsideOffer:
    """A paper elsewhere with the decision on it; the intake once its bytes were fetched."""

    paper: OutsidePaper
    intake: Intake | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A dossier's questions to other places, and what is still to be looked at of what they claimed."""

    asks: tuple[Ask, ...] = ()
    papers: tuple[tuple[OutsidePaper, Intake | None], ...] = ()

    @property
    def asked(self) -> frozenset[Step]:
        """The steps of the order of resolution that were really consulted."""
        answered = any(one.source == NATIONAL and one.state is AskState.ANSWERED for one in self.asks)
        return frozenset({Step.NATIONAL_STORE}) if answered else frozenset()


def elsewhere(tx: Tx, dossier: Dossier) -> Elsewhere:
    """Read it; nothing where no source is connected."""
    if not tx.outside.connected:
        return Elsewhere()
    papers = tx.outside.papers(dossier.code)
    fetched = [one.intake for one in papers if one.intake is not None]
    intakes = {one.id: one for one in tx.intakes.get_all(fetched)} if fetched else {}
    pairs = ((one, None if one.intake is None else intakes.get(one.intake)) for one in papers)
    return Elsewhere(tx.outside.asks(dossier.code), tuple(pair for pair in pairs if offered(*pair)))


def outside_offers(
    component: Component, facts: DossierFacts, found: Elsewhere, *, catalogue: Catalogue, now: datetime
) -> tuple[OutsideOffer, ...]:
    """Decisions on the papers whose kind could stand for the component, the citizen's own choice first."""
    today = now.astimezone(VIET_NAM).date()
    agreed = {one.id for one in found.asks if one.consent is not ConsentBy.LAW}
    offers = [
        OutsideOffer(
            paper,
            intake,
            decide(
                component,
                candidate(
                    paper, intake, consent=paper.ask in agreed, signer=_signer(paper, intake, catalogue.directory)
                ),
                facts,
                catalogue=catalogue,
                now=now,
            ),
        )
        for paper, intake in found.papers
        if catalogue.accepts(component, paper.claim.type_code, today)
    ]
    return tuple(sorted(offers, key=lambda one: one.paper.claim.picked_for != component.code))


def _signer(paper: OutsidePaper, intake: Intake | None, directory: AgencyDirectory) -> SignerMatch | None:
    if intake is None:
        return None
    told = {"issuer": paper.claim.issuer_as_printed, "issuer_code": paper.claim.issuer_code}
    fields = {name: value for name, value in told.items() if value}
    return signer_of(intake.signatures, fields, directory, home=paper.agency_code, converted=converts(paper))
