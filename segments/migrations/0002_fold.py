from typing import ClassVar

from django.db import migrations, models

from database.expressions import Fold


class Migration(migrations.Migration):
    dependencies: ClassVar = [("database", "0001_fold"), ("segments", "0001_initial")]

    operations: ClassVar = [
        migrations.AddIndex(
            model_name="contactlist",
            index=models.Index(Fold("title"), models.F("id"), name="segments_contactlist_title"),
        ),
        migrations.AddIndex(
            model_name="tag",
            index=models.Index(Fold("title"), models.F("id"), name="segments_tag_title"),
        ),
    ]
