"""An automation from its JSON, as FluentCRM exports it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from automations.api.blocks import read_blocks
from automations.api.saving import read_description, read_object, read_title, read_trigger
from automations.models import Automation
from automations.services.mails import save_flow
from automations.services.publishing import save_automation
from labels.api.serializers import LabelSerializer
from labels.services import find_or_create_labels, set_labels
from wp_rest.exceptions import Unprocessable, invalid
from wp_rest.parameters import as_objects
from wp_rest.parsers import as_object


def import_automation(sent: Mapping[str, Any], user_id: int | None) -> Automation:
    """A draft with the trigger and the blocks of `funnel` and `sequences`. Raises FieldErrors and Unprocessable.

    Its labels are those that there are with the same title and slug; others are made.
    """
    if not sent.get("funnel"):
        raise Unprocessable("The file has no automation in it.")
    funnel = read_object(sent["funnel"], "funnel")
    automation = Automation(
        title=read_title(funnel.get("title")),
        description=read_description(funnel.get("description")),
        trigger_name=read_trigger(funnel.get("trigger_name")),
        settings=read_object(funnel.get("settings"), "funnel.settings"),
        conditions=read_object(funnel.get("conditions"), "funnel.conditions"),
        created_by_id=user_id,
    )
    drafts = read_blocks(sent.get("sequences"))
    labels = read_labels(funnel.get("labels"))
    with transaction.atomic():
        save_automation(automation)
        save_flow(automation, drafts, user_id)
        if labels:
            set_labels("automation", automation.pk, find_or_create_labels(labels), "attach")
    return automation


def read_labels(sent: Any) -> list[dict[str, Any]]:
    rows = as_objects(sent)
    if rows is None:
        raise invalid("funnel.labels", "The labels must be a list.", "list")
    read = []
    for row in rows:
        serializer = LabelSerializer(data=as_object(row) or {})
        if not serializer.is_valid():
            raise invalid("funnel.labels", "A label has a title, a slug and a color.")
        read.append({"title": "", "slug": "", "color": None} | serializer.validated_data)
    return read
