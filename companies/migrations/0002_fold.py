"""Names are unique as `fold` compares them. Companies that have one name by that already all stay as they are."""

from typing import ClassVar

from django.db import migrations, models

from database.expressions import Fold

MARK_TWINS = """
    UPDATE companies_company SET twin = id WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (PARTITION BY fold(name) ORDER BY id) AS place FROM companies_company
        ) named WHERE place > 1
    )
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("database", "0001_fold"), ("companies", "0001_initial")]

    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="company", name="companies_name_unique"),
        migrations.AddField(model_name="company", name="twin", field=models.BigIntegerField(default=0, editable=False)),
        migrations.RunSQL(MARK_TWINS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.UniqueConstraint(Fold("name"), models.F("twin"), name="companies_name_unique"),
        ),
    ]
