"""Incoming hooks, and the reports of mail providers that have been acted on."""

import uuid
from typing import Any, ClassVar

from django.db import models

from subscribers.models import Status
from webhooks.querysets import WebhookQuerySet

# What a hook may give to contacts. The other statuses are not a form's to give.
STATUSES = (Status.SUBSCRIBED, Status.PENDING, Status.UNSUBSCRIBED, Status.TRANSACTIONAL)


def make_hash() -> str:
    """The secret of a hook's address: a UUID, as in FluentCRM, with 122 random bits."""
    return str(uuid.uuid4())


class Webhook(models.Model):
    """An address that takes contacts from anyone who knows it, without credentials.

    `tags`, `lists` and `companies` are ids. They are no relations, so that the deletion of a tag does not have
    to know of hooks; an id that no row has any more attaches nothing.
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
    """A provider's report that was acted on, so that a repeat of it does nothing (webhooks.services)."""

    digest = models.CharField(max_length=64, unique=True)  # of the service and its id, or of the whole report
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.digest
