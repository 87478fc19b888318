"""The tables get the names of this app, and the columns of an exact entry. Rights that were given are kept."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

MODELS = ("change", "changedcontact")


def move_content_types(old: str, new: str) -> Any:
    """Permissions, and the admin's own log, belong to the content type and move with it."""

    def move(apps: Any, schema_editor: Any) -> None:
        content_type = apps.get_model("contenttypes", "ContentType")
        for model in MODELS:
            if not content_type.objects.filter(app_label=new, model=model).exists():
                content_type.objects.filter(app_label=old, model=model).update(app_label=new)
        content_type.objects.clear_cache()

    return move


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("changes", "0001_initial"),
        ("subscribers", "0006_history_moves_to_changes"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations: ClassVar = [
        migrations.RunPython(
            move_content_types("subscribers", "changes"),
            move_content_types("changes", "subscribers"),
            elidable=False,
        ),
        migrations.AlterModelTable("change", None),
        migrations.AlterModelTable("changedcontact", None),
        migrations.RenameField("change", "door", "channel"),
        migrations.RenameField("change", "change", "event"),
        migrations.RenameIndex("changedcontact", new_name="changes_of_contact", old_name="subscribers_history"),
        migrations.AlterField(
            "changedcontact",
            "change",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changed",
                to="changes.change",
            ),
        ),
    ]
