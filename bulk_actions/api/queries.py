"""The contact_query of an action on all that it finds: read from a request, kept with a job, read again by its worker."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import APIException

from subscribers.api.filters import CONDITIONS, select_to_change
from subscribers.querysets import SubscriberQuerySet
from subscribers.registry import Unreadable
from wp_rest.exceptions import invalid
from wp_rest.parameters import CONTROL_PARAMETERS, Repeated, as_list, is_empty
from wp_rest.parsers import as_object

# What a request may hold. Whoever says is_all without a condition, and something else, meant other contacts.
KEYS = CONTROL_PARAMETERS | frozenset(
    "action_name action_options new_status company_id custom_field unsubscribe_reason reason is_all contact_query "
    "last_id subscriber_ids sequence_id automation_id funnel_id background include_unsubscribed".split()
)
# How a text that was sent several times is kept in JSON.
REPEATED = "repeated"


def read_query(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The contact_query of a request on everybody. Raises FieldErrors (400) where it may mean anything else."""
    sent = params.get("contact_query")
    query = {} if sent is None else as_object(sent)
    for name, value in params.items():
        named = name == "subscriber_ids" and not is_empty(as_list(value, name))
        if named or name in CONDITIONS or (not query and name not in KEYS):
            raise invalid(name, f"With is_all the contacts are chosen by contact_query, not by {name[:64]}.", "unknown")
    if query is None:
        # Read as no condition it would mean everybody.
        raise invalid("contact_query", "The contact_query must be an object.", "object")
    return query


def find_contacts(kept: Any) -> SubscriberQuerySet:
    """The contacts that a kept query finds now. Raises Unreadable where it finds none any more: its tag was deleted."""
    try:
        return select_to_change(restore(kept)).contacts
    except APIException as error:
        raise Unreadable(error.detail) from error


def keep(query: Any) -> Any:
    """A query as JSON that is kept; PostgreSQL stores no NUL, and no filter looks at one."""
    match query:
        case Repeated():
            return {REPEATED: [keep(text) for text in query.values]}
        case str():
            return query.replace("\x00", "")
        case list():
            return [keep(value) for value in query]
        case dict():
            return {keep(name): keep(value) for name, value in query.items()}
    return query


def restore(kept: Any) -> Any:
    """What `keep` was given, but for NULs."""
    match kept:
        case {"repeated": [str(first), *others]} if len(kept) == 1 and others:
            for text in others:
                first = Repeated(first, text)
            return first
        case list():
            return [restore(value) for value in kept]
        case dict():
            return {name: restore(value) for name, value in kept.items()}
    return kept
