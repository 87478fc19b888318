"""Mails in the admin: who got which, what became of it, and those that only staff may send once more."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from emails.models import Message, State
from emails.services.queueing import cancel, delete_messages, repeat
from staff.confirmation import SetActions, counted
from staff.contact_names import number_of, without_addresses
from staff.pages import FoundByContact, NarrowPages
from staff.screens import Unwritten
from staff.shown import badge


@admin.register(Message)
class MessageAdmin(Unwritten, FoundByContact, NarrowPages, SetActions):
    """Nobody writes or changes one here."""

    list_display = ("subject_shown", "subscriber", "kind", "shown_state", "sent_or_due", "opens", "clicks", "error")
    list_select_related = ("subscriber", "mailing")
    list_columns = (
        *("subject", "kind", "state", "due", "sent_at", "opens", "clicks", "error", "email"),
        *("subscriber__email", "mailing__subject", "mailing__title"),
    )
    list_filter = ("state", "kind")
    ordering = ("-id",)
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    actions = ("send_again", "cancel", "delete_selected")
    telling = ("email", "subject", "error")

    def hide(self, row: Any) -> None:
        super().hide(row)
        # The subject as it was sent may have a name in it; the mailing's has the code.
        row.email, row.subject = number_of(row.subscriber_id), ""
        row.error = without_addresses(row.error)

    @admin.display(description="subject")
    def subject_shown(self, message: Message) -> str:
        return message.subject or message.mailing.subject

    @admin.display(description="state")
    def shown_state(self, message: Message) -> SafeString:
        return badge(message.state, message.get_state_display())

    @admin.display(description="sent, or due")
    def sent_or_due(self, message: Message) -> Any:
        return message.sent_at or message.due

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
