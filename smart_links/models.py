"""Smart links: addresses of this site that lead on, and tag or list the contact who follows them."""

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from smart_links.querysets import SmartLinkQuerySet
from subscribers.models import Subscriber

# Without letters that look like others.
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
SHORT = 8


def make_short() -> str:
    """The name of a link in its address. It is not a secret: what a link does is done for who comes out of a mail."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SHORT))


class SmartLink(models.Model):
    """Where a link leads, and what it does for the contact who follows it out of a mail.

    `attach` and `detach` hold ids by "tags" and "lists", `enrol` by "automations" and "sequences". They are not relations:
    so the deletion of a tag does not depend on links. Ids of deleted rows are skipped.
    """

    title = models.CharField(max_length=192)
    short = models.CharField(max_length=32, unique=True, default=make_short, editable=False)
    target_url = models.CharField(max_length=1000)
    attach = models.JSONField(default=dict, blank=True)
    detach = models.JSONField(default=dict, blank=True)
    enrol = models.JSONField(default=dict, blank=True)
    notes = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = SmartLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "smart link"

    def __str__(self) -> str:
        return self.title


class Visit(models.Model):
    """That a contact followed a link, and how often."""

    link = models.ForeignKey(SmartLink, on_delete=models.CASCADE, related_name="visits", db_index=False)
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="smart_link_visits", verbose_name="contact"
    )
    clicks = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["link", "subscriber"], name="smart_links_visit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.clicks} x {self.link} by {self.subscriber}"


class VisitCount(models.Model):
    """Kept numbers of a link: the sums over its rows. A contact's clicks are counted in one of SLOTS rows, so that those
    who follow a link at the same time seldom wait for each other.
    """

    SLOTS = 16

    link = models.ForeignKey(SmartLink, on_delete=models.CASCADE, related_name="counts", db_index=False)
    slot = models.PositiveSmallIntegerField()
    contacts = models.PositiveBigIntegerField()
    clicks = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            # counts_of: the rows of a page of links.
            models.UniqueConstraint(fields=["link", "slot"], name="smart_links_count_once"),
            models.CheckConstraint(condition=Q(slot__lt=16), name="smart_links_slot_known"),
        ]

    def __str__(self) -> str:
        return f"{self.link} [{self.slot}]: {self.contacts} contacts, {self.clicks} clicks"
