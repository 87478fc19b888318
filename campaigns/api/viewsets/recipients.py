"""/campaigns: to whom they go (recording campaigns.json)."""

from time import monotonic
from typing import ClassVar

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.recipients import NOBODY, read_choice
from campaigns.api.viewsets.finding import CHANGE, STARTED_ALREADY, VIEW, existing, locked
from campaigns.models import OPEN
from campaigns.selection import chosen_contacts
from campaigns.services.writing import touch
from subscribers.api.filters import Order
from subscribers.api.representation import show_contacts
from subscribers.reading import read_contacts
from subscribers.selection import Selection
from wp_rest.exceptions import Unprocessable
from wp_rest.pagination import PageRequest
from wp_rest.parameters import as_search
from wp_rest.viewsets import RestViewSet


class ChoiceViewSet(RestViewSet):
    """Whom campaigns go to, before they are sent."""

    rights: ClassVar = {
        "estimate": VIEW,
        "estimated_count": VIEW,
        "contacts_by_segment": VIEW,
        "draft_recipients": CHANGE,
        "subscribe": CHANGE,
    }

    @action(detail=False, methods=["post"], url_path="estimated-contacts")
    def estimate(self, request: Request) -> Response:
        begin = monotonic()
        number = read_choice(self.params).contacts.count()
        return Response({"count": number, "execution_time": round(monotonic() - begin, 3)})

    @action(detail=True, url_path="estimated-recipients-count")
    def estimated_count(self, request: Request, pk: int) -> Response:
        return Response({"estimated_count": chosen_contacts(existing(pk)).count()})

    @action(detail=True, url_path="contacts-by-segment")
    def contacts_by_segment(self, request: Request, pk: int) -> Response:
        contacts = chosen_contacts(existing(pk))
        if search := as_search(self.params.get("search")):
            contacts = contacts.matching(search)
        page = PageRequest.from_params(self.params)
        found, total = Selection(lambda: contacts).page(Order.from_params(self.params), page.offset, page.per_page)
        rows = show_contacts(read_contacts(found))
        return Response({"subscribers": page.envelope(rows, total, request.path_info, self.params)})

    @action(detail=True, methods=["post"], url_path="draft-recipients")
    def draft_recipients(self, request: Request, pk: int) -> Response:
        return self.chosen(pk)

    @action(detail=True, methods=["post"])
    def subscribe(self, request: Request, pk: int) -> Response:
        """The same under its older name, which refuses a choice that finds nobody."""
        return self.chosen(pk, somebody=True)

    @transaction.atomic
    def chosen(self, pk: int, *, somebody: bool = False) -> Response:
        campaign = locked(pk)
        if campaign.status not in OPEN:
            raise Unprocessable(STARTED_ALREADY)
        choice = read_choice(self.params)
        if choice.is_nobody:
            raise Unprocessable(NOBODY)
        number = choice.contacts.count()
        if somebody and not number:
            raise Unprocessable("Sorry, No subscribers found based on your filters")
        campaign.recipients, campaign.conditions = choice.recipients, choice.conditions
        touch(campaign, "recipients", "conditions")
        return Response({"message": "Recipient settings has been updated", "count": number})
