"""Finds contacts for a select box, and the next and previous contacts of one."""

from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rest.numbers import as_integer
from subscribers.api.filters import Order, select_contacts
from subscribers.models import Subscriber
from wp_rest.exceptions import Unprocessable
from wp_rest.parameters import as_search, readable_ids
from wp_rest.viewsets import RestViewSet

NEIGHBOURS = 10
SEARCH_LIMIT = 50


class FindContacts(RestViewSet):
    """The actions of ContactViewSet that find contacts beside its list."""

    @action(detail=False, url_path="search-contacts")
    def search_contacts(self, request: Request) -> Response:
        """A few contacts for a select box, by id."""
        params = self.params
        search = as_search(params.get("search"))
        limit = as_integer(params.get("limit")) or SEARCH_LIMIT
        limit = min(limit, SEARCH_LIMIT) if limit > 0 else SEARCH_LIMIT
        columns = ("id", "first_name", "last_name", "email")
        found: list[Any] = []
        if search:
            found += Subscriber.objects.matching(search).order_by("pk").only(*columns)[:limit]
        if chosen := readable_ids(params.get("values"), "values"):
            found += Subscriber.objects.filter(pk__any_of=chosen).order_by("pk").only(*columns)
        return Response(
            {
                "contacts": {
                    str(contact.pk): {
                        "first_name": contact.first_name,
                        "last_name": contact.last_name,
                        "full_name": contact.full_name,
                        "email": contact.email,
                        "id": str(contact.pk),
                    }
                    for contact in found
                }
            }
        )

    @action(detail=False, url_path="prev-next-ids")
    def prev_next_ids(self, request: Request) -> Response:
        """The next and previous contacts of one, in the order of the list."""
        params = self.params
        current = as_integer(params.get("current_id"))
        if not params.get("filter_type") or not current:
            raise Unprocessable("filter_type & current_id is required")
        contacts, order = select_contacts(params).contacts, Order.from_params(params)
        following = contacts.beyond(current, order.column, NEIGHBOURS + 1, descending=order.descending)
        preceding = contacts.beyond(current, order.column, NEIGHBOURS + 1, descending=not order.descending)
        return Response(
            {
                "navigation": {"next": following[:NEIGHBOURS], "prev": preceding[:NEIGHBOURS]},
                "has_next": len(following) > NEIGHBOURS,
                "has_prev": len(preceding) > NEIGHBOURS,
            }
        )
