"""The acts that indicators are made of, dossier by dossier, straight from the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, text

from vault.db.codec import AnyRow
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.indicators import RECEIVERS, SENDERS, Act
from vault.domain.people import Action, Role
from vault.domain.reuse import VIET_NAM
from vault.domain.states import Source

LONGEST_WAIT = timedelta(days=366)
"""A dossier that was sent and not taken up within a year is never received."""
_SENT = ",".join(f"'{one.value}'" for one in sorted(SENDERS))
_DESK = ",".join(f"'{one.value}'" for one in sorted(RECEIVERS))
# Which dossiers: found by three indexes. What is told of them comes from their events alone. The due day of the row
# only finds dossiers; the one that is judged stands in the event that opened them.
_ACTS = text(
    f"""
    SELECT e.id, e.at, e.action, e.role, e.dossier_code, e.agency_code, e.code, e.purpose, e.record_code,
           e.details->>'component' AS component, e.details->>'due_on' AS due_on,
           CASE WHEN e.action = 'ATTACH' THEN e.details->>'source' END AS source,
           e.details->>'sent_at' AS sent_at, e.details->>'identified' AS identified, e.details->>'ending' AS ending,
           CASE WHEN e.action = 'ATTACH' THEN (
               SELECT min(s.at) FROM event s
               WHERE s.record_code = e.record_code AND s.action = 'SEAL' AND s.outcome = 'DONE'
           ) END AS sealed_at
    FROM (
        SELECT dossier_code AS code FROM event
        WHERE action = 'OPEN_DOSSIER' AND outcome = 'DONE' AND code IS NULL AND dossier_code IS NOT NULL
          AND action IN ('ATTACH','CLOSE_DOSSIER','DEMAND','OPEN_DOSSIER','PRESENT','SEAL','VERIFY')
          AND agency_code = ANY(:agencies) AND at >= :since AND at < :ends
        UNION
        SELECT dossier_code FROM event
        WHERE action = 'OPEN_DOSSIER' AND role <> 'OFFICER' AND role IN ({_SENT}) AND outcome = 'DONE' AND code IS NULL
          AND dossier_code IS NOT NULL AND agency_code = ANY(:agencies) AND at >= :sent_since AND at < :ends
        UNION
        SELECT code FROM dossier WHERE agency_code = ANY(:agencies) AND due_on >= :first AND due_on <= :last
    ) asked JOIN event e ON e.dossier_code = asked.code
    WHERE e.outcome = 'DONE' AND e.at < :ends
      AND (e.action = 'OPEN_DOSSIER' AND e.code IS NULL
           OR e.action IN ('ATTACH','CLOSE_DOSSIER','DEMAND','GIVE_RESULT')
           OR e.action = 'TELL_NATIONAL' AND e.details->>'key' LIKE '%-KQ%'
           OR e.action = 'FETCH_OUTSIDE' AND e.details->>'source' = 'NATIONAL'
           OR e.id = (SELECT min(f.id) FROM event f
                      WHERE f.dossier_code = e.dossier_code AND f.outcome = 'DONE' AND f.role IN ({_DESK})))
    ORDER BY e.dossier_code, e.id
    """  # noqa: S608 - names of our own roles
)


class PgFigures:
    """`ports.DossierActs` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def acts(self, agency_codes: Sequence[str], *, since: date, until: date) -> Iterator[Act]:
        """Acts by dossier, in the order of the log, read in parts."""
        begins = datetime.combine(since, time(), VIET_NAM)
        asked = {
            "agencies": list(agency_codes),
            "since": begins,
            "ends": datetime.combine(until + timedelta(days=1), time(), VIET_NAM),
            "sent_since": begins - LONGEST_WAIT,
            "first": since,
            "last": until,
        }
        with self._db.execute(_ACTS, asked, execution_options={"yield_per": 5000}) as rows:
            yield from map(_act, rows)


def _act(row: AnyRow) -> Act:
    return Act(
        id=row.id,
        at=row.at,
        action=Action(row.action),
        role=Role(row.role),
        dossier=DossierCode(row.dossier_code),
        agency=row.agency_code or "",
        code=row.code,
        procedure=row.purpose if row.action == Action.OPEN_DOSSIER else None,
        component=row.component,
        record=None if row.record_code is None else RecordCode(row.record_code),
        sealed_at=row.sealed_at,
        source=Source(row.source) if row.source else Source.THIS_VAULT,
        due_on=None if row.due_on is None else date.fromisoformat(row.due_on),
        identified=row.identified == "true",
        ending=row.ending,
        sent_at=None if row.sent_at is None else datetime.fromisoformat(row.sent_at),
    )
