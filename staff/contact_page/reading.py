"""What the head and the details of a contact's page show, in a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Count, F, IntegerField, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce

from automations.models import Enrolment
from companies.models import Company
from custom_fields.models import DEFAULT_GROUP, CustomField
from emails.models import Consent, Message
from events.models import TrackedEvent
from notes.models import Note
from sequences.models import SequenceTracker
from staff.dates import custom_text, day
from subscribers.models import Subscriber, SubscriberCompany, SubscriberList, SubscriberTag


@dataclass(frozen=True)
class Linked:
    """A row that a contact is linked to: a tag, a list, a company, an automation or a sequence."""

    key: int
    title: str
    # Of the link itself; a status and a reason only for automations and sequences.
    pk: int
    at: datetime
    status: str
    reason: str | None


@dataclass
class Links:
    """What a contact is linked to, each kind by title."""

    tags: list[Linked] = field(default_factory=list)
    lists: list[Linked] = field(default_factory=list)
    companies: list[Linked] = field(default_factory=list)
    automations: list[Linked] = field(default_factory=list)
    sequences: list[Linked] = field(default_factory=list)


# The links to each kind of row: the model, and the path to the row.
LINKS: Mapping[str, tuple[Any, str]] = {
    "tags": (SubscriberTag, "tag"),
    "lists": (SubscriberList, "list"),
    "companies": (SubscriberCompany, "company"),
    "automations": (Enrolment, "automation"),
    "sequences": (SequenceTracker, "sequence"),
}


def read_contact(pk: int) -> Subscriber | None:
    """A contact with what its page counts, and its last consent. One statement."""
    own = {"subscriber": OuterRef("pk")}
    messages = Message.objects.filter(**own).sent().listed()
    last_consent = Consent.objects.filter(**own).order_by("-pk")
    contacts = Subscriber.objects.filter(pk=pk).select_related("company", "pipeline_stage", "last_change", "user")
    return contacts.annotate(
        note_count=number_of(Note.objects.filter(**own)),
        event_count=number_of(TrackedEvent.objects.filter(**own)),
        sent_count=number_of(messages),
        opened_count=number_of(messages.opened()),
        clicked_count=number_of(messages.clicked()),
        consent_id=Subquery(last_consent.values("pk")[:1]),
        consent_at=Subquery(last_consent.values("at")[:1]),
        consent_ip=Subquery(last_consent.values("ip")[:1]),
        consent_subject=Subquery(last_consent.values("mailing__subject")[:1]),
    ).first()


def number_of(rows: QuerySet[Any]) -> Coalesce:
    """The number of rows of one contact, as a part of the statement that reads it."""
    counted = rows.order_by().values("subscriber").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def read_links(pk: int) -> Links:
    """What a contact is linked to. One statement."""
    first, *others = (links_of(kind, pk) for kind in LINKS)
    links = Links()
    for kind, *columns in first.union(*others, all=True).order_by("title", "key"):
        getattr(links, kind).append(Linked(*columns))
    return links


def links_of(kind: str, pk: int) -> QuerySet[Any, Any]:
    model, path = LINKS[kind]
    title = f"{path}__{'name' if kind == 'companies' else 'title'}"
    followed = model in (Enrolment, SequenceTracker)
    nothing = Value("", output_field=CharField())
    columns = {
        "kind": Value(kind, output_field=CharField()),
        "key": F(f"{path}_id"),
        "title": F(title),
        "link": F("pk"),
        "since": F("started_at" if followed else "created_at"),
        "state": F("status") if followed else nothing,
        "why": Cast(F("notes" if model is Enrolment else "reason") if followed else nothing, TextField()),
    }
    return model.objects.filter(subscriber=pk).annotate(**columns).values_list(*columns)


# A title, and rows of a label and a value.
Group = tuple[str, Sequence[tuple[str, str]]]
PERSON = {
    "phone": "Phone",
    "job_title": "Job title",
    "website": "Website",
    "contact_type": "Type",
    "pipeline_stage": "Stage",
    "date_of_birth": "Date of birth",
    "timezone": "Time zone",
    "source": "Source",
    "ip": "IP address",
    "user": "User",
    "total_points": "Points",
    "life_time_value": "Value so far",
}
ADDRESS = ("address_line_1", "address_line_2", "postal_code", "city", "state", "country")


def details(contact: Subscriber) -> list[tuple[str, str]]:
    """What is known of a person: a label and a value each."""
    shown = [(label, in_words(value)) for name, label in PERSON.items() if (value := getattr(contact, name))]
    address = ", ".join(filter(None, (getattr(contact, name) for name in ADDRESS)))
    return [*shown, *([("Address", address)] if address else [])]


def in_words(value: Any) -> str:
    return day(value) if isinstance(value, date) else str(value)


def custom_values(contact: Subscriber | Company, definitions: Iterable[CustomField]) -> list[Group]:
    """The custom values of a contact or company, by the group of their fields."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for definition in definitions:
        value = contact.custom_values.get(definition.slug)
        if value not in (None, "", []):
            text = custom_text(value, definition.type)
            groups.setdefault(definition.group or DEFAULT_GROUP, []).append((definition.label, text))
    return [("Custom fields" if title == DEFAULT_GROUP else title, rows) for title, rows in groups.items()]


def initials(contact: Subscriber) -> str:
    """Two letters that stand for a contact, or one of its address."""
    letters = [name.strip()[:1] for name in (contact.first_name or "", contact.last_name or "")]
    return ("".join(letters) or contact.email[:1]).upper()
