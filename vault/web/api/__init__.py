"""JSON under `/api/v1`. One router a journey; shapes in `models`; errors are problem+json."""

from fastapi import APIRouter

from vault.web.api import (
    access,
    batches,
    catalogue,
    corrections,
    dossiers,
    exchange,
    forms,
    indicators,
    intakes,
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

router = APIRouter(prefix="/api/v1")
for part in (
    session,
    catalogue,
    intakes,
    batches,
    records,
    search,
    dossiers,
    outside,
    forms,
    corrections,
    me,
    mine,
    verify,
    overview,
    indicators,
    access,
    exchange,
    signing,
):
    router.include_router(part.router)
router.include_router(dossiers.reports)

__all__ = ["router"]
