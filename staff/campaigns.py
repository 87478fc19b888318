"""Campaigns in the admin: written, addressed, tested, scheduled, watched. One file, as Django wants a screen as one class.

Its form and its numbers have files of their own.
"""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.models import OPEN, Campaign, Status
from campaigns.selection import LIST_TAG, Unreadable, chosen_contacts
from campaigns.services.deletion import delete_campaigns
from campaigns.services.following import resend_unopened
from campaigns.services.sending import NobodyChosen, WrongStatus, pause, resume, schedule, unschedule
from campaigns.services.writing import change_campaign, lock_campaign, new_campaign, save_campaign
from emails.services.numbers import link_numbers, numbers_of
from staff.addressed import Addressed
from staff.buttons import PageButtons
from staff.campaign_form import CHOSEN, WRITTEN, CampaignForm
from staff.campaign_numbers import MOVING, figures_of, progress_of, rate, state_of
from staff.confirmation import DeletedAlone, action_name, counted
from staff.dates import date_time
from staff.filed import Filed, LabelFilter
from staff.previews import Previewed
from staff.screens import Matched
from staff.shown import number_cards, table
from subscribers.models import Subscriber
from subscribers.querysets import SubscriberQuerySet

# The statuses in which an action on the page of one makes sense.
BUTTONS = {
    "test_it": Status.values,
    "schedule_it": (Status.DRAFT,),
    "unschedule_it": (Status.PENDING, Status.SCHEDULED),
    "pause_it": MOVING,
    "resume_it": (Status.PAUSED,),
    "resend_it": (Status.ARCHIVED,),
}


