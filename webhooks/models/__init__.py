"""Hooks: those that take contacts in, and those that tell others what happened."""

from webhooks.models.incoming import STATUSES, BounceReport, Webhook, make_hash
from webhooks.models.outgoing import Attempt, Delivery, Endpoint, Event, Lane, Reader, State

__all__ = [
    "STATUSES",
    "Attempt",
    "BounceReport",
    "Delivery",
    "Endpoint",
    "Event",
    "Lane",
    "Reader",
    "State",
    "Webhook",
    "make_hash",
]
