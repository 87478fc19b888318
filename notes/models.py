"""Notes of staff and integrations about a contact or a company."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from companies.models import Company
from notes.querysets import NoteQuerySet
from subscribers.models import Subscriber


class Type(models.TextChoices):
    """The 15 types of the guide ('Creating a new Note'), labelled as recorded in notes.json."""

    NOTE = "note", "Note"
    CALL = "call", "Call"
    EMAIL = "email", "Email"
    MEETING = "meeting", "Meeting"
    QUOTE_SENT = "quote_sent", "Quote: Sent"
    QUOTE_ACCEPTED = "quote_accepted", "Quote: Accepted"
    QUOTE_REFUSED = "quote_refused", "Quote: Refused"
    INVOICE_SENT = "invoice_sent", "Invoice: Sent"
    INVOICE_PART_PAID = "invoice_part_paid", "Invoice: Part Paid"
    INVOICE_PAID = "invoice_paid", "Invoice: Paid"
    INVOICE_REFUNDED = "invoice_refunded", "Invoice: Refunded"
    TRANSACTION = "transaction", "Transaction"
    FEEDBACK = "feedback", "Feedback"
    TWEET = "tweet", "Tweet"
    FACEBOOK_POST = "facebook_post", "Facebook Post"


# The status of all notes of companies (companies.json).
COMPANY_NOTE = "_company_note_"


class Note(models.Model):
    """A note about a contact or a company, deleted with it. `description` is clean HTML (rest.rich_text)."""

    subscriber = models.ForeignKey(
        Subscriber,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="notes",
        verbose_name="contact",
        null=True,
        blank=True,
    )
    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, db_index=False, related_name="notes", null=True, blank=True
    )
    # FluentCRM has this column. Not a foreign key: Django would then read every note before
    # it deletes one.
    parent_id = models.BigIntegerField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        # Only used when a user is deleted.
        db_index=False,
        related_name="+",
    )
    status = models.CharField(max_length=50, default="open", editable=False)
    type = models.CharField(max_length=50, choices=Type, default=Type.NOTE)
    is_private = models.BooleanField(default=True, editable=False)
    title = models.CharField(max_length=192)
    description = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            # GET /subscribers/1/notes: WHERE subscriber_id = 1 ORDER BY id DESC LIMIT 10, its count,
            # and the deletion of a contact.
            models.Index(fields=["subscriber", "id"], name="notes_of_subscriber"),
            # GET /companies/1/notes, as for contacts.
            models.Index(fields=["company", "id"], name="notes_of_company", condition=models.Q(company__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(subscriber__isnull=False, company=None)
                | models.Q(subscriber=None, company__isnull=False),
                name="notes_of_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.title
