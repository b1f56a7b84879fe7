"""Take in the dossiers that citizens sent at the national portal, with the papers that they chose from the store there.

Under the code that the portal gave (one Mã số hồ sơ a dossier, NĐ 309/2026 Đ17 k3), each once however often it is told.
What the citizen chose is marked on the claims of the store; an officer looks at it like at every other paper. Its day
and hour are the portal's: the citizen waits since then, whenever an outage let us hear of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Protocol

from vault.domain.audit import Event, Outcome
from vault.domain.catalogue import Catalogue
from vault.domain.dossiers import DossierChannel
from vault.domain.errors import Invalid, NotFound, VaultError
from vault.domain.ids import parse_dossier_code
from vault.domain.people import SYSTEM, Action
from vault.ports import Clock, UnitOfWork
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

CLOCKS_DIFFER = timedelta(minutes=5)
"""The portal's clock may be that much ahead of ours; then it was sent just now."""
OLDEST = timedelta(days=366)
"""No dossier waits longer to be taken in; an older time is a wrong one."""


class Portal(Protocol):
    """The portal's list of an agency's online dossiers; raises as `ports.NationalStore`."""

    def online(self, agency_code: str, *, after: int) -> tuple[tuple[int, object], ...]:
        """What came after a number, in its order."""
        ...


def take_online(agency_code: str, *, portal: Portal, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> int:
    """Take in what is new; how many dossiers. One that cannot be read is refused in the log, and the next one comes."""
    with uow.begin() as tx:
        after = tx.outside.cursor(agency_code)
    taken = 0
    for number, told in portal.online(agency_code, after=after):
        try:
            taken += _take(told, agency_code, uow=uow, catalogue=catalogue, clock=clock)
        except (Invalid, NotFound) as refusal:
            _note(refusal, agency_code, number, uow=uow, clock=clock)
        with uow.begin() as tx:
            tx.outside.set_cursor(agency_code, number)
    return taken


def _take(told: object, agency_code: str, *, uow: UnitOfWork, catalogue: Catalogue, clock: Clock) -> bool:
    if not isinstance(told, Mapping):
        raise Invalid("ONLINE_DOSSIER", reason="HoSo")
    code = parse_dossier_code(str(told.get("MaHoSo", "")))
    with uow.begin() as tx:
        try:
            tx.dossiers.get(code)
        except NotFound:
            pass
        else:
            return False
    actor = replace(SYSTEM, agency_code=agency_code)
    sent_at = _sent_at(told, clock.now())
    open_dossier(
        OpenDossier(
            str(told.get("MaTTHC", "")),
            str(told.get("SoGiayToChuHoSo", "")),
            str(told.get("ChuHoSo", "")) or None,
            due_on=_due(told),
            channel=DossierChannel.ONLINE,
            code=code,
            sent_at=sent_at,
            picks=_picks(told),
        ),
        actor=actor,
        uow=uow,
        catalogue=catalogue,
        clock=clock,
    )
    return True


def _due(told: Mapping[str, object]) -> date | None:
    """The day that the portal gave the citizen; none where it names none."""
    day = told.get("NgayHenTra")
    if not day:
        return None
    try:
        return date.fromisoformat(str(day))
    except ValueError as error:
        raise Invalid("ONLINE_DOSSIER", reason="NgayHenTra") from error


def _sent_at(told: Mapping[str, object], now: datetime) -> datetime | None:
    """When the portal took it in (`NgayTiepNhan`, else `NgayNopHoSo`), not after `now`; none where it tells neither.

    `ONLINE_DOSSIER` for what is no time, has no zone, lies ahead, or further back than any dossier waits.
    """
    for name in ("NgayTiepNhan", "NgayNopHoSo"):
        if not told.get(name):
            continue
        try:
            moment = datetime.fromisoformat(str(told[name]))
        except ValueError as error:
            raise Invalid("ONLINE_DOSSIER", reason=name) from error
        if moment.tzinfo is None or not now - OLDEST <= moment <= now + CLOCKS_DIFFER:
            raise Invalid("ONLINE_DOSSIER", reason=name)
        return min(moment, now)
    return None


def _picks(told: Mapping[str, object]) -> dict[str, str]:
    """Paper in the store -> the component for which the citizen chose it."""
    papers = told.get("TaiLieuNop")
    found = [one for one in papers if isinstance(one, Mapping)] if isinstance(papers, list) else []
    return {
        str(one["MaKetQuaThayThe"]): str(one["MaThanhPhanHoSo"])
        for one in found
        if str(one.get("DuocLayTuKhoDMQG")) == "1" and one.get("MaKetQuaThayThe") and one.get("MaThanhPhanHoSo")
    }


def _note(refusal: VaultError, agency_code: str, number: int, *, uow: UnitOfWork, clock: Clock) -> None:
    if refusal.told:
        return
    actor = replace(SYSTEM, agency_code=agency_code)
    with uow.begin() as tx:
        details = {"online": number}
        tx.events.add(Event(clock.now(), actor, Action.OPEN_DOSSIER, Outcome.REFUSED, refusal.code, details=details))
