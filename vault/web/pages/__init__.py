"""HTML for people. Each page's context is a dataclass; words come from the message catalogue.

Pages call the same use cases as the API. Forms are POSTs with the session cookie (SameSite=Strict); a refusal comes
back as a sentence on the page the person was on.
"""

from fastapi import APIRouter

from vault.web.pages import (
    access,
    account,
    asked,
    batches,
    behind,
    citizen,
    correcting,
    corrections,
    counter,
    data_requests,
    desk,
    digitise,
    dossiers,
    elsewhere,
    ending,
    forms,
    hand_overs,
    indicators,
    letters,
    mandates,
    notices,
    old_numbers,
    oversight,
    phone,
    presenting,
    records,
    start,
    upload,
    verifier,
)

router = APIRouter(include_in_schema=False)
for part in (
    start,
    access,
    account,
    desk,
    batches,
    hand_overs,
    upload,
    digitise,
    counter,
    dossiers,
    elsewhere,
    ending,
    forms,
    corrections,
    notices,
    old_numbers,
    records,
    oversight,
    behind,
    indicators,
    letters,
    phone,
    presenting,
    correcting,
    asked,
    data_requests,
    citizen,
    mandates,
    verifier,
):
    router.include_router(part.router)

__all__ = ["router"]
