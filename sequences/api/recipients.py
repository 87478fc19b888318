"""Which contacts a request means: by lists and tags, or by advanced filters."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from subscribers.api.filters import select_to_change
from subscribers.models import Subscriber
from subscribers.querysets import SubscriberQuerySet
from wp_rest.exceptions import Unprocessable, invalid
from wp_rest.parameters import as_ids
from wp_rest.parsers import as_object

RELATIONS = ("lists", "tags")
FILTERS = ("list_tag", "advanced_filters")
NOBODY = "Please choose the contacts by lists, tags or advanced filters"


def choose_contacts(params: Mapping[str, Any]) -> SubscriberQuerySet:
    """The contacts that a request names. Raises Unprocessable (422) and FieldErrors (400).

    Where lists and tags are both named, a contact is on one of the lists and has one of the tags. Whoever is on a list
    or has a tag of `excludedSubscribers` is left out.
    """
    kind = params.get("sending_filter") or "list_tag"
    if kind not in FILTERS:
        raise invalid("sending_filter", f"The sending_filter must be one of: {', '.join(FILTERS)}.", "in")
    if kind == "advanced_filters":
        groups = params.get("advanced_filters")
        if not groups:
            raise Unprocessable(NOBODY)
        contacts = select_to_change({"filter_type": "advanced", "advanced_filters": groups}).contacts
    else:
        chosen = named(params, "subscribers")
        if not chosen:
            raise Unprocessable(NOBODY)
        contacts = Subscriber.objects.all()
        for relation, ids in chosen.items():
            contacts = contacts.filter(contacts.link_exists(relation, ids))
    left_out = Q()
    for relation, ids in named(params, "excludedSubscribers").items():
        left_out |= Q(contacts.link_exists(relation, ids))
    narrowed: SubscriberQuerySet = contacts.exclude(left_out) if left_out else contacts
    return narrowed


def named(params: Mapping[str, Any], name: str) -> dict[str, list[int]]:
    """The ids of lists and of tags in a parameter; without those of which none is named. Raises FieldErrors (400)."""
    sent = params.get(name)
    read = {} if not sent else as_object(sent)
    if read is None:
        raise invalid(name, f"The {name} must be an object with lists and tags.", "object")
    found = {relation: as_ids(read.get(relation), f"{name}.{relation}") for relation in RELATIONS}
    return {relation: ids for relation, ids in found.items() if ids}
