"""/custom-fields/contacts: the definitions, read and replaced as one list."""

from typing import Any, ClassVar

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from custom_fields.api.serializers import GroupNameSerializer, read_definitions
from custom_fields.models import DEFAULT_GROUP, CustomField, Scope
from custom_fields.services import definitions, rename_group, replace_definitions, show_field
from custom_fields.types import TYPES
from rest.json import parse_json
from wp_rest.exceptions import invalid, required
from wp_rest.parameters import as_list
from wp_rest.viewsets import RestViewSet


def field_types() -> dict[str, dict[str, str]]:
    return {
        kind.key: {"type": name, "label": kind.label, "value_type": kind.value_type} for name, kind in TYPES.items()
    }


def field_groups(fields: list[CustomField]) -> list[dict[str, str]]:
    names = dict.fromkeys(field.group for field in fields if field.group != DEFAULT_GROUP)
    return [{"slug": DEFAULT_GROUP, "title": "Custom Profile Data"}, *({"slug": name, "title": name} for name in names)]


class DefinitionsViewSet(RestViewSet):
    """The definitions of one scope as one list."""

    scope = Scope.CONTACT
    rights: ClassVar = {
        "list": "custom_fields.view_customfield",
        "replace": (
            "custom_fields.add_customfield",
            "custom_fields.change_customfield",
            "custom_fields.delete_customfield",
        ),
    }

    def list(self, request: Request) -> Response:
        fields = definitions(self.scope)
        answer: dict[str, Any] = {"fields": [show_field(field) for field in fields]}
        wanted = as_list(self.params.get("with"), "with")
        if "field_types" in wanted:
            answer["field_types"] = field_types()
        if "field_groups" in wanted:
            answer["field_groups"] = field_groups(fields)
        return Response(answer)

    def replace(self, request: Request) -> Response:
        """Replace the whole list; `fields` may be JSON text in a form, as the admin screen of FluentCRM sends it."""
        if "fields" not in self.params:
            raise required("fields")
        sent = self.params["fields"]
        if isinstance(sent, str):
            sent = parse_json(sent.encode()) if sent.strip() else []
        if not isinstance(sent, list) or not all(isinstance(entry, dict) for entry in sent):
            raise invalid("fields", "The fields must be a list of objects.")
        fields = read_definitions(sent)
        replace_definitions(fields, self.scope)
        return Response({"fields": [show_field(field) for field in fields], "message": "Fields saved successfully!"})


class ContactFieldsViewSet(DefinitionsViewSet):
    rights: ClassVar = {**DefinitionsViewSet.rights, "update_group_name": "custom_fields.change_customfield"}

    @action(detail=False, methods=["put"])
    def update_group_name(self, request: Request) -> Response:
        """Rename a group of fields. Values do not change."""
        serializer = GroupNameSerializer(data=self.params)
        serializer.is_valid(raise_exception=True)
        names = serializer.validated_data
        if not rename_group(names["old_name"], names["new_name"], self.scope):
            raise invalid("old_name", "There is no group of that name.", "in")
        fields = [show_field(field) for field in definitions(self.scope)]
        return Response({"fields": fields, "message": "Group name updated successfully!"})


class CompanyFieldsViewSet(ContactFieldsViewSet):
    scope = Scope.COMPANY
