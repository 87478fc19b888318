"""The columns of the list of contacts: which there are, and which of them a user has chosen."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.safestring import SafeString

from custom_fields.models import CustomField
from custom_fields.services import definitions
from database.expressions import Address
from options.preferences import forget_preference, keep_preference, read_preference
from staff.contact_cells import badge, box, chips, day_cell
from staff.dates import custom_text
from staff.pages import NarrowPages
from subscribers.models import Subscriber

# The name of the preference.
PREFERENCE = "contact_columns"
# The column that is always there: it leads to the contact.
FIRST = "address"
STANDARD = ("full_name", "status_badge", "tag_chips", "list_chips", "created_on")
CUSTOM = "custom:"
# What is plainly shown: columns of a contact, with their headings.
PLAIN = {
    "contact_type": "type",
    "phone": "phone",
    "city": "city",
    "state": "state",
    "postal_code": "postal code",
    "country": "country",
    "source": "source",
    "timezone": "time zone",
    "date_of_birth": "date of birth",
    "total_points": "points",
}
HEADINGS = {
    "full_name": "name",
    "status_badge": "status",
    "tag_chips": "tags",
    "list_chips": "lists",
    "company_name": "company",
    **PLAIN,
    "created_on": "created",
    "active_on": "last activity",
    "changed_on": "last change",
}
MOST_COLUMNS = 40


class ContactColumns(NarrowPages):
    # The columns with an index.
    sortable_by = (FIRST, "created_on")

    def get_urls(self) -> list[Any]:
        own = path("columns/", self.admin_site.admin_view(self.columns_view), name="subscribers_subscriber_columns")
        return [own, *super().get_urls()]

    def columns_view(self, request: HttpRequest) -> HttpResponse:
        """Keep the columns that are sent, in their order, or go back to the standard ones; then to the list again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        user = cast(int, request.user.pk)
        if "_standard" in request.POST:
            forget_preference(user, PREFERENCE)
        else:
            keep_preference(user, PREFERENCE, known(request.POST.getlist("column"), custom_fields(request)))
        kept = request.GET.copy()
        # It counts columns, which are others now.
        kept.pop("o", None)
        return HttpResponseRedirect(f"{reverse('admin:subscribers_subscriber_changelist')}?{kept.urlencode()}")

    def chosen_columns(self, request: Any) -> list[str]:
        """The names of the user's columns after the first, read once for each request: two statements."""
        if not hasattr(request, "contact_columns"):
            kept = read_preference(request.user.pk, PREFERENCE)
            found = known(kept, custom_fields(request)) if isinstance(kept, list) else list(STANDARD)
            request.contact_columns = found
        return cast("list[str]", request.contact_columns)

    def column_choices(self, request: HttpRequest) -> list[dict[str, Any]]:
        """All columns for the chooser: those that are shown in their order, then the others."""
        headings = HEADINGS | {CUSTOM + field.slug: field.label for field in custom_fields(request)}
        chosen = self.chosen_columns(request)
        names = [*chosen, *(name for name in headings if name not in chosen)]
        return [{"name": name, "text": headings[name], "shown": name in chosen} for name in names]

    def get_list_display(self, request: HttpRequest) -> Any:
        fields = {CUSTOM + field.slug: field for field in custom_fields(request)}
        return [
            FIRST,
            *(custom_column(fields[name]) if name in fields else name for name in self.chosen_columns(request)),
        ]

    def action_checkbox(self, contact: Subscriber) -> SafeString:
        return box(contact.pk, contact.email)

    @admin.display(description="e-mail", ordering=Address("email"))
    def address(self, contact: Subscriber) -> str:
        return contact.email

    @admin.display(description="name")
    def full_name(self, contact: Subscriber) -> str:
        return contact.full_name

    @admin.display(description="status")
    def status_badge(self, contact: Subscriber) -> SafeString:
        return badge(contact.status)

    @admin.display(description="tags")
    def tag_chips(self, contact: Subscriber) -> SafeString:
        return chips("tag", contact.tags.all())

    @admin.display(description="lists")
    def list_chips(self, contact: Subscriber) -> SafeString:
        return chips("list", contact.lists.all())

    @admin.display(description="company")
    def company_name(self, contact: Subscriber) -> str:
        return contact.company.name if contact.company else ""

    @admin.display(description="created", ordering="created_at")
    def created_on(self, contact: Subscriber) -> SafeString:
        return day_cell(contact.created_at)

    @admin.display(description="last activity")
    def active_on(self, contact: Subscriber) -> SafeString:
        return day_cell(contact.last_activity)

    @admin.display(description="last change")
    def changed_on(self, contact: Subscriber) -> SafeString:
        return day_cell(contact.updated_at)


def custom_fields(request: Any) -> list[CustomField]:
    """The custom fields of contacts, read once for each request."""
    if not hasattr(request, "custom_field_definitions"):
        request.custom_field_definitions = definitions()
    return cast("list[CustomField]", request.custom_field_definitions)


def known(names: Iterable[Any], fields: Iterable[CustomField]) -> list[str]:
    """Those of the names that are columns, each once."""
    every = {*HEADINGS, *(CUSTOM + field.slug for field in fields)}
    return [name for name in dict.fromkeys(map(str, names)) if name in every][:MOST_COLUMNS]


def custom_column(field: CustomField) -> Callable[[Subscriber], str]:
    """A column with the values of a custom field."""

    def column(contact: Subscriber) -> str:
        return custom_text(contact.custom_values.get(field.slug), field.type)

    column.__name__ = f"custom_{field.slug}"
    return cast("Callable[[Subscriber], str]", admin.display(description=field.label)(column))
