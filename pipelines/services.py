"""Finding the stages that a client names."""

from collections.abc import Collection

from django.db import connection

from pipelines.models import Stage

# A shared lock: many requests may use a stage at once, but none can delete it.
HOLD = "SELECT slug, id FROM pipelines_stage WHERE slug = ANY(%s) ORDER BY id FOR KEY SHARE"


def resolve_stages(slugs: Collection[str]) -> dict[str, int]:
    """The ids of the existing stages, by slug. They cannot be deleted until the transaction ends. One statement."""
    if not slugs:
        return {}
    if connection.vendor != "postgresql":
        return dict(Stage.objects.filter(slug__in=list(slugs)).values_list("slug", "pk"))
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [list(slugs)])
        return dict(cursor.fetchall())
