"""/templates (recording templates.json)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from database.expressions import Fold
from emails.api.filters import TEMPLATE_STATUSES, TemplateFilter
from emails.api.representation import show_blank_template, show_listed_template, show_template
from emails.api.serializers import TemplateSerializer, read_style
from emails.codes import SMARTCODES
from emails.design import GLOBAL_STYLE
from emails.models import Template
from emails.services.templates import delete_templates, duplicate_template, save_template, set_template_status
from options.services import write_option
from wp_rest.exceptions import Unprocessable, required
from wp_rest.parameters import as_ids, is_true
from wp_rest.parsers import as_object
from wp_rest.viewsets import ModelViewSet

VIEW, ADD, CHANGE, DELETE = (f"emails.{verb}_template" for verb in ("view", "add", "change", "delete"))
ORDERS: dict[str, Any] = {
    "ID": "pk",
    "id": "pk",
    "post_title": Fold("title"),
    "post_date": "created_at",
    "post_modified": "updated_at",
}


class TemplateViewSet(ModelViewSet):
    """Templates of mails, the newest first. The one with the id 0 is what a new one starts from."""

    serializer_class = TemplateSerializer
    filterset_class = TemplateFilter
    noun, plural = "template", "templates"
    created = "Template successfully created"
    updated = "Template successfully updated"
    deleted = "The template has been deleted successfully."
    duplicated = "Template successfully duplicated"
    rights: ClassVar = {
        "list": VIEW,
        "create": ADD,
        "retrieve": VIEW,
        "update": CHANGE,
        "destroy": DELETE,
        "all_templates": VIEW,
        "smartcodes": VIEW,
        "built_in": VIEW,
        "duplicate": ADD,
        "set_global_style": CHANGE,
        "do_bulk_action": (CHANGE, DELETE),
    }

    def get_queryset(self) -> QuerySet[Template]:
        key = ORDERS.get(str(self.params.get("orderBy")), "pk")
        rows: QuerySet[Template] = Template.objects.order_by(key, "pk")
        return rows if str(self.params.get("order", "")).lower() == "asc" else rows.reverse()

    def show(self, row: Template) -> Any:
        return show_listed_template(row)

    def retrieve(self, request: Request, **ids: int) -> Response:
        return Response({"template": show_template(self.get_object()) if self.row_id else show_blank_template()})

    def create(self, request: Request, **ids: int) -> Response:
        if not self.sent():
            raise required("template")
        return self.saved(self.created, self.valid())

    @transaction.atomic
    def update(self, request: Request, **ids: int) -> Response:
        return self.saved(self.updated, self.valid(self.get_object(lock=True)))

    def sent(self) -> Any:
        """The template: an object, or the JSON text of one."""
        return as_object(self.params.get("template") or {}) or {}

    def save(self, serializer: Any) -> tuple[Template, Mapping[str, Any]]:
        template = serializer.instance or Template(created_by_id=self.request.user.pk)
        for name, value in serializer.validated_data.items():
            setattr(template, name, value)
        save_template(template)
        return template, {}

    def saved(self, message: str, serializer: Any) -> Response:
        template, _ = self.save(serializer)
        return Response({"message": message, "template_id": template.pk})

    def delete_row(self, pk: int) -> Any:
        return delete_templates([pk])

    @action(detail=False, url_path="all")
    def all_templates(self, request: Request) -> Response:
        """What a mail can be started from: published templates, and the codes."""
        published = Template.objects.filter(status=Template.Status.PUBLISH).order_by("-pk")
        return Response({"templates": [show_listed_template(row) for row in published], "smartcodes": SMARTCODES})

    @action(detail=False)
    def smartcodes(self, request: Request) -> Response:
        return Response({"smartcodes": SMARTCODES})

    @action(detail=False, url_path="built-in-templates")
    def built_in(self, request: Request) -> Response:
        """None comes with this server."""
        return Response({"templates": []})

    @action(detail=False, methods=["post"], url_path="duplicate/<id:pk>")
    def duplicate(self, request: Request, pk: int) -> Response:
        copy = duplicate_template(self.get_object(), request.user.pk)
        return Response({"message": self.duplicated, "template_id": copy.pk})

    @action(detail=False, methods=["post"], url_path="set-global-style")
    def set_global_style(self, request: Request) -> Response:
        """What new mails look like; a key that is no part of a style is left out."""
        config = as_object(self.params.get("config"))
        if config is None:
            raise required("config")
        write_option(GLOBAL_STYLE, read_style(config))
        return Response({"message": "Global style settings has been updated"})

    @action(detail=False, methods=["post"], url_path="do-bulk-action")
    def do_bulk_action(self, request: Request) -> Response:
        name, status = self.params.get("action_name"), self.params.get("status")
        if name not in ("delete_templates", "change_template_status"):
            raise Unprocessable("invalid bulk action")
        if name == "change_template_status" and status not in TEMPLATE_STATUSES:
            raise Unprocessable("Please select a valid status")
        ids = as_ids(self.params.get("template_ids"), "template_ids")
        if is_true(self.params.get("select_all")):
            ids = list(Template.objects.values_list("pk", flat=True))
        if name == "delete_templates":
            delete_templates(ids)
            return Response({"message": "Selected Templates has been deleted permanently"})
        set_template_status(ids, str(status))
        return Response({"message": "Status has been changed for the selected templates"})
