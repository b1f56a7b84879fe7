"""Every step that the fault tests break, by journey."""

from __future__ import annotations

from tests.faults.desk_steps import DESK
from tests.faults.room_steps import ROOMS
from tests.faults.showing import PRESENT, REVOKE
from tests.faults.steps import DIGITISE, REUSE, Step

JOURNEYS: dict[str, tuple[Step, ...]] = {
    "digitise": DIGITISE,
    "reuse": REUSE,
    "present": PRESENT,
    "revoke": REVOKE,
    "desk": DESK,
    "rooms": ROOMS,
}
STEPS: tuple[Step, ...] = tuple(step for steps in JOURNEYS.values() for step in steps)
BY_NAME = {step.name: step for step in STEPS}
