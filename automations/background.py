"""What workers do for automations (jobs.registry)."""

import time
from collections.abc import Callable

from automations.services.birthdays import enrol_birthdays
from automations.services.history import read_history
from automations.services.running import run_next
from jobs.registry import register_sweep

# A sweep gives way to others after this.
SECONDS = 2.0
# So many workers run blocks at once.
LANES = 8


def for_some_time(step: Callable[[], bool]) -> bool:
    """Call `step` while it has more to do; True if it may have more when its time is over."""
    end = time.monotonic() + SECONDS
    while step():
        if time.monotonic() > end:
            return True
    return False


def read_triggers() -> bool:
    """Act on what happened since the last time."""
    return for_some_time(read_history)


def run_blocks() -> bool:
    """Run blocks for those who are due."""
    return for_some_time(run_next)


register_sweep("automations: triggers", read_triggers, seconds=1)
register_sweep("automations: blocks", run_blocks, seconds=1, lanes=LANES)
register_sweep("automations: birthdays", enrol_birthdays, seconds=60)
