"""Campaigns: a mailing, to whom it goes, and how far it is; and campaigns that come again and again."""

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from campaigns.querysets import CampaignQuerySet, RecurringQuerySet
from emails.models import Mailing, Template, Written


class Status(models.TextChoices):
    """FluentCRM's words."""

    DRAFT = "draft"
    PENDING = "pending-scheduled", "scheduled for later"
    SCHEDULED = "scheduled", "about to start"
    PROCESSING = "processing", "choosing recipients"
    WORKING = "working", "being sent"
    PAUSED = "paused"
    ARCHIVED = "archived", "sent"
    CANCELLED = "cancelled"


# Nobody was chosen yet: what is written, and to whom, may still change.
OPEN = (Status.DRAFT, Status.PENDING, Status.CANCELLED)
# A worker looks at these again and again (campaigns.background).
WAITING = (Status.PENDING, Status.SCHEDULED, Status.PROCESSING)
# What may have messages on their way.
STARTED = (Status.WORKING, Status.PAUSED, Status.ARCHIVED)


class Resend(models.TextChoices):
    """Whom of another campaign's recipients a campaign goes to, instead of those that are chosen."""

    UNOPENED = "unopened"


def make_hash() -> str:
    return secrets.token_hex(16)


class Sending(models.TextChoices):
    INSTANT = "instant", "at once"
    SCHEDULE = "schedule", "at a time"
    RANGE = "range_schedule", "spread over a time"


class Chosen(models.Model):
    """Whom something goes to.

    `recipients` is in FluentCRM's words, which clients get back as they were; `conditions` are its advanced_filters as
    engines use them (subscribers.conditions.Conditions.to_json).
    """

    recipients = models.JSONField(default=dict, blank=True, editable=False)
    conditions = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        abstract = True


class Campaign(Chosen):
    """One message to many contacts. What is written is the mailing, whose id is the campaign's."""

    mailing = models.OneToOneField(Mailing, on_delete=models.CASCADE, primary_key=True, related_name="campaign")
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT)
    slug = models.CharField(max_length=192, blank=True)
    template = models.ForeignKey(
        Template, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    next_step = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Where the editor goes on.")
    recipients_count = models.PositiveBigIntegerField(default=0, editable=False)
    sending_type = models.CharField(max_length=16, choices=Sending, default=Sending.INSTANT)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    # Of a campaign that is spread over a time: when the first message is due, and the last one.
    range_start = models.DateTimeField(null=True, blank=True, editable=False)
    range_end = models.DateTimeField(null=True, blank=True, editable=False)
    # When its recipients became messages. Nobody is added after that.
    queued_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    # The secret of the page that anybody who knows it may read.
    share_hash = models.CharField(max_length=32, default=make_hash, unique=True, editable=False)
    resend_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, editable=False, db_index=False, related_name="+"
    )
    resend_to = models.CharField(max_length=16, choices=Resend, blank=True, editable=False)
    recurrence = models.ForeignKey(
        "Recurring", on_delete=models.SET_NULL, null=True, editable=False, db_index=False, related_name="campaigns"
    )
    # The time of the recurrence that this campaign is for.
    run_at = models.DateTimeField(null=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="campaigns_status_known"),
            # Each run of a recurring campaign once, whoever makes it; and the list of its campaigns.
            models.UniqueConstraint(fields=["recurrence", "run_at"], name="campaigns_run_once"),
        ]
        indexes: ClassVar = [
            # start_next: what is due.
            models.Index(
                fields=["scheduled_at", "mailing"],
                name="campaigns_waiting",
                condition=Q(status__in=("pending-scheduled", "scheduled", "processing")),
            ),
            # finish_sent: what is being sent.
            models.Index(fields=["mailing"], name="campaigns_working", condition=Q(status="working")),
        ]

    def __str__(self) -> str:
        return str(self.mailing)


class Frequency(models.TextChoices):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class Recurring(Written, Chosen):
    """What is written again and again: each time it is due, a campaign is made of it (`campaigns`)."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        ACTIVE = "active"

    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    slug = models.CharField(max_length=192, blank=True)
    template = models.ForeignKey(
        Template, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    frequency = models.CharField(max_length=8, choices=Frequency, default=Frequency.DAILY)
    # Of a week: mon to sun. Of a month: 1 to 31, or the last day where the month is shorter. Of a year: MM-DD.
    day = models.CharField(max_length=8, blank=True)
    time = models.TimeField(help_text="In the site's time zone.")
    send_automatically = models.BooleanField(
        default=True, help_text="Without it each run makes a draft, which staff schedule."
    )
    sending_conditions = models.JSONField(default=list, blank=True, editable=False)
    next_run = models.DateTimeField(null=True, editable=False)

    objects = RecurringQuerySet.as_manager()

    class Meta:
        verbose_name = "recurring campaign"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(frequency__in=Frequency.values), name="campaigns_recurring_frequency_known"
            ),
        ]
        indexes: ClassVar = [
            # make_due_runs: what is due.
            models.Index(
                F("next_run").asc(), "id", name="campaigns_recurring_due", condition=Q(next_run__isnull=False)
            ),
        ]

    @property
    def is_written(self) -> bool:
        """Whether there is something to send."""
        return bool(self.subject and self.body)


class Removal(models.Model):
    """A mailing whose campaign was deleted, until a worker has deleted its messages. Its links stay: they lead on."""

    mailing = models.OneToOneField(Mailing, on_delete=models.CASCADE, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return str(self.mailing)
