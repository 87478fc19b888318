"""Mail to contacts: templates, what was written (Mailing), and each message of it to a contact. One file, as its tables refer to each other."""

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from database.expressions import Fold
from emails import kept_counts  # noqa: F401 - models too
from emails.querysets import MessageQuerySet, TemplateQuerySet
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


class Written(models.Model):
    """What templates and mailings have in common. `body` is HTML with codes (emails.codes), as staff wrote it."""

    title = models.CharField(max_length=192, blank=True)
    subject = models.CharField(max_length=500, blank=True)
    pre_header = models.CharField(max_length=500, blank=True, help_text="What mailboxes show behind the subject.")
    body = models.TextField(blank=True)
    design = models.CharField(max_length=50, default="simple", help_text="The frame: simple, or raw_html for none.")
    settings = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(**AUTHOR)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title or self.subject


class Template(Written):
    """A mail to start others from."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISH = "publish", "published"

    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
    edit_type = models.CharField(max_length=16, default="html", editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            # GET /templates?orderBy=post_title.
            models.Index(Fold("title"), "id", name="emails_template_title"),
        ]


class Kind(models.TextChoices):
    """Why a message is sent; the kind decides which contacts may get it (emails.consent)."""

    CAMPAIGN = "campaign"
    SEQUENCE = "sequence"
    AUTOMATION = "automation"
    CUSTOM = "custom", "by hand"
    TRANSACTIONAL = "transactional"
    DOUBLE_OPTIN = "double_optin", "double opt-in"
    RETURN = "return", "double opt-in after leaving"


# What is sent first, each of them in the order in which it is due: what somebody waits for, then what a contact gets
# by itself, then campaigns.
AWAITED = (Kind.CUSTOM, Kind.TRANSACTIONAL, Kind.DOUBLE_OPTIN, Kind.RETURN)
BY_ITSELF = (Kind.AUTOMATION, Kind.SEQUENCE)
# Requests for consent. Lists and numbers of mails leave them out, as recorded in contact-side-views.json.
CONSENT_KINDS = (Kind.DOUBLE_OPTIN, Kind.RETURN)


class Mailing(Written):
    """What was written once, for one contact or for many. The API knows it by `campaign_id`."""

    kind = models.CharField(max_length=16, choices=Kind, default=Kind.CUSTOM)
    # Messages of a campaign that is held wait, however many there are (emails.services.campaigns).
    held = models.BooleanField(default=False, editable=False)
    # Of a request for consent: SHA-256 of what is written. All requests in the same words are one mailing, which is
    # never changed, as consents refer to it.
    digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001 - many have none


class State(models.TextChoices):
    SCHEDULED = "scheduled"
    SENDING = "sending"  # claimed; it may have left
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    UNSURE = "unsure"  # it may have arrived; only staff repeat it
    CANCELLED = "cancelled"


NOT_SENT = (State.FAILED, State.BOUNCED, State.UNSURE, State.CANCELLED)


def make_hash() -> str:
    return secrets.token_hex(16)


class Message(models.Model):
    """A mail to one contact, from before it is sent. `email` and `subject` are those that it was sent with."""

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, db_index=False, related_name="messages", verbose_name="contact"
    )
    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="messages", db_index=False)
    kind = models.CharField(max_length=16, choices=Kind)
    email = models.CharField(max_length=190)
    subject = models.CharField(max_length=998, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.SCHEDULED)
    due = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    error = models.CharField(max_length=500, blank=True, help_text="Why it was not sent, or not yet.")
    sent_at = models.DateTimeField(null=True, editable=False)
    opens = models.PositiveIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    clicks = models.PositiveIntegerField(default=0, editable=False)
    clicked_at = models.DateTimeField(null=True, editable=False)
    # When the contact left by an address in this message, and when it complained about it.
    unsubscribed_at = models.DateTimeField(null=True, editable=False)
    complained_at = models.DateTimeField(null=True, editable=False)
    # The id of that of the mailing's subjects with which it was sent; none where the mailing has one alone.
    variant = models.BigIntegerField(null=True, editable=False)
    # The message's name outside: in its Message-ID, in addresses, in the API.
    hash = models.CharField(max_length=32, default=make_hash, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="emails_message_state_known"),
            # A campaign reaches a contact once, though it is on five lists and workers come twice.
            models.UniqueConstraint(
                fields=["mailing", "subscriber"], condition=Q(kind=Kind.CAMPAIGN), name="emails_campaign_once"
            ),
        ]
        indexes: ClassVar = [
            # GET /subscribers/1/emails, a contact's stats, the deletion of a contact.
            models.Index(fields=["subscriber", "id"], name="emails_of_subscriber"),
            # GET /campaigns/1/emails, the deletion of a mailing.
            models.Index(fields=["mailing", "id"], name="emails_of_mailing"),
            # send_due: what to send next, of each kind; of campaigns by mailing, as some are held.
            models.Index(
                fields=["due", "id"], name="emails_due_awaited", condition=Q(state="scheduled", kind__in=AWAITED)
            ),
            models.Index(
                fields=["due", "id"], name="emails_due_by_itself", condition=Q(state="scheduled", kind__in=BY_ITSELF)
            ),
            models.Index(
                fields=["mailing", "due", "id"],
                name="emails_due_campaign",
                condition=Q(state="scheduled", kind=Kind.CAMPAIGN),
            ),
            # send_due: whose sender is gone.
            models.Index(fields=["claimed_until"], name="emails_claimed", condition=Q(state="sending")),
            # GET /reports/emails?status=failed, and staff's list of the unsure ones: of the few that are not sent.
            models.Index(fields=["state", "id"], name="emails_not_sent", condition=Q(state__in=NOT_SENT)),
            # GET /reports/email-sents, -opens and -clicks.
            models.Index(fields=["sent_at"], name="emails_sent_at", condition=Q(sent_at__isnull=False)),
            models.Index(fields=["opened_at"], name="emails_opened_at", condition=Q(opened_at__isnull=False)),
            models.Index(fields=["clicked_at"], name="emails_clicked_at", condition=Q(clicked_at__isnull=False)),
            # GET /campaigns/1/unsubscribers.
            models.Index(
                fields=["mailing", "unsubscribed_at"],
                name="emails_unsubscribed",
                condition=Q(unsubscribed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject or self.mailing} to {self.email}"


class Link(models.Model):
    """Where a mailing points, once for all of its messages. Never changed: an address in a mail names it."""

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="links", db_index=False)
    url = models.TextField()
    digest = models.CharField(max_length=64, editable=False)  # SHA-256 of url, which may be too long for an index

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["mailing", "digest"], name="emails_link_once")]

    def __str__(self) -> str:
        return self.url


class Click(models.Model):
    """How often a link of a message was followed."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="followed", db_index=False)
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="clicks")
    count = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["message", "link"], name="emails_click_once")]

    def __str__(self) -> str:
        return f"{self.count} x {self.link}"


class Pace(models.Model):
    """The one row by which all workers together keep to the rate of sending: until when sendings are given out."""

    until = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"until {self.until}"


class Consent(models.Model):
    """That a contact confirmed its subscription: when, from where, to which words and lists. Kept as it was."""

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, db_index=False, related_name="consents", verbose_name="contact"
    )
    at = models.DateTimeField(default=timezone.now)
    email = models.CharField(max_length=190, help_text="The address that the request was sent to.")
    ip = models.CharField(max_length=45, blank=True, verbose_name="IP address")
    user_agent = models.CharField(max_length=500, blank=True, help_text="The browser, in its own words.")
    # What was asked: its body is what the contact got.
    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="consents", verbose_name="text")
    lists = models.JSONField(default=list, help_text="Id and title of each list that the contact was on.")

    class Meta:
        indexes: ClassVar = [
            # A contact's page, and whether a link was followed before.
            models.Index(fields=["subscriber", "at"], name="emails_consents_of_subscriber"),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {date_format(timezone.localtime(self.at), 'DATETIME_FORMAT')}"
