"""The kept counts of contacts (segments.counts) where many change at once, on SQLite.

SQLite has triggers for each row alone: with them a status for 10,000 contacts takes three times as long. A change of many
pauses them (migration subscribers.0014) and counts what they would have counted, a set at a time. PostgreSQL's triggers
run once a statement; nothing is done here.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from django.db import transaction

from database.sql import execute, ids_of, ids_parameter, is_postgresql, json_parameter

# The status before and the one after; "" for those who are deleted.
Moved = tuple[str, str]
# Contacts. The triggers count fewer sooner.
MANY = 100

PAUSE = "INSERT INTO subscribers_countspaused (id) VALUES (1)"
RESUME = "DELETE FROM subscribers_countspaused"
# Each count is one row: its own again, or a new one.
ADD = """
    REPLACE INTO segments_tally (id, kind, object_id, status, delta)
    SELECT t.id, f.kind, f.object_id, f.status, coalesce(t.delta, 0) + f.number
    FROM (
        SELECT value ->> 0 AS kind, value ->> 1 AS object_id, value ->> 2 AS status, value ->> 3 AS number
        FROM json_each(%s)
    ) f LEFT JOIN segments_tally t ON t.kind = f.kind AND t.object_id = f.object_id AND t.status = f.status
"""
# The kinds of links that are counted, with their kind there and their table.
COUNTED = {"tags": ("tag", "subscribers_subscribertag"), "lists": ("list", "subscribers_subscriberlist")}
# One row, as 10,000 take Python longer. By IN, which at its worst reads a table once: from a join SQLite makes a loop in a
# loop where it believes that a table is small.
STATUSES = """
    SELECT group_concat(id), group_concat(status) FROM subscribers_subscriber
    WHERE id IN (SELECT value FROM json_each(%s))
"""
# For one set of contacts; of several each has a part of a UNION ALL, as nested lists take SQLite twice as long.
LINKS = " UNION ALL ".join(
    f"""
    SELECT {{place}}, '{kind}', group_concat({kind}_id)
    FROM {table} WHERE subscriber_id IN (SELECT value FROM json_each(%s))
    """
    for kind, table in COUNTED.values()
)


class Counts:
    """What a change adds to the kept counts. Where the triggers count (`paused` is false) its methods do nothing."""

    def __init__(self, *, paused: bool) -> None:
        self.paused = paused
        # Numbers of contacts, by kind, tag or list (0 for all contacts) and status.
        self.added: Counter[tuple[str, int, str]] = Counter()

    def created(self, contacts: Collection[int]) -> dict[int, str]:
        """Returns their statuses. One statement."""
        statuses = read_statuses(contacts) if self.paused else {}
        for status, number in Counter(statuses.values()).items():
            self.added["contact", 0, status] += number
        return statuses

    def linked(
        self, changed: Mapping[str, Mapping[int, Collection[int]]], statuses: Mapping[int, str] | None = None
    ) -> None:
        """The contacts who got or lost each tag or list, by the word of history ("tags_attached", "lists_detached").

        One statement, none where the statuses of the contacts are known.
        """
        counted = {word: links for word, links in changed.items() if links and word.partition("_")[0] in COUNTED}
        if not self.paused or not counted:
            return
        if statuses is None:
            statuses = read_statuses(
                {pk for links in counted.values() for contacts in links.values() for pk in contacts}
            )
        for word, links in counted.items():
            kind, _, way = word.partition("_")
            for target, contacts in links.items():
                for status, number in Counter(map(statuses.__getitem__, contacts)).items():
                    self.added[COUNTED[kind][0], target, status] += number if way == "attached" else -number

    def moved(self, groups: Mapping[Moved, Collection[int]]) -> None:
        """Contacts, with their tags and lists, whose status changed or who are to be deleted. One statement."""
        if not self.paused or not groups:
            return
        statuses = list(groups)
        found = [(place, "contact", {0: len(groups[pair])}) for place, pair in enumerate(statuses)]
        sets = [ids_parameter(groups[pair]) for pair in statuses for _ in COUNTED]
        rows = execute(" UNION ALL ".join(LINKS.format(place=place) for place in range(len(statuses))), *sets)
        found += [(place, kind, Counter(ids_of(listed))) for place, kind, listed in rows]
        for place, kind, numbers in found:
            before, after = statuses[place]
            for object_id, number in numbers.items():
                self.added[kind, object_id, before] -= number
                if after:
                    self.added[kind, object_id, after] += number

    def deleted(self, contacts: Collection[int]) -> None:
        """To be called before they are. Two statements."""
        if self.paused:
            groups: dict[Moved, list[int]] = defaultdict(list)
            for pk, status in read_statuses(contacts).items():
                groups[status, ""].append(pk)
            self.moved(groups)


def many_on_sqlite(contacts: int) -> bool:
    """Whether a change of so many contacts counts them itself, and is written for sets of thousands."""
    return contacts >= MANY and not is_postgresql()


@contextmanager
def counting(contacts: int) -> Iterator[Counts]:
    """Where so many contacts change, pause the triggers until the end, and then write what the Counts were told.

    Whatever changes contacts or their links meanwhile has to be told. Not to be nested.
    """
    if not many_on_sqlite(contacts):
        yield Counts(paused=False)
        return
    counts = Counts(paused=True)
    # What fails in it takes the pause back with everything else, so it never outlives its transaction.
    with transaction.atomic(savepoint=False):
        execute(PAUSE)
        yield counts
        if added := [[*count, number] for count, number in counts.added.items() if number]:
            execute(ADD, json_parameter(added))
        execute(RESUME)


def read_statuses(contacts: Collection[int]) -> dict[int, str]:
    """The status of each of the contacts that there are. One statement, on SQLite."""
    [row] = execute(STATUSES, ids_parameter(contacts))
    return statuses_of(*row)


def statuses_of(ids: str | None, statuses: str | None) -> dict[int, str]:
    """The row of STATUSES; both are NULL where there is no such contact."""
    return dict(zip(ids_of(ids), statuses.split(","), strict=True)) if statuses else {}
