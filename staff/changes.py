"""History in the admin. It cannot be changed there."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from changes.models import Change, ChangedContact, DeletedContact
from staff.change_words import ACTORS, CHANNELS, WORDS, Entry, describe
from staff.contact_names import OfContacts, hides_contacts, named_contact, number_of
from staff.dates import exact_time
from staff.pages import NarrowPages
from staff.reading_all import By
from staff.screens import ReadOnly
from subscribers.models import Subscriber

# The number of contacts that the page of an entry names.
SHOWN_CONTACTS = 100


class ChannelFilter(admin.SimpleListFilter):
    title = "channel"
    parameter_name = "channel"
    words: Any = CHANNELS

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return list(self.words.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(**{self.parameter_name: self.value()})


class EventFilter(ChannelFilter):
    title, parameter_name, words = "event", "event", WORDS


@admin.register(Change)
class ChangeAdmin(ReadOnly, OfContacts, NarrowPages):
    list_display = ("at", "what", "number", "who", "channel_name")
    list_columns = (
        *("at", "channel", "event", "contacts", "details", "subject_kind", "subject_id", "actor_kind", "actor_id"),
        *("user__username", "user__first_name", "user__last_name"),
    )
    list_select_related = ("user",)
    list_filter = (EventFilter, ChannelFilter, "at")
    # Any name will do: it only shows the search box; get_search_results searches.
    search_fields = ("id",)
    search_help_text = "The id or the full e-mail address of a contact"
    search_by = By.WHOLE
    ordering = ("-id",)
    sortable_by = ()
    fields = ("exactly_at", "user", "actor", "channel_name", "contacts", "what_in_full", "about")
    readonly_fields = fields
    show_facets = admin.ShowFacets.NEVER
    contact_links = ()
    telling = ("details",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        changes: Any = queryset
        term = search_term.replace("\x00", "").strip()
        if not term:
            return changes, False
        # An id also finds the entries of a deleted contact.
        contact = named_contact(request.user, term)
        return (changes.none() if contact is None else changes.about(contact)), False

    @admin.display(description="at")
    def exactly_at(self, change: Change) -> str:
        return exact_time(change.at)

    @admin.display(description="channel")
    def channel_name(self, change: Change) -> str:
        return CHANNELS.get(change.channel, change.channel)

    def fill_page(self, rows: Sequence[Any]) -> None:
        """Their texts. One statement, for the names."""
        for change, entry in zip(rows, describe(rows, hides=any(map(hides_contacts, rows))), strict=True):
            change.described = entry

    @admin.display(description="what")
    def what(self, change: Any) -> str:
        """With the names of tags, lists and companies: that something was tagged says nothing."""
        return described(change).what

    @admin.display(description="contacts")
    def number(self, change: Any) -> str:
        """Nothing for what is not about contacts, such as a campaign."""
        return described(change).together if change.contacts else ""

    @admin.display(description="who")
    def who(self, change: Any) -> str:
        return described(change).who

    @admin.display(description="what")
    def what_in_full(self, change: Change) -> SafeString:
        """The text of the entry, with values before and after."""
        entry = described(change)
        lines = render_to_string("staff/change_lines.html", {"lines": entry.lines})
        return format_html("<div>{}</div>{}", entry.what, mark_safe(lines))  # noqa: S308 - a template escapes

    @admin.display(description="about")
    def about(self, change: Change) -> SafeString:
        """The first contacts of the entry by id, and the number of others. For a deletion, what was kept."""
        changed = ChangedContact.objects.filter(change=change).order_by("contact_id")
        ids = list(changed.values_list("contact_id", flat=True)[: SHOWN_CONTACTS + 1])
        if hides_contacts(change):
            listed = [*map(number_of, ids[:SHOWN_CONTACTS]), *(["…"] if len(ids) > SHOWN_CONTACTS else [])]
            return format_html_join("", "<div>{}</div>", ((name,) for name in listed))
        if change.event == "deleted":
            kept = DeletedContact.objects.filter(change=change, contact_id__in=ids)
            gone_emails = dict(kept.values_list("contact_id", "email"))
        else:
            gone_emails = {}
        emails = dict(Subscriber.objects.filter(pk__in=ids).values_list("pk", "email"))
        named = [
            format_html('<a href="{}">{}</a>', reverse("admin:subscribers_subscriber_change", args=[pk]), emails[pk])
            if pk in emails
            else f"{gone_emails.get(pk, '') or f'contact {pk}'}, deleted"
            for pk in ids[:SHOWN_CONTACTS]
        ]
        if len(ids) > SHOWN_CONTACTS:
            named.append("…")
        elif gone := change.contacts - len(ids):
            named.append(f"{gone} that {'was' if gone == 1 else 'were'} deleted")
        return format_html_join("", "<div>{}</div>", ((name,) for name in named))

    @admin.display(description="through")
    def actor(self, change: Change) -> str:
        """What acted, by its name if it has one; keys and imports by their ids, as they may be gone."""
        if change.actor_kind in ACTORS:
            return f"{change.actor_kind}: {described(change).who}"
        return f"{change.actor_kind.replace('_', ' ')} {change.actor_id}" if change.actor_kind else "-"


def described(change: Any) -> Entry:
    """An entry as its page reads it. One statement, once for the whole page."""
    if not hasattr(change, "described"):
        (change.described,) = describe([change], hides=hides_contacts(change))
    entry: Entry = change.described
    return entry
