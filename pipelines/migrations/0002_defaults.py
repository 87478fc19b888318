from typing import Any, ClassVar

from django.db import migrations

from pipelines.models import DEFAULTS


def make_defaults(apps: Any, schema_editor: Any) -> None:
    apps.get_model("pipelines", "Stage").objects.bulk_create(
        [
            apps.get_model("pipelines", "Stage")(name=name, slug=name.lower(), position=position)
            for position, name in enumerate(DEFAULTS, start=1)
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("pipelines", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(make_defaults, migrations.RunPython.noop)]
