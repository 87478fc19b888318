"""Incoming hooks and the reports of mail services; what goes out is in the modules beside."""

from webhooks.services.bounces import REMEMBERED, bounce_code, is_bounce_code, take_reports
from webhooks.services.hooks import delete_webhooks, find_webhook, save_webhook, take_contacts

__all__ = [
    "REMEMBERED",
    "bounce_code",
    "delete_webhooks",
    "find_webhook",
    "is_bounce_code",
    "save_webhook",
    "take_contacts",
    "take_reports",
]
