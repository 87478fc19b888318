"""Reading `changes` in the order of commits: who enters an automation, who met a goal, who confirmed a subscription.

The cursor and what it led to are committed together. An entry of a million contacts is read in parts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.core.exceptions import FieldError, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from automations.filters import groups_of, who_meets
from automations.models import Enrolment, Reader
from automations.registry import BlockFailed, Entered
from automations.services.enrolling import begin
from automations.services.goals import meet
from automations.services.holding import hold_published
from automations.services.listening import Listener, Listeners, read_listeners
from changes.actors import ActorKind, Channel, acting_as
from changes.cursor import START, changes_after, cursor_at
from changes.models import Change
from database.sql import any_of, execute, ids_parameter
from subscribers.models import Status, Subscriber
from subscribers.services import lock_contacts

# Entries looked at, and contacts taken, by one transaction: a second or two.
PAGE, CHUNK = 1000, 20_000
# A part of a large entry: upward by the link's id, as those of one entry were made by one statement.
FIRST_LINK = "SELECT min(id) FROM changes_changedcontact WHERE change_id = %s"
LINKS = """
    SELECT id, contact_id FROM changes_changedcontact WHERE id >= %s AND change_id = %s ORDER BY id LIMIT %s
"""
LINKS_OF_ALL = "SELECT change_id, contact_id FROM changes_changedcontact WHERE change_id {any_of}"
# Whoever waits for the contact's consent goes on.
CONSENTED = (Status.SUBSCRIBED, Status.TRANSACTIONAL)


@dataclass
class Batch:
    """Entries that concern somebody, with whom, and their contacts; where to go on afterwards."""

    cursor: str
    position: int = 0
    entries: list[tuple[Change, list[Listener]]] = field(default_factory=list)
    contacts: dict[int, list[int]] = field(default_factory=dict)


@transaction.atomic
def read_history() -> bool:
    """Read the next entries and act on them; False if there was nothing new.

    The number of statements grows with the automations that the entries start, not with entries or contacts.
    """
    # One reader at a time: whoever comes second waits here and then sees the new cursor.
    reader, _ = Reader.objects.select_for_update().get_or_create(pk=1, defaults={"cursor": START})
    page = changes_after(reader.cursor, PAGE)
    if not page.changes:
        return False
    # After the page: an automation that was published before an entry is among them.
    batch = next_batch(reader, page.changes, read_listeners())
    act_on(batch)
    reader.cursor, reader.position = batch.cursor, batch.position
    reader.save()
    return True


def next_batch(reader: Reader, changes: Collection[Change], listeners: Listeners) -> Batch:
    """As many entries as CHUNK contacts allow, or a part of one. Two statements at most."""
    batch = Batch(reader.cursor)
    total = 0
    for entry in changes:
        concerned = list(listeners.of(entry))
        if concerned or (listeners.consent and is_consent(entry)):
            if total and total + entry.contacts > CHUNK:
                break
            batch.entries.append((entry, concerned))
            total += entry.contacts
            if entry.contacts > CHUNK:
                read_part(batch, entry, reader.position)
                return batch
        batch.cursor = cursor_at(entry)
    wanted = [entry.pk for entry, _ in batch.entries if entry.contacts]
    for change, contact in execute(LINKS_OF_ALL.format(any_of=any_of()), ids_parameter(wanted)) if wanted else ():
        batch.contacts.setdefault(change, []).append(contact)
    return batch


def read_part(batch: Batch, entry: Change, position: int) -> None:
    """The next contacts of a large entry; the cursor stays before it until the last of them. Two statements at most."""
    start = position + 1 if position else execute(FIRST_LINK, entry.pk)[0][0] or 0
    links = execute(LINKS, start, entry.pk, CHUNK)
    batch.contacts[entry.pk] = [contact for _, contact in links]
    if len(links) == CHUNK:
        batch.position = links[-1][0]
    else:
        batch.cursor = cursor_at(entry)


def is_consent(entry: Change) -> bool:
    return entry.event == "status_changed" and (entry.details.get("status") or [""])[0] in CONSENTED


def act_on(batch: Batch) -> None:
    """Enrol, let goals be met, let pending ones go on."""
    concerned: dict[int, Listener] = {}
    entries: dict[int, list[Change]] = defaultdict(list)
    for entry, listeners in batch.entries:
        for listener in listeners:
            # By the rows that they come from: an automation's trigger, or a block.
            concerned[id(listener)] = listener
            entries[id(listener)].append(entry)
    held = hold_published({one.automation.pk for one in concerned.values()}) if concerned else set()
    # Triggers that make contacts do so before others are locked.
    entered = {
        key: who_enters(batch, listener, entries[key])
        for key, listener in concerned.items()
        if listener.automation.pk in held
    }
    consenting = {pk for entry, _ in batch.entries if is_consent(entry) for pk in batch.contacts.get(entry.pk, ())}
    everybody = consenting.union(one.contact for some in entered.values() for one in some)
    there = set(lock_contacts(everybody)) if everybody else set()
    for key, some in entered.items():
        listener = concerned[key]
        chosen = narrowed(listener, [one for one in some if one.contact in there])
        # As the automation: it starts others by this, if they listen, only so many times in a row.
        with acting_as(Channel.AUTOMATION, kind=ActorKind.AUTOMATION, id=listener.automation.pk):
            if listener.goal is not None:
                meet(listener.automation, listener.goal, chosen)
            else:
                begin(listener.automation, chosen, listener.trigger.name)
    if consenting:
        go_on(consenting & there)


def who_enters(batch: Batch, listener: Listener, entries: Collection[Change]) -> list[Entered]:
    """Each contact once: by the first entry that names it, for a goal by the last."""
    if listener.goal is None:
        with acting_as(Channel.AUTOMATION, kind=ActorKind.AUTOMATION, id=listener.automation.pk):
            own = listener.trigger.contacts(entries, listener.automation)
        if own is not None:
            return list(own)
    found: dict[int, Entered] = {}
    for entry in entries:
        made_by = entry.actor_id if entry.actor_kind == ActorKind.AUTOMATION else None
        for contact in batch.contacts.get(entry.pk, ()):
            if listener.goal is not None or contact not in found:
                found[contact] = Entered(contact, entry.pk, made_by)
    return list(found.values())


def narrowed(listener: Listener, entered: Collection[Entered]) -> list[Entered]:
    """Those who meet the conditions of the trigger now. Two statements at most, and those of reading filters."""
    kept = {one.contact for one in entered}
    try:
        condition = listener.trigger.narrow(listener.settings)
        contacts = Subscriber.objects.filter(condition, pk__any_of=kept) if condition != Q() else None
    except (ValueError, TypeError, LookupError, ValidationError, FieldError) as error:
        # A value that its column does not take. Nobody has it, and the other automations go on.
        listener.warn(error)
        return []
    if kept and contacts is not None:
        kept = set(contacts.values_list("pk", flat=True))
    if kept and listener.goal is None and (groups := filters_of(listener)):
        try:
            kept = who_meets(groups, kept)
        except BlockFailed:
            # Conditions that cannot be read any more let nobody in; staff see them as such.
            kept = set()
    return [one for one in entered if one.contact in kept]


def filters_of(listener: Listener) -> list[object]:
    conditions = listener.automation.conditions
    return groups_of(conditions.get("filters")) if isinstance(conditions, dict) and conditions.get("filters") else []


def go_on(contacts: Iterable[int]) -> None:
    """Let those begin who waited for their contact's consent. Two statements."""
    now = timezone.now()
    pending = Enrolment.objects.of_contacts(contacts).filter(status=Enrolment.Status.PENDING)
    pending.filter(next_block=None).update(status=Enrolment.Status.COMPLETED, updated_at=now)
    pending.update(status=Enrolment.Status.ACTIVE, next_execution_time=now, updated_at=now)
