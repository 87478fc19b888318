"""E-mail sequences in the admin: their mails in order with numbers, who is where, pause and go on."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from emails.services.numbers import numbers_of
from rest.text import plain_line
from sequences.models import EmailSequence, SequenceTracker
from sequences.reading import sizes_of
from sequences.services.enrolling import leave, remove
from sequences.services.sequences import delete_sequences, save_sequence, set_status
from staff.buttons import PageButtons
from staff.confirmation import DeletedAlone, SetActions, counted
from staff.pages import FoundByContact, NarrowPages
from staff.screens import Matched, Unwritten
from staff.shown import badge, table

SHOWN_NUMBERS = ("sent", "opened", "clicked", "unsubscribed")


@admin.register(EmailSequence)
class EmailSequenceAdmin(NarrowPages, Matched, PageButtons, DeletedAlone):
    few_rows = True
    list_display = ("title", "state", "mail_count", "contact_count", "created_by", "updated_at")
    list_select_related = ("created_by",)
    list_columns = ("title", "status", "updated_at", "created_by__username")
    list_filter = ("status",)
    search_help_text = "Title"
    ordering = ("-id",)
    fields = ("title", "status", "mails_in_order", "who_is_where", "created_by", "created_at", "updated_at")
    readonly_fields = ("mails_in_order", "who_is_where", "created_by", "created_at", "updated_at")
    actions = ("pause", "go_on", "delete_selected")
    buttons = ("pause", "go_on")

    def offers(self, action: str, row: Any) -> bool:
        return bool((row.status == EmailSequence.Status.PUBLISHED) == (action == "pause"))

    @admin.display(description="status", ordering="status")
    def state(self, sequence: EmailSequence) -> SafeString:
        return badge(sequence.status, sequence.get_status_display())

    def fill_page(self, rows: Sequence[Any]) -> None:
        """Their numbers of mails and contacts. One statement."""
        sizes = sizes_of([row.pk for row in rows])
        for row in rows:
            row.size = sizes[row.pk]

    @admin.display(description="mails")
    def mail_count(self, sequence: Any) -> str:
        return f"{sequence.size.mails:,}"

    @admin.display(description="contacts")
    def contact_count(self, sequence: Any) -> str:
        return f"{sequence.size.contacts:,}"

    @admin.display(description="mails")
    def mails_in_order(self, sequence: EmailSequence) -> SafeString:
        """Each with its delay and numbers, and a link to its page."""
        if sequence._state.adding:
            return SafeString("Save the sequence first.")
        mails = list(sequence.mails.select_related("mailing").order_by("delay", "pk"))
        numbers = numbers_of([mail.pk for mail in mails])
        rows = (
            (
                format_html(
                    '<a href="{}">{}</a>', reverse("admin:sequences_sequencemail_change", args=[mail.pk]), str(mail)
                ),
                f"after {mail.delay_amount:,} {mail.delay_unit}",
                *(f"{getattr(numbers[mail.pk], name):,}" for name in SHOWN_NUMBERS),
            )
            for mail in mails
        )
        add = f"{reverse('admin:sequences_sequencemail_add')}?sequence={sequence.pk}"
        head = ("Mail", "Leaves", *(name.capitalize() for name in SHOWN_NUMBERS))
        listed = table(head, rows, empty="No mails yet.")
        return format_html('{}<p><a class="page-button" href="{}">Add a mail</a></p>', listed, add)

    @admin.display(description="contacts")
    def who_is_where(self, sequence: EmailSequence) -> SafeString:
        if sequence._state.adding:
            return SafeString("-")
        address = f"{reverse('admin:sequences_sequencetracker_changelist')}?sequence__id__exact={sequence.pk}"
        return format_html('<a href="{}">{} entered</a>', address, f"{sizes_of([sequence.pk])[sequence.pk].contacts:,}")

    @admin.action(description="Pause", permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.give_status(request, queryset, EmailSequence.Status.DRAFT, "Paused")

    @admin.action(description="Go on", permissions=["change"])
    def go_on(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.give_status(request, queryset, EmailSequence.Status.PUBLISHED, "Going on")

    def give_status(self, request: HttpRequest, queryset: QuerySet[Any], status: str, done: str) -> HttpResponse | None:
        def act(ids: list[int], _: Any) -> str:
            self.log_set(request, ids, message=f"{done}.")
            return f"{done}: {counted(self.opts, set_status(ids, status))}."

        return self.on_set(request, queryset, act)

    def save_model(self, request: HttpRequest, obj: EmailSequence, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        obj.title = plain_line(obj.title)
        save_sequence(obj)

    def deleted_lines(self, rows: Sequence[Any]) -> list[str]:
        """One statement."""
        sizes = sizes_of([sequence.pk for sequence in rows])
        return [f"{sequence} (contacts in it: {sizes[sequence.pk].contacts:,})" for sequence in rows]

    def delete_model(self, request: HttpRequest, obj: EmailSequence) -> None:
        delete_sequences([obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        return delete_sequences(ids)


@admin.register(SequenceTracker)
class SequenceTrackerAdmin(Unwritten, FoundByContact, NarrowPages, SetActions):
    """Who is where. Nobody writes one here."""

    list_display = ("subscriber", "sequence", "state", "last_mail", "next_mail", "next_mail_at", "reason")
    list_select_related = ("subscriber", "sequence", "last_mail__mailing", "next_mail__mailing")
    list_filter = ("status", "sequence")
    ordering = ("-id",)
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    actions = ("stop", "delete_selected")

    @admin.display(description="status")
    def state(self, tracker: SequenceTracker) -> SafeString:
        return badge(tracker.status, tracker.get_status_display())

    @admin.display(description="next mail at")
    def next_mail_at(self, tracker: SequenceTracker) -> Any:
        """Nothing for who is through or was stopped: the time stays from before."""
        return tracker.next_execution_time if tracker.next_mail_id else None

    @admin.action(description="Stop", permissions=["delete"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        def act(ids: list[int], _: Any) -> str:
            stopped = sum(len(leave(pk, contacts, "Stopped by staff.")) for pk, contacts in by_sequence(ids).items())
            self.log_set(request, ids, message="Stopped.")
            return f"Stopped: {counted(self.opts, stopped)}. They get no more mails of the sequence."

        return self.on_set(request, queryset, act, asks=True)

    def delete_model(self, request: HttpRequest, obj: SequenceTracker) -> None:
        remove(obj.sequence_id, [obj.subscriber_id])

    def delete_set(self, ids: list[int]) -> int:
        return sum(remove(pk, contacts) for pk, contacts in by_sequence(ids).items())


def by_sequence(trackers: list[int]) -> dict[int, list[int]]:
    """The contacts of trackers by their sequences, upward: staff choose them out of one, as a rule. One statement."""
    found: dict[int, list[int]] = {}
    rows = SequenceTracker.objects.filter(pk__any_of=trackers).order_by("sequence", "subscriber")
    for sequence, contact in rows.values_list("sequence", "subscriber"):
        found.setdefault(sequence, []).append(contact)
    return found
