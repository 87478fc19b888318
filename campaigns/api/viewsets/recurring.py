"""/recurring-campaigns: what is sent again and again, and the mails that it became."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.filters import RecurringFilter
from campaigns.api.recurring_serializers import RecurringMailSerializer, TitledSerializer, read_scheduling
from campaigns.api.representation import show_recurring
from campaigns.api.viewsets.filing import FiledViewSet
from campaigns.api.viewsets.finding import ADD, CHANGE, DELETE, VIEW, existing_template, require_way_out
from campaigns.api.viewsets.recurring_rows import Wrapped, existing_recurring, locked_recurring
from campaigns.models import Recurring
from campaigns.selection import EVERYBODY
from campaigns.services.recurring import Unwritten, delete_recurring, duplicate_recurring, save_recurring
from campaigns.services.writing import new_mail_settings, slug_of
from database.expressions import Fold
from labels.api.representation import show_label
from labels.services import labels_of
from rest.numbers import as_integer
from wp_rest.exceptions import Unprocessable, invalid, required
from wp_rest.parsers import as_object

ORDERS: dict[str, Any] = {"id": "pk", "title": Fold("title"), "created_at": "created_at", "scheduled_at": "next_run"}


class RecurringViewSet(Wrapped, FiledViewSet):
    """Recurring campaigns, the newest first."""

    filterset_class = RecurringFilter
    label_kind, deleted_many = "recurring", "Selected recurring campaigns has been deleted permanently"
    rights: ClassVar = {
        "list": VIEW,
        "create": ADD,
        "retrieve": VIEW,
        "change_status": CHANGE,
        "duplicate": ADD,
        "update_labels": CHANGE,
        "update_settings": CHANGE,
        "update_data": CHANGE,
        "delete_bulk": DELETE,
        "do_bulk_action": (CHANGE, DELETE),
    }

    def list(self, request: Request) -> Response:
        params = self.params
        rows: QuerySet[Recurring] = Recurring.objects.order_by(ORDERS.get(str(params.get("orderBy")), "pk"), "pk")
        return Response(
            {"campaigns": self.page(rows if str(params.get("order", "")).lower() == "asc" else rows.reverse())}
        )

    def show_page(self, rows: Sequence[Recurring]) -> Sequence[Any]:
        labels = labels_of("recurring", [row.pk for row in rows])
        return [{**show_recurring(row), "labels": [show_label(one) for one in labels[row.pk]]} for row in rows]

    def create(self, request: Request) -> Response:
        serializer = TitledSerializer(data=self.sent("campaign"))
        serializer.is_valid(raise_exception=True)
        settings = {**new_mail_settings(), **serializer.validated_data["settings"]}
        columns = {"recipients": dict(EVERYBODY), **serializer.columns}
        recurring = Recurring(
            created_by_id=request.user.pk, settings=settings, slug=slug_of(columns["title"]), **columns
        )
        save_recurring(recurring)
        return Response({"message": "Recurring campaign has been created", "campaign_id": recurring.pk})

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response({"campaign": show_recurring(existing_recurring(pk))})

    @action(detail=True, methods=["post"], url_path="change-status")
    @transaction.atomic
    def change_status(self, request: Request, pk: int) -> Response:
        status = self.params.get("status")
        if status not in Recurring.Status.values:
            raise invalid("status", f"The status must be one of: {', '.join(Recurring.Status.values)}.", "in")
        recurring = locked_recurring(pk)
        recurring.status = str(status)
        try:
            save_recurring(recurring)
        except Unwritten:
            raise Unprocessable("Write a subject and a body before you activate the campaign.") from None
        return Response(
            {
                "message": "Status has been changed",
                "new_status": recurring.status,
                "campaign": show_recurring(recurring),
            }
        )

    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: int) -> Response:
        copy = duplicate_recurring(existing_recurring(pk), request.user.pk)
        message = "Recurring campaign has been duplicated"
        return Response({"campaign": show_recurring(copy), "campaign_id": copy.pk, "message": message})

    @action(detail=True, methods=["post"], url_path="update-settings")
    @transaction.atomic
    def update_settings(self, request: Request, pk: int) -> Response:
        recurring = locked_recurring(pk)
        serializer = TitledSerializer(data=self.sent("campaign"))
        serializer.is_valid(raise_exception=True)
        recurring.settings = {**recurring.settings, **serializer.validated_data["settings"]}
        return self.saved(recurring, serializer.columns, "Settings has been updated")

    @action(detail=False, methods=["post"], url_path="update-campaign-data")
    @transaction.atomic
    def update_data(self, request: Request) -> Response:
        number = as_integer(self.params.get("campaign_id"))
        if number is None:
            raise required("campaign_id")
        recurring = locked_recurring(number)
        sent = self.sent("campaign")
        serializer = RecurringMailSerializer(data=sent)
        serializer.is_valid(raise_exception=True)
        recurring.settings = {**recurring.settings, **serializer.settings_of()}
        columns = dict(serializer.written)
        if "template_id" in serializer.validated_data:
            columns["template_id"] = existing_template(serializer.validated_data["template_id"])
        settings = as_object(sent.get("settings") or {}) or {}
        if settings.get("scheduling_settings"):
            columns |= read_scheduling(settings)
        return self.saved(recurring, columns, "Campaign has been updated")

    def saved(self, recurring: Recurring, columns: Any, message: str) -> Response:
        for name, value in columns.items():
            setattr(recurring, name, value)
        require_way_out(recurring, {}, {})
        save_recurring(recurring)
        return Response({"message": message, "campaign": show_recurring(recurring)})

    @action(detail=False, methods=["post"], url_path="delete-bulk")
    def delete_bulk(self, request: Request) -> Response:
        return self.deleted(self.chosen_ids())

    def require(self, pk: int) -> Recurring:
        return existing_recurring(pk)

    def all_rows(self) -> QuerySet[Recurring]:
        return Recurring.objects.all()

    def delete_set(self, ids: Sequence[int]) -> int:
        return delete_recurring(ids)
