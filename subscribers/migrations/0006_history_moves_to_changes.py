"""The tables stay: changes.0001 has taken them over."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("subscribers", "0005_indexes_of_few"),
        ("changes", "0001_initial"),
    ]
    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel("ChangedContact"), migrations.DeleteModel("Change")]
        )
    ]
