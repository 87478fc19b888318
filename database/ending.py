"""Ends statements that take too long, or that nobody waits for any more, on both databases."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import OperationalError, connection

LOOK_SECONDS = 0.1


class TookTooLong(OperationalError):
    """The time was over."""


class NobodyWaits(OperationalError):
    """Whoever asked has left."""


def nobody_has_left() -> bool:
    return False


@contextmanager
def ending_statements(seconds: float, has_left: Callable[[], bool] = nobody_has_left) -> Iterator[None]:
    """End a statement of this thread that runs when the seconds are over or `has_left()` is true. Only for reading.

    Raises TookTooLong or NobodyWaits in place of the statement's own error. Another thread looks, now and then.
    """
    connection.ensure_connection()
    raw = connection.connection
    over = threading.Event()
    reasons: list[type[OperationalError]] = []

    def look() -> None:
        end = time.monotonic() + seconds
        while not over.wait(LOOK_SECONDS):
            if has_left():
                reasons.append(NobodyWaits)
            elif time.monotonic() > end:
                reasons.append(TookTooLong)
            if reasons:
                end_statement(raw)

    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    try:
        yield
    except OperationalError as error:
        if reasons:
            raise reasons[0](str(error)) from error
        raise
    finally:
        over.set()
        looker.join()
        if reasons and not connection.in_atomic_block:
            # PostgreSQL may hear of it late: the next statement of this connection would be ended instead.
            connection.close()


def end_statement(raw: Any) -> None:
    """Ask the database to end what runs on a connection of another thread; without effect where nothing does."""
    if connection.vendor == "postgresql":
        # The request needs a connection of its own. Where there is none, the next look tries again.
        with suppress(psycopg.OperationalError):
            raw.cancel_safe(timeout=1.0)
    else:
        raw.interrupt()
