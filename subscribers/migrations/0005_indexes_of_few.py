"""Indexes of the few contacts that have a company, or a user: what a deletion of one looks for."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0001_initial"),
        ("pipelines", "0002_defaults"),
        ("segments", "0001_initial"),
        ("subscribers", "0004_job_title_website_and_stage"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="subscriber",
            name="user",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="The user of this server whose contact it is, if any.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="subscriber",
            index=models.Index(
                condition=models.Q(("company__isnull", False)), fields=["company"], name="subscribers_primary_company"
            ),
        ),
        migrations.AddIndex(
            model_name="subscriber",
            index=models.Index(
                condition=models.Q(("user__isnull", False)), fields=["user"], name="subscribers_of_user"
            ),
        ),
    ]
