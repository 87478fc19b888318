"""What the timeline of a contact shows, kind by kind: the rows of each, and how they look."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import nh3
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from automations.models import Enrolment
from changes.models import Change
from emails.models import Message, State
from events.models import TrackedEvent
from notes.models import Note
from rest.rich_text import ATTRIBUTES, TAGS
from staff.change_words import NOTHING, Line, describe
from staff.contact_page.reading import Linked

# Notes are clean as they are stored. The page loads no pictures of others and has no styles inside: what would be
# refused there is left out.
SHOWN_NOTES = nh3.Cleaner(
    tags=TAGS,
    attributes={**ATTRIBUTES, "*": {"title"}, "img": {"alt"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer",
)
COLOURS = {
    State.SCHEDULED: "info",
    State.SENDING: "info",
    State.SENT: "success",
    State.FAILED: "danger",
    State.BOUNCED: "danger",
    State.UNSURE: "warning",
    Enrolment.Status.ACTIVE: "info",
    Enrolment.Status.WAITING: "info",
    Enrolment.Status.PENDING: "warning",
    Enrolment.Status.COMPLETED: "success",
}


@dataclass(frozen=True)
class Item:
    """One thing that happened, as the page shows it."""

    pk: int
    at: datetime
    icon: str
    word: str
    title: str = ""
    address: str = ""
    badge: str = ""
    colour: str = ""
    body: str = ""
    facts: Sequence[str] = ()
    lines: Sequence[Line] = ()
    rank: int = 0


@dataclass(frozen=True)
class Kind:
    """Rows of one model in the timeline."""

    name: str
    permission: str
    rows: Callable[[int], QuerySet[Any]]
    items: Callable[[Iterable[Any]], Iterable[Item]]


def notes_of(pk: int) -> QuerySet[Any]:
    return Note.objects.of_contact(pk).select_related("created_by").annotate(happened=F("created_at"))


def note_items(notes: Iterable[Note]) -> Iterable[Item]:
    for note in notes:
        author = note.created_by and (note.created_by.get_full_name() or note.created_by.get_username())
        yield Item(
            note.pk,
            note.created_at,
            "sticky_note_2",
            str(note.get_type_display()),
            note.title,
            reverse("admin:notes_note_change", args=[note.pk]),
            body=shown_note(note.description),
            facts=[f"by {author}"] if author else [],
        )


def shown_note(html: str) -> SafeString:
    """The HTML of a note as the page shows it."""
    return mark_safe(SHOWN_NOTES.clean(html))  # noqa: S308 - it is clean


def messages_of(pk: int) -> QuerySet[Any]:
    return Message.objects.of_contact(pk).select_related("mailing").annotate(happened=Coalesce("sent_at", "due"))


def message_items(messages: Iterable[Any]) -> Iterable[Item]:
    for message in messages:
        facts = [
            *([f"opened {times(message.opens)}"] if message.opens else []),
            *([f"links followed {times(message.clicks)}"] if message.clicks else []),
            *(["unsubscribed by it"] if message.unsubscribed_at else []),
            *(["complained about it"] if message.complained_at else []),
            *([message.error] if message.error else []),
        ]
        yield Item(
            message.pk,
            message.happened,
            "mail",
            f"Mail ({message.get_kind_display()})",
            message.subject or message.mailing.subject,
            reverse("admin:emails_message_change", args=[message.pk]),
            badge=str(message.get_state_display()),
            colour=COLOURS.get(message.state, ""),
            facts=facts,
        )


def times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def events_of(pk: int) -> QuerySet[Any]:
    return TrackedEvent.objects.filter(subscriber=pk).annotate(happened=F("created_at"))


def event_items(events: Iterable[TrackedEvent]) -> Iterable[Item]:
    for event in events:
        yield Item(
            event.pk,
            event.created_at,
            "bolt",
            "Event",
            event.title,
            reverse("admin:events_trackedevent_change", args=[event.pk]),
            facts=[f"{event.provider}: {event.event_key}", *([event.value] if event.value else [])],
        )


def enrolment_items(enrolments: Iterable[Linked]) -> Iterable[Item]:
    """The automations of a contact, which are read with its other links."""
    for enrolment in enrolments:
        status = Enrolment.Status(enrolment.status)
        yield Item(
            enrolment.pk,
            enrolment.at,
            "account_tree",
            "Entered an automation",
            enrolment.title,
            reverse("admin:automations_automation_change", args=[enrolment.key]),
            badge=str(status.label),
            colour=COLOURS.get(status, ""),
            facts=[enrolment.reason] if enrolment.reason else [],
        )


def changes_of(pk: int) -> QuerySet[Any]:
    """History, but for what another kind shows itself."""
    changes = Change.objects.about(pk).exclude(event__in=("note_created", "event_tracked", "automation_entered"))
    found: QuerySet[Any] = changes.select_related("user").annotate(happened=F("at"))
    return found


def change_items(changes: Iterable[Change]) -> Iterable[Item]:
    for entry in describe(changes):
        word, _, title = entry.what.partition(": ")
        yield Item(
            entry.change.pk,
            entry.change.at,
            "history",
            word,
            title,
            reverse("admin:changes_change_change", args=[entry.change.pk]),
            facts=[
                *([f"by {entry.who}"] if entry.who != NOTHING else []),
                entry.channel,
                *([f"one of {entry.together} contacts"] if entry.change.contacts > 1 else []),
            ],
            lines=entry.lines,
        )


# In the order of what happened at the same moment.
KINDS = (
    Kind("notes", "notes.view_note", notes_of, note_items),
    Kind("messages", "emails.view_message", messages_of, message_items),
    Kind("events", "events.view_trackedevent", events_of, event_items),
    Kind("changes", "changes.view_change", changes_of, change_items),
)
