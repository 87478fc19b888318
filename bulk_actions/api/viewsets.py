"""PUT and POST /subscribers/do-bulk-action: one action on a set of contacts."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bulk_actions.actions import ACTIONS, run
from bulk_actions.api.options import DONE, READERS
from rest.numbers import as_integer
from subscribers.api.filters import CONDITIONS, select_to_change
from wp_rest.exceptions import Unprocessable, invalid
from wp_rest.parameters import CONTROL_PARAMETERS, as_ids, as_list, is_empty, is_true
from wp_rest.parsers import as_object
from wp_rest.viewsets import RestViewSet

# The known keys of a request. With is_all, no condition and an unknown key, the client meant other contacts.
KEYS = CONTROL_PARAMETERS | frozenset(
    "action_name action_options new_status company_id custom_field unsubscribe_reason reason is_all contact_query "
    "last_id subscriber_ids".split()
)


def read_query(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The contact_query of a request on all contacts. Raises FieldErrors (400) if it may mean other contacts."""
    sent = params.get("contact_query")
    query = {} if sent is None else as_object(sent)
    for name, value in params.items():
        named = name == "subscriber_ids" and not is_empty(as_list(value, name))
        if named or name in CONDITIONS or (not query and name not in KEYS):
            raise invalid(name, f"With is_all the contacts are chosen by contact_query, not by {name[:64]}.", "unknown")
    if query is None:
        # Read as no condition, it would mean all contacts.
        raise invalid("contact_query", "The contact_query must be an object.", "object")
    return query


class BulkActionViewSet(RestViewSet):
    """The permission depends on the action."""

    rights: ClassVar = {"do_bulk_action": None}

    @action(detail=False, methods=["post", "put"], url_path="do-bulk-action")
    def do_bulk_action(self, request: Request) -> Response:
        """Everything is checked before anything is written; all of it is one transaction."""
        params = self.params
        name = params.get("action_name")
        if not isinstance(name, str) or name not in ACTIONS:
            raise Unprocessable("Selected Action is not valid")
        user: Any = request.user
        if not user.has_perm(ACTIONS[name].right):
            self.permission_denied(request)
        everyone = is_true(params.get("is_all"))
        chosen = [] if everyone else as_ids(params.get("subscriber_ids"), "subscriber_ids")
        if not everyone and not chosen:
            raise Unprocessable("Subscribers selection is required")
        read = READERS[name](params)
        with transaction.atomic():
            if everyone:
                chosen, completed = self.next_chunk(params)
            done = run(read.prepared, chosen)
            message = read.message(done.count) if done.contacts or not everyone else DONE
        answer: dict[str, Any] = {
            "last_contact_id": max(chosen, default=as_integer(params.get("last_id")) or 0),
            "completed_contacts": done.contacts,
            "message": message,
        }
        if everyone:
            answer["is_completed"] = completed
        if read.ignored:
            answer["ignored"] = read.ignored
        return Response(answer)

    def next_chunk(self, params: dict[str, Any]) -> tuple[list[int], bool]:
        """The next BULK_CHUNK contacts of `contact_query` (the filters of the list) after `last_id`, in the order of
        their ids, and whether they are the last ones.
        """
        contacts = select_to_change(read_query(params)).contacts.filter(pk__gt=as_integer(params.get("last_id")) or 0)
        ids = list(contacts.order_by("pk").values_list("pk", flat=True)[: settings.BULK_CHUNK + 1])
        return ids[: settings.BULK_CHUNK], len(ids) <= settings.BULK_CHUNK
