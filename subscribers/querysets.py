"""Sets of contacts, narrowed. Every method returns a set; a contact is in it once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.expressions import Func
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from custom_fields.expressions import custom_number, custom_text, has_option
from custom_fields.types import TYPES
from database.expressions import MAX_JOINS, Address, ContainsFolded, Fold, FoldedLine, folded_text, holding

# A search of more words finds nobody: no contact has room for as many.
MAX_WORDS = 100
# Texts whose folded form has an index.
INDEXED = ("first_name", "last_name")
# Words of the server's own, which are sorted as they are.
CODES = ("status", "contact_type")
# What another table has of a contact, by the path to it (subscribers.models.LastChange).
ELSEWHERE = {"updated_at": "last_change__at"}


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

    def created_since(self, at: datetime) -> Self:
        """Those that were created at that time or later."""
        return self.filter(created_at__gte=at)

    def changed_since(self, at: datetime) -> Self:
        """Those of which something was changed at that time or later; PostgreSQL reads all of a narrow table for it."""
        return self.filter(last_change__at__gte=at)

    def tagged_with_any(self, ids: Iterable[int]) -> Self:
        """Those with at least one of the tags. EXISTS, as a join would list a contact once a tag."""
        return self.filter(self.link_exists("tags", ids))

    def on_any_list(self, ids: Iterable[int]) -> Self:
        """Those on at least one of the lists."""
        return self.filter(self.link_exists("lists", ids))

    def link_exists(self, relation: str, ids: Iterable[int]) -> Exists:
        """The condition of having at least one of the tags (or lists), to combine with others."""
        return Exists(self.links_of_each(relation, ids))

    def has_every_link(self, relation: str, ids: Iterable[int]) -> Q:
        """The condition of having all of the tags (or lists). It nests no deeper for a thousand than for a few."""
        wanted = list(dict.fromkeys(ids))
        # The rarest of a few is where PostgreSQL starts to look.
        every = Q(*(self.link_exists(relation, [pk]) for pk in wanted[:MAX_JOINS]))
        if len(wanted) <= MAX_JOINS:
            return every
        number = self.links_of_each(relation, wanted).annotate(number=Func(F("pk"), function="COUNT")).values("number")
        return every & Q(Exact(Subquery(number, output_field=models.BigIntegerField()), len(wanted)))

    def links_of_each(self, relation: str, ids: Iterable[int]) -> models.QuerySet[Any]:
        """The rows that link a contact with any of the tags (or lists), for a subquery of contacts."""
        field: Any = self.model._meta.get_field(relation)
        target = field.m2m_reverse_field_name()
        links: models.QuerySet[Any] = field.remote_field.through.objects.filter(subscriber=OuterRef("pk"))
        return links.filter(**{f"{target}__any_of": list(ids)})

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
            return self.filter(has_option(slug, [value]))
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
        if column in ELSEWHERE:
            return column_of_contact(column), False
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


def column_of_contact(name: str) -> F:
    """A column of a contact, in whichever table it is."""
    return F(ELSEWHERE.get(name, name))
