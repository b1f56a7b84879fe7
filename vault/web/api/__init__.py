"""JSON under `/api/v1`. One router a journey; shapes in `models`; errors are problem+json."""

from fastapi import FastAPI

from vault.web.api import (
    access,
    batches,
    catalogue,
    corrections,
    data_requests,
    dossiers,
    exchange,
    forms,
    indicators,
    intakes,
    mandates,
    me,
    mine,
    outside,
    overview,
    records,
    search,
    session,
    signing,
    verify,
)

_PARTS = (
    dossiers.router,  # what is asked most stands first: routes are tried one after the other
    session.router,
    catalogue.router,
    intakes.router,
    batches.router,
    records.router,
    search.router,
    outside.router,
    forms.router,
    corrections.router,
    me.router,
    mine.router,
    verify.router,
    overview.router,
    indicators.router,
    access.router,
    mandates.router,
    data_requests.router,
    exchange.router,
    signing.router,
    dossiers.reports,
)


def install(web: FastAPI) -> None:
    """Each router by itself: one inside another is walked through twice a request."""
    for router in _PARTS:
        web.include_router(router, prefix="/api/v1")


__all__ = ["install"]
