"""Campaigns: held ones, each contact once, due messages by kind; and what is kept of a message beside."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

# A second message of a campaign to a contact stays what it is but for its kind, which asks for the same consent. The
# one that was sent is the campaign's.
RELEASE_SECOND_ONES = """
    UPDATE emails_message SET kind = 'custom' WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (
                PARTITION BY mailing_id, subscriber_id ORDER BY CASE WHEN sent_at IS NULL THEN 1 ELSE 0 END, id
            ) AS place FROM emails_message WHERE kind = 'campaign'
        ) placed WHERE place > 1
    )
"""
AWAITED = ("custom", "transactional", "double_optin", "return")
BY_ITSELF = ("automation", "sequence")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("emails", "0002_consent"), ("subscribers", "0008_last_change")]

    operations: ClassVar = [
        migrations.RunSQL(RELEASE_SECOND_ONES, migrations.RunSQL.noop),
        migrations.AddField("mailing", "held", models.BooleanField(default=False, editable=False)),
        migrations.AddField("message", "unsubscribed_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("message", "complained_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("message", "variant", models.BigIntegerField(editable=False, null=True)),
        migrations.RemoveIndex("message", "emails_of_mailing"),
        migrations.RemoveIndex("message", "emails_due"),
        migrations.AddIndex("message", models.Index(fields=["mailing", "id"], name="emails_of_mailing")),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["due", "id"], name="emails_due_awaited", condition=Q(state="scheduled", kind__in=AWAITED)
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["due", "id"], name="emails_due_by_itself", condition=Q(state="scheduled", kind__in=BY_ITSELF)
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["mailing", "due", "id"],
                name="emails_due_campaign",
                condition=Q(state="scheduled", kind="campaign"),
            ),
        ),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["mailing", "unsubscribed_at"],
                name="emails_unsubscribed",
                condition=Q(unsubscribed_at__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            "message",
            models.UniqueConstraint(
                fields=["mailing", "subscriber"], condition=Q(kind="campaign"), name="emails_campaign_once"
            ),
        ),
    ]
