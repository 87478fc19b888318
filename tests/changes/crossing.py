"""Writers that cross, and a reader who follows them; on PostgreSQL in a test, on SQLite run on a file of its own."""

import json
import random
import time
from collections.abc import Callable
from threading import Event
from typing import Any

import django
from django.db import connection, transaction

SECONDS = 60
WRITERS, TRANSACTIONS = 8, 40


def follow(cursor: str, is_over: Callable[[], bool], limit: Callable[[], int]) -> list[Any]:
    """The entries that a reader meets from the cursor on, until it is over and nothing more comes."""
    from changes.cursor import changes_after  # noqa: PLC0415 - only after setup

    seen: list[Any] = []
    while True:
        over = is_over()
        page = changes_after(cursor, limit())
        seen += page.changes
        cursor = page.cursor
        if over and not page.changes:
            return seen
        Event().wait(0.001)


def write_and_follow() -> dict[str, Any]:
    """What was committed, what two readers met, and how many entries came out of the order of their ids."""
    from changes.cursor import START  # noqa: PLC0415
    from changes.models import Change  # noqa: PLC0415
    from changes.services import Entry, record  # noqa: PLC0415
    from tests.threads import Worker  # noqa: PLC0415

    def write(number: int) -> int:
        rnd = random.Random(number)
        for _ in range(TRANSACTIONS):
            with transaction.atomic():
                for _ in range(rnd.randint(1, 3)):
                    record([Entry("created", [number]) for _ in range(rnd.randint(1, 3))])
                    # Some hold their transaction open while others commit.
                    Event().wait(rnd.choice((0, 0, 0.002, 0.01)))
                transaction.set_rollback(rnd.random() < 0.2)
        return number

    writers = [Worker(lambda number=number: write(number)) for number in range(WRITERS)]  # type: ignore[misc]

    def all_is_seen() -> bool:
        return not any(writer.is_alive() for writer in writers) and nothing_runs()

    rnd = random.Random(1)
    readers = [Worker(lambda: follow(START, all_is_seen, lambda: rnd.randint(1, 7))) for _ in range(2)]
    for writer in writers:
        writer.finish()
    read = [[change.pk for change in reader.finish()] for reader in readers]
    return {
        "committed": list(Change.objects.order_by("transaction_number", "pk").values_list("pk", flat=True)),
        "read": read,
        "out of order": sum(later < earlier for earlier, later in zip(read[0], read[0][1:], strict=False)),
    }


def nothing_runs() -> bool:
    """Whether readers may see all that is committed: no transaction of the database is older."""
    from changes.commit_order import BELOW_RUNNING  # noqa: PLC0415
    from changes.models import Change  # noqa: PLC0415

    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({BELOW_RUNNING})")
        [bound] = cursor.fetchone()
    return not Change.objects.filter(transaction_number__gte=bound).exists()


def wait_until_all_is_seen(seconds: float = 60) -> None:
    """Return when readers see all that is committed: the server analyzes tables at any time."""
    limit = time.monotonic() + seconds
    while not nothing_runs():
        assert time.monotonic() < limit


if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(write_and_follow()))
