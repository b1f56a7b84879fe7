"""Estonia's Data Tracker protocol, version 2 (Andmejälgija, `dumonitor-openapi-v2.yaml` of e-gov/AJ).

A portal of the state asks who used a person's data and shows it to them beside what other registers did. Requests come
from a partner system with its own session; over X-Road its security server stands in front. Errors are 400 with a
problem document, as the protocol asks, and times are written with their offset (RFC 3339).
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from vault import messages
from vault.bootstrap import App
from vault.domain.audit import Event
from vault.domain.errors import Invalid, Unavailable, VaultError
from vault.domain.holders import HolderId
from vault.domain.reuse import VIET_NAM
from vault.messages import Language
from vault.usecases.oversee.track_usage import MOST, UsageQuery, find_usage, usage_period
from vault.web.session import SignedIn, TheApp, TheWholeApp

router = APIRouter(prefix="/v2", tags=["data tracker"])
USER = "x-road-userid"
_COUNTRY = 2


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class UsageOut(_Model):
    """One act: when, what for, and who had the data."""

    logtime: datetime
    action: str
    receiver_code: str
    receiver_name: str
    receiver_system: str


class FindUsageOut(_Model):
    """How many acts there are, and a part of them, the newest first."""

    total_usages: int
    usages: list[UsageOut]


class UsagePeriodOut(_Model):
    """Since when acts are kept; until now, because no end is given."""

    period_start: datetime


class HeartbeatOut(_Model):
    """Whether the service can answer."""

    status: str = Field(json_schema_extra={"enum": ["OK", "FAIL"]})
    message: str


def _parameter(name: str, kind: str, *, where: str = "query", required: bool = False) -> dict[str, object]:
    schema = {"type": "string", "format": "date-time"} if kind == "date-time" else {"type": kind}
    return {"name": name, "in": where, "required": required, "schema": schema}


_PARAMETERS = [
    _parameter("X-Road-UserId", "string", where="header", required=True),
    _parameter("userCode", "string", required=True),
    _parameter("periodStart", "date-time"),
    _parameter("periodEnd", "date-time"),
    _parameter("offset", "integer"),
    _parameter("limit", "integer"),
]
"""Read by hand, because the protocol answers a wrong one with 400."""


@router.get(
    "/findUsage",
    responses={400: {"description": "The request is not what the protocol asks for."}},
    openapi_extra={"parameters": _PARAMETERS},
)
def usage(request: Request, actor: SignedIn, app: TheApp) -> FindUsageOut:
    """Acts on a person's data, the newest first."""
    asked = _query(request)
    found = find_usage(asked, actor=actor, uow=app.uow, clock=app.clock)
    return FindUsageOut(total_usages=found.total, usages=[_out(one, app) for one in found.events])


@router.get("/usagePeriod")
def period(actor: SignedIn, app: TheApp) -> UsagePeriodOut:
    """Since when acts are kept."""
    del actor
    return UsagePeriodOut(period_start=usage_period(uow=app.uow, clock=app.clock).astimezone(VIET_NAM))


@router.get("/heartbeat")
def heartbeat(app: TheWholeApp) -> HeartbeatOut:
    """Whether the service can answer; open to everybody, and says nothing else."""
    try:
        app.uow.ping()
    except Unavailable as error:
        return HeartbeatOut(status="FAIL", message=error.code)
    return HeartbeatOut(status="OK", message="API is ready")


def _query(request: Request) -> UsageQuery:
    given, user = request.query_params, request.headers.get(USER)
    try:
        if not user:
            raise Invalid("TRACKER_REQUEST", field="X-Road-UserId")
        if not given.get("userCode"):
            raise Invalid("TRACKER_REQUEST", field="userCode")
        return UsageQuery(
            number=_person(given["userCode"]),
            own=_person(user) == _person(given["userCode"]),
            since=_moment(given.get("periodStart"), "periodStart"),
            until=_moment(given.get("periodEnd"), "periodEnd"),
            offset=_count(given.get("offset"), "offset", least=0, default=0),
            limit=min(MOST, _count(given.get("limit"), "limit", least=1, default=MOST)),
        )
    except VaultError as error:
        raise Invalid("TRACKER_REQUEST", field=error.facts.get("field", "userCode")) from error


def _person(code: str) -> HolderId:
    """`VN031090000001`, or the number alone."""
    return HolderId.parse(code[_COUNTRY:] if code[:_COUNTRY].upper() == "VN" else code)


def _moment(text: str | None, field: str) -> datetime | None:
    """A time; without an offset it is meant as Vietnamese time."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("TRACKER_REQUEST", field=field) from error
    return found if found.tzinfo else found.replace(tzinfo=VIET_NAM)


def _count(text: str | None, field: str, *, least: int, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < least:  # noqa: PLR2004 - int32
        raise Invalid("TRACKER_REQUEST", field=field)
    return int(text)


def _out(event: Event, app: App) -> UsageOut:
    agency = event.agency_code or event.actor.agency_code
    action = messages.say(f"ui.action.{event.action.value}", Language.VI)
    return UsageOut(
        logtime=event.at.astimezone(VIET_NAM),
        action=f"{action}: {event.purpose}" if event.purpose else action,
        receiver_code=agency or event.actor.role.value,
        receiver_name=app.settings.agency_name if agency == app.settings.agency_code else agency or "",
        receiver_system=app.settings.system_name,
    )
