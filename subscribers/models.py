"""The contact, and its links to tags and lists. One file, as its tables refer to each other."""

import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import ExtractDay, ExtractMonth

from companies.models import Company
from database.expressions import Address, EmptyFirstIndex, Fold
from pipelines.models import Stage
from segments.models import ContactList, Tag
from subscribers.querysets import SubscriberQuerySet, Words


class Status(models.TextChoices):
    """Whether and how a contact may be written to (guide, 'Status Values')."""

    SUBSCRIBED = "subscribed"
    PENDING = "pending"
    UNSUBSCRIBED = "unsubscribed"
    TRANSACTIONAL = "transactional"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SPAMMED = "spammed"


# Contacts of these statuses left; when and why is kept.
LEFT = frozenset({Status.UNSUBSCRIBED, Status.BOUNCED, Status.COMPLAINED, Status.SPAMMED})


def make_hash() -> str:
    """A contact's public name in links: 32 hex digits that nobody can guess."""
    return secrets.token_hex(16)


# FluentCRM tells a field that was never filled (null) from one that was emptied (""), and so do we.
TEXT: dict[str, Any] = {"null": True, "blank": True}


class Subscriber(models.Model):
    """A contact. Text columns have FluentCRM's lengths; `email` is unique whatever its case."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # see Meta.indexes
        help_text="The user of this server whose contact it is, if any.",
    )
    hash = models.CharField(max_length=32, unique=True, default=make_hash, editable=False)
    contact_owner = models.BigIntegerField(null=True, blank=True)
    company = models.ForeignKey(
        Company,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # see Meta.indexes
        help_text="The primary company: the first of `companies`, unless another was chosen.",
    )
    prefix = models.CharField(max_length=192, **TEXT)
    first_name = models.CharField(max_length=192, **TEXT)
    last_name = models.CharField(max_length=192, **TEXT)
    email = models.CharField(max_length=190)
    timezone = models.CharField(max_length=192, **TEXT)
    address_line_1 = models.CharField(max_length=192, **TEXT)
    address_line_2 = models.CharField(max_length=192, **TEXT)
    postal_code = models.CharField(max_length=192, **TEXT)
    city = models.CharField(max_length=192, **TEXT)
    state = models.CharField(max_length=192, **TEXT)
    country = models.CharField(max_length=192, **TEXT)
    ip = models.CharField(max_length=45, **TEXT)
    latitude = models.DecimalField(max_digits=10, decimal_places=8, null=True, blank=True)
    longitude = models.DecimalField(max_digits=11, decimal_places=8, null=True, blank=True)
    total_points = models.IntegerField(default=0, editable=False)
    life_time_value = models.BigIntegerField(default=0, editable=False)
    phone = models.CharField(max_length=50, **TEXT)
    job_title = models.CharField(max_length=192, **TEXT)
    website = models.CharField(max_length=500, **TEXT)
    pipeline_stage = models.ForeignKey(
        Stage,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        # Nothing asks for the contacts of a stage but its deletion, which reads them all. An index
        # would have every contact that moves to another stage leave its page of the table.
        db_index=False,
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.SUBSCRIBED)
    contact_type = models.CharField(max_length=50, default="lead")
    source = models.CharField(max_length=192, **TEXT)
    avatar = models.CharField(max_length=500, **TEXT)
    date_of_birth = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_activity = models.DateTimeField(null=True, blank=True)
    # {slug: text or list of texts}; docs/decisions/0003 has the measurements behind one column.
    custom_values = models.JSONField(default=dict, blank=True)
    # When and why a contact left (LEFT); both null while it is here.
    unsubscribe_reason = models.TextField(editable=False, **TEXT)
    unsubscribe_date = models.DateTimeField(null=True, editable=False)
    search_text = models.GeneratedField(
        expression=Words(
            "first_name",
            "last_name",
            "email",
            "phone",
            "address_line_1",
            "address_line_2",
            "postal_code",
            "city",
            "state",
            "country",
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    tags = models.ManyToManyField(Tag, through="SubscriberTag", related_name="subscribers", blank=True)
    lists = models.ManyToManyField(ContactList, through="SubscriberList", related_name="subscribers", blank=True)
    companies = models.ManyToManyField(Company, through="SubscriberCompany", related_name="subscribers", blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = "contact"
        constraints: ClassVar = [
            # One contact an address, whatever the timing of two requests; sorting by e-mail.
            models.UniqueConstraint(Address("email"), name="subscribers_email_unique"),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="subscribers_status_known"),
        ]
        indexes: ClassVar = [
            # GET /subscribers?statuses[]=bounced: a page in the order of ids.
            models.Index(fields=["status", "id"], name="subscribers_status"),
            # The same for conditions on the type, and the admin's filter, which counts them.
            models.Index(fields=["contact_type", "id"], name="subscribers_contact_type"),
            # GET /subscribers?sort_by=created_at.
            models.Index(fields=["created_at", "id"], name="subscribers_created_at"),
            # DELETE /companies/1: PostgreSQL asks whose primary one each of them is.
            models.Index(
                fields=["company"], name="subscribers_primary_company", condition=models.Q(company__isnull=False)
            ),
            # The deletion of a user, in the same way. None of both for those who have none.
            models.Index(fields=["user"], name="subscribers_of_user", condition=models.Q(user__isnull=False)),
            # The same by last_activity, first_name and last_name.
            EmptyFirstIndex(models.F("last_activity"), "id", name="subscribers_last_activity"),
            EmptyFirstIndex(Fold("first_name"), "id", name="subscribers_first_name"),
            EmptyFirstIndex(Fold("last_name"), "id", name="subscribers_last_name"),
            # automations.services.birthdays: whose birthday a day is.
            models.Index(
                ExtractMonth("date_of_birth"),
                ExtractDay("date_of_birth"),
                "id",
                name="subscribers_birthday",
                condition=models.Q(date_of_birth__isnull=False),
            ),
            # Search has an index of its own on PostgreSQL: see migration 0002.
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def updated_at(self) -> datetime:
        """When something of it was last changed. One statement, none after select_related("last_change")."""
        return self.last_change.at

    @property
    def full_name(self) -> str:
        return f"{self.first_name or ''} {self.last_name or ''}".strip()


class LastChange(models.Model):
    """When something that a client sees of a contact was last changed, its tags, lists and companies included.

    In a table of its own, whose rows are narrow: docs/decisions/0016. Each contact has a row: a trigger
    (migration 0008) makes it, with `created_at`, and the foreign key deletes it. On SQLite a migration
    that makes the contacts' table anew loses the trigger, and has to make it again.
    """

    subscriber = models.OneToOneField(
        Subscriber,
        on_delete=models.DO_NOTHING,  # the database does
        primary_key=True,
        related_name="last_change",
    )
    # Without an index: a new version of a row stays in its page, and touches nothing else.
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.subscriber_id}: {self.at}"


class SubscriberTag(models.Model):
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, db_index=False, related_name="tag_links")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, db_index=False, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            # The tags of the contacts of a page.
            models.UniqueConstraint(fields=["subscriber", "tag"], name="subscribers_tag_once"),
        ]
        indexes: ClassVar = [
            # GET /subscribers?tags[]=1: a page of one tag's contacts straight from the link, at any depth.
            models.Index(fields=["tag", "subscriber"], name="subscribers_of_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} has tag {self.tag_id}"


class SubscriberList(models.Model):
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, db_index=False, related_name="list_links")
    list = models.ForeignKey(ContactList, on_delete=models.CASCADE, db_index=False, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            # The lists of the contacts of a page.
            models.UniqueConstraint(fields=["subscriber", "list"], name="subscribers_list_once"),
        ]
        indexes: ClassVar = [
            # GET /subscribers?lists[]=1, as for tags.
            models.Index(fields=["list", "subscriber"], name="subscribers_of_list"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} is on list {self.list_id}"


class SubscriberCompany(models.Model):
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, db_index=False, related_name="company_links")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, db_index=False, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            # The companies of the contacts of a page.
            models.UniqueConstraint(fields=["subscriber", "company"], name="subscribers_company_once"),
        ]
        indexes: ClassVar = [
            # GET /subscribers?company_ids[]=1, and contacts_count of a company.
            models.Index(fields=["company", "subscriber"], name="subscribers_of_company"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} belongs to company {self.company_id}"
