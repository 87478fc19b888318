"""The model of kept counts gets a plainer name. Its table keeps its own, and every row."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("segments", "0002_fold")]

    operations: ClassVar = [
        # The table's name of its own first: the new name of the model changes nothing in the database then.
        migrations.AlterModelTable("Tally", "segments_tally"),
        migrations.RenameModel("Tally", "ContactCount"),
    ]
