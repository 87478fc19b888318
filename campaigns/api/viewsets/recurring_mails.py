"""/recurring-campaigns/{id}/emails: the mails that a recurring campaign became."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.recurring_serializers import RunSerializer
from campaigns.api.representation import show_campaign, show_recurring
from campaigns.api.viewsets.finding import CHANGE, STARTED_ALREADY, VIEW, require_way_out
from campaigns.api.viewsets.recurring_rows import Wrapped, existing_recurring
from campaigns.models import OPEN, Campaign, Status
from campaigns.services.sending import NobodyChosen, WrongStatus, cancel, schedule, unschedule
from campaigns.services.writing import CampaignStarted, change_campaign, lock_campaign
from rest.numbers import as_integer
from wp_rest.dates import read_datetime
from wp_rest.exceptions import NotFound, Unprocessable, invalid, required

SENT_ALREADY = "This email is being sent, or was sent."


class RecurringMailViewSet(Wrapped):
    """The mails that a recurring campaign became, the newest first."""

    lookup_url_kwarg = "email_pk"
    rights: ClassVar = {"list": VIEW, "retrieve": VIEW, "update": CHANGE, "update_email": CHANGE}

    @property
    def campaign_id(self) -> int:
        number: int = self.kwargs["pk"]
        return number

    def list(self, request: Request, **ids: int) -> Response:
        existing_recurring(self.campaign_id)
        runs = Campaign.objects.filter(recurrence=self.campaign_id).select_related("mailing").order_by("-run_at")
        drafts = runs.filter(status=Status.DRAFT)
        return Response(
            {
                "emails": self.page(runs.exclude(status=Status.DRAFT)),
                "drafts": [show_campaign(run) for run in drafts[: self.per_page]],
            }
        )

    def show(self, row: Campaign) -> Any:
        return show_campaign(row)

    def retrieve(self, request: Request, pk: int, email_pk: int) -> Response:
        recurring = existing_recurring(pk)
        runs = Campaign.objects.filter(recurrence=pk).select_related("mailing")
        run = runs.filter(pk=email_pk).first()
        if run is None:
            raise NotFound
        return Response({"campaign": show_recurring(recurring), "email": show_campaign(run)})

    @transaction.atomic
    def update(self, request: Request, pk: int, email_pk: int) -> Response:
        """Stop a mail, or make a draft of it again."""
        status = self.params.get("status")
        if status not in (Status.DRAFT, Status.CANCELLED):
            raise invalid("status", "The status must be one of: draft, cancelled.", "in")
        self.locked(email_pk)
        self.move(email_pk, str(status), None)
        return Response({"message": "Email has been updated"})

    @action(detail=False, methods=["post"], url_path="update-email")
    @transaction.atomic
    def update_email(self, request: Request, pk: int) -> Response:
        """Change a mail, and schedule or stop it if a status is sent."""
        if self.params.get("step") not in ("edit", "review"):
            raise invalid("step", "The step must be one of: edit, review.", "in")
        sent = self.sent("email")
        number = as_integer(sent.get("id"))
        if number is None:
            raise required("email.id")
        run = self.locked(number)
        serializer = RunSerializer(data=sent)
        serializer.is_valid(raise_exception=True)
        at = read_datetime(sent["scheduled_at"]) if sent.get("scheduled_at") else None
        if sent.get("scheduled_at") and at is None:
            text = "The scheduled_at must be a date and time such as 2026-01-31 09:05:00."
            raise invalid("scheduled_at", text, "date_time")
        settings, written = serializer.settings_of(), serializer.written
        if run.status not in (*OPEN, Status.CANCELLED):
            raise Unprocessable(STARTED_ALREADY)
        require_way_out(run.mailing, written, settings)
        try:
            change_campaign(run, written, settings, {})
        except CampaignStarted:
            raise Unprocessable(STARTED_ALREADY) from None
        if status := serializer.validated_data.get("status"):
            self.move(number, status, at)
        return Response({"message": "Email has been updated"})

    def locked(self, email_pk: int) -> Campaign:
        run = lock_campaign(email_pk)
        if run is None or run.recurrence_id != self.campaign_id:
            raise NotFound
        return run

    def move(self, pk: int, status: str, at: Any) -> None:
        """Give a locked mail a status. Raises Unprocessable for one that is being sent."""
        run = self.locked(pk)
        try:
            if status == Status.CANCELLED:
                cancel(pk)
            elif run.status != Status.DRAFT:
                unschedule(pk)
            if status == Status.PENDING:
                schedule(pk, at)
        except WrongStatus:
            raise Unprocessable(SENT_ALREADY) from None
        except NobodyChosen:
            raise Unprocessable("Sorry, No subscribers found based on your filters") from None
