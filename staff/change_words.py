"""Entries of history as texts: what was done, with the names of tags, lists, companies and stages. One file, as all texts need the same look-ups."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import CharField, Value
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from automations.models import Automation
from changes.actors import ActorKind, Channel
from changes.events import OTHER_SUBJECTS
from changes.models import Change
from companies.models import Company
from pipelines.models import Stage
from segments.models import ContactList, Tag
from sequences.models import EmailSequence
from staff.contact_names import HIDDEN, without_addresses
from staff.dates import custom_text, exact_time
from subscribers.models import Status
from webhooks.models import Webhook

CHANNELS = dict(Channel.choices)
WORDS = {
    "created": "Created",
    "updated": "Changed",
    "deleted": "Deleted",
    "status_changed": "Status",
    "tags_attached": "Tags attached",
    "tags_detached": "Tags detached",
    "lists_attached": "Added to lists",
    "lists_detached": "Removed from lists",
    "companies_attached": "Companies attached",
    "companies_detached": "Companies detached",
    "consent_asked": "Asked for consent",
    "consent_given": "Consent given",
    "soft_bounced": "A mail did not arrive",
    "left_again": "Left once more",
    "event_tracked": "Event tracked",
    "hook_received": "Form sent to a hook",
    "user_registered": "Registered as a user",
    "smart_link_clicked": "Smart link followed",
    "sequence_entered": "Entered a sequence",
    "sequence_completed": "Completed a sequence",
    "sequence_left": "Left a sequence",
    "automation_entered": "Entered an automation",
    "automation_left": "Left an automation",
    "message_sent": "Mail sent",
    "message_failed": "Mail not sent",
    "message_bounced": "Mail bounced",
    "message_opened": "Mail opened",
    "message_clicked": "Link in a mail followed",
    "message_unsubscribed": "Unsubscribed by a mail",
    "message_complained": "Complained about a mail",
    **{
        f"{subject}_{done}": f"{subject.replace('_', ' ').capitalize()} {'changed' if done == 'updated' else done}"
        for subject in OTHER_SUBJECTS
        for done in ("created", "updated", "deleted")
    },
}
# What entries refer to, with the column of its name.
MODELS: dict[str, tuple[Any, str]] = {
    "tags": (Tag, "title"),
    "lists": (ContactList, "title"),
    "companies": (Company, "name"),
    "stages": (Stage, "name"),
    "sequences": (EmailSequence, "title"),
    "automations": (Automation, "title"),
    "hooks": (Webhook, "name"),
}
# What acts without a user and has a name of its own: which automation tagged somebody.
ACTORS: Mapping[str, str] = {ActorKind.AUTOMATION: "automations", ActorKind.HOOK: "hooks"}
# Events of contacts that name what they went through.
PASSAGES = {
    **dict.fromkeys(("sequence_entered", "sequence_completed", "sequence_left"), "sequences"),
    **dict.fromkeys(("automation_entered", "automation_left"), "automations"),
}
# Columns whose values are days.
DAYS = ("date_of_birth", "date_of_start")
# Columns and details whose values are ids of rows.
REFERENCES = {"company_id": "companies", "pipeline_stage_id": "stages"}
NOTHING = "–"
# Details that `what` or `lines` shows in its own way.
DESCRIBED = (
    "columns",
    "custom_values",
    "targets",
    "companies",
    "status",
    "previous",
    "reason",
    "title",
    "name",
    "deleted",
    "consent",
)
# For the values before a change of several contacts.
UNKNOWN = "not kept"


@dataclass(frozen=True)
class Line:
    """One column that changed, with its values before and after, as far as they are known."""

    name: str
    before: str
    after: str


by_name = attrgetter("name")


@dataclass(frozen=True)
class Entry:
    """An entry as a row of a list shows it."""

    change: Change
    who: str
    channel: str
    what: str
    together: str
    lines: Sequence[Line]


Names = Mapping[str, Mapping[int, str]]


def describe(changes: Iterable[Change], *, hides: bool = False) -> list[Entry]:
    """Entries as texts. One statement at most, for the names of the rows that they refer to.

    With `hides` as those read them who may not view contacts.
    """
    listed = list(changes)
    names = read_names(listed)
    entries = [
        Entry(
            change,
            who(change, names),
            CHANNELS.get(change.channel, change.channel),
            what(change, names),
            f"{change.contacts:,}",
            # By name, as each database keeps the columns in its own order.
            sorted((line for line in lines(change, names) if line.before != line.after), key=by_name),
        )
        for change in listed
    ]
    return [nameless(entry) for entry in entries] if hides else entries


def nameless(entry: Entry) -> Entry:
    """An entry without what tells who a contact is: it says which columns changed, and not what is in them."""
    if entry.change.subject_kind == "user":
        return replace(entry, what=WORDS.get(entry.change.event, entry.change.event), lines=[])
    if not entry.change.contacts:
        return entry
    hidden = [Line(line.name, HIDDEN, HIDDEN) for line in entry.lines]
    return replace(entry, what=without_addresses(entry.what), lines=hidden)


def who(change: Change, names: Names) -> str:
    if change.user:
        return str(change.user.get_full_name() or change.user.get_username())
    if kind := ACTORS.get(change.actor_kind):
        return named(names, kind, change.actor_id)
    return "the contact" if change.actor_kind == ActorKind.CONTACT else NOTHING


def read_names(changes: Iterable[Change]) -> Names:
    """The names of the rows that entries refer to, by kind and id."""
    wanted: dict[str, set[int]] = {kind: set() for kind in MODELS}
    for change in changes:
        for kind, value in references(change):
            wanted[kind].update(pk for pk in value if isinstance(pk, int))
    names: dict[str, dict[int, str]] = {kind: {} for kind in MODELS}
    chosen = [named_rows(kind, ids) for kind, ids in wanted.items() if ids]
    if chosen:
        for kind, pk, name in chosen[0].union(*chosen[1:], all=True):
            names[kind][pk] = name
    return names


def named_rows(kind: str, ids: Collection[int]) -> Any:
    model, column = MODELS[kind]
    rows = model.objects.order_by().filter(pk__in=ids).annotate(kind=Value(kind, output_field=CharField()))
    return rows.values_list("kind", "pk", column)


def references(change: Change) -> Iterable[tuple[str, Sequence[Any]]]:
    """The kinds of rows that an entry refers to, with their ids."""
    kind = kind_of(change)
    if kind:
        yield kind, targets(change.details)
    if change.event in PASSAGES:
        yield PASSAGES[change.event], [change.subject_id]
    if change.actor_kind in ACTORS and not change.user_id:
        yield ACTORS[change.actor_kind], [change.actor_id]
    columns = change.details.get("columns")
    if isinstance(columns, dict):
        for name, value in columns.items():
            if name in REFERENCES:
                yield REFERENCES[name], value if isinstance(value, list) else [value]


def kind_of(change: Change) -> str:
    """`tags` for tags_attached; "" for an entry that neither attaches nor detaches."""
    kind, _, verb = change.event.rpartition("_")
    return kind if kind in MODELS and verb in ("attached", "detached") else ""


def targets(details: Mapping[str, Any]) -> list[Any]:
    """The ids of what was attached or detached."""
    ids = details.get("targets", details.get("companies", []))
    return ids if isinstance(ids, list) else [ids]


def what(change: Change, names: Names) -> str:
    """The text of an entry: `Tags attached: VIP, Blog`. Values of columns are in `lines`."""
    word = WORDS.get(change.event, change.event.replace("_", " ").capitalize())
    kind = kind_of(change)
    if kind:
        # If it was deleted, the entry has its name.
        title = title_of(change)
        gone = [f"{title} (deleted)"] if title else []
        return f"{word}: {', '.join(gone or [named(names, kind, pk) for pk in targets(change.details)]) or NOTHING}"
    if change.event in PASSAGES:
        reason = change.details.get("reason")
        return f"{word}: {named(names, PASSAGES[change.event], change.subject_id)}" + (f" ({reason})" if reason else "")
    if change.event == "status_changed":
        statuses = ", ".join(map(label, status(change)))
        reason = change.details.get("reason")
        before = f" (before: {label(previous)})" if (previous := change.details.get("previous")) else ""
        return f"{word}: {statuses}" + before + (f" ({reason})" if reason else "")
    if change.subject_kind in (*OTHER_SUBJECTS, "user") and (title := title_of(change)):
        return f"{word}: {title}"
    columns = change.details.get("columns")
    if isinstance(columns, list):
        return f"{word}: {', '.join(column_name(name) for name in columns)}"
    return word


def title_of(change: Change) -> str:
    """The name of the tag, list, company or other subject, if the entry has it."""
    return str(change.details.get("title") or change.details.get("name") or "")


def label(status: Any) -> str:
    return str(Status(status).label) if status in Status.values else str(status)


def status(change: Change) -> list[Any]:
    value = change.details.get("status", [])
    return value if isinstance(value, list) else [value]


def lines(change: Change, names: Names) -> Iterable[Line]:
    """The columns that changed, with their values."""
    details = change.details
    columns = details.get("columns")
    for name, value in columns.items() if isinstance(columns, dict) else ():
        # For one contact the entry has both values, for several only the new one.
        both = isinstance(value, list) and len(value) == 2
        before, after = value if both else (None, value)
        if name == "custom_values":
            yield from custom_lines(before or {}, after or {})
            continue
        texts = [
            named(names, REFERENCES[name], pk) if name in REFERENCES else shown(pk, name) for pk in (before, after)
        ]
        yield Line(column_name(name), texts[0] if both else UNKNOWN, texts[1])
    custom_values = details.get("custom_values")
    if isinstance(custom_values, dict):
        yield from (Line(slug, UNKNOWN, shown(value)) for slug, value in custom_values.items())
    # A consent is new whatever was before.
    before = NOTHING if change.event == "consent_given" else UNKNOWN
    for name, value in details.items():
        if name not in DESCRIBED:
            yield Line(column_name(name), before, shown(value, name))


def custom_lines(before: Any, after: Any) -> Iterable[Line]:
    for slug in sorted({*before, *after}):
        if before.get(slug) != after.get(slug):
            yield Line(slug, shown(before.get(slug)), shown(after.get(slug)))


def named(names: Names, kind: str, pk: Any) -> str:
    """The name of a row; its id if it was deleted."""
    if pk is None:
        return NOTHING
    return names[kind].get(pk, f"{pk} (deleted)")


def column_name(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ")


def shown(value: Any, column: str = "") -> str:
    if value in (None, "", []):
        return NOTHING
    if column in DAYS:
        return custom_text(value, "date")
    if isinstance(value, str) and (at := read_datetime(value)):
        return exact_time(at)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def read_datetime(text: str) -> datetime | None:
    """A date and time from a text of history, with its offset; None for any other text."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and is_aware(at) else None
