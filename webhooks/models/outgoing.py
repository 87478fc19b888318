"""What goes out: endpoints, events, deliveries of an event to an endpoint, and the attempts at each."""

import base64
import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from jobs.models import Claimed
from jobs.querysets import ClaimedQuerySet
from webhooks.querysets import DeliveryQuerySet

# The largest number of events in one request.
MAX_BATCH = 500
PENDING = Q(state="pending")


def make_secret() -> str:
    """A secret in the form of Standard Webhooks: `whsec_` and 32 random bytes in base64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def make_name() -> str:
    """The id of an event for its receivers. They recognise a repeat by it."""
    return f"evt_{secrets.token_hex(12)}"


class Endpoint(models.Model):
    """An address that is told of events. What its deliveries come to is in its Lane."""

    url = models.CharField("address", max_length=2000)
    description = models.CharField(max_length=192, blank=True)
    events = models.JSONField(default=list, help_text="Names of webhooks.events.EVENTS.")
    batch = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_BATCH)],
        help_text=f"The largest number of events in one request: 1 to {MAX_BATCH}.",
    )
    secret = models.CharField(max_length=255, default=make_secret, editable=False)
    # The one before: requests are signed with both until this time.
    former_secret = models.CharField(max_length=255, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    is_disabled = models.BooleanField("disabled", default=False, help_text="It gets no events.")
    # Earlier events are not its.
    since = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "outgoing webhook"

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def secrets(self) -> list[str]:
        """The valid secrets, the newest first."""
        former = self.former_secret if self.former_until and self.former_until > timezone.now() else ""
        return [secret for secret in (self.secret, former) if secret]


class Lane(Claimed):
    """The deliveries of one endpoint, or those without one: one worker at a time sends them, so their order is kept.

    `due` is when it is worked on next: the circuit breaker moves it.
    """

    endpoint = models.OneToOneField(Endpoint, on_delete=models.CASCADE, null=True, related_name="lane")
    failing_since = models.DateTimeField(null=True, help_text="None if the last request was answered with 2xx.")
    pauses = models.PositiveIntegerField(default=0, help_text="How often in a row the circuit breaker opened.")

    objects: ClassVar[Any] = ClaimedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # Of the deliveries without an endpoint, too, there is one lane.
            models.UniqueConstraint(
                models.functions.Coalesce("endpoint", 0), name="webhooks_one_lane_without_endpoint"
            ),
        ]

    def __str__(self) -> str:
        return f"lane {self.pk}"


class Event(models.Model):
    """Something that receivers are told of, written once for all of them."""

    name = models.CharField(max_length=32, default=make_name)
    type = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    contact_id = models.BigIntegerField(null=True)
    data = models.TextField(help_text="JSON, exactly as it is sent.")

    def __str__(self) -> str:
        return f"{self.type} {self.name}"


class State(models.TextChoices):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(models.Model):
    """An event on its way to one receiver."""

    # Without a constraint: an endpoint is deleted at once, its deliveries when they are old.
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="deliveries"
    )
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    # The event's. Deliveries of one contact to one endpoint keep their order.
    contact_id = models.BigIntegerField(null=True)
    # Where there is no endpoint: address, secret, headers and form (webhooks.services.posting.Post).
    request = models.JSONField(null=True)
    state = models.CharField(max_length=16, choices=State, default=State.PENDING)
    due = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    # Of the last attempt.
    attempted_at = models.DateTimeField(null=True)
    status_code = models.PositiveIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")

    objects: ClassVar[Any] = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="webhooks_delivery_state_known"),
        ]
        indexes: ClassVar = [
            # sending.free_lanes: whether an endpoint gets anything now.
            models.Index(fields=["endpoint", "due"], name="webhooks_due", condition=PENDING),
            # sending.read_due: what it gets next.
            models.Index(fields=["endpoint", "id"], name="webhooks_next", condition=PENDING),
            # sending.read_due: what a contact's later deliveries wait for.
            models.Index(fields=["endpoint", "contact_id", "id"], name="webhooks_of_contact", condition=PENDING),
            # GET /v1/webhooks/1/logs, newest first.
            models.Index(fields=["endpoint", "id"], name="webhooks_of_endpoint"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class Attempt(models.Model):
    """One request, and what was answered."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tried")
    at = models.DateTimeField()
    status_code = models.PositiveIntegerField(null=True)
    milliseconds = models.PositiveIntegerField()
    error = models.CharField(max_length=500, blank=True)
    answer = models.TextField(blank=True, help_text="How the answer begins.")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}: {self.status_code or self.error}"


class Reader(models.Model):
    """How far changes were made into events: one row. A change of many contacts is taken in parts."""

    cursor = models.CharField(max_length=64, blank=True)  # of changes.cursor: the last change that is done
    # The last link (ChangedContact) that is done of the change after it, and the last one that it has; 0 between two
    # changes.
    link = models.BigIntegerField(default=0)
    last_link = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.cursor
