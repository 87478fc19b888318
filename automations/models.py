"""Automations, their blocks, who is in them, and which block ran for whom."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from automations.querysets import AutomationQuerySet, BlockQuerySet, EnrolmentQuerySet
from subscribers.models import Subscriber

AUTHOR: dict[str, Any] = {
    "to": settings.AUTH_USER_MODEL,
    "on_delete": models.SET_NULL,
    "null": True,
    "editable": False,
    # Only the deletion of a user looks rows up by it.
    "db_index": False,
    "related_name": "+",
}
# A block that an enrolment remembers. The id stays where the block is deleted.
REMEMBERED: dict[str, Any] = {
    "to": "automations.Block",
    "on_delete": models.DO_NOTHING,
    "null": True,
    "db_constraint": False,
    "db_index": False,
    "related_name": "+",
}


class Automation(models.Model):
    """What happens to contacts after a trigger, block by block. FluentCRM calls it a funnel."""

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"  # takes nobody in, and whoever is in it stays at their block
        PUBLISHED = "published", "published"

    title = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
    trigger_name = models.CharField(max_length=100, help_text="One of automations.triggers.")
    # Which events start it, and for whom: the trigger reads both.
    settings = models.JSONField(default=dict, blank=True)
    conditions = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(**AUTHOR)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, editable=False, help_text="What happened before starts nothing.")
    # The last day whose birthdays were enrolled.
    birthdays_until = models.DateField(null=True, editable=False)

    objects: ClassVar[Any] = AutomationQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            # The worker: those that listen.
            models.Index(fields=["trigger_name"], name="automations_published", condition=Q(status="published")),
        ]

    def __str__(self) -> str:
        return self.title


class BlockType(models.TextChoices):
    ACTION = "action"
    CONDITIONAL = "conditional"  # has two branches: blocks whose `parent` it is
    GOAL = "benchmark", "goal"


class Block(models.Model):
    """A step of an automation. Written by automations.services.blocks."""

    automation = models.ForeignKey(Automation, on_delete=models.CASCADE, related_name="blocks", db_index=False)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    condition_type = models.CharField(  # noqa: DJ001 - FluentCRM has null outside of branches
        max_length=16, null=True, help_text="The branch of its parent: yes or no."
    )
    type = models.CharField(max_length=16, choices=BlockType, default=BlockType.ACTION)
    action_name = models.CharField(max_length=100, help_text="One of automations.blocks.")
    title = models.CharField(max_length=255, blank=True, default="")
    description = models.TextField(null=True, blank=True)  # noqa: DJ001 - as recorded
    status = models.CharField(max_length=16, default="published")
    settings = models.JSONField(default=dict, blank=True)
    conditions = models.JSONField(default=list, blank=True)
    note = models.TextField(null=True, blank=True)  # noqa: DJ001 - as recorded
    # Seconds that the waits before it take: the one just before it, and all of its branch.
    delay = models.PositiveBigIntegerField(default=0)
    c_delay = models.PositiveBigIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=1, help_text="Its place in its branch, from 1.")
    created_by = models.ForeignKey(**AUTHOR)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = BlockQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            # The blocks of an automation, in order.
            models.Index(fields=["automation", "sequence", "id"], name="automations_blocks_of"),
        ]

    def __str__(self) -> str:
        return self.title or self.action_name


class Enrolment(models.Model):
    """A contact in an automation: once at a time, and where it is. Written by automations.services."""

    class Status(models.TextChoices):
        ACTIVE = "active", "active"  # `next_block` runs at `next_execution_time`
        WAITING = "waiting", "waits for a goal"  # `next_block` is the goal
        PENDING = "pending", "waits for the contact's consent"
        COMPLETED = "completed", "completed"
        CANCELLED = "cancelled", "cancelled"  # by staff, by a block, or as `notes` says

    automation = models.ForeignKey(Automation, on_delete=models.CASCADE, related_name="enrolments", db_index=False)
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, db_index=False, related_name="enrolments", verbose_name="contact"
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    # The goal that it came in by; none for the trigger.
    starting_block = models.ForeignKey(**REMEMBERED)
    last_block = models.ForeignKey(**REMEMBERED)
    next_block = models.ForeignKey(Block, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    last_executed_time = models.DateTimeField(null=True)
    next_execution_time = models.DateTimeField(null=True)
    # The last goal that it met, and when. FluentCRM's API shows the block after it as the next one for ever.
    last_goal = models.ForeignKey(**REMEMBERED)
    last_goal_at = models.DateTimeField(null=True)
    source_trigger_name = models.CharField(max_length=100, blank=True, default="")
    source_ref_id = models.BigIntegerField(null=True, help_text="The entry of history that started it, if one did.")
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001 - as recorded
    # How often it was started, and how many automations in a row started each other up to this one.
    round = models.PositiveIntegerField(default=1)
    depth = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0, help_text="Failures of the next block so far.")
    claimed_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = "contact in an automation"
        verbose_name_plural = "contacts in automations"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["automation", "subscriber"], name="automations_once_at_a_time"),
        ]
        indexes: ClassVar = [
            # GET /funnels/subscriber/1/automations, and the deletion of a contact.
            models.Index(fields=["subscriber", "id"], name="automations_of_subscriber"),
            # GET /funnels/1/subscribers?status=waiting, and the numbers of an automation.
            models.Index(fields=["automation", "status", "id"], name="automations_by_status"),
            # The runner: who is due at a block. The deletion of a block: who is at it. Nobody who is through.
            models.Index(
                fields=["next_block", "next_execution_time", "id"],
                name="automations_due",
                condition=Q(next_block__isnull=False),
            ),
            # The reader: who waits for a contact's consent, if anybody does.
            models.Index(fields=["subscriber"], name="automations_pending", condition=Q(status="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} in {self.automation}"


class BlockRun(models.Model):
    """That a block ran for an enrolment, once in a round. FluentCRM calls these metrics."""

    class Status(models.TextChoices):
        COMPLETED = "completed", "completed"
        SKIPPED = "skipped", "skipped"  # it did nothing for this contact, as `notes` says
        FAILED = "failed", "failed"

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="runs", db_index=False)
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="runs", db_index=False)
    round = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=16, choices=Status, default=Status.COMPLETED)
    notes = models.TextField(null=True)  # noqa: DJ001 - as recorded
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enrolment", "round", "block"], name="automations_run_once"),
        ]
        indexes: ClassVar = [
            # The report of an automation: how many each block ran for. The deletion of a block.
            models.Index(fields=["block", "status"], name="automations_runs_of_block"),
        ]

    def __str__(self) -> str:
        return f"{self.block_id} for {self.enrolment_id}: {self.status}"


class Reader(models.Model):
    """How far the worker has read `changes`. One row (migration 0001)."""

    cursor = models.CharField(max_length=64, default="", help_text="Of changes.cursor.")
    # Inside an entry of many contacts: the last link (ChangedContact) that was read.
    position = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.cursor} + {self.position}"
