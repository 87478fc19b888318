"""The campaigns that addresses name, and who may do what with them."""

from collections.abc import Mapping
from typing import Any

from campaigns.api.serializers import NO_WAY_OUT, shows_way_out
from campaigns.models import Campaign
from campaigns.services.writing import lock_campaign
from emails.models import Template, Written
from wp_rest.exceptions import NotFound, Unprocessable

VIEW, ADD, CHANGE, DELETE = (f"campaigns.{verb}_campaign" for verb in ("view", "add", "change", "delete"))
STARTED_ALREADY = "The campaign cannot be changed any more: it is being sent, or was sent. Pause it or copy it."


def existing(pk: Any) -> Campaign:
    """The campaign of that id with its mailing. Raises NotFound. One statement."""
    campaigns = Campaign.objects.select_related("mailing", "mailing__created_by", "template")
    campaign: Campaign | None = campaigns.filter(pk=pk).first()
    if campaign is None:
        raise NotFound
    return campaign


def locked(pk: Any) -> Campaign:
    """The same, locked until the transaction ends."""
    campaign = lock_campaign(pk)
    if campaign is None:
        raise NotFound
    return campaign


def existing_template(pk: Any) -> int | None:
    """The id of a template, if there is one: a campaign outlives the one that it started from. One statement."""
    return Template.objects.filter(pk=pk).values_list("pk", flat=True).first() if pk else None


def require_way_out(mail: Written, written: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Raise Unprocessable if a mail that gets those columns and settings would hold no link to leave."""
    design, body = (written.get(name, getattr(mail, name)) for name in ("design", "body"))
    if not shows_way_out(design, body, {**mail.settings, **settings}):
        raise Unprocessable(NO_WAY_OUT, compliance_failed=True)
