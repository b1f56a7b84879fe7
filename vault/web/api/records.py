"""Records: look, fetch a file, change the state."""

from __future__ import annotations

from fastapi import APIRouter, Response

from vault.domain.ids import normal_record_code
from vault.usecases.correct.follow_cases import list_versions
from vault.usecases.oversee.change_state import ChangeState, change
from vault.usecases.oversee.check_original import check_original
from vault.usecases.oversee.view_record import Copy, download, view_record
from vault.usecases.oversee.view_revision import list_revisions
from vault.web.api.models import RecordOut, RevisionOut, StateIn, VersionOut
from vault.web.api.signed import ChangesOut, SignaturesNowOut
from vault.web.revisions import compared, revision_file, revision_picture
from vault.web.session import Fresh, SignedIn, TheApp

router = APIRouter(prefix="/records", tags=["records"])


@router.get("/{code}")
def get_record(code: str, actor: SignedIn, app: TheApp, purpose: str | None = None) -> RecordOut:
    """One record; the look is logged with its purpose."""
    return RecordOut.of(
        view_record(normal_record_code(code), actor=actor, uow=app.uow, clock=app.clock, purpose=purpose)
    )


@router.get("/{code}/files/{copy}", response_class=Response)
def get_file(code: str, copy: Copy, actor: SignedIn, app: TheApp, purpose: str | None = None) -> Response:
    """The original as it came, the sealed copy, the searchable copy, or the picture of the first page."""
    file = download(
        normal_record_code(code),
        copy,
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        clock=app.clock,
        purpose=purpose,
    )
    headers = {"Content-Disposition": f'inline; filename="{file.name}"'}
    return Response(file.data, media_type=file.mime, headers=headers)


@router.get("/{code}/versions")
def get_versions(code: str, actor: SignedIn, app: TheApp) -> list[VersionOut]:
    """Every version of the record, oldest first: a correction adds one and takes nothing away."""
    return [
        VersionOut.of(one) for one in list_versions(normal_record_code(code), actor=actor, uow=app.uow, clock=app.clock)
    ]


@router.get("/{code}/revisions")
def get_revisions(code: str, actor: SignedIn, app: TheApp, purpose: str | None = None) -> list[RevisionOut]:
    """The signed revisions of a paper that came signed, in the order of signing, each with its report."""
    found = list_revisions(normal_record_code(code), actor=actor, uow=app.uow, clock=app.clock, purpose=purpose)
    return [RevisionOut.of(one) for one in found]


@router.get("/{code}/revisions/{number}", response_class=Response)
def get_revision(code: str, number: int, actor: SignedIn, app: TheApp, purpose: str | None = None) -> Response:
    """The paper as it was when that signature was made."""
    return revision_file(code, number, actor, app, purpose=purpose)


@router.get("/{code}/revisions/{number}/changes")
def get_changes(code: str, number: int, actor: SignedIn, app: TheApp, purpose: str | None = None) -> ChangesOut:
    """Which pages look different now from what that signer saw, each with the addresses of both pictures."""
    found = compared(code, number, actor, app, purpose=purpose)
    return ChangesOut.of(normal_record_code(code), found)


@router.get("/{code}/revisions/{number}/pages/{page}", response_class=Response)
def get_page(
    *, code: str, number: int, page: int, actor: SignedIn, app: TheApp, purpose: str | None = None
) -> Response:
    """A page (from 0) of a signed revision as JPEG; number 0 is the file as it is now."""
    return revision_picture(code, number, page, actor, app, purpose=purpose)


@router.get("/{code}/signatures")
def get_signatures(code: str, actor: SignedIn, app: TheApp, purpose: str | None = None) -> SignaturesNowOut:
    """The signatures of a paper that came signed, judged now with the evidence that was kept when it came in."""
    report, evidence = check_original(
        normal_record_code(code),
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        sealing=app.sealing,
        clock=app.clock,
        purpose=purpose,
    )
    return SignaturesNowOut.of(report, evidence)


@router.post("/{code}/state")
def set_state(code: str, what: StateIn, actor: Fresh, app: TheApp) -> RecordOut:
    """Suspend, reinstate, revoke or supersede, with a reason."""
    changed = change(
        ChangeState(
            record=normal_record_code(code),
            state=what.state,
            reason=what.reason,
            superseded_by=normal_record_code(what.superseded_by) if what.superseded_by else None,
        ),
        actor=actor,
        uow=app.uow,
        clock=app.clock,
    )
    return RecordOut.of(changed)
