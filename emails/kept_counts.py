"""Kept counts of messages and clicks (emails.services.numbers). Only triggers of the database write the changes.

On PostgreSQL a change adds a row to a ledger (`...Delta`), so that two workers never wait for each other; a sweep moves
these rows into the sums (`...Count`). SQLite has one writer, whose triggers change the sums themselves.
"""

from typing import ClassVar

from django.db import models


class MailingNumbers(models.Model):
    """Numbers of messages of a mailing that have one subject (`Message.variant`, 0 for none)."""

    # No foreign keys: the rows of a mailing go by a trigger when it is deleted.
    mailing_id = models.BigIntegerField()
    variant = models.BigIntegerField(default=0)
    scheduled = models.BigIntegerField(default=0)
    sending = models.BigIntegerField(default=0)
    sent = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    bounced = models.BigIntegerField(default=0)
    unsure = models.BigIntegerField(default=0)
    cancelled = models.BigIntegerField(default=0)
    opened = models.BigIntegerField(default=0)
    clicked = models.BigIntegerField(default=0)
    unsubscribed = models.BigIntegerField(default=0)
    complained = models.BigIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"mailing {self.mailing_id}, subject {self.variant}"


class MailingCount(MailingNumbers):
    class Meta:
        constraints: ClassVar = [
            # numbers_of, and the row that a change adds to.
            models.UniqueConstraint(fields=["mailing_id", "variant"], name="emails_mailing_count"),
        ]


class MailingDelta(MailingNumbers):
    class Meta:
        # numbers_of.
        indexes: ClassVar = [models.Index(fields=["mailing_id"], name="emails_mailing_delta")]


class LinkNumbers(models.Model):
    """How many messages a link was followed in, and how often in all."""

    link_id = models.BigIntegerField()
    contacts = models.BigIntegerField(default=0)
    clicks = models.BigIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"link {self.link_id}: {self.contacts}, {self.clicks}"


class LinkCount(LinkNumbers):
    class Meta:
        # link_numbers, and the row that a change adds to.
        constraints: ClassVar = [models.UniqueConstraint(fields=["link_id"], name="emails_link_count")]


class LinkDelta(LinkNumbers):
    class Meta:
        # link_numbers.
        indexes: ClassVar = [models.Index(fields=["link_id"], name="emails_link_delta")]
