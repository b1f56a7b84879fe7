"""What a paper that came signed shows of its signers, for pages and API alike: the file, its pages, what changed."""

from __future__ import annotations

from fastapi.responses import Response

from vault.bootstrap import App
from vault.domain.ids import normal_record_code
from vault.domain.people import Actor
from vault.usecases.oversee.compare_revision import Comparison, compare_revision, picture_of_revision
from vault.usecases.oversee.view_revision import view_revision


def revision_file(code: str, number: int, actor: Actor, app: App, *, purpose: str | None) -> Response:
    """The paper as it was when that signature was made."""
    found = view_revision(
        normal_record_code(code), number, actor=actor, uow=app.uow, blobs=app.blobs, clock=app.clock, purpose=purpose
    )
    headers = {"Content-Disposition": f'inline; filename="{found.name}"'}
    return Response(found.data, media_type=found.mime, headers=headers)


def compared(code: str, number: int, actor: Actor, app: App, *, purpose: str | None) -> Comparison:
    """What that signer saw beside what the file shows now."""
    return compare_revision(
        normal_record_code(code),
        number,
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        clock=app.clock,
        purpose=purpose,
    )


def revision_picture(code: str, number: int, page: int, actor: Actor, app: App, *, purpose: str | None) -> Response:
    """A page (from 0) of a signed revision as JPEG; number 0 is the file as it is now."""
    data = picture_of_revision(
        normal_record_code(code),
        number,
        page,
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        clock=app.clock,
        purpose=purpose,
    )
    return Response(data, media_type="image/jpeg")
