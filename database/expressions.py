"""`fold`, and comparisons that use it, in queries of the ORM; conditions of many parts."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import Case, Exists, Func, OrderBy, Q, Value, When

from database.letters import composed
from database.sql import folded, ids_parameter, plain_address, texts


class Fold(Func):
    """A text as it is compared and sorted (database.letters)."""

    function = "fold"
    arity = 1
    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Sorted by code points, as SQLite does, whatever the database's locale; it is also faster.
        return self.as_sql(compiler, connection, template=folded("%(expressions)s"), **context)


class FoldedLine(Fold):
    """The same for a stored line of text, in a third of the time. Use it to sort a whole table.

    An ASCII text only has to be lower-cased: its white space was normalised when it was written.
    """

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        text, params = compiler.compile(self.source_expressions[0])
        small = f'lower({text} COLLATE "C")'
        return f"CASE WHEN octet_length({text}) = length({text}) THEN {small} ELSE {folded(text)} END", [*params * 4]


def folded_text(text: str) -> Fold:
    """A text that a client sent, folded."""
    return Fold(Value(composed(text)))


class Address(Func):
    """An e-mail address as it is compared and sorted. Addresses are ASCII: lower() is enough."""

    function = "lower"
    arity = 1
    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=plain_address("%(expressions)s"), **context)


class EmptyFirstIndex(models.Index):
    """An index with nulls first in ascending order, as every list has them. It serves both directions."""

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **options: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            # On SQLite nulls come first by default, and an index cannot name the order.
            return super().create_sql(model, schema_editor, using, **options)
        first: Any
        first, *others = self.expressions
        ordered = models.Index(OrderBy(first, nulls_first=True), *others, name=self.name)
        return ordered.create_sql(model, schema_editor, using, **options)


@models.Field.register_lookup
class ContainsFolded(models.Lookup):
    """True if a folded text contains another one, which is folded here. Nothing contains a text that folds to "".

    `LIKE` on PostgreSQL, for the trigram index. % and _ have no special meaning.
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
        # SQLite's LIKE accepts no pattern over 50,000 bytes.
        left, left_params = self.process_lhs(compiler, connection)
        return f"instr({left}, NULLIF(fold(%s), '')) > 0", [*left_params, composed(str(self.rhs))]


@models.Field.register_lookup
class Holds(ContainsFolded):
    """The same for a text that is not folded yet: `search_fields = ("title__holds",)`."""

    lookup_name = "holds"

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> tuple[str, Any]:
        left, params = super().process_lhs(compiler, connection, lhs)
        return folded(left), params


class AnyOfFolded(Func):
    """True if a folded text is one of the texts, which are folded here. They are one parameter."""

    output_field = models.BooleanField()

    def __init__(self, folded_text: Any, wanted: Iterable[str]) -> None:
        self.wanted = [composed(text) for text in wanted]
        super().__init__(folded_text)

    def as_sql(self, compiler: Any, connection: Any, *arguments: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} IN (SELECT fold(r.value) FROM {texts()})", [*params, ids_parameter(self.wanted)]


# So many EXISTS of one condition PostgreSQL may plan as joins.
MAX_JOINS = 8


def few_joins(condition: Q) -> Q:
    """The same condition, of which PostgreSQL plans at most MAX_JOINS subqueries as joins.

    For each EXISTS that must be true it plans a join, and how long it plans grows with the cube of their number: 400
    take a minute, in an empty database. Inside of CASE it answers them row by row.
    """
    return _apart(condition, iter(range(MAX_JOINS)))


def _apart(part: Any, joins: Iterator[int]) -> Any:
    if isinstance(part, Q):
        return part.create([_apart(child, joins) for child in part.children], part.connector, part.negated)
    if isinstance(part, Exists) and next(joins, None) is None:
        return Case(When(part, then=Value(True)), default=Value(False), output_field=models.BooleanField())
    return part


def holding(text: str, *columns: str) -> models.Q:
    """The condition that one of the columns contains a text, as `fold` compares. % and _ have no special meaning."""
    condition = models.Q()
    for column in columns:
        condition |= models.Q(**{f"{column}__holds": text})
    return condition
