"""What workers do for outgoing webhooks (jobs.registry)."""

import logging
from functools import cache
from threading import Lock, Thread

from django.db import Error, connection

from jobs.registry import register_sweep
from jobs.turns import one_line
from webhooks.models import Lane
from webhooks.services.retention import remove_old_events
from webhooks.services.sending import free_lanes, work_lane

log = logging.getLogger(__name__)

# Lanes that one process works on at the same time. A receiver may take half a minute for an answer: neither other
# receivers nor other sweeps wait for it.
LANES = 4
_at_work: set[int] = set()
_lock = Lock()


@cache
def make_lane() -> None:
    """The lane of what has no endpoint, where there is none yet. Once in a process."""
    Lane.objects.bulk_create([Lane(endpoint=None)], ignore_conflicts=True)


def start_lanes() -> None:
    """Have a thread work on each lane that is free, as far as this process has threads left."""
    make_lane()
    for pk in free_lanes():
        with _lock:
            if pk in _at_work or len(_at_work) >= LANES:
                continue
            _at_work.add(pk)
        # Not a daemon: at its end the process waits for the answers that are under way.
        Thread(target=run_lane, args=[pk], name=f"lane {pk}").start()


def run_lane(pk: int) -> None:
    try:
        work_lane(pk)
    except Error as error:
        log.warning("A lane of webhooks waits for the database: %s", one_line(error))
    except Exception:
        log.exception("A lane of webhooks failed.")
    finally:
        connection.close()
        with _lock:
            _at_work.discard(pk)


register_sweep("send webhooks", start_lanes, 1)
register_sweep("old webhook events", remove_old_events, 3600)
