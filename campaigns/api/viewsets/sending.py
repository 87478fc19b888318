"""/campaigns/{id}: scheduled, paused, watched (recordings campaign-sending.json and campaign-pause.json)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.figures import show_overview
from campaigns.api.filters import RecipientFilter
from campaigns.api.representation import show_campaign, show_headers, show_status, show_unsubscriber
from campaigns.api.viewsets.finding import CHANGE, VIEW, existing
from campaigns.models import Campaign, Sending, Status
from campaigns.services.deletion import delete_recipients
from campaigns.services.sending import NobodyChosen, WrongStatus, pause, resume, schedule, unschedule
from emails.api.message_representation import show_message
from emails.models import Message
from emails.services.numbers import link_numbers, numbers_of
from emails.settings import read_settings
from subscribers.api.representation import show_contacts
from subscribers.reading import read_contacts
from wp_rest.dates import read_datetime, write_datetime
from wp_rest.exceptions import NotFound, Unprocessable, invalid
from wp_rest.parameters import as_ids, as_list, is_empty
from wp_rest.viewsets import ListViewSet, RestViewSet

NOT_A_DRAFT = "Campaign status is not in draft status. Please reload the page"
NOBODY_FOUND = "Sorry, No subscribers found based on your filters"


class SendingViewSet(RestViewSet):
    """What becomes of one campaign."""

    rights: ClassVar = {
        "schedule": CHANGE,
        "un_schedule": CHANGE,
        "pause": CHANGE,
        "resume": CHANGE,
        "status": VIEW,
        "processing_stat": VIEW,
        "overview_stats": VIEW,
        "link_report": VIEW,
        "revenues": VIEW,
        "resync": CHANGE,
        "share_url": VIEW,
    }

    @action(detail=True, methods=["post"])
    def schedule(self, request: Request, pk: int) -> Response:
        at, until = self.times()
        try:
            campaign = schedule(pk, at, until)
        except WrongStatus:
            raise Unprocessable(NOT_A_DRAFT) from None
        except NobodyChosen:
            raise Unprocessable(NOBODY_FOUND) from None
        message = "Email Sending will be started soon" if at is None else "Your campaign email has been scheduled"
        return Response(
            {
                "campaign": show_campaign(found(campaign)),
                "message": message,
                "current_timestamp": write_datetime(timezone.now()),
            }
        )

    def times(self) -> tuple[datetime | None, datetime | None]:
        """When the first and the last message are due. Raises FieldErrors (400)."""
        kind, sent = self.params.get("sending_type") or Sending.INSTANT, self.params.get("scheduled_at")
        if kind not in Sending.values:
            raise invalid("sending_type", f"The sending_type must be one of: {', '.join(Sending.values)}.", "in")
        if is_empty(sent):
            if kind != Sending.INSTANT:
                raise invalid("scheduled_at", "The scheduled_at must say when the campaign starts.", "date_time")
            return None, None
        texts = as_list(sent, "scheduled_at") if kind == Sending.RANGE else [sent]
        times = [read_datetime(text) for text in texts]
        if None in times or len(times) != (2 if kind == Sending.RANGE else 1):
            text = "The scheduled_at must be a date and time such as 2026-01-31 09:05:00, or two of a range."
            raise invalid("scheduled_at", text, "date_time")
        first, last = times[0], times[-1]
        if first and last and last < first:
            raise invalid("scheduled_at", "The range must end after it starts.", "date_time")
        return first, last if kind == Sending.RANGE else None

    @action(detail=True, methods=["post"], url_path="un-schedule")
    def un_schedule(self, request: Request, pk: int) -> Response:
        self.moved(unschedule, "The campaign is not scheduled, or has started already.")
        return Response({"message": "Campaign has been successfully un-scheduled"})

    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: int) -> Response:
        campaign = self.moved(pause, "You can only pause a campaign that is being sent.")
        message = "Campaign has been successfully marked as paused"
        return Response({"message": message, "campaign": show_campaign(campaign)})

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: int) -> Response:
        campaign = self.moved(resume, "You can only resume a campaign that is paused.")
        return Response({"message": "Campaign has been successfully resumed", "campaign": show_campaign(campaign)})

    def moved(self, change: Callable[[int], Campaign | None], refusal: str) -> Campaign:
        """The campaign after a change of its status. Raises NotFound and Unprocessable."""
        try:
            return found(change(self.kwargs["pk"]))
        except WrongStatus:
            raise Unprocessable(refusal) from None

    @action(detail=True)
    def status(self, request: Request, pk: int) -> Response:
        campaign = existing(pk)
        return Response(show_status(campaign, numbers_of([pk])[pk]))

    @action(detail=True, url_path="processing-stat")
    def processing_stat(self, request: Request, pk: int) -> Response:
        campaign = existing(pk)
        waiting = campaign.status in (Status.PENDING, Status.SCHEDULED, Status.PROCESSING)
        return Response({"reload": waiting, "campaign": show_campaign(campaign)})

    @action(detail=True, url_path="overview_stats")
    def overview_stats(self, request: Request, pk: int) -> Response:
        return Response(show_overview(existing(pk), numbers_of([pk])[pk]))

    @action(detail=True, url_path="link-report")
    def link_report(self, request: Request, pk: int) -> Response:
        existing(pk)
        links = [{"total": str(link.contacts), "url": link.url, "id": link.id} for link in link_numbers(pk)]
        return Response({"links": links})

    @action(detail=True)
    def revenues(self, request: Request, pk: int) -> Response:
        """There is no shop here: nothing was ever bought."""
        existing(pk)
        labels = {"order": "#", "title": "Customer", "status": "Status", "date": "Date", "total": "Total"}
        return Response({"orders": [], "labels": labels, "total": 0})

    @action(detail=True, methods=["post"], url_path="revenues/resync")
    def resync(self, request: Request, pk: int) -> Response:
        existing(pk)
        return Response({"message": "No revenue found for this campaign"})

    @action(detail=True, url_path="share-url")
    def share_url(self, request: Request, pk: int) -> Response:
        path = reverse("campaigns-shared", args=[existing(pk).share_hash])
        return Response({"sharable_url": f"{settings.SITE_URL}{path}"})


class RecipientViewSet(ListViewSet):
    """The messages of a campaign, upward by id; none of one that was deleted."""

    filterset_class = RecipientFilter
    rights: ClassVar = {"list": VIEW, "destroy_many": CHANGE}

    @property
    def campaign_id(self) -> int:
        number: int = self.kwargs["pk"]
        return number

    def list(self, request: Request, **ids: int) -> Response:
        pk = self.campaign_id
        is_there = Campaign.objects.filter(pk=pk).exists()
        messages = Message.objects.filter(mailing=pk) if is_there else Message.objects.none()
        numbers = numbers_of([pk])[pk]
        return Response(
            {
                "emails": self.page(messages.select_related("mailing").order_by("pk")),
                "failed_counts": numbers.failed + numbers.bounced if is_there else 0,
            }
        )

    def show_page(self, rows: Any) -> Any:
        contacts = contacts_by_id(message.subscriber_id for message in rows)
        # All are of one mailing.
        headers = show_headers(rows[0].mailing, read_settings()) if rows else []
        return [
            {**show_message(message), "email_headers": headers, "subscriber": contacts.get(message.subscriber_id)}
            for message in rows
        ]

    def destroy_many(self, request: Request, **ids: int) -> Response:
        campaign = existing(self.campaign_id)
        left = delete_recipients(campaign, as_ids(self.params.get("email_ids"), "email_ids"))
        return Response({"message": "Selected emails are deleted", "recipients_count": left})


class UnsubscriberViewSet(ListViewSet):
    """Who left by an address in a campaign, the last one first."""

    rights: ClassVar = {"list": VIEW}

    def list(self, request: Request, pk: int) -> Response:
        existing(pk)
        left = Message.objects.filter(mailing=pk, unsubscribed_at__isnull=False).select_related("subscriber")
        return Response({"unsubscribes": self.page(left.order_by(F("unsubscribed_at").desc(), "-pk"))})

    def show_page(self, rows: Any) -> Any:
        contacts = contacts_by_id(message.subscriber_id for message in rows)
        return [show_unsubscriber(message, contacts.get(message.subscriber_id)) for message in rows]


def contacts_by_id(ids: Any) -> dict[int, Any]:
    """Contacts as recorded beside messages: without tags and lists."""
    shown = show_contacts(read_contacts([*ids]))
    return {contact["id"]: contact for contact in shown}


def found(campaign: Campaign | None) -> Campaign:
    if campaign is None:
        raise NotFound
    return campaign
