"""POST /funnels/do-bulk-action: many automations at once (recording funnels.json)."""

from collections.abc import Sequence
from typing import ClassVar

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from automations.api.saving import STATUSES, refuse_unfinished
from automations.models import Automation
from automations.reading import blocks_of
from automations.services.holding import lock_automations
from automations.services.publishing import delete_automations, set_status
from labels.services import Action, set_labels
from wp_rest.exceptions import Unprocessable
from wp_rest.parameters import as_ids
from wp_rest.viewsets import RestViewSet


class ManyAutomationsViewSet(RestViewSet):
    rights: ClassVar = {"do_bulk_action": ("automations.change_automation", "automations.delete_automation")}

    @action(detail=False, methods=["post"], url_path="do-bulk-action")
    def do_bulk_action(self, request: Request) -> Response:
        """Everything is checked before anything is written. Ids that do not exist are left out."""
        name = self.params.get("action_name")
        if name not in ("change_funnel_status", "delete_funnels", "apply_labels"):
            raise Unprocessable("invalid bulk action")
        ids = as_ids(self.params.get("funnel_ids"), "funnel_ids")
        if not ids:
            raise Unprocessable("Please provide funnel IDs")
        if name == "delete_funnels":
            delete_automations(ids)
            return Response({"message": "Selected Funnels has been deleted permanently"})
        if name == "apply_labels":
            labels = as_ids(self.params.get("labels"), "labels")
            if not labels:
                raise Unprocessable("Please provide labels")
            label(ids, labels, "attach")
            return Response({"message": "Labels has been applied successfully"})
        status = self.params.get("status")
        if status not in STATUSES:
            raise Unprocessable("Please select a valid status")
        give_status(ids, str(status))
        return Response({"message": "Status has been changed for the selected funnels"})


@transaction.atomic
def give_status(ids: Sequence[int], status: str) -> None:
    """Publish automations or make them drafts. Raises Unprocessable if one of them cannot run."""
    if status == Automation.Status.PUBLISHED:
        inside = blocks_of(ids)
        for automation in lock_automations(ids):
            refuse_unfinished(automation, inside[automation.pk])
    set_status(ids, status)


@transaction.atomic
def label(ids: Sequence[int], labels: Sequence[int], verb: Action) -> None:
    """Put labels on automations, or take them off; an automation that is deleted meanwhile takes its labels along."""
    set_labels("automation", [automation.pk for automation in lock_automations(ids)], labels, verb)
