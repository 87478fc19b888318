"""`fold` and its like in the ORM's queries."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Func, OrderBy, Value

from database.letters import composed
from database.sql import folded, ids_parameter, plain_address, texts


class Fold(Func):
    """A text as it is compared and sorted (database.letters)."""

    function = "fold"
    arity = 1
    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # By code points, whatever the database's locale: so it is faster, and sorted as SQLite sorts.
        return self.as_sql(compiler, connection, template=folded("%(expressions)s"), **context)


class FoldedLine(Fold):
    """The same of a line as it is stored, at a third of the price, to sort a whole table by.

    Of one in ASCII nothing is left to do but small letters: its white space was put right when it was written.
    """

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        text, params = compiler.compile(self.source_expressions[0])
        small = f'lower({text} COLLATE "C")'
        return f"CASE WHEN octet_length({text}) = length({text}) THEN {small} ELSE {folded(text)} END", [*params * 4]


def folded_text(text: str) -> Fold:
    """A text that a client sent, folded."""
    return Fold(Value(composed(text)))


class Address(Func):
    """An e-mail address as it is compared and sorted. Addresses are ASCII, where lower() is all that `fold` does."""

    function = "lower"
    arity = 1
    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=plain_address("%(expressions)s"), **context)


class EmptyFirstIndex(models.Index):
    """An index in whose order empty values come first upward, as in every list: it serves both directions."""

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **options: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            # There they do by themselves, and an index may not say so.
            return super().create_sql(model, schema_editor, using, **options)
        first: Any
        first, *others = self.expressions
        ordered = models.Index(OrderBy(first, nulls_first=True), *others, name=self.name)
        return ordered.create_sql(model, schema_editor, using, **options)


@models.Field.register_lookup
class ContainsFolded(models.Lookup):
    """That a folded text holds another, which is folded here; one of which nothing is left is held by none.

    `LIKE` on PostgreSQL, for the trigram index; % and _ are plain letters.
    """

    lookup_name = "contains_folded"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        pattern = "NULLIF(fold(%s), '')"
        for special in ("\\", "%%", "_"):
            pattern = rf"replace({pattern}, '{special}', '\{special}')"
        return rf"{left} LIKE '%%' || {pattern} || '%%' ESCAPE '\'", [*left_params, composed(str(self.rhs))]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        # Its LIKE takes no pattern over 50,000 bytes.
        left, left_params = self.process_lhs(compiler, connection)
        return f"instr({left}, NULLIF(fold(%s), '')) > 0", [*left_params, composed(str(self.rhs))]


@models.Field.register_lookup
class Holds(ContainsFolded):
    """The same of a text that is not folded yet: `search_fields = ("title__holds",)`."""

    lookup_name = "holds"

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> tuple[str, Any]:
        left, params = super().process_lhs(compiler, connection, lhs)
        return folded(left), params


class AnyOfFolded(Func):
    """True where a folded text is one of some, which are folded here. They are one parameter."""

    output_field = models.BooleanField()

    def __init__(self, folded_text: Any, wanted: Iterable[str]) -> None:
        self.wanted = [composed(text) for text in wanted]
        super().__init__(folded_text)

    def as_sql(self, compiler: Any, connection: Any, *arguments: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} IN (SELECT fold(r.value) FROM {texts()})", [*params, ids_parameter(self.wanted)]


def holding(text: str, *columns: str) -> models.Q:
    """The condition that one of the columns holds a text, as `fold` compares; % and _ are plain letters."""
    condition = models.Q()
    for column in columns:
        condition |= models.Q(**{f"{column}__holds": text})
    return condition
