"""/funnels: automations themselves (recording funnels.json)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from automations.api.blocks import show_flow
from automations.api.filters import AutomationFilter
from automations.api.importing import import_automation
from automations.api.representation import (
    show_configured,
    show_fields,
    show_listed,
    show_new,
    show_part,
    show_trigger,
    show_whole,
)
from automations.api.saving import (
    read_description,
    read_object,
    read_status,
    read_title,
    read_trigger,
    refuse_unfinished,
)
from automations.api.viewsets.many import label
from automations.models import Automation
from automations.reading import blocks_of, count_enrolments
from automations.registry import blocks, triggers
from automations.services.copying import copy_automation
from automations.services.publishing import delete_automations, save_automation
from database.expressions import Fold
from labels.models import Label
from labels.services import labels_of
from wp_rest.exceptions import NotFound, Unprocessable, invalid, required
from wp_rest.parameters import as_ids, as_list
from wp_rest.parsers import as_object
from wp_rest.viewsets import ListViewSet

VIEW, ADD, CHANGE, DELETE = (f"automations.{verb}_automation" for verb in ("view", "add", "change", "delete"))
ORDERS: dict[str, Any] = {
    "id": "pk",
    "title": Fold("title"),
    "status": "status",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
NO_TEMPLATE = "There is no such template: this server has none, and fetches none from elsewhere."


class AutomationViewSet(ListViewSet):
    """Automations, the newest first."""

    filterset_class = AutomationFilter
    rights: ClassVar = {
        "list": VIEW,
        "create": ADD,
        "retrieve": VIEW,
        "update": CHANGE,
        "destroy": DELETE,
        "all_triggers": VIEW,
        "templates": VIEW,
        "create_from_template": ADD,
        "import_one": ADD,
        "rename": CHANGE,
        "change_trigger": CHANGE,
        "clone": ADD,
        "update_labels": CHANGE,
    }

    def get_queryset(self) -> QuerySet[Automation]:
        params = self.params
        field = params.get("sort_by") or params.get("order_by")
        direction = params.get("sort_type") or params.get("order_type") or params.get("sort_order")
        key = ORDERS[field] if isinstance(field, str) and field in ORDERS else "pk"
        rows: QuerySet[Automation] = Automation.objects.order_by(key, "pk")
        return rows if str(direction or params.get("order") or "").lower() == "asc" else rows.reverse()

    def list(self, request: Request) -> Response:
        answer: dict[str, Any] = {"funnels": self.page(self.get_queryset())}
        if "triggers" in as_list(self.params.get("with"), "with"):
            answer["triggers"] = show_triggers()
        return Response(answer)

    def show_page(self, rows: Sequence[Automation]) -> Sequence[Any]:
        """Two more statements: for the numbers of contacts, and for the labels."""
        ids = [automation.pk for automation in rows]
        contacts, labels = count_enrolments(ids), labels_of("automation", ids)
        return [show_listed(automation, contacts[automation.pk], labels[automation.pk]) for automation in rows]

    def create(self, request: Request) -> Response:
        if not self.params.get("funnel"):
            raise required("funnel")
        sent = read_object(self.params["funnel"], "funnel")
        trigger = read_trigger(sent.get("trigger_name"))
        automation = Automation(
            title=read_title(sent["title"]) if sent.get("title") else default_title(trigger),
            description=read_description(sent.get("description")),
            trigger_name=trigger,
            created_by_id=request.user.pk,
        )
        save_automation(automation)
        message = "Funnel has been created. Please configure now"
        return Response({"funnel": show_new(automation), "message": message})

    def retrieve(self, request: Request, pk: int) -> Response:
        """With what the editor needs, if `with[]` asks for it."""
        automation = self.get_automation()
        answer: dict[str, Any] = {"funnel": show_whole(automation)}
        wanted = as_list(self.params.get("with"), "with")
        if "blocks" in wanted:
            answer["blocks"] = {
                name: {"category": block.category, "title": block.label, "description": block.description}
                | {"icon": block.icon, "settings": block.settings, "type": block.type}
                for name, block in blocks().items()
            }
        if "block_fields" in wanted:
            answer["block_fields"] = {name: show_fields(block, block.settings) for name, block in blocks().items()}
        if "funnel_sequences" in wanted:
            answer["funnel_sequences"] = show_flow(blocks_of([pk])[pk])
        return Response(answer)

    @transaction.atomic
    def update(self, request: Request, pk: int) -> Response:
        """Publish it, or make it a draft: nobody is lost, and nobody goes on, until it is published again."""
        status = read_status(self.params.get("status"))
        automation = self.get_automation(lock=True)
        if status == Automation.Status.PUBLISHED:
            refuse_unfinished(automation, blocks_of([pk])[pk])
        automation.status = status
        save_automation(automation)
        return Response({"message": f"Status has been updated to {status}"})

    def destroy(self, request: Request, pk: int) -> Response:
        if not delete_automations([pk]):
            raise NotFound
        return Response({"message": "Funnel has been deleted"})

    @action(detail=False, url_path="triggers")
    def all_triggers(self, request: Request) -> Response:
        return Response({"triggers": show_triggers()})

    @action(detail=False)
    def templates(self, request: Request) -> Response:
        """None comes with this server."""
        return Response({"templates": [], "all": [], "cats": []})

    @action(detail=False, methods=["post"], url_path="create-from-template")
    def create_from_template(self, request: Request) -> Response:
        """From the JSON text of an automation. An address is not followed."""
        content = read_object(self.params.get("template"), "template").get("content")
        if not content:
            raise required("template.content")
        sent = as_object(content)
        if sent is None:
            raise Unprocessable(NO_TEMPLATE)
        automation = import_automation(sent, request.user.pk)
        message = "Funnel has been created from template"
        return Response({"message": message, "funnel": show_new(automation)})

    @action(detail=False, methods=["post"], url_path="import")
    def import_one(self, request: Request) -> Response:
        automation = import_automation(self.params, request.user.pk)
        return Response({"message": "Funnel has been successfully imported", "funnel": show_new(automation)})

    @action(detail=False, methods=["put"], url_path="funnel/<id:pk>/title")
    @transaction.atomic
    def rename(self, request: Request, pk: int) -> Response:
        title = read_title(self.params.get("title"))
        automation = self.get_automation(lock=True)
        automation.title = title
        save_automation(automation)
        return Response({"message": f"Title has been updated to {title}"})

    @action(detail=True, methods=["put"], url_path="change-trigger")
    @transaction.atomic
    def change_trigger(self, request: Request, pk: int) -> Response:
        """Start it by something else, with that trigger's own settings. Who is in it stays."""
        trigger = read_trigger(self.params.get("trigger_name"))
        title = read_title(self.params.get("title"))
        automation = self.get_automation(lock=True)
        automation.title, automation.settings, automation.conditions = title, {}, {}
        automation.trigger_name = trigger
        save_automation(automation)
        message = "Funnel Trigger has been successfully updated"
        return Response({"message": message, "funnel": show_configured(automation)})

    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: int) -> Response:
        twin = copy_automation(self.get_automation(), request.user.pk)
        return Response({"message": "Funnel has been successfully cloned", "funnel": show_new(twin)})

    @action(detail=True, methods=["put"], url_path="update-labels")
    def update_labels(self, request: Request, pk: int) -> Response:
        verb: Any = self.params.get("action") or "attach"
        if verb not in ("attach", "detach"):
            raise invalid("action", "The action must be one of: attach, detach.", "in")
        labels = as_ids(self.params.get("label_ids"), "label_ids")
        if verb == "attach" and Label.objects.filter(pk__any_of=labels).count() < len(labels):
            raise NotFound("There is no such label.")
        self.get_automation()
        label([pk], labels, verb)
        return Response({"message": "Labels has been updated"})

    def get_automation(self, *, lock: bool = False) -> Automation:
        """The automation in the address, with `lock` locked. Raises NotFound. One statement."""
        rows = Automation.objects.filter(pk=self.kwargs["pk"])
        automation: Automation | None = (rows.select_for_update() if lock else rows).first()
        if automation is None:
            raise NotFound
        return automation


def show_triggers() -> dict[str, Mapping[str, str]]:
    return {name: show_part(trigger) for name, trigger in triggers().items()}


def default_title(trigger: str) -> str:
    return f"{show_trigger(trigger)['label']} ({timezone.localtime():%Y-%m-%d %H:%M})"
