"""Incoming hooks, and the reports of mail services that were acted on."""

import uuid
from typing import Any, ClassVar

from django.db import models

from subscribers.models import Status
from webhooks.querysets import WebhookQuerySet

# The statuses that a hook can give to contacts.
STATUSES = (Status.SUBSCRIBED, Status.PENDING, Status.UNSUBSCRIBED, Status.TRANSACTIONAL)


def make_hash() -> str:
    """The secret in the address of a hook: a UUID as in FluentCRM, with 122 random bits."""
    return str(uuid.uuid4())


class Webhook(models.Model):
    """An address that accepts contacts without credentials.

    `tags`, `lists` and `companies` are lists of ids and not relations: so the deletion of a tag does not depend on
    hooks. Ids of deleted rows are skipped.
    """

    name = models.CharField(max_length=192)
    hash = models.CharField(max_length=36, unique=True, default=make_hash, editable=False)
    status = models.CharField(
        max_length=16, choices=[(status.value, status.label) for status in STATUSES], default=Status.SUBSCRIBED
    )
    tags = models.JSONField(default=list, blank=True)
    lists = models.JSONField(default=list, blank=True)
    companies = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = "incoming hook"

    def __str__(self) -> str:
        return self.name


class BounceReport(models.Model):
    """A report that was acted on. It is kept for some days, so that a repeat is recognised (webhooks.services)."""

    digest = models.CharField(max_length=64, unique=True)  # of the service and the identity of the report
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.digest
