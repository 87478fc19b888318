"""The blocks of automations: saved all together, and the mails in them; two addresses for each (recording funnels.json)."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from automations.api.blocks import read_blocks, show_flow
from automations.api.mails import read_mail, show_block_mail
from automations.api.saving import read_description, read_object, read_status, read_title, refuse_unfinished
from automations.models import Automation
from automations.reading import blocks_of
from automations.services.holding import lock_automations
from automations.services.mails import save_flow, save_mail
from automations.services.publishing import save_automation
from rest.numbers import as_integer
from wp_rest.exceptions import NotFound, required
from wp_rest.parsers import as_object
from wp_rest.viewsets import RestViewSet

CHANGE = "automations.change_automation"


class BlockSaving(RestViewSet):
    """What both addresses do, for the automation of an id."""

    @transaction.atomic
    def save_blocks(self, pk: int) -> Response:
        """Save blocks, settings and status together, or nothing. Blocks that were not sent are deleted."""
        params = self.params
        status = read_status(params["status"]) if params.get("status") else None
        automation = locked(pk)
        for name, sent in (("conditions", ("conditions",)), ("settings", ("funnel_settings", "settings"))):
            value = next((params[one] for one in sent if params.get(one)), None)
            if value is not None:
                setattr(automation, name, read_object(value, name))
        if params.get("funnel_title"):
            automation.title = read_title(params["funnel_title"], "funnel_title")
        # As recorded, saving blocks without a description removes it.
        automation.description = read_description(params.get("description") or params.get("funnel_description"))
        if status:
            automation.status = status
        save_automation(automation)
        if "sequences" in params:
            save_flow(automation, read_blocks(params["sequences"]), self.request.user.pk)
        blocks = blocks_of([pk])[pk]
        if automation.status == Automation.Status.PUBLISHED:
            refuse_unfinished(automation, blocks)
        return Response({"sequences": show_flow(blocks), "message": "Sequence successfully updated"})

    @transaction.atomic
    def save_mail(self, pk: int) -> Response:
        """Write the mail of a block, before the block itself is saved."""
        sent = read_object(self.params.get("action_data"), "action_data")
        campaign = as_object(sent.get("campaign") or {}) or {}
        fields = read_mail(campaign, sent.get("mailer_settings"))
        if fields is None:
            raise required("action_data.campaign")
        automation = locked(pk)
        known = as_integer(campaign.get("id"))
        mailing = save_mail(automation, fields, self.request.user.pk, known)
        return Response(
            {
                "type": "updated" if mailing.pk == known else "created",
                "reference_campaign": mailing.pk,
                "campaign": show_block_mail(mailing, pk),
            }
        )


def locked(pk: int) -> Automation:
    """The automation, locked until the transaction ends. Raises NotFound. One statement."""
    for automation in lock_automations([pk]):
        return automation
    raise NotFound


class BlockViewSet(BlockSaving):
    rights: ClassVar = {"create": CHANGE, "save_email_action": CHANGE}

    def create(self, request: Request, pk: int) -> Response:
        return self.save_blocks(pk)

    @action(detail=False, methods=["post"], url_path="save-email-action")
    def save_email_action(self, request: Request, pk: int) -> Response:
        return self.save_mail(pk)


class NamedBlockViewSet(BlockSaving):
    """The same with the id of the automation in the body."""

    rights: ClassVar = {"save_funnel_sequences": CHANGE, "save_email_action_fallback": CHANGE}

    @action(detail=False, methods=["post"], url_path="save-funnel-sequences")
    def save_funnel_sequences(self, request: Request) -> Response:
        return self.save_blocks(self.funnel_id)

    @action(detail=False, methods=["post"], url_path="save-email-action-fallback")
    def save_email_action_fallback(self, request: Request) -> Response:
        return self.save_mail(self.funnel_id)

    @property
    def funnel_id(self) -> int:
        sent: Any = self.params.get("funnel_id")
        if not sent:
            raise required("funnel_id")
        pk = as_integer(sent)
        if pk is None or not 0 < pk < 2**63:
            raise NotFound
        return pk
