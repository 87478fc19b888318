"""What screens show of contacts to those who may not view contacts: the number of each ("#12"), and nothing that tells
who it is.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.db.models.query import ModelIterable
from django.http import HttpRequest
from unfold.widgets import UnfoldForeignKeyRawIdWidget

from segments.services import is_id
from staff.screens import Screen
from subscribers.models import Subscriber
from subscribers.reading import find_id_by_email

# In place of what may tell who a contact is.
HIDDEN = "(only for those who may view contacts)"
ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
# The models whose rows are named after a contact, as content types name them.
NAMED_AFTER = {
    ("subscribers", "subscriber"),
    ("sequences", "sequencetracker"),
    ("emails", "message"),
    ("emails", "consent"),
}


def may_view_contacts(user: Any) -> bool:
    return bool(user.has_perm("subscribers.view_subscriber"))


def number_of(pk: Any) -> str:
    return f"#{pk}"


def without_addresses(text: str) -> str:
    """A text, such as what a mail server answered, without the e-mail addresses in it."""
    return ADDRESS.sub("…", text)


def named_contact(user: Any, term: str) -> int | None:
    """The contact that a search names by its number ("12", "#12"), or by its whole address for who may view contacts."""
    number = term.removeprefix("#")
    if is_id(number):
        return int(number)
    return find_id_by_email(term) if may_view_contacts(user) else None


def contacts_found(user: Any, text: str) -> QuerySet[Subscriber]:
    """The contacts whom a search among rows of contacts finds: by a number, or by words for who may view contacts."""
    if text.startswith("#") and is_id(text[1:]):
        return Subscriber.objects.filter(pk=int(text[1:]))
    return Subscriber.objects.matching(text) if may_view_contacts(user) else Subscriber.objects.none()


class OfContacts(Screen):
    """Rows that tell something of contacts. Those who may not view contacts get each row as `hide` leaves it."""

    # Links to contacts: their numbers are shown.
    contact_links: ClassVar[tuple[str, ...]] = ("subscriber",)
    # Columns that tell who somebody is. What they begin with cannot be asked for in an address either.
    telling: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if may_view_contacts(request.user) else hiding(rows, self.hide)

    def hide(self, row: Any) -> None:
        """Take away what tells who a contact is. The row is shown, and never saved with what is written here."""
        row.hides_contacts = True
        for link in self.contact_links:
            pk = getattr(row, f"{link}_id")
            if pk is not None:
                setattr(row, link, Subscriber(pk=pk, email=number_of(pk)))

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # ?email__startswith= would reveal an address letter by letter.
        is_telling = lookup.split("__", maxsplit=1)[0] in self.telling
        if is_telling and not (request and may_view_contacts(request.user)):
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **options: Any) -> Any:
        if db_field.related_model is Subscriber and not may_view_contacts(request.user):
            options["widget"] = ContactNumber(db_field.remote_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **options)


class ContactNumber(UnfoldForeignKeyRawIdWidget):  # type: ignore[misc]
    """A box for the number of a contact, without its name and without the way to the list of contacts."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "related_url": ""}

    def label_and_url_for_value(self, value: Any) -> tuple[str, str]:
        return number_of(value), ""


def hiding(rows: QuerySet[Any], hide: Callable[[Any], None]) -> QuerySet[Any]:
    """The rows, however they are narrowed or joined later, each as `hide` leaves it. Plain values stay as they are."""

    class Hidden(ModelIterable):  # type: ignore[type-arg]
        def __iter__(self) -> Iterator[Any]:
            for row in super().__iter__():
                hide(row)
                yield row

    hidden: Any = rows.all()
    # A list, a page and an action all read their rows through it.
    hidden._iterable_class = Hidden  # noqa: SLF001 - Django has no public place for it
    return hidden


def hides_contacts(row: Any) -> bool:
    """Whether a row of OfContacts is shown to somebody who may not view contacts."""
    return getattr(row, "hides_contacts", False)
