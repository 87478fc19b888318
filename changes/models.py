"""History: an entry for each thing that happened, with its contacts."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from changes.querysets import ChangeQuerySet


class Change(models.Model):
    """One thing that happened, to any number of contacts together: one tag was attached, one status was set.

    Only changes.services.record writes it.
    """

    at = models.DateTimeField(auto_now_add=True)
    # The position in the order of commits (changes.commit_order); 0 for older entries.
    transaction_number = models.BigIntegerField(default=0, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # What acted for the user, or without a user: a key, an import or an automation.
    actor_kind = models.CharField(max_length=32, blank=True, default="", help_text="One of changes.actors.ActorKind.")
    actor_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True, help_text="The job that did it. History is kept longer than jobs.")
    channel = models.CharField(max_length=16, help_text="One of changes.actors.Channel.")
    event = models.CharField(max_length=32, help_text="One of changes.events.EVENTS.")
    # What the entry is about, besides contacts: the tag that was attached, the note that was created.
    subject_kind = models.CharField(max_length=16, default="contact", help_text="One of changes.events.SUBJECTS.")
    subject_id = models.BigIntegerField(null=True, help_text="None for contacts: `changed` has them.")
    # For one contact {"columns": {name: [before, after]}}, for several what they have in common.
    details = models.JSONField(default=dict)
    contacts = models.PositiveIntegerField(help_text="The number of contacts that it is about.")

    objects: ClassVar[Any] = ChangeQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            # changes.cursor: the entries after a cursor, in the order of commits.
            models.Index(fields=["transaction_number", "id"], name="changes_in_commit_order"),
            # bulk_actions.undoing: what a job did, and that it did anything.
            models.Index(fields=["job_id", "id"], name="changes_of_job", condition=models.Q(job_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.event} ({self.contacts})"


class ChangedContact(models.Model):
    """Links an entry to a contact. Not a foreign key, as history is kept longer than the contact."""

    # Without a constraint, which would look for the entry once for each contact: a third of the
    # time of a large entry. Links are made in the statement that makes the entry, and removed before it.
    change = models.ForeignKey(
        Change, on_delete=models.CASCADE, related_name="changed", db_constraint=False, db_index=False
    )
    contact_id = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            # feed.reading: the contacts of an entry, a part of a million at a time.
            models.Index(fields=["change", "contact_id"], name="changes_contacts_of_entry"),
            # GET /subscribers/1/history: newest first.
            models.Index(fields=["contact_id", "change"], name="changes_of_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.change_id}: {self.contact_id}"


class DeletedContact(models.Model):
    """What other systems need to delete the contact too. Removed after DELETED_CONTACTS_RETENTION_DAYS."""

    change = models.ForeignKey(
        Change, on_delete=models.CASCADE, related_name="deleted", db_constraint=False, db_index=False
    )
    contact_id = models.BigIntegerField()
    email = models.CharField(max_length=190)
    hash = models.CharField(max_length=32)

    class Meta:
        indexes: ClassVar = [
            # feed.reading: the addresses of some contacts of an entry.
            models.Index(fields=["change", "contact_id"], name="changes_deleted_of_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.change_id}: {self.contact_id}"


class RemovedHistory(models.Model):
    """The position of the last entry that changes.retention removed: cursors before it have a gap. At most one row."""

    transaction_number = models.BigIntegerField()
    change_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.transaction_number}.{self.change_id}"


class TransactionOffset(models.Model):
    """The offset of PostgreSQL's transaction ids (changes.commit_order). At most one row."""

    value = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.value)
