"""E-mail sequences: mails that follow each other after days or hours, and who is where in them."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from database.expressions import Fold
from emails.models import AUTHOR, Mailing
from sequences.querysets import EmailSequenceQuerySet
from sequences.windows import Window
from subscribers.models import Subscriber


class EmailSequence(models.Model):
    """A series of mails. Only a published one takes contacts and goes on with those who are in it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "paused"
        PUBLISHED = "published"

    title = models.CharField(max_length=192)
    status = models.CharField(max_length=16, choices=Status, default=Status.PUBLISHED)
    settings = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(**AUTHOR)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = EmailSequenceQuerySet.as_manager()

    class Meta:
        verbose_name = "e-mail sequence"
        indexes: ClassVar = [
            # GET /sequences?orderBy=title.
            models.Index(Fold("title"), "id", name="sequences_title"),
        ]

    def __str__(self) -> str:
        return self.title


class Unit(models.TextChoices):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


class SequenceMail(models.Model):
    """A mail of a sequence, beside what is written in it.

    `delay` is counted from the moment that a contact entered; it makes the order of the mails. It is `delay_amount`
    times `delay_unit`, in seconds.
    """

    mailing = models.OneToOneField(Mailing, on_delete=models.CASCADE, primary_key=True, related_name="sequence_mail")
    sequence = models.ForeignKey(EmailSequence, on_delete=models.CASCADE, related_name="mails", db_index=False)
    delay = models.PositiveBigIntegerField(default=0, editable=False)
    delay_amount = models.PositiveIntegerField(default=0, verbose_name="delay")
    delay_unit = models.CharField(max_length=8, choices=Unit, default=Unit.DAYS, verbose_name="unit")
    starts_at = models.TimeField(null=True, blank=True, help_text="Empty: at any time.")
    ends_at = models.TimeField(null=True, blank=True, help_text="Empty: an hour later.")
    days = models.JSONField(default=list, blank=True, help_text="The days on which it may leave; none: on every day.")
    template_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = "mail of a sequence"
        verbose_name_plural = "mails of a sequence"
        indexes: ClassVar = [
            # A sequence's mails in their order; the deletion of a sequence.
            models.Index(fields=["sequence", "delay", "mailing"], name="sequences_mails_in_order"),
        ]

    def __str__(self) -> str:
        return str(self.mailing)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.delay = int(timedelta(**{self.delay_unit: self.delay_amount}).total_seconds())
        super().save(*args, **kwargs)

    @property
    def place(self) -> tuple[int, int]:
        """Its place among the mails of the sequence."""
        return self.delay, self.pk

    @property
    def window(self) -> Window:
        return Window(self.starts_at, self.ends_at, tuple(self.days))


class SequenceTracker(models.Model):
    """A contact in a sequence: which mails it was given, and when it is looked at next.

    `position` and `last_mail` are the place of the last mail that it was given, as it was then; `passed` are the ids
    of all of them, so that none is given twice, whatever becomes of their order. `last_message` is the message of
    the last one. Mails and messages may be deleted meanwhile.
    """

    class Status(models.TextChoices):
        ACTIVE = "active"
        COMPLETED = "completed"
        CANCELLED = "cancelled", "stopped"

    sequence = models.ForeignKey(EmailSequence, on_delete=models.CASCADE, related_name="trackers", db_index=False)
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, db_index=False, related_name="sequence_trackers", verbose_name="contact"
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    reason = models.CharField(max_length=200, blank=True, help_text="Why the contact was stopped.")
    position = models.BigIntegerField(null=True, editable=False)
    # sequences.services.mails keeps these two; the database would look for them by reading the whole table.
    last_mail = models.ForeignKey(
        SequenceMail, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    next_mail = models.ForeignKey(
        SequenceMail, on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    last_message = models.BigIntegerField(null=True, editable=False)
    passed = models.JSONField(default=list, editable=False)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    last_executed_time = models.DateTimeField(null=True, editable=False)
    next_execution_time = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "contact in a sequence"
        verbose_name_plural = "contacts in sequences"
        constraints: ClassVar = [
            # A contact enters a sequence once. Also: the numbers and the deletion of a sequence.
            models.UniqueConstraint(fields=["sequence", "subscriber"], name="sequences_contact_once"),
        ]
        indexes: ClassVar = [
            # GET /sequences/1/subscribers.
            models.Index(fields=["sequence", "id"], name="sequences_trackers"),
            # step_due: who of a sequence is due, and since when.
            models.Index(
                fields=["sequence", "next_execution_time", "id"], name="sequences_due", condition=Q(status="active")
            ),
            # GET /sequences/subscriber/1/sequences; the deletion of a contact.
            models.Index(fields=["subscriber", "id"], name="sequences_of_subscriber"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} in {self.sequence}"

    @property
    def reached(self) -> tuple[int, int]:
        """The place of the last mail among those of the sequence; before all of them where there was none."""
        return (-1, 0) if self.position is None else (self.position, self.last_mail_id or 0)
