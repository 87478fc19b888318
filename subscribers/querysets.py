"""Sets of contacts, narrowed. Every method returns a set; a contact is in it once."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Self

import orjson
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.expressions import Func
from django.db.models.functions import Cast, Coalesce, Left, Length
from django.db.models.lookups import Exact, LessThanOrEqual, Regex

from custom_fields.types import TYPES
from database.expressions import Address, ContainsFolded, Fold, FoldedLine, folded_text, holding
from database.sql import among, ids_parameter

DAY = r"^[0-9]{4}-[0-9][0-9]-[0-9][0-9]"
# A search of more words finds nobody: no contact has room for as many.
MAX_WORDS = 100
# Texts whose folded form has an index.
INDEXED = ("first_name", "last_name")
# Words of the server's own, which are sorted as they are.
CODES = ("status", "contact_type")
# The end is no line's end: Python's $ would take "5" and a line break for a number.
NUMBER = r"^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)\Z"
MAX_NUMBER = 300


class Words(Func):
    """Some text columns folded as one text, a space between them. Flat: Concat nests too deep for SQLite."""

    template = "fold(%(expressions)s)"
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
        """Those with every word of `text` in name, e-mail, phone or address, as `fold` compares.

        % and _ are plain letters. PostgreSQL answers from the trigram index of `search_text`.
        """
        words = list(dict.fromkeys(text.split()))
        if len(words) > MAX_WORDS:
            return self.none()
        return self.filter(*(ContainsFolded(F("search_text"), word) for word in words))

    def with_email(self, email: str) -> Self:
        """The contact of that address, in any case."""
        return self.with_any_email([email])

    def with_any_email(self, emails: Iterable[str]) -> Self:
        """The contacts of those addresses, in any case."""
        wanted = [Address(Value(email.strip())) for email in emails]
        return self.alias(address=Address("email")).filter(address__in=wanted)

    def with_email_containing(self, text: str) -> Self:
        """Those with `text` in the e-mail address, in any case; % and _ are plain letters."""
        # What is in the address is in search_text, and that has an index on PostgreSQL.
        return self.filter(ContainsFolded(F("search_text"), text), holding(text, "email"))

    def with_custom_value(self, slug: str, value: str, kind: str) -> Self:
        """Those whose custom field `slug`, of a type of custom_fields.types, has the value.

        A list has it among its options, a number is compared as a number, a text as `fold` compares.
        """
        field_type = TYPES[kind]
        if field_type.is_list:
            return self.filter(HasOption(slug, [value]))
        if field_type.value_type == "numeric":
            return self.filter(Exact(custom_number(slug), Decimal(value)))
        return self.filter(Exact(Fold(custom_text(slug)), folded_text(value)))

    def in_order(self, column: str, *, descending: bool) -> Self:
        """Sorted by a column, texts as `fold` compares, ties by id. Empty values come first upward."""
        if column == "id":
            return self.order_by("-id" if descending else "id")
        key, nullable = self.sort_key(column)
        if descending:
            return self.order_by(key.desc(nulls_last=True if nullable else None), "-id")
        return self.order_by(key.asc(nulls_first=True if nullable else None), "id")

    def sort_key(self, column: str) -> tuple[Any, bool]:
        """What a column is sorted by, and whether it may be null. Codes are sorted as they are."""
        field = self.model._meta.get_field(column)
        if column == "email":
            return Address(column), False
        text = isinstance(field, models.CharField | models.TextField) and column not in CODES
        if not text:
            return F(column), field.null
        return Fold(column) if column in INDEXED else FoldedLine(column), field.null

    def beyond(self, pk: int, column: str, limit: int, *, descending: bool) -> list[int]:
        """The first ids of those that come after contact `pk` in that order, in that order.

        Two statements, one more where the empty values come into it. Each reads as few rows as it returns,
        where the order has an index: so the parts are asked one after the other, not with OR.
        """
        further = "lt" if descending else "gt"
        after_it = Q(**{f"pk__{further}": pk})
        contacts, parts = self, [after_it]
        if column != "id":
            key, nullable = self.sort_key(column)
            contacts = self.alias(sort_key=key)
            current = self.model._base_manager.filter(pk=pk)
            value = current.annotate(sort_key=key).values_list("sort_key", flat=True).first()
            empty, filled = Q(sort_key__isnull=True), Q(sort_key__isnull=False)
            if value is None:
                # Empty values come first upward, so downward nothing but more of them follows.
                parts = [empty & after_it] if descending else [empty & after_it, filled]
            else:
                onwards = Q(**{f"sort_key__{further}": value}) | after_it
                parts = [Q(**{f"sort_key__{further}e": value}) & onwards]
                if descending and nullable:
                    parts.append(empty)
        ids: list[int] = []
        for part in parts:
            if len(ids) < limit:
                found = contacts.filter(part).in_order(column, descending=descending)
                ids += found.values_list("pk", flat=True)[: limit - len(ids)]
        return ids


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
