"""Sets of contacts, narrowed. Every method returns a set; a contact is in it once."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Self

import orjson
from django.db import connection, models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.expressions import BaseExpression, Func
from django.db.models.functions import Cast, Coalesce, Left, Length
from django.db.models.lookups import Exact, LessThanOrEqual, Regex

from custom_fields.types import TYPES
from database.sql import among, ids_parameter
from segments.querysets import CaseBlind

DAY = r"^[0-9]{4}-[0-9][0-9]-[0-9][0-9]"
# The end is no line's end: Python's $ would take "5" and a line break for a number.
NUMBER = r"^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)\Z"
MAX_NUMBER = 300


class Words(Func):
    """Some text columns as one lower-case text, a space between them. Flat: Concat nests too deep for SQLite."""

    template = "LOWER(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = models.TextField()

    def __init__(self, *columns: Any) -> None:
        super().__init__(*(Coalesce(column, Value("")) for column in columns))


class SubscriberQuerySet(models.QuerySet[Any]):
    def with_status(self, statuses: Sequence[str]) -> Self:
        """Those of any of the statuses; a status that there is not is had by nobody."""
        return self.filter(status__in=list(statuses))

    def tagged_with_any(self, ids: Iterable[int]) -> Self:
        """Those with at least one of the tags. EXISTS, as a join would list a contact once a tag."""
        return self.filter(self.link_exists("tags", ids))

    def on_any_list(self, ids: Iterable[int]) -> Self:
        """Those on at least one of the lists."""
        return self.filter(self.link_exists("lists", ids))

    def link_exists(self, relation: str, ids: Iterable[int]) -> Exists:
        """The condition of having at least one of the tags (or lists), to combine with others."""
        field: Any = self.model._meta.get_field(relation)
        target = field.m2m_reverse_field_name()
        links = field.remote_field.through.objects.filter(subscriber=OuterRef("pk"))
        return Exists(links.filter(**{f"{target}__among": list(ids)}))

    def matching(self, text: str) -> Self:
        """Those with `text` in name, e-mail, phone or address, in any case; % and _ are plain letters.

        PostgreSQL answers from the trigram index of `search_text`. SQLite reads the column; letters
        outside ASCII cost it a function call a row.
        """
        column: BaseExpression | F = F("search_text")
        if connection.vendor == "sqlite" and not text.isascii():
            column = CaseBlind(column)
        return self.alias(searched=column).filter(searched__contains_text=text.lower())

    def with_email(self, email: str) -> Self:
        """The contact of that address, in any case."""
        return self.alias(address=models.functions.Lower("email")).filter(address=email.strip().lower())

    def with_any_email(self, emails: Iterable[str]) -> Self:
        """The contacts of those addresses, in any case."""
        wanted = [email.strip().lower() for email in emails]
        return self.alias(address=models.functions.Lower("email")).filter(address__in=wanted)

    def with_email_containing(self, text: str) -> Self:
        """Those with `text` in the e-mail address, in any case; % and _ are plain letters."""
        # What is in the address is in search_text, and that has an index on PostgreSQL.
        lower = text.lower()
        return self.matching(lower).alias(address=models.functions.Lower("email")).filter(address__contains_text=lower)

    def with_custom_value(self, slug: str, value: str, kind: str) -> Self:
        """Those whose custom field `slug`, of a type of custom_fields.types, has the value.

        A list has it among its options, a number is compared as a number, a text in any case.
        """
        field_type = TYPES[kind]
        if field_type.is_list:
            return self.filter(HasOption(slug, [value]))
        if field_type.value_type == "numeric":
            return self.filter(Exact(custom_number(slug), Decimal(value)))
        return self.filter(Exact(CaseBlind(custom_text(slug), output_field=models.CharField()), value.lower()))

    def in_order(self, column: str, *, descending: bool) -> Self:
        """Sorted by a column, ties by id. Empty values come first upward, on every database."""
        if column == "id":
            return self.order_by("-id" if descending else "id")
        key: Any = models.functions.Lower("email") if column == "email" else F(column)
        nullable = column != "email" and self.model._meta.get_field(column).null
        if descending:
            return self.order_by(key.desc(nulls_last=True if nullable else None), "-id")
        return self.order_by(key.asc(nulls_first=True if nullable else None), "id")

    def beyond(self, pk: int, column: str, *, descending: bool) -> Self:
        """Those that come after contact `pk` in that order, in that order."""
        current = self.model._base_manager.filter(pk=pk)
        further = "lt" if descending else "gt"
        if column == "id":
            return self.filter(**{f"pk__{further}": pk}).in_order("id", descending=descending)
        if column == "email":
            # Sorted in any case, and so compared in any case.
            address = current.values_list(models.functions.Lower("email"), flat=True).first() or ""
            tied = Q(address=address, **{f"pk__{further}": pk})
            others = self.alias(address=models.functions.Lower("email"))
            return others.filter(tied | Q(**{f"address__{further}": address})).in_order(column, descending=descending)
        value = current.values_list(column, flat=True).first()
        if value is None:
            # Empty values come first upward, so downward nothing but more of them follows.
            rest = Q(**{f"{column}__isnull": True, f"pk__{further}": pk})
            further_values = Q() if descending else Q(**{f"{column}__isnull": False})
        else:
            rest = Q(**{column: value, f"pk__{further}": pk})
            further_values = Q(**{f"{column}__{further}": value})
            if descending:
                further_values |= Q(**{f"{column}__isnull": True})
        condition = rest | further_values if further_values else rest
        return self.filter(condition).in_order(column, descending=descending)


@models.ForeignObject.register_lookup
@models.Field.register_lookup
class Among(models.Lookup):
    """In a set of any size, given as one parameter: `IN` takes one for each and fails at some thousands on SQLite."""

    lookup_name = "among"

    def get_prep_lookup(self) -> Any:
        return ids_parameter(self.rhs)

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [value]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        _, right_params = self.process_rhs(compiler, connection)
        return f"{left} {among()}", [*left_params, *right_params]


def sqlite_path(slug: str) -> str | None:
    """SQLite's path to a custom value; None for a slug that no path leads to, however the JSON was written.

    A path is compared with the text between the quotes, which is an escape where json.dumps wrote an ö.
    """
    return f'$."{slug}"' if slug.isascii() and '"' not in slug and "\\" not in slug else None


class CustomText(Func):
    """A custom value as text; null where there is none.

    Django's own transform takes a slug of digits for a place in a list, and misses letters outside
    ASCII on SQLite.
    """

    output_field = models.CharField()

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(F("custom_values"))

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"({column} ->> %s)", [*params, self.slug]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        if (path := sqlite_path(self.slug)) is None:
            return f"(SELECT value FROM json_each({column}) WHERE key = %s)", [*params, self.slug]
        return f"json_extract({column}, %s)", [*params, path]


def custom_text(slug: str) -> CustomText:
    return CustomText(slug)


def custom_day(slug: str) -> Case:
    """The day of a custom date as ISO text, which sorts as days do; null where it is none."""
    text = custom_text(slug)
    return Case(When(Regex(text, DAY), then=Left(text, 10)), default=None)


def custom_number(slug: str) -> Case:
    """A custom value as a number; null where it is none: the field may have been a text before."""
    text = custom_text(slug)
    # Of any length, a number could be one that the database cannot hold, which fails the filter for everybody.
    is_number = Regex(text, NUMBER) & LessThanOrEqual(Length(text), MAX_NUMBER)
    return Case(When(is_number, then=Cast(text, ExactNumber())), default=None, output_field=ExactNumber())


class ExactNumber(models.Field):  # type: ignore[type-arg]  # it takes none at run time
    """A number of any size, compared digit for digit. SQLite does so up to 64 bits and rounds beyond."""

    def db_type(self, connection: Any) -> str:
        return "numeric"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or connection.vendor == "postgresql":
            return value
        number = Decimal(str(value))
        whole = number == number.to_integral_value() and abs(number) < 2**63
        return int(number) if whole else float(number)


class HasOption(Func):
    """True where the custom value of a slug is, or as a list holds, one of some texts."""

    output_field = models.BooleanField()

    def __init__(self, slug: str, options: list[str]) -> None:
        self.slug = slug
        self.options = options
        super().__init__(F("custom_values"))

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"COALESCE(({column} -> %s) ?| %s::text[], false)", [*params, self.slug, self.options]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        options = orjson.dumps(self.options).decode()
        if (path := sqlite_path(self.slug)) is None:
            values = "json_each(CASE f.type WHEN 'array' THEN f.value ELSE json_array(f.value) END) o"
            sql = f"""EXISTS (
                SELECT 1 FROM json_each({column}) f, {values}
                WHERE f.key = %s AND o.value IN (SELECT value FROM json_each(%s))
            )"""
            return sql, [*params, self.slug, options]
        sql = f"EXISTS (SELECT 1 FROM json_each({column}, %s) WHERE value IN (SELECT value FROM json_each(%s)))"
        return sql, [*params, path, options]


@models.Field.register_lookup
class ContainsText(models.Lookup):
    """`LIKE` on an expression that is lower case already: Django's icontains upper-cases both
    sides, and misses the index.
    """

    lookup_name = "contains_text"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        escaped = str(self.rhs).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return rf"{left} LIKE %s ESCAPE '\'", [*left_params, f"%{escaped}%"]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        # Its LIKE takes no pattern over 50,000 bytes.
        left, left_params = self.process_lhs(compiler, connection)
        return f"instr({left}, %s) > 0", [*left_params, str(self.rhs)]
