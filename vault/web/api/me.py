"""The citizen's own papers."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, Field

import qr
from vault.domain.errors import Invalid
from vault.domain.ids import normal_record_code
from vault.domain.people import Action, require
from vault.domain.shares import Share
from vault.usecases.oversee.break_glass import told_holder
from vault.usecases.oversee.count import who_looked
from vault.usecases.present.list_own import list_own
from vault.usecases.present.live_shares import live_shares, stop_share
from vault.usecases.present.make_code import MakeCode, make_code
from vault.usecases.present.note_showing import Showing, Way, note_showing
from vault.usecases.present.present import Present, present
from vault.usecases.present.put_on_phone import PutOnPhone, put_on_phone, sign_in_nonce
from vault.web.api.access import GlassOut
from vault.web.api.models import EventOut, RecordOut
from vault.web.session import SignedIn, TheApp, token_of

router = APIRouter(prefix="/me", tags=["present"])


class PresentIn(BaseModel):
    """What it is shown for, in the citizen's words."""

    purpose: str | None = None


class PresentOut(BaseModel):
    """The credential to show, as text and as SVG."""

    record: RecordOut
    credential: str
    svg: str


class NonceOut(BaseModel):
    """What the browser signs to prove its key in this sign-in (base64url)."""

    nonce: str


Base64 = Annotated[str, Field(max_length=128)]


class KeyIn(BaseModel):
    """A P-256 key of the browser: coordinates and the raw signature over them and the nonce, base64url."""

    x: Base64
    y: Base64
    proof: Base64


class ShareOut(BaseModel):
    """A living share."""

    id: str
    kind: str
    record: str
    audience: str
    purpose: str
    fields: list[str]
    created_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, share: Share) -> Self:
        """From the domain."""
        return cls(
            id=share.id,
            kind=share.kind.value,
            record=share.record,
            audience=share.audience,
            purpose=share.purpose,
            fields=list(share.fields),
            created_at=share.created_at,
            ends_at=share.ends_at,
        )


class PhoneOut(BaseModel):
    """A credential for this browser's key (SD-CWT, base64url)."""

    share: ShareOut
    credential: str


class ConsentIn(BaseModel):
    """Which fields, to whom, what for."""

    fields: Annotated[list[str], Field(max_length=16)]
    audience: str
    purpose: str


class ShowingIn(ConsentIn):
    """What a phone showed by itself. `id` and `shown_at`: it waited for network, and may be sent twice."""

    way: Way
    id: Annotated[str, Field(max_length=40)] | None = None
    shown_at: AwareDatetime | None = None


class CodeOut(BaseModel):
    """A short code: digits, the number of its bar code, the text of its QR."""

    share: ShareOut
    digits: str
    ean13: str
    text: str


@router.get("/nonce")
def my_nonce(request: Request, actor: SignedIn) -> NonceOut:
    """The nonce of this sign-in."""
    require(actor, Action.SHARE)
    return NonceOut(nonce=_text(sign_in_nonce(token_of(request) or "")))


@router.post("/records/{code}/phone", status_code=201)
def put_one_on_phone(code: str, key: KeyIn, request: Request, actor: SignedIn, app: TheApp) -> PhoneOut:
    """Put a paper on this phone for at most 72 hours."""
    made = put_on_phone(
        PutOnPhone(normal_record_code(code), x=_bytes(key.x), y=_bytes(key.y), proof=_bytes(key.proof)),
        session=token_of(request) or "",
        actor=actor,
        uow=app.uow,
        credentials=app.credentials,
        clock=app.clock,
        ids=app.ids,
    )
    return PhoneOut(share=ShareOut.of(made.share), credential=_text(made.credential))


@router.post("/records/{code}/code", status_code=201)
def make_one_code(code: str, what: ConsentIn, actor: SignedIn, app: TheApp) -> CodeOut:
    """A short code: one minute, once."""
    consent = MakeCode(normal_record_code(code), tuple(what.fields), what.audience, what.purpose)
    made = make_code(consent, actor=actor, uow=app.uow, clock=app.clock, ids=app.ids)
    text = qr.short_code_text(made.code, host=app.credentials.host)
    return CodeOut(share=ShareOut.of(made.share), digits=made.code.digits, ean13=made.code.ean13, text=text)


@router.post("/records/{code}/showings", status_code=204)
def note_one_showing(code: str, what: ShowingIn, actor: SignedIn, app: TheApp) -> None:
    """Keep in the citizen's log what the phone showed by itself."""
    showing = Showing(
        normal_record_code(code),
        what.way,
        tuple(what.fields),
        what.audience,
        what.purpose,
        id=what.id,
        shown_at=what.shown_at,
    )
    note_showing(showing, known=frozenset(qr.Field), actor=actor, uow=app.uow, clock=app.clock)


@router.get("/shares")
def my_shares(actor: SignedIn, app: TheApp) -> list[ShareOut]:
    """What can still be shown or redeemed."""
    return [ShareOut.of(one) for one in live_shares(actor=actor, uow=app.uow, clock=app.clock)]


@router.delete("/shares/{share}", status_code=204)
def stop_my_share(share: str, actor: SignedIn, app: TheApp) -> None:
    """Stop one."""
    stop_share(share, actor=actor, uow=app.uow, clock=app.clock)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("HOLDER_KEY") from error


@router.get("/records")
def my_records(actor: SignedIn, app: TheApp) -> list[RecordOut]:
    """Every record that names the citizen."""
    return [RecordOut.of(one) for one in list_own(actor=actor, uow=app.uow, clock=app.clock)]


@router.post("/records/{code}/present")
def present_one(code: str, what: PresentIn, actor: SignedIn, app: TheApp) -> PresentOut:
    """Show one paper as a QR."""
    shown = present(Present(normal_record_code(code), what.purpose), actor=actor, uow=app.uow, clock=app.clock)
    return PresentOut(record=RecordOut.of(shown.record), credential=shown.credential, svg=shown.svg)


@router.get("/events")
def my_events(actor: SignedIn, app: TheApp, limit: int = 100) -> list[EventOut]:
    """Who looked at or used the citizen's papers, newest first."""
    return [EventOut.of(one) for one in who_looked(actor=actor, uow=app.uow, limit=min(max(limit, 1), 500))]


@router.get("/urgent-access")
def my_urgent_access(actor: SignedIn, app: TheApp) -> list[GlassOut]:
    """Who read one of the citizen's papers without a dossier or a presentation, and the reason they gave."""
    return [GlassOut.of(one) for one in told_holder(actor=actor, uow=app.uow)]
