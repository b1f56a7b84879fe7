"""Every step that the fault tests break, by journey."""

from __future__ import annotations

from tests.faults.desk_steps import DESK
from tests.faults.room_steps import ROOMS
from tests.faults.showing import PRESENT, REVOKE
from tests.faults.steps import DIGITISE, REUSE, Step

STEPS: tuple[Step, ...] = (*DIGITISE, *REUSE, *PRESENT, *REVOKE, *DESK, *ROOMS)
BY_NAME = {step.name: step for step in STEPS}
