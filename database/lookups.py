"""Look-ups for the queries of every model (registered by database.apps)."""

from typing import Any

from django.db import models

from database.sql import any_of, ids_parameter


class AnyOf(models.Lookup):
    """In a set of any size, as one parameter. `IN` needs one for each value; SQLite limits their number."""

    lookup_name = "any_of"

    def get_prep_lookup(self) -> Any:
        return ids_parameter(self.rhs)

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [value]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        _, right_params = self.process_rhs(compiler, connection)
        return f"{left} {any_of()}", [*left_params, *right_params]
