"""Look-ups for the queries of every model (registered by database.apps)."""

from typing import Any

from django.db import models

from database.sql import any_of, any_of_texts, ids_parameter


class AnyOf(models.Lookup):
    """In a set of any size, as one parameter. `IN` needs one for each value; SQLite limits their number."""

    lookup_name = "any_of"

    def get_prep_lookup(self) -> Any:
        return ids_parameter(self.rhs)

    @property
    def is_text(self) -> bool:
        return isinstance(self.lhs.output_field, models.CharField | models.TextField)

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [value]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        _, right_params = self.process_rhs(compiler, connection)
        compared = any_of_texts() if self.is_text else any_of()
        return f"{left} {compared}", [*left_params, *right_params]
