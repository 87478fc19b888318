"""History in the admin: read, never written."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from changes.actors import Channel
from changes.events import EVENTS
from changes.models import Change, ChangedContact, DeletedContact
from segments.services import is_id
from subscribers.models import Subscriber
from subscribers.reading import find_id_by_email

# Contacts named on the page of an entry.
SHOWN_CONTACTS = 100


class ChannelFilter(admin.SimpleListFilter):
    title = "channel"
    parameter_name = "channel"
    words: Any = Channel.values

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(word, word.replace("_", " ")) for word in self.words]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(**{self.parameter_name: self.value()})


class EventFilter(ChannelFilter):
    title, parameter_name, words = "event", "event", EVENTS


@admin.register(Change)
class ChangeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "user", "channel", "event", "contacts")
    list_select_related = ("user",)
    list_filter = (EventFilter, ChannelFilter, "at")
    # Any name would do: it makes the search box, get_search_results does the search.
    search_fields = ("id",)
    search_help_text = "The id or the whole e-mail address of a contact: what was done to it"
    ordering = ("-id",)
    sortable_by = ()
    fields = ("at", "user", "actor", "channel", "event", "subject", "contacts", "about", "details_shown")
    readonly_fields = fields
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        changes: Any = queryset
        term = search_term.replace("\x00", "").strip()
        if not term:
            return changes, False
        # An id finds the entries of a contact that is gone, too.
        contact = int(term) if is_id(term) else find_id_by_email(term)
        return (changes.none() if contact is None else changes.about(contact)), False

    @admin.display(description="about")
    def about(self, change: Change) -> SafeString:
        """Who it is about: the first contacts by id, and how many others. Of a deletion, what was kept."""
        changed = ChangedContact.objects.filter(change=change).order_by("contact_id")
        ids = list(changed.values_list("contact_id", flat=True)[: SHOWN_CONTACTS + 1])
        if change.event == "deleted":
            kept = DeletedContact.objects.filter(change=change, contact_id__in=ids)
            emails = {pk: f"{email}, no longer there" for pk, email in kept.values_list("contact_id", "email")}
        else:
            emails = dict(Subscriber.objects.filter(pk__in=ids).values_list("pk", "email"))
        named = [f"{pk}: {emails.get(pk, 'no longer there')}" for pk in ids[:SHOWN_CONTACTS]]
        if len(ids) > SHOWN_CONTACTS:
            named.append("…")
        elif gone := change.contacts - len(ids):
            named.append(f"{gone} that {'is' if gone == 1 else 'are'} no longer there")
        return format_html_join("", "<div>{}</div>", ((name,) for name in named))

    @admin.display(description="through")
    def actor(self, change: Change) -> str:
        return f"{change.actor_kind.replace('_', ' ')} {change.actor_id}" if change.actor_kind else "-"

    @admin.display(description="subject")
    def subject(self, change: Change) -> str:
        return f"{change.subject_kind} {'' if change.subject_id is None else change.subject_id}".strip()

    @admin.display(description="details")
    def details_shown(self, change: Change) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(change.details, indent=2, ensure_ascii=False))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
