"""The models come from subscribers, with their tables and all that is in them; the next migrations change them."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CHANGE = migrations.CreateModel(
    name="Change",
    fields=[
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("at", models.DateTimeField(auto_now_add=True)),
        ("door", models.CharField(help_text="api, admin or command", max_length=16)),
        ("change", models.CharField(help_text="One of subscribers.signals.CHANGES.", max_length=32)),
        ("details", models.JSONField(default=dict)),
        ("contacts", models.PositiveIntegerField()),
        (
            "user",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ],
    options={"db_table": "subscribers_change"},
)
CHANGED_CONTACT = migrations.CreateModel(
    name="ChangedContact",
    fields=[
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("contact_id", models.BigIntegerField()),
        (
            "change",
            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="changed", to="changes.change"),
        ),
    ],
    options={
        "db_table": "subscribers_changedcontact",
        "indexes": [models.Index(fields=["contact_id", "change"], name="subscribers_history")],
    },
)


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = [
        ("subscribers", "0004_job_title_website_and_stage"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [migrations.SeparateDatabaseAndState(state_operations=[CHANGE, CHANGED_CONTACT])]
