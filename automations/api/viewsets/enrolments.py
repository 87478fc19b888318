"""Who is in automations (recordings funnel-subscribers.json and funnel-goals.json)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from automations.api.blocks import show_flow
from automations.api.enrolments import ACTIONS, FUNNEL, METRICS, SUBSCRIBER, show_enrolments
from automations.api.filters import ActivityFilter, EnrolmentFilter
from automations.api.representation import show_automation
from automations.models import Automation, Enrolment
from automations.reading import blocks_of
from automations.services.enrolling import SETTABLE, advance, leave, remove, set_status
from rest.numbers import as_integer
from wp_rest.exceptions import NotFound, Unprocessable, invalid
from wp_rest.parameters import as_ids, as_list
from wp_rest.viewsets import ListViewSet

# Whoever sees who is in an automation sees contacts.
VIEW = ("automations.view_automation", "subscribers.view_subscriber")
CHANGE = ("automations.change_automation", "subscribers.change_subscriber")
NOT_IN_IT = "No Corresponding report found"


class EnrolmentViewSet(ListViewSet):
    """The contacts in one automation, the newest first."""

    filterset_class = EnrolmentFilter
    lookup_url_kwarg = "contact_pk"
    rights: ClassVar = {
        "list": VIEW,
        "destroy_many": CHANGE,
        "retrieve": VIEW,
        "set_status": CHANGE,
        "advance": CHANGE,
    }

    def list(self, request: Request, pk: int) -> Response:
        automation = self.get_automation()
        page = self.page(Enrolment.objects.filter(automation=pk).order_by("-pk"))
        answer: dict[str, Any] = {"funnel_subscribers": page}
        wanted = as_list(self.params.get("with"), "with")
        if "funnel" in wanted:
            answer["funnel"] = show_automation(automation)
        if "sequences" in wanted:
            answer["sequences"] = show_flow(blocks_of([pk])[pk])
        return Response(answer)

    def show_page(self, rows: Sequence[Enrolment]) -> Sequence[Any]:
        return show_enrolments(rows, METRICS, SUBSCRIBER)

    def destroy_many(self, request: Request, pk: int) -> Response:
        """Take contacts out, as if they had never been in it."""
        contacts = as_ids(self.params.get("subscriber_ids"), "subscriber_ids")
        if not contacts:
            raise Unprocessable("subscriber_ids parameter is required")
        self.get_automation()
        leave(pk, contacts)
        return Response({"message": "Subscribed has been removed from this automation funnel"})

    def retrieve(self, request: Request, pk: int, contact_pk: int) -> Response:
        self.get_automation()
        return Response(
            {"funnel_subscriber": self.shown(METRICS), "sequences": show_flow(blocks_of([pk])[pk])},
        )

    @action(detail=True, methods=["put"], url_path="status")
    def set_status(self, request: Request, pk: int, contact_pk: int) -> Response:
        status = self.params.get("status")
        if not status:
            raise Unprocessable("Subscription status is required")
        if status not in SETTABLE:
            raise invalid("status", f"The status must be one of: {', '.join(SETTABLE)}.", "in")
        self.get_automation()
        if not set_status(pk, [contact_pk], status):
            raise Unprocessable(NOT_IN_IT)
        return Response({"message": f"Status has been updated to {status}"})

    @action(detail=True, methods=["post"])
    def advance(self, request: Request, pk: int, contact_pk: int) -> Response:
        """Have a contact go on at a block now, whatever it waits for."""
        block = as_integer(self.params.get("sequence_id"))
        if not block:
            raise Unprocessable("sequence_id parameter is required")
        self.get_automation()
        if not advance(pk, contact_pk, block):
            raise Unprocessable(NOT_IN_IT)
        message = "The contact goes on at the selected step"
        return Response({"message": message, "funnel_subscriber": self.shown()})

    def shown(self, *beside: str) -> dict[str, Any] | None:
        """The enrolment in the address; None if the contact is not in the automation."""
        found = Enrolment.objects.filter(automation=self.kwargs["pk"], subscriber=self.kwargs["contact_pk"])
        return next(iter(show_enrolments(list(found), *beside)), None)

    def get_automation(self) -> Automation:
        automation: Automation | None = Automation.objects.filter(pk=self.kwargs["pk"]).first()
        if automation is None:
            raise NotFound
        return automation


class ActivityViewSet(ListViewSet):
    """Who is in any automation, the newest first."""

    filterset_class = ActivityFilter
    rights: ClassVar = {"all_activities": VIEW, "remove_bulk_subscribers": CHANGE}

    @action(detail=False, url_path="all-activities")
    def all_activities(self, request: Request) -> Response:
        return Response({"activities": self.page(Enrolment.objects.order_by("-pk"))})

    def show_page(self, rows: Sequence[Enrolment]) -> Sequence[Any]:
        return show_enrolments(rows, METRICS, SUBSCRIBER, FUNNEL, ACTIONS)

    @action(detail=False, methods=["post"], url_path="remove-bulk-subscribers")
    def remove_bulk_subscribers(self, request: Request) -> Response:
        """Take contacts out of any automations, by the ids of their activities."""
        ids = as_ids(self.params.get("funnel_subscriber_ids"), "funnel_subscriber_ids")
        if not ids:
            raise Unprocessable("Please provide funnel subscriber IDs")
        remove(ids)
        return Response({"message": "Selected subscribers has been removed from this automation funnels"})


class ContactAutomationViewSet(ListViewSet):
    """The automations of one contact, the newest first. As recorded, a contact that does not exist has none."""

    rights: ClassVar = {"list": VIEW}

    def list(self, request: Request, pk: int) -> Response:
        return Response({"automations": self.page(Enrolment.objects.of_contact(pk).order_by("-pk"))})

    def show_page(self, rows: Sequence[Enrolment]) -> Sequence[Any]:
        return show_enrolments(rows, FUNNEL)
