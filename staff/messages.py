"""Mails in the admin: who got which, what became of it, and those that only staff may send once more."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from emails.models import Message, State
from emails.services.queueing import cancel, delete_messages, repeat
from staff.confirmation import SetActions, counted
from staff.pages import NarrowPages
from subscribers.models import Subscriber


@admin.register(Message)
class MessageAdmin(NarrowPages, SetActions):
    """Nobody writes or changes one here."""

    list_display = ("subject_shown", "subscriber", "kind", "state", "due", "sent_at", "opens", "clicks", "error")
    list_select_related = ("subscriber", "mailing")
    list_columns = (
        *("subject", "kind", "state", "due", "sent_at", "opens", "clicks", "error", "email"),
        *("subscriber__email", "mailing__subject", "mailing__title"),
    )
    list_filter = ("state", "kind")
    # Any name would do: it makes the search box, get_search_results does the search.
    search_fields = ("email",)
    search_help_text = "Part of the contact's name or e-mail address"
    ordering = ("-id",)
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    actions = ("send_again", "cancel", "delete_selected")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = " ".join(search_term.replace("\x00", "").split())
        if not text:
            return queryset, False
        return queryset.filter(subscriber__in=Subscriber.objects.matching(text)), False

    @admin.display(description="subject")
    def subject_shown(self, message: Message) -> str:
        return message.subject or message.mailing.subject

    @admin.action(description="Send again", permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Those that were not sent, and those that may have arrived: whoever asks is told so."""

        def act(ids: list[int], _: Any) -> str:
            self.log_set(request, ids, message="Sent again.")
            return f"Queued again: {counted(self.opts, repeat(ids))}. Mails that were sent or are being sent stay as they are."

        return self.on_set(request, queryset, act, asks=True)

    @admin.action(description="Cancel", permissions=["send"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        def act(ids: list[int], _: Any) -> str:
            self.log_set(request, ids, message="Cancelled.")
            return f"Cancelled: {counted(self.opts, cancel(ids))}. Mails that left already stay as they are."

        return self.on_set(request, queryset, act)

    def names_of(self, request: HttpRequest, rows: QuerySet[Any]) -> list[str]:
        return [self.line(message) for message in rows.select_related("mailing")]

    def line(self, message: Message) -> str:
        unsure = " (it may have arrived)" if message.state == State.UNSURE else ""
        return f"{self.subject_shown(message)} to {message.email}: {message.get_state_display()}{unsure}"

    def delete_set(self, ids: list[int]) -> int:
        return delete_messages(ids)

    def delete_model(self, request: HttpRequest, obj: Message) -> None:
        delete_messages([obj.pk])

    def has_send_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm("emails.add_message"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
