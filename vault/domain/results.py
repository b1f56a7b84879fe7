"""Which record may answer a dossier: a result is made for its dossier, by its agency, for somebody in it. Pure.

Source: NĐ 45/2020/NĐ-CP Đ14 k3d (result of a procedure, kept by the agency that gave it).
"""

from __future__ import annotations

from vault.domain.dossiers import Dossier
from vault.domain.records import Record
from vault.domain.states import RecordState

MOST = 99
"""Results that one dossier may have: `<mã hồ sơ>-KQ<n>` has two digits."""


def could_answer(record: Record, dossier: Dossier) -> bool:
    """Whether a record of the dossier's people is of its agency, in force, and none of its own components."""
    attached = any(one.record == record.code for one in dossier.attachments)
    return record.agency_code == dossier.agency_code and not attached and record.state is RecordState.ACTIVE


def made_for(record: Record, dossier: Dossier) -> bool:
    """Whether it was sealed since the dossier came in: what was there before answers another one."""
    return record.sealed_at >= dossier.opened_at