@admin.register(Campaign)
class CampaignAdmin(Filed, Matched, Previewed, Addressed, PageButtons, DeletedAlone):
    form = CampaignForm
    few_rows = True
    label_kind = "campaign"
    list_display = ("title", "state", "addressed", "opened", "clicked", "scheduled_at", "labels", "created_by")
    list_select_related = ("mailing", "mailing__created_by")
    list_filter = ("status", LabelFilter)
    search_help_text = "Title"
    ordering = ("-pk",)
    actions = (*BUTTONS, "delete_selected")
    buttons = tuple(BUTTONS)
    change_form_outer_before_template = "staff/campaign_top.html"
    show_facets = admin.ShowFacets.NEVER

    # --- The list ---

    def fill_page(self, rows: Sequence[Any]) -> None:
        """The labels of each campaign, and the numbers of its mails. Two statements."""
        super().fill_page(rows)
        numbers = numbers_of([campaign.pk for campaign in rows])
        for campaign in rows:
            campaign.numbers = numbers[campaign.pk]

    @admin.display(ordering="mailing__title")
    def title(self, campaign: Campaign) -> str:
        return campaign.mailing.title

    @admin.display
    def created_by(self, campaign: Campaign) -> str:
        author: Any = campaign.mailing.created_by
        return str(author or "–")

    @admin.display(description="recipients", ordering="recipients_count")
    def addressed(self, campaign: Campaign) -> str:
        return f"{campaign.recipients_count:,}" if campaign.recipients_count else ""

    @admin.display(description="opened")
    def opened(self, campaign: Any) -> str:
        return rate(campaign.numbers.opened, campaign.numbers.sent)

    @admin.display(description="clicked")
    def clicked(self, campaign: Any) -> str:
        return rate(campaign.numbers.clicked, campaign.numbers.sent)

    # --- One campaign ---

    def get_fieldsets(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        written = ("1. What it says", {"fields": [*WRITTEN]})
        to_whom = ("2. Whom it goes to", {"fields": [*CHOSEN, "estimate"]})
        if obj is None:
            return [written, to_whom, ("3. When", {"fields": ["scheduled_at"]})]
        if self.has_change_permission(request, obj):
            return [written, to_whom, ("3. When", {"fields": ["state", "scheduled_at", "page"]})]
        shown = ["title", "subject", "state", "scheduled_at", "addressed", "page"]
        report = [] if obj.status in MOVING else ["figures"]
        return [("Report", {"fields": [*report, "links"]}), ("The campaign", {"fields": shown})]

    def get_readonly_fields(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        kept = ["state", "addressed", "estimate", "figures", "links", "page"]
        is_open = obj is None or obj.status in OPEN
        return kept if is_open else [*kept, "title", "subject", "scheduled_at"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One that is being sent, or was, is a report."""
        return super().has_change_permission(request, obj) and (obj is None or obj.status in OPEN)

    def offers(self, action: str, row: Any) -> bool:
        return row.status in BUTTONS[action]

    @admin.display(description="status", ordering="status")
    def state(self, campaign: Campaign) -> SafeString:
        return state_of(campaign)

    @admin.display
    def subject(self, campaign: Campaign) -> str:
        return campaign.mailing.subject

    @admin.display(description="numbers")
    def figures(self, campaign: Campaign) -> SafeString:
        return number_cards(figures_of(numbers_of([campaign.pk])[campaign.pk]))

    @admin.display(description="links that were followed")
    def links(self, campaign: Campaign) -> SafeString:
        rows = ((link.url, f"{link.contacts:,}", f"{link.clicks:,}") for link in link_numbers(campaign.pk))
        return table(("Address", "Contacts", "Times"), rows, empty="Nobody has followed one.")

    @admin.display(description="what it looks like")
    def page(self, campaign: Campaign) -> SafeString:
        address = reverse("campaigns-shared", args=[campaign.share_hash])
        return format_html('<a href="{}" target="_blank" rel="noopener">{}</a>', address, "Open the page")

    # --- Parts of pages ---

    def get_urls(self) -> list[Any]:
        progress = self.admin_site.admin_view(self.progress)
        return [path("<int:pk>/progress/", progress, name="campaigns_campaign_progress"), *super().get_urls()]

    def contacts_for(self, row: Campaign) -> SubscriberQuerySet:
        return chosen_contacts(row)

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far it is: asked for again and again while it moves. Then the whole page is shown anew."""
        campaign = Campaign.objects.filter(pk=pk).first()
        if campaign is None or not self.has_view_permission(request, campaign):
            raise Http404
        answer = TemplateResponse(request, "staff/campaign_progress.html", progress_of(campaign))
        if campaign.status not in MOVING:
            answer["HX-Refresh"] = "true"
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer: Any = super().change_view(request, object_id, form_url, extra_context)
        context = getattr(answer, "context_data", None) or {}
        if (campaign := context.get("original")) and campaign.status in MOVING:
            context |= progress_of(campaign)
        return cast(HttpResponse, answer)

    # --- Written ---

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        cleaned = form.cleaned_data
        campaign = lock_campaign(obj.pk) if change else None
        if change and (campaign is None or campaign.status not in OPEN or "body" not in cleaned):
            self.message_user(request, "It is being sent, or was sent: nothing was changed.", messages.ERROR)
            return
        columns: dict[str, Any] = {"scheduled_at": cleaned["scheduled_at"]}
        if (recipients := form.recipients) is not None:
            columns |= {"recipients": recipients, "conditions": form.conditions}
        written = {name: cleaned[name] for name in WRITTEN}
        if campaign:
            change_campaign(campaign, written, {}, columns)
            return
        made = new_campaign(cleaned["title"], request.user.pk)
        for name, value in written.items():
            setattr(made.mailing, name, value)
        for name, value in ({"recipients": as_nobody()} | columns).items():
            setattr(made, name, value)
        save_campaign(made)
        obj.mailing, obj.pk = made.mailing, made.pk

    def delete_model(self, request: HttpRequest, obj: Campaign) -> None:
        delete_campaigns([obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        return delete_campaigns(ids)

    # --- Actions ---

    @admin.action(description="Send a test to me", permissions=["change"])
    def test_it(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.send_test_of(request, queryset.select_related("mailing").first())

    @admin.action(description="Schedule", permissions=["change"])
    def schedule_it(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        def at(pk: int) -> None:
            at = Campaign.objects.values_list("scheduled_at", flat=True).get(pk=pk)
            schedule(pk, at if at and at > timezone.now() else None)

        return self.move(request, queryset, at, "Scheduled", asks=True)

    def names_of(self, request: HttpRequest, rows: QuerySet[Any]) -> Sequence[str]:
        """Before mails leave: when, and of a single campaign to how many."""
        if action_name(request) != "schedule_it":
            return super().names_of(request, rows)
        campaigns = list(rows.select_related("mailing"))
        to_whom = f", to {self.number_of(campaigns[0])}" if len(campaigns) == 1 else ""
        return [f"{campaign}: {when(campaign)}{to_whom}" for campaign in campaigns]

    def number_of(self, campaign: Campaign) -> str:
        try:
            # A statement that takes too long ends the transaction that it is in.
            with transaction.atomic():
                return counted(Subscriber._meta, self.contacts_for(campaign).count())
        except OperationalError:
            return "too many contacts to count now"
        except Unreadable as error:
            return f"nobody ({error})"

    @admin.action(description="Back to draft", permissions=["change"])
    def unschedule_it(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.move(request, queryset, unschedule, "Drafts again")

    @admin.action(description="Pause", permissions=["change"])
    def pause_it(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.move(request, queryset, pause, "Paused")

    @admin.action(description="Resume", permissions=["change"])
    def resume_it(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.move(request, queryset, resume, "Resumed")

    @admin.action(description="Send again to those who have not opened it", permissions=["change"])
    def resend_it(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        def again(pk: int) -> None:
            resend_unopened(Campaign.objects.select_related("mailing").get(pk=pk), request.user.pk)

        return self.move(request, queryset, again, "Sent again", asks=True)

    def move(
        self, request: HttpRequest, queryset: QuerySet[Any], change: Any, done: str, *, asks: bool = False
    ) -> HttpResponse | None:
        """Call `change` for each of the campaigns, which are few; those that it refuses stay as they are."""

        def act(ids: list[int], _: Any) -> str:
            moved = [pk for pk in ids if is_moved(change, pk)]
            self.log_set(request, moved or ids, message=done)
            left = len(ids) - len(moved)
            return f"{done}: {counted(self.opts, len(moved))}." + (f" Not possible for {left}." if left else "")

        return self.on_set(request, queryset, act, asks=asks)


def when(campaign: Campaign) -> str:
    """When a draft leaves that is scheduled now."""
    at = campaign.scheduled_at
    return f"leaves on {date_time(at)}" if at and at > timezone.now() else "leaves at once"


def is_moved(change: Any, pk: int) -> bool:
    try:
        with transaction.atomic():
            change(pk)
    except (WrongStatus, NobodyChosen, Unreadable):
        return False
    return True


def as_nobody() -> dict[str, Any]:
    """The choice of a campaign whose recipients were not chosen yet."""
    return {
        "sending_filter": LIST_TAG,
        "subscribers": [],
        "excludedSubscribers": [],
        "dynamic_segment": None,
        "advanced_filters": [],
    }
