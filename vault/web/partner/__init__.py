"""JSON for partner systems under `/partner/v1`, in the manner of DigiLocker and of the EU's once-only system.

`GUIDE.md` beside this file is the document that a partner works from; the service gives it out at `/partner/v1/guide`.
"""

from fastapi import APIRouter

from vault.web.partner import documents, evidence, guide, token, webhooks

router = APIRouter(prefix="/partner/v1", tags=["partner"])
for part in (token, documents, evidence, webhooks, guide):
    router.include_router(part.router)

__all__ = ["router"]
