"""What a client may send for a smart link, and how one is shown."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rest_framework import serializers

from smart_links.addresses import old_address_of
from smart_links.models import SmartLink
from smart_links.services import Counts
from wp_rest.dates import write_datetime
from wp_rest.fields import AddressField, IdsField, LinesField, PlainTextField
from wp_rest.parameters import is_empty
from wp_rest.parsers import as_object

KINDS = ("tags", "lists")
ENTERED = ("automations", "sequences")
MAX_NOTES = 2000
# Each costs a click some statements.
MAX_ENTERED = 5


class ActionIdsField(IdsField):
    """A list of ids; a text without any is refused, not read as none."""

    default_error_messages = {
        "ids": "The {name} must be a list of ids.",
        "max": "The {name} may not have more than {most} ids.",
    }

    def __init__(self, *, most: int | None = None) -> None:
        self.most = most
        super().__init__(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> list[int]:
        ids = super().to_internal_value(data)
        if not ids and not is_empty(data):
            self.fail("ids")
        if self.most and len(ids) > self.most:
            self.fail("max", most=self.most)
        return ids


class ActionsSerializer(serializers.Serializer[Any]):
    """What a link attaches; FluentCRM's answers have what it detaches here as well."""

    tags = ActionIdsField()
    lists = ActionIdsField()
    remove_tags = ActionIdsField()
    remove_lists = ActionIdsField()


class DetachActionsSerializer(serializers.Serializer[Any]):
    tags = ActionIdsField()
    lists = ActionIdsField()


class EnrolSerializer(serializers.Serializer[Any]):
    """What a contact enters at the first click."""

    automations = ActionIdsField(most=MAX_ENTERED)
    sequences = ActionIdsField(most=MAX_ENTERED)


class SmartLinkSerializer(serializers.Serializer[Any]):
    title = PlainTextField(allow_blank=False)
    target_url = AddressField(allow_blank=False, max_length=1000)
    actions = ActionsSerializer(required=False, allow_null=True)
    detach_actions = DetachActionsSerializer(required=False, allow_null=True)
    enrol = EnrolSerializer(required=False, allow_null=True)
    notes = LinesField(required=False, allow_null=True, max_length=MAX_NOTES)

    def to_internal_value(self, data: Any) -> Any:
        # Objects may come as JSON texts, and PHP writes empty ones as lists.
        objects = {
            name: read
            for name in ("actions", "detach_actions", "enrol")
            if data.get(name) not in (None, "") and (read := as_object(data[name])) is not None
        }
        return super().to_internal_value({**data, **objects})

    def validate_target_url(self, url: str) -> str:
        try:
            urlsplit(url)
        except ValueError:
            # Such as https://[, to which no browser can be led.
            raise serializers.ValidationError("The target_url is no address.", code="url") from None
        return url


def ids_of(actions: Mapping[str, Any] | None, prefix: str = "") -> dict[str, list[int]]:
    """The ids of tags and lists in valid actions."""
    return {kind: ids for kind in KINDS if (ids := (actions or {}).get(f"{prefix}{kind}"))}


def show_link(link: SmartLink, counts: Counts | None = None) -> dict[str, Any]:
    """A link with FluentCRM's keys; with `counts`, as a row of the list."""
    attach = {kind: link.attach.get(kind, []) for kind in KINDS}
    detach = {kind: link.detach.get(kind, []) for kind in KINDS}
    shown = {
        "id": link.pk,
        "title": link.title,
        "short": link.short,
        "target_url": link.target_url,
        "actions": {**attach, **{f"remove_{kind}": ids for kind, ids in detach.items()}, "auto_login": "no"},
        "notes": link.notes,
        "created_by": link.created_by_id or 0,
        "created_at": write_datetime(link.created_at),
        "updated_at": write_datetime(link.updated_at),
        "short_url": old_address_of(link.short),
        "detach_actions": detach,
        "auto_login": "no",
        "enrol": {kind: link.enrol.get(kind, []) for kind in ENTERED},
    }
    return shown if counts is None else {**shown, "contacts": counts.contacts, "clicks": counts.clicks}
