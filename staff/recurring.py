"""Recurring campaigns in the admin: written, addressed, started, paused; and the campaigns that they became."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.api.viewsets.finding import ADD, CHANGE, DELETE, VIEW
from campaigns.models import Frequency, Recurring
from campaigns.selection import contacts_of_next
from campaigns.services.recurring import (
    Unwritten,
    delete_recurring,
    lock_recurring,
    save_recurring,
    sent_of,
    set_status,
    written_now,
)
from campaigns.services.writing import new_mail_settings, slug_of
from emails.models import Mailing
from emails.services.numbers import numbers_of
from labels.services import set_labels
from staff.addressed import Addressed
from staff.buttons import PageButtons
from staff.campaign_form import CHOSEN, WRITTEN
from staff.confirmation import DeletedAlone, counted
from staff.dates import date_time
from staff.filed import Filed, LabelFilter
from staff.previews import Previewed
from staff.recurring_form import DAY_NAMES, DAYS, SCHEDULE, RecurringForm
from staff.screens import Matched
from staff.shown import badge, table
from subscribers.querysets import SubscriberQuerySet

ACTIVE, DRAFT = Recurring.Status.ACTIVE, Recurring.Status.DRAFT
# The newest mails on the page of one; a link leads to all of them.
MOST_MAILS = 30
SHOWN_NUMBERS = ("sent", "opened", "clicked", "unsubscribed")


@admin.register(Recurring)
class RecurringAdmin(Filed, Matched, Previewed, Addressed, PageButtons, DeletedAlone):
    """Who may not do something with campaigns may not do it with these: the API knows one right for both."""

    form = RecurringForm
    few_rows = True
    label_kind = "recurring"
    list_display = ("title", "state", "how_often", "next_sending", "sent_so_far", "last_sent", "labels")
    list_select_related = ()
    list_columns = ("title", "status", "frequency", "day", "time", "next_run")
    list_filter = ("status", "frequency", LabelFilter)
    search_help_text = "Title"
    ordering = ("-pk",)
    sortable_by = ("title", "state", "next_sending")
    show_facets = admin.ShowFacets.NEVER
    actions = ("start_it", "pause_it", "test_it", "delete_selected")
    buttons = ("test_it", "start_it", "pause_it")

    # --- Who may ---

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and may(request, VIEW, CHANGE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and may(request, ADD)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and may(request, CHANGE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and may(request, DELETE)

    # --- The list ---

    def fill_page(self, rows: Sequence[Any]) -> None:
        """What became of them, and their labels. Two statements."""
        super().fill_page(rows)
        sent = sent_of([recurring.pk for recurring in rows])
        for recurring in rows:
            recurring.sent = sent[recurring.pk]

    @admin.display(description="status", ordering="status")
    def state(self, recurring: Recurring) -> SafeString:
        return badge(recurring.status, recurring.get_status_display())

    @admin.display(description="how often")
    def how_often(self, recurring: Recurring) -> str:
        return f"{days_of(recurring)} at {recurring.time:%H:%M}"

    @admin.display(description="next sending", ordering="next_run")
    def next_sending(self, recurring: Recurring) -> str:
        return date_time(recurring.next_run)

    @admin.display(description="mails sent")
    def sent_so_far(self, recurring: Any) -> str:
        return f"{recurring.sent.campaigns:,}"

    @admin.display(description="last sent")
    def last_sent(self, recurring: Any) -> str:
        return date_time(recurring.sent.last)

    # --- One recurring campaign ---

    def get_fieldsets(self, request: HttpRequest, obj: Recurring | None = None) -> Any:
        made = [("Mails", {"fields": ["mails"]})] if obj else []
        if obj and not self.has_change_permission(request, obj):
            shown = ["title", "subject", "state", "how_often", "send_automatically", "next_sending"]
            return [("The recurring campaign", {"fields": shown}), *made]
        state = ["state", "next_sending"] if obj else []
        return [
            ("1. What it says", {"fields": [*WRITTEN]}),
            ("2. Whom it goes to", {"fields": [*CHOSEN, "estimate"]}),
            ("3. When", {"fields": [("frequency", *DAYS.values(), "time"), "send_automatically", *state]}),
            ("Filed under", {"fields": ["labels"]}),
            *made,
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Recurring | None = None) -> Any:
        return ("state", "how_often", "next_sending", "estimate", "mails")

    def offers(self, action: str, row: Any) -> bool:
        return bool(row.status == {"start_it": DRAFT, "pause_it": ACTIVE}.get(action, row.status))

    def contacts_for(self, row: Recurring) -> SubscriberQuerySet:
        return contacts_of_next(row)

    def mail_of(self, row: Recurring) -> Mailing:
        return Mailing(**written_now(row), settings=row.settings)

    @admin.display(description="the mails that it became")
    def mails(self, recurring: Recurring) -> SafeString:
        """The newest ones with their numbers, drafts among them. Two statements."""
        runs = list(recurring.campaigns.select_related("mailing").order_by("-run_at")[:MOST_MAILS])
        numbers = numbers_of([run.pk for run in runs])
        rows = (
            (
                format_html('<a href="{}">{}</a>', reverse("admin:campaigns_campaign_change", args=[run.pk]), str(run)),
                date_time(run.run_at),
                badge(run.status, run.get_status_display()),
                *(f"{getattr(numbers[run.pk], name):,}" for name in SHOWN_NUMBERS),
            )
            for run in runs
        )
        head = ("Mail", "Of", "Status", *(name.capitalize() for name in SHOWN_NUMBERS))
        listed = table(head, rows, empty="None yet.")
        if not runs:
            return listed
        address = f"{reverse('admin:campaigns_campaign_changelist')}?recurrence__id__exact={recurring.pk}"
        return format_html('{}<p><a class="page-button" href="{}">All of its mails</a></p>', listed, address)

    # --- Written ---

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Recurring, form: Any, change: bool) -> None:
        cleaned = form.cleaned_data
        recurring = lock_recurring(obj.pk) if change else self.new(request, cleaned["title"])
        if recurring is None:
            self.message_user(request, "It is not there any more: nothing was changed.", messages.ERROR)
            return
        for name in (*WRITTEN, *SCHEDULE, "day"):
            setattr(recurring, name, cleaned[name])
        if (recipients := form.recipients) is not None:
            recurring.recipients, recurring.conditions = recipients, form.conditions
        try:
            save_recurring(recurring)
        except Unwritten:
            self.message_user(request, "It was started meanwhile: nothing was changed.", messages.ERROR)
            return
        obj.pk, obj.title = recurring.pk, recurring.title
        chosen = {label.pk for label in cleaned["labels"]}
        set_labels("recurring", recurring.pk, chosen - form.kept_labels, "attach")
        set_labels("recurring", recurring.pk, form.kept_labels - chosen, "detach")

    def new(self, request: HttpRequest, title: str) -> Recurring:
        author: Any = request.user
        return Recurring(created_by_id=author.pk, settings=new_mail_settings(), slug=slug_of(title))

    def delete_model(self, request: HttpRequest, obj: Recurring) -> None:
        delete_recurring([obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        return delete_recurring(ids)

    # --- Actions ---

    @admin.action(description="Send a test to me", permissions=["change"])
    def test_it(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.send_test_of(request, queryset.first())

    @admin.action(description="Start", permissions=["change"])
    def start_it(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.give_status(request, queryset, ACTIVE, "Started")

    @admin.action(description="Pause", permissions=["change"])
    def pause_it(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.give_status(request, queryset, DRAFT, "Paused")

    def give_status(self, request: HttpRequest, queryset: QuerySet[Any], status: str, done: str) -> HttpResponse | None:
        """It asks before mails leave by themselves."""

        def act(ids: list[int], _: Any) -> str:
            self.log_set(request, ids, message=f"{done}.")
            changed = set_status(ids, status)
            left = (
                " Those without a subject or a body are not started." if status == ACTIVE and changed < len(ids) else ""
            )
            return f"{done}: {counted(self.opts, changed)}.{left}"

        return self.on_set(request, queryset, act, asks=status == ACTIVE)


def may(request: HttpRequest, *rights: str) -> bool:
    user: Any = request.user
    return any(user.has_perm(right) for right in rights)


def days_of(recurring: Recurring) -> str:
    """On which days it comes, in words."""
    match recurring.frequency:
        case Frequency.WEEKLY:
            return f"Every {DAY_NAMES.get(recurring.day, recurring.day)}"
        case Frequency.MONTHLY:
            return f"Day {recurring.day} of every month"
        case Frequency.YEARLY:
            return f"Every year on {recurring.day}"
    return "Every day"
