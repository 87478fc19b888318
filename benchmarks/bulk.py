"""Measure the services on large sets of contacts, without HTTP: rows a second, medians of rounds."""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from django.db import connection

from benchmarks.dataset import TAGS, tidy
from subscribers import services
from subscribers.models import Status, Subscriber

ROUNDS = 3
SMALL, LARGE = 1_000, 10_000
# Coprime to the number of contacts, so that neighbours in a set are far apart on the disk.
STEP = 7919

Ids = Sequence[int]


def scattered_ids(count: int) -> list[int]:
    """That many contacts from all over the table, the same each time."""
    ids = list(Subscriber.objects.order_by("pk").values_list("pk", flat=True))
    step = STEP if len(ids) % STEP else STEP + 1
    return [ids[number * step % len(ids)] for number in range(count)]


def drafts(addresses: Sequence[str], round_number: int) -> list[services.Draft]:
    return [
        services.Draft({"email": address, "first_name": "Bulk", "city": f"Round {round_number}"}, {}, [2], [1])
        for address in addresses
    ]


def measure_bulk() -> None:
    """Print the table. Each round works on a table that was vacuumed just before."""
    new = [[f"bulk.{number}.{made}@example.com" for made in range(LARGE)] for number in range(2 * ROUNDS)]
    chosen = scattered_ids(ROUNDS * 4 * LARGE)
    sets: list[Ids] = [chosen[start : start + LARGE] for start in range(0, len(chosen), LARGE)]
    known = [list(Subscriber.objects.filter(pk__in=ids).order_by("pk").values_list("email", flat=True)) for ids in sets]
    # The rare tag: all but a few of the links are new.
    works: list[tuple[str, int, Callable[[int], Any]]] = [
        ("attach_tags, one tag", LARGE, lambda number: services.attach_tags(sets[number], [TAGS])),
        ("upsert_contacts, new", SMALL, lambda number: services.upsert_contacts(drafts(new[number][:SMALL], number))),
        ("upsert_contacts, new", LARGE, lambda number: services.upsert_contacts(drafts(new[number + ROUNDS], number))),
        (
            "upsert_contacts, known",
            SMALL,
            lambda number: services.upsert_contacts(drafts(known[number][:SMALL], number)),
        ),
        (
            "upsert_contacts, known",
            LARGE,
            lambda number: services.upsert_contacts(drafts(known[number + ROUNDS], number)),
        ),
        (
            "set_column, status",
            LARGE,
            lambda number: services.set_column(sets[number + 2 * ROUNDS], "status", Status.COMPLAINED),
        ),
        ("delete_contacts", LARGE, lambda number: services.delete_contacts(sets[number + 3 * ROUNDS])),
    ]
    print("| | contacts | seconds | contacts/s |")
    print("| --- | --: | --: | --: |")
    for name, count, work in works:
        seconds = []
        for number in range(ROUNDS):
            tidy()
            start = time.perf_counter()
            work(number)
            seconds.append(time.perf_counter() - start)
        taken = median(seconds)
        print(f"| {name} | {count:,} | {taken:.2f} | {count / taken:,.0f} |", flush=True)
    connection.close()
