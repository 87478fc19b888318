"""The processes for background work, as the supervisor runs them."""

from collections.abc import Callable

from database.timeouts import lift_limits
from fluentcrm_api.server.supervisor import Program
from jobs.worker import work


def work_program(count: int = 1) -> Program:
    """So many processes, each with two connections to the database."""

    def run(number: int, ready: Callable[[], None]) -> None:
        lift_limits()
        work(ready)

    return Program("background", count, run)
