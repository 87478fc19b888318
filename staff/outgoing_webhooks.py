"""Outgoing webhooks in the admin, and what was sent to them: shown, and sent again."""

import json
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from staff.buttons import PageButtons
from staff.confirmation import counted
from staff.contact_names import HIDDEN, OfContacts, hides_contacts, without_addresses
from staff.dates import date_time, exact_time
from staff.pages import NarrowPages
from staff.screens import ReadOnly
from staff.shown import badge, copyable, preformatted, table
from webhooks.addresses import Unreachable, check_address
from webhooks.events import EVENTS
from webhooks.models import Delivery, Endpoint
from webhooks.services.endpoints import delete_endpoints, give_secret, save_endpoint, send_again, test_endpoint

# Each test may wait for an answer.
MOST_TESTS = 5
# More are only there if somebody has sent it again and again.
MOST_ATTEMPTS = 50
# Where staff use other words than the API.
OTHER_WORDS = {
    "tag_attached": "tagged",
    "tag_detached": "tag removed",
    "group_attached": "added to a list",
    "group_detached": "removed from a list",
    "company_attached": "added to a company",
    "company_detached": "removed from a company",
    "note_added": "got a note",
    "event_tracked": "did something (tracked event)",
    "clicked": "link followed",
    "unsubscribed": "led to leaving",
}


def words_of(event: str) -> str:
    """`contact.group_attached` as "Contact added to a list". The API's name is beside it: receivers read that one."""
    subject, done = event.split(".")
    shown = OTHER_WORDS.get(done, done.replace("_", " "))
    return f"{'Mail' if subject == 'email' else subject.capitalize()} {shown} ({event})"


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    events = forms.MultipleChoiceField(
        choices=[(event, words_of(event)) for event in EVENTS],
        widget=forms.CheckboxSelectMultiple,
        initial=["contact.created"],
    )

    class Meta:
        model = Endpoint
        fields: ClassVar = ["url", "description", "events", "batch", "is_disabled"]

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            check_address(url, only_public=not settings.WEBHOOKS_ALLOW_PRIVATE)
        except Unreachable as error:
            raise ValidationError(str(error)) from None
        return url


