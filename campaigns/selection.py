"""Whom a campaign goes to: lists, tags, a dynamic segment or conditions, less those that are excluded.

A choice is kept in FluentCRM's words (campaigns.models.Chosen). Nobody chosen is nobody.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q

from campaigns.models import Campaign, Recurring
from dynamic_segments.models import DynamicSegment
from dynamic_segments.services import contacts_of, contacts_who_meet
from emails.consent import MAY_GET
from emails.models import Kind, Message, State
from emails.written_settings import statuses_of
from subscribers.conditions import Conditions
from subscribers.models import Subscriber
from subscribers.querysets import SubscriberQuerySet

LIST_TAG, SEGMENT, ADVANCED = FILTERS = ("list_tag", "dynamic_segment", "advanced_filters")
ALL = "all"
MAX_ROWS = 500
# What a new campaign goes to until somebody chooses (campaigns.json).
EVERYBODY: Mapping[str, Any] = {
    "subscribers": [{"list": ALL, "tag": ALL}],
    "excludedSubscribers": [{"list": None, "tag": None}],
    "sending_filter": LIST_TAG,
    "dynamic_segment": {"id": "", "slug": ""},
    "advanced_filters": [[]],
}


class Unreadable(ValueError):
    """A choice that cannot be read whole. `name` is the part that is wrong."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class Row(NamedTuple):
    """Contacts on a list who have a tag; None is any list, or any tag."""

    list: int | None
    tag: int | None


def chosen_contacts(campaign: Campaign) -> SubscriberQuerySet:
    """The contacts that a campaign would go to now, each once: those that were chosen and may get it.

    Four statements at most before the set is asked for anything. Raises Unreadable.
    """
    statuses = statuses_of(Kind.CAMPAIGN, campaign.mailing)
    if campaign.resend_to:
        # Of one that was deleted nobody.
        return not_opened(campaign.resend_of_id or 0).with_status(sorted(statuses))
    return contacts_of_choice(campaign.recipients, campaign.conditions, statuses)


def contacts_of_next(recurring: Recurring) -> SubscriberQuerySet:
    """The same for the campaign that a recurring one would become now."""
    return contacts_of_choice(recurring.recipients, recurring.conditions, statuses_of(Kind.CAMPAIGN, recurring))


def contacts_of_choice(
    recipients: Mapping[str, Any], conditions: Any, statuses: Collection[str] = MAY_GET[Kind.CAMPAIGN]
) -> SubscriberQuerySet:
    """The same for a choice that is not kept, or not yet."""
    match recipients.get("sending_filter"):
        case "list_tag":
            contacts = in_rows(read_rows(recipients.get("subscribers"), "subscribers"))
        case "dynamic_segment":
            contacts = in_segment(recipients.get("dynamic_segment"))
        case "advanced_filters":
            read = Conditions.from_json(conditions)
            contacts = contacts_who_meet(read) if read.groups else Subscriber.objects.none()
        case _:
            contacts = Subscriber.objects.none()
    excluded = read_rows(recipients.get("excludedSubscribers"), "excludedSubscribers")
    if Row(None, None) in excluded:
        return Subscriber.objects.none()
    return (contacts.filter(~q_of_rows(excluded)) if excluded else contacts).with_status(sorted(statuses))


def not_opened(campaign: int) -> SubscriberQuerySet:
    """Who got a campaign and has not opened it."""
    sent = Message.objects.filter(mailing=campaign, subscriber=OuterRef("pk"), state=State.SENT, opened_at=None)
    contacts: SubscriberQuerySet = Subscriber.objects.filter(Exists(sent))
    return contacts


def in_segment(named: Any) -> SubscriberQuerySet:
    """The contacts of a dynamic segment; nobody for one that does not exist. One statement, and the segment's own."""
    pk = read_id(named.get("id"), "dynamic_segment") if isinstance(named, Mapping) else None
    segment = DynamicSegment.objects.filter(pk=pk).first() if pk else None
    return contacts_of(segment) if segment else Subscriber.objects.none()


def in_rows(rows: Sequence[Row]) -> SubscriberQuerySet:
    contacts: SubscriberQuerySet = Subscriber.objects.filter(q_of_rows(rows)) if rows else Subscriber.objects.none()
    return contacts


def q_of_rows(rows: Iterable[Row]) -> Q:
    """The condition of being in at least one of the rows. EXISTS, as a join would find a contact once a row."""
    contacts: SubscriberQuerySet = Subscriber.objects.all()
    chosen = set(rows)
    if Row(None, None) in chosen:
        return Q()
    lists = sorted(row.list for row in chosen if row.list is not None and row.tag is None)
    tags = sorted(row.tag for row in chosen if row.tag is not None and row.list is None)
    condition = Q(pk__in=[])
    if lists:
        condition |= Q(contacts.link_exists("lists", lists))
    if tags:
        condition |= Q(contacts.link_exists("tags", tags))
    for on_list, tag in sorted((row.list, row.tag) for row in chosen if row.list is not None and row.tag is not None):
        condition |= Q(contacts.link_exists("lists", [on_list])) & Q(contacts.link_exists("tags", [tag]))
    return condition


def read_rows(rows: Any, name: str) -> list[Row]:
    """The rows of `[{"list": "1", "tag": "all"}]`; one without list and tag chooses nobody. Raises Unreadable."""
    if not rows:
        return []
    if not isinstance(rows, list) or len(rows) > MAX_ROWS:
        raise Unreadable(
            name, f'The {name} must be a list of at most {MAX_ROWS} rows such as {{"list": "1", "tag": "all"}}.'
        )
    read = []
    for row in rows:
        if not isinstance(row, Mapping):
            raise Unreadable(name, f'Each of the {name} must be a row such as {{"list": "1", "tag": "all"}}.')
        on_list, tag = row.get("list"), row.get("tag")
        if on_list in (None, "") and tag in (None, ""):
            continue
        read.append(Row(read_id(on_list, name), read_id(tag, name)))
    return read


def read_id(value: Any, name: str) -> int | None:
    """The id of a list or tag; None for any. Raises Unreadable."""
    if value in (None, "", ALL):
        return None
    text = str(value)
    if isinstance(value, bool | float) or not (text.isascii() and text.isdigit()) or not 0 < len(text) < 19:
        raise Unreadable(name, f"The {name} must name lists and tags by their ids, or all.")
    return int(text)
