"""/campaigns: what is written, and to whom it goes (recording campaigns.json)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.filters import CampaignFilter
from campaigns.api.recipients import KEYS, read_choice
from campaigns.api.representation import show_campaign, show_campaigns, show_copy, show_created, show_whole
from campaigns.api.serializers import CampaignSerializer, TitleSerializer
from campaigns.api.viewsets.filing import FiledViewSet
from campaigns.api.viewsets.finding import (
    ADD,
    CHANGE,
    DELETE,
    STARTED_ALREADY,
    VIEW,
    existing,
    existing_template,
    locked,
    require_way_out,
)
from campaigns.models import OPEN, Campaign
from campaigns.services.deletion import delete_campaigns
from campaigns.services.writing import CampaignStarted, TitleTaken, change_campaign, create_campaign, duplicate_campaign
from database.expressions import Fold
from emails.models import Template
from rest.numbers import as_integer
from wp_rest.exceptions import FieldErrors, NotFound, Unprocessable, required
from wp_rest.parameters import as_list
from wp_rest.parsers import as_object

ORDERS: dict[str, Any] = {
    "id": "pk",
    "title": Fold("mailing__title"),
    "status": "status",
    "created_at": "mailing__created_at",
    "updated_at": "mailing__updated_at",
    "scheduled_at": "scheduled_at",
    "recipients_count": "recipients_count",
}


class CampaignViewSet(FiledViewSet):
    """Campaigns, the newest first. The runs of recurring ones are listed with those."""

    filterset_class = CampaignFilter
    label_kind, deleted_many = "campaign", "Selected Campaigns has been deleted permanently"
    rights: ClassVar = {
        "list": VIEW,
        "create": ADD,
        "retrieve": VIEW,
        "update": CHANGE,
        "destroy": DELETE,
        "set_title": CHANGE,
        "step": CHANGE,
        "update_single": CHANGE,
        "duplicate": ADD,
        "update_labels": CHANGE,
        "do_bulk_action": (CHANGE, DELETE),
    }

    def list(self, request: Request, **ids: int) -> Response:
        return Response({"campaigns": self.page(self.get_queryset())})

    def get_queryset(self) -> QuerySet[Campaign]:
        params = self.params
        campaigns: QuerySet[Campaign] = Campaign.objects.once().select_related("mailing")
        rows: QuerySet[Campaign] = campaigns.order_by(ORDERS.get(str(params.get("sort_by")), "pk"), "pk")
        return rows if str(params.get("sort_type", "")).lower() == "asc" else rows.reverse()

    def show_page(self, rows: Sequence[Campaign]) -> Sequence[Any]:
        return show_campaigns(rows, stats="stats" in as_list(self.params.get("with"), "with"))

    def create(self, request: Request) -> Response:
        serializer = TitleSerializer(data=self.params)
        serializer.is_valid(raise_exception=True)
        title = serializer.validated_data["title"]
        try:
            campaign = create_campaign(title, request.user.pk)
        except TitleTaken:
            message = {"title": {"unique": "There is a campaign with this title already."}}
            raise FieldErrors(message, status=422) from None
        return Response(show_created(campaign))

    def retrieve(self, request: Request, pk: int) -> Response:
        wanted = [str(name) for name in as_list(self.params.get("with"), "with")]
        templates = Template.objects.filter(status=Template.Status.PUBLISH).order_by("-pk").values_list("pk", "title")
        return Response(
            {
                "campaign": show_whole(existing(pk), wanted),
                "templates": [{"ID": number, "post_title": title} for number, title in templates],
            }
        )

    def update(self, request: Request, pk: int) -> Response:
        return Response({"campaign": self.changed(pk)})

    @action(detail=False, methods=["post"], url_path="update-single-campaign")
    def update_single(self, request: Request) -> Response:
        return Response({"campaign": self.changed(self.named_campaign())})

    def named_campaign(self) -> int:
        """The campaign_id of a body. Raises FieldErrors (422)."""
        number = as_integer(self.params.get("campaign_id"))
        if number is None:
            raise required("campaign_id")
        return number

    @transaction.atomic
    def changed(self, pk: int) -> dict[str, Any]:
        """The campaign, changed by what was sent. Raises what the answer says."""
        campaign = locked(pk)
        serializer = CampaignSerializer(data=self.params)
        serializer.is_valid(raise_exception=True)
        valid = serializer.validated_data
        settings = serializer.settings_of()
        columns: dict[str, Any] = {name: valid[name] for name in ("next_step",) if name in valid}
        if "template_id" in valid:
            columns["template_id"] = existing_template(valid["template_id"])
        sent = as_object(self.params.get("settings") or {}) or {}
        if any(name in sent for name in KEYS):
            columns |= self.choice(sent, campaign)
        written = serializer.written
        require_way_out(campaign.mailing, written, settings)
        try:
            change_campaign(campaign, written, settings, columns)
        except CampaignStarted:
            raise Unprocessable(STARTED_ALREADY) from None
        return show_campaign(campaign)

    def choice(self, sent: Any, campaign: Campaign) -> dict[str, Any]:
        """Recipients out of `settings`; keys that are not sent stay. Raises as read_choice does."""
        choice = read_choice({**campaign.recipients, **sent})
        unchanged = choice.recipients == campaign.recipients and choice.conditions == campaign.conditions
        if not unchanged and campaign.status not in OPEN:
            raise Unprocessable(STARTED_ALREADY)
        return {"recipients": choice.recipients, "conditions": choice.conditions}

    def destroy(self, request: Request, pk: int) -> Response:
        if not delete_campaigns([pk]):
            raise NotFound
        return Response({"success": True})

    @action(detail=True, methods=["put"], url_path="title")
    @transaction.atomic
    def set_title(self, request: Request, pk: int) -> Response:
        """As recorded, the time of a campaign that is scheduled stays."""
        serializer = TitleSerializer(data=self.params)
        serializer.is_valid(raise_exception=True)
        campaign = locked(pk)
        change_campaign(campaign, serializer.validated_data, {}, {})
        return Response({"message": "Campaign has been updated", "campaign": show_campaign(campaign)})

    @action(detail=True, methods=["post"])
    @transaction.atomic
    def step(self, request: Request, pk: int) -> Response:
        campaign = locked(pk)
        serializer = CampaignSerializer(data={"title": "x", "next_step": self.params.get("next_step")})
        serializer.is_valid(raise_exception=True)
        campaign.next_step = serializer.validated_data["next_step"]
        campaign.save(update_fields=["next_step"])
        return Response({"message": "step saved"})

    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, pk: int) -> Response:
        copy = duplicate_campaign(existing(pk), request.user.pk)
        return Response({"campaign": show_copy(copy), "message": "Campaign has been successfully duplicated"})

    def require(self, pk: int) -> Campaign:
        return existing(pk)

    def all_rows(self) -> QuerySet[Campaign]:
        return Campaign.objects.once()

    def delete_set(self, ids: Sequence[int]) -> int:
        return delete_campaigns(ids)