@admin.register(Endpoint)
class EndpointAdmin(PageButtons):
    form = EndpointForm
    list_display = ("__str__", "url", "status", "batch", "created_at")
    list_select_related = ("lane",)
    list_filter = ("is_disabled",)
    ordering = ("pk",)
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    actions = ("send_test", "make_secret", "delete_selected")
    buttons = ("send_test", "make_secret")

    def get_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> Any:
        return [*EndpointForm.Meta.fields, *(self.get_readonly_fields(request, obj))]

    def get_readonly_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> list[str]:
        return ["status", "former_until", "created_by", "created_at", "updated_at"] if obj else []

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # ?secret__startswith= would reveal a secret letter by letter.
        return "secret" not in lookup and super().lookup_allowed(lookup, value, request)

    @admin.display(description="status")
    def status(self, endpoint: Endpoint) -> SafeString:
        if endpoint.is_disabled:
            return badge("disabled")
        lane = getattr(endpoint, "lane", None)
        if lane is None or not lane.pauses:
            return badge("active")
        return badge("failing", f"failing since {date_time(lane.failing_since)}" if lane.failing_since else "")

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]  # who is signed in
        save_endpoint(obj)
        if not change:
            self.tell_secret(request, obj)

    def tell_secret(self, request: HttpRequest, endpoint: Endpoint) -> None:
        text = format_html("Keep the secret of {}: it is not shown again. {}", endpoint, copyable(endpoint.secret))
        self.message_user(request, text, messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: Endpoint) -> None:
        delete_endpoints([obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        return delete_endpoints(ids)

    @admin.action(description="Send a test event", permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> HttpResponse | None:
        """To some of them at most, as each may take seconds."""
        for endpoint in queryset.order_by("pk")[:MOST_TESTS]:
            delivery = test_endpoint(endpoint)
            said = f"it answered {delivery.status_code}" if delivery.status_code else delivery.error
            level = messages.SUCCESS if delivery.state == "delivered" else messages.ERROR
            self.message_user(request, f"{endpoint}: {said}", level)
        return None

    @admin.action(description="Make a new secret", permissions=["change"])
    def make_secret(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> HttpResponse | None:
        def act(ids: list[int], _: Any) -> str:
            for endpoint in Endpoint.objects.filter(pk__any_of=ids).order_by("pk").select_for_update():
                give_secret(endpoint)
                save_endpoint(endpoint)
                self.tell_secret(request, endpoint)
            return f"New secrets: {counted(self.opts, len(ids))}. The former ones are valid for one more day."

        return self.on_set(request, queryset, act, asks=True)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, OfContacts, NarrowPages, PageButtons):
    """Nobody writes or changes one here. Data, and what receivers answer, are of contacts."""

    list_display = ("event_type", "endpoint", "shown_state", "status_code", "attempts", "attempted_at", "error")
    list_select_related = ("event", "endpoint")
    list_columns = (
        *("state", "status_code", "attempts", "attempted_at", "error"),
        *("event__type", "endpoint__url", "endpoint__description"),
    )
    list_filter = ("state",)
    ordering = ("-id",)
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    actions = buttons = ("send_again",)
    fields = (
        *("event_type", "event_name", "endpoint", "address", "shown_state", "attempts", "due", "error"),
        *("payload", "answers"),
    )
    readonly_fields = fields
    contact_links = ()
    telling = ("request", "error")

    def hide(self, row: Any) -> None:
        super().hide(row)
        row.error = without_addresses(row.error)

    @admin.display(description="event")
    def event_type(self, delivery: Delivery) -> str:
        return delivery.event.type

    @admin.display(description="state")
    def shown_state(self, delivery: Delivery) -> SafeString:
        return badge(delivery.state, delivery.get_state_display())

    @admin.display(description="id for the receiver")
    def event_name(self, delivery: Delivery) -> str:
        return delivery.event.name

    @admin.display(description="address")
    def address(self, delivery: Delivery) -> str:
        """Where one goes that has no endpoint: an automation's."""
        address = str((delivery.request or {}).get("url", ""))
        # An automation may have put what it knows of the contact behind the question mark.
        return (address.partition("?")[0] if hides_contacts(delivery) else address) or "–"

    @admin.display(description="data")
    def payload(self, delivery: Delivery) -> SafeString:
        if hides_contacts(delivery):
            return preformatted(HIDDEN)
        text = json.dumps(json.loads(delivery.event.data), indent=2, ensure_ascii=False)
        return preformatted(text)

    @admin.display(description="attempts and answers")
    def answers(self, delivery: Delivery) -> SafeString:
        tried = list(delivery.tried.order_by("-pk")[:MOST_ATTEMPTS])
        if hides_contacts(delivery):
            for one in tried:
                one.error, one.answer = without_addresses(one.error), HIDDEN
        rows = (
            (exact_time(one.at), one.status_code or one.error, one.milliseconds, preformatted(one.answer))
            for one in tried
        )
        return table(("Time", "Answer", "Milliseconds", "It said"), rows, empty="Not tried yet.")

    @admin.action(description="Send again", permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        def act(ids: list[int], _: Any) -> str:
            self.log_set(request, ids, message="Sent again.")
            return f"Queued again: {counted(self.opts, send_again(ids))}. Those that wait already stay as they are."

        return self.on_set(request, queryset, act)

    def names_of(self, request: HttpRequest, rows: QuerySet[Any]) -> list[str]:
        return [f"{delivery.event.type}: {delivery.get_state_display()}" for delivery in rows.select_related("event")]

    def has_send_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm("webhooks.change_delivery"))
