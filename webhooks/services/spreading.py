"""Making events and deliveries of what happened, in the order of commits, in parts of bounded size.

The events of a part, its deliveries and how far the reader is are one transaction: a worker that is killed leaves all
or nothing, so no change is lost and none makes two events.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from changes.cursor import changes_after, cursor_at, latest_cursor
from changes.models import Change, ChangedContact
from database.sql import execute
from webhooks.events import BROADER, OF_CHANGE, WITHOUT_CONTACT
from webhooks.models import Endpoint, Reader
from webhooks.services.posting import NewEvent, write_events

# Changes, and contacts of them, in one part.
CHANGES, CONTACTS = 500, 1000
# The sums keep PostgreSQL from looking through the whole table for the first and the last one.
FIRST_AND_LAST = "SELECT min(id + 0), max(id + 0) FROM changes_changedcontact WHERE change_id = %s"


@dataclass(frozen=True)
class Happened:
    """An event to write: what happened, to whom, and under which name."""

    change: Change
    type: str
    contact_id: int | None


# The data of each event as JSON; None for one that there is nothing to say of any more.
Render = Callable[[Sequence[Happened]], Sequence[str | None]]


def start_reading() -> None:
    """From now on changes are made into events. One statement if that is so already."""
    if not Reader.objects.filter(pk=1).exists():
        Reader.objects.bulk_create([Reader(pk=1, cursor=latest_cursor())], ignore_conflicts=True)


@transaction.atomic
def spread(render: Render) -> bool:
    """Make events of the next part of what happened; True if there may be more. A fixed number of statements."""
    reader = lock_reader()
    if reader is None:
        return False
    latest = latest_cursor()
    if latest == reader.cursor:
        return False
    audience = Audience(Endpoint.objects.filter(is_disabled=False))
    if not audience.endpoints:
        move(reader, latest)
        return False
    changes = changes_after(reader.cursor, CHANGES).changes
    links, done = take(changes, reader, audience)
    write(links, audience, render)
    if done:
        move(reader, cursor_at(done[-1]))
    return reader.link > 0 or len(done) < len(changes) or len(changes) == CHANGES


def lock_reader() -> Reader | None:
    """The reader, if it is nobody else's now."""
    readers = Reader.objects.filter(pk=1)
    if connection.features.has_select_for_update_skip_locked:
        readers = readers.select_for_update(skip_locked=True)
    return readers.first()


def move(reader: Reader, cursor: str) -> None:
    reader.cursor, reader.link, reader.last_link = cursor, 0, 0
    reader.save()


class Audience:
    """Who is told of what."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self.endpoints = list(endpoints)

    def of(self, change: Change) -> Mapping[str, list[int]]:
        """The ids of endpoints by the name under which each gets a change."""
        name = OF_CHANGE.get(change.event)
        if name is None or (not change.contacts and name not in WITHOUT_CONTACT):
            return {}
        broader = BROADER.get(name)
        found: dict[str, list[int]] = {}
        for endpoint in self.endpoints:
            if endpoint.since <= change.at:
                if name in endpoint.events:
                    found.setdefault(name, []).append(endpoint.pk)
                elif broader in endpoint.events:
                    found.setdefault(broader or "", []).append(endpoint.pk)
        return found


Links = list[tuple[Change, int | None]]


def take(changes: Sequence[Change], reader: Reader, audience: Audience) -> tuple[Links, list[Change]]:
    """The next changes with their contacts, as far as one part goes, and the changes that are done by it.

    One statement; two for a change that is larger than a part, of which a part is taken.
    """
    whole: list[Change] = []
    done: list[Change] = []
    room = CONTACTS
    for change in changes:
        if audience.of(change):
            if change.contacts > room:
                break
            room -= max(change.contacts, 1)
            whole.append(change)
        done.append(change)
    if changes and not done:
        return take_part(changes[0], reader)
    by_change: dict[int, list[int]] = {}
    linked = ChangedContact.objects.filter(change__any_of=[change.pk for change in whole if change.contacts])
    for change_id, contact_id in linked.order_by("pk").values_list("change_id", "contact_id"):
        by_change.setdefault(change_id, []).append(contact_id)
    links: Links = []
    for change in whole:
        contacts = by_change.get(change.pk, []) if change.contacts else [None]
        links += [(change, contact) for contact in contacts]
    return links, done


def take_part(change: Change, reader: Reader) -> tuple[Links, list[Change]]:
    """Of a change of many contacts those whose links come next: links have ids, of which a range is read."""
    if not reader.link:
        first, reader.last_link = execute(FIRST_AND_LAST, change.pk)[0]
        if first is None:  # all of them were deleted since
            return [], [change]
        reader.link = first - 1
    end = reader.link + CONTACTS
    linked = ChangedContact.objects.filter(pk__gt=reader.link, pk__lte=end, change=change.pk).order_by("pk")
    links: Links = [(change, contact) for contact in linked.values_list("contact_id", flat=True)]
    reader.link = end
    if end >= reader.last_link:
        return links, [change]
    reader.save()
    return links, []


def write(links: Links, audience: Audience, render: Render) -> None:
    """Write the events of changes and contacts, and their deliveries. Two statements, and what rendering takes."""
    told: dict[int, Mapping[str, list[int]]] = {}
    happened: list[tuple[Happened, list[int]]] = []
    for change, contact in links:
        if change.pk not in told:
            told[change.pk] = audience.of(change)
        happened += [(Happened(change, name, contact), endpoints) for name, endpoints in told[change.pk].items()]
    texts = render([one for one, _ in happened]) if happened else []
    write_events(
        [
            NewEvent(one.type, one.change.at, one.contact_id, text, endpoints)
            for (one, endpoints), text in zip(happened, texts, strict=True)
            if text is not None
        ]
    )
