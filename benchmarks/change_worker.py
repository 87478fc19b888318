"""The process of benchmarks.change: in the folder of a checkout, whatever its age, it makes the changes that it is asked for.

It answers each line of its input by one of JSON: the seconds that the change took. What the change needs, and what
undoes it, is not counted; history is emptied after each.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any
from uuid import uuid4

import django

LARGE = 10_000
ONE = 40  # times that a change of one contact is made
STEP = 7919  # coprime to the number of contacts


class Changes:
    def __init__(self, contacts: int, links: int, *, plain: bool) -> None:
        # Not before Django is set up, and of the checkout that this process runs in.
        from django.db import connection  # noqa: PLC0415

        from segments.models import ContactList, Tag  # noqa: PLC0415
        from subscribers import services  # noqa: PLC0415
        from subscribers.models import Subscriber  # noqa: PLC0415

        self.connection, self.services, self.subscribers = connection, services, Subscriber.objects
        self.clock = time.perf_counter if connection.vendor == "postgresql" else time.process_time
        self.links, self.plain, self.number = links, plain, count()
        kinds: list[Any] = [Tag, ContactList]
        for kind in kinds:
            kind.objects.bulk_create(kind(title=f"Title {n}", slug=f"title-{n}") for n in range(20))
        self.tags, self.lists = (list(kind.objects.order_by("pk").values_list("pk", flat=True)) for kind in kinds)
        for start in range(0, contacts, 5000):
            services.create_contacts([self.draft(f"c{n}@example.com", n) for n in range(start, start + 5000)])
        if connection.vendor == "postgresql":
            self.run("VACUUM ANALYZE")
        self.ids = list(self.subscribers.order_by("pk").values_list("pk", flat=True))
        self.one = self.ids[777:778]
        # From all over the table, as whoever meets a condition.
        self.many = [self.ids[n * STEP % len(self.ids)] for n in range(LARGE)]
        self.neighbours = self.ids[2 * LARGE : 3 * LARGE]
        self.free = self.tags[-1]

    def run(self, sql: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)

    def draft(self, address: str, n: int) -> Any:
        columns = {"email": address, "first_name": "Bulk", "city": f"City {n % 50}"}
        if not self.plain:
            columns |= {"first_name": f"First{n % 977}", "last_name": f"Last{n % 1999}", "phone": f"+4912345{n}"}
            columns |= {"address_line_1": "Some street 12", "postal_code": "12345"}
        tags, lists = ([rows[(n + 7 * k) % 18] for k in range(self.links)] for rows in (self.tags, self.lists))
        return self.services.Draft(columns, {}, tags, lists)

    def new(self, number: int) -> list[Any]:
        return [self.draft(f"n{uuid4().hex[:8]}.{n}@example.com", n) for n in range(number)]

    def timed(self, change: Callable[..., Any], *arguments: Any, times: int = 1) -> float:
        if self.connection.vendor == "sqlite":
            # Else a change pays for what was written before it, or leaves its own pages to the next.
            self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        start = self.clock()
        for _ in range(times):
            change(*arguments)
        return (self.clock() - start) / times

    def tag(self, contacts: Sequence[int]) -> float:
        taken = self.timed(self.services.attach_tags, contacts, [self.free])
        self.services.detach_tags(contacts, [self.free])
        return taken

    def untag(self, contacts: Sequence[int]) -> float:
        self.services.attach_tags(contacts, [self.free])
        return self.timed(self.services.detach_tags, contacts, [self.free])

    def status(self, contacts: Sequence[int]) -> float:
        taken = self.timed(self.services.set_status, contacts, "unsubscribed")
        self.services.set_status(contacts, "subscribed")
        return taken

    def update(self) -> None:
        self.services.update_contact(
            self.one[0], self.services.Draft({"city": f"City {next(self.number)}"}, {}, [], [])
        )

    def tag_and_untag(self) -> None:
        self.services.attach_tags(self.one, [self.free])
        self.services.detach_tags(self.one, [self.free])

    def two_statuses(self) -> None:
        self.services.set_status(self.one, "pending")
        self.services.set_status(self.one, "subscribed")

    def known(self) -> list[Any]:
        city = f"City {next(self.number)}"
        return [
            self.services.Draft({"email": f"c{n}@example.com", "city": city}, {}, self.tags[:1], self.lists[:1])
            for n in range(3 * LARGE, 4 * LARGE)
        ]

    def created_and_gone(self, number: int, times: int) -> tuple[float, float]:
        """Contacts made and deleted again: the seconds of both."""
        made = gone = 0.0
        for _ in range(times):
            made += self.timed(
                self.services.upsert_contacts if number > 1 else self.services.create_contacts, self.new(number)
            )
            new = list(self.subscribers.filter(pk__gt=self.ids[-1]).values_list("pk", flat=True))
            gone += self.timed(self.services.delete_contacts, new)
        return made / times, gone / times

    def all(self) -> dict[str, Callable[[], float]]:
        return {
            "one: a tag, and taken away": lambda: self.timed(self.tag_and_untag, times=ONE),
            "one: two statuses": lambda: self.timed(self.two_statuses, times=ONE),
            "one: a field": lambda: self.timed(self.update, times=ONE),
            "one: created": lambda: self.created_and_gone(1, ONE)[0],
            "one: deleted": lambda: self.created_and_gone(1, ONE)[1],
            "10,000: a tag": lambda: self.tag(self.many),
            "10,000: a tag taken away": lambda: self.untag(self.many),
            "10,000: a status": lambda: self.status(self.many),
            "10,000 neighbours: a tag": lambda: self.tag(self.neighbours),
            "10,000 neighbours: a tag taken away": lambda: self.untag(self.neighbours),
            "10,000 neighbours: a status": lambda: self.status(self.neighbours),
            "10,000: upserted, new": lambda: self.created_and_gone(LARGE, 1)[0],
            "10,000: upserted, known": lambda: self.timed(self.services.upsert_contacts, self.known()),
            "10,000: deleted": lambda: self.created_and_gone(LARGE, 1)[1],
        }

    def tidy(self) -> None:
        """Forget the history, which else grows with every round."""
        empty = "TRUNCATE {} CASCADE" if self.connection.vendor == "postgresql" else "DELETE FROM {}"
        tables = self.connection.introspection.table_names()
        # Links before the entries that they name.
        for ending in ("_deletedcontact", "_changedcontact", "_change"):
            for table in tables:
                if table.endswith(ending):
                    self.run(empty.format(table))
        if self.connection.vendor == "postgresql":
            self.run("VACUUM")


def main() -> None:
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    changes = Changes(int(sys.argv[1]), int(sys.argv[2]), plain="plain" in sys.argv)
    known = changes.all()
    for line in sys.stdin:
        word = line.strip()
        print(json.dumps(list(known) if word == "changes" else known[word]()), flush=True)
        if word != "changes":
            changes.tidy()


if __name__ == "__main__":
    import os

    sys.path.insert(0, os.getcwd())  # noqa: PTH109
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fluentcrm_api.settings")
    django.setup()
    main()
