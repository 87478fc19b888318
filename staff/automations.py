"""Automations in the admin: what they are made of, how many contacts came where, and who is where.

Staff write them, publish and pause them, and stop contacts or have them go on.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from automations.api.saving import refuse_unfinished
from automations.models import Automation, Enrolment
from automations.reading import blocks_of, count_enrolments
from automations.registry import triggers
from automations.services.enrolling import remove, set_status_of
from automations.services.publishing import delete_automations, save_automation, set_status
from staff.automation_flow import FlowPages, page_of
from staff.buttons import PageButtons
from staff.confirmation import DeletedAlone, counted
from staff.filed import Filed, LabelFilter
from staff.pages import FoundByContact, NarrowPages
from staff.screens import Matched, Unwritten
from staff.shown import badge
from staff.widgets import themed
from wp_rest.exceptions import RestError

# What a new one takes over from its trigger.
INITIAL = ("settings", "conditions")
DRAFT, PUBLISHED = Automation.Status.DRAFT, Automation.Status.PUBLISHED


@admin.register(Automation)
class AutomationAdmin(Filed, Matched, FlowPages, PageButtons, DeletedAlone):
    few_rows = True
    label_kind = "automation"
    list_display = ("title", "state", "trigger", "contacts", "labels", "updated_at")
    list_columns = ("title", "status", "trigger_name", "updated_at")
    list_filter = ("status", LabelFilter)
    search_help_text = "Title"
    ordering = ("-id",)
    sortable_by = ("title", "status", "updated_at")
    show_facets = admin.ShowFacets.NEVER
    actions = ("publish", "pause", "delete_selected")
    buttons = ("publish", "pause")
    fields = ("title", "description", "state", "contacts", ("created_by", "created_at", "updated_at"))
    readonly_fields = ("state", "contacts", "created_by", "created_at", "updated_at")

    def fill_page(self, rows: Sequence[Any]) -> None:
        """Their numbers of contacts, and their labels. Two statements."""
        super().fill_page(rows)
        contacts = count_enrolments([automation.pk for automation in rows])
        for automation in rows:
            automation.contact_count = contacts[automation.pk]

    def offers(self, action: str, row: Any) -> bool:
        return bool((row.status == PUBLISHED) == (action == "pause"))

    def get_fields(self, request: HttpRequest, obj: Automation | None = None) -> Any:
        return self.fields if obj else ("title", "description", "trigger_name")

    def formfield_for_dbfield(self, db_field: Any, request: Any, **options: Any) -> Any:
        if db_field.name != "trigger_name":
            return super().formfield_for_dbfield(db_field, request, **options)
        choices = [(one.label, name) for name, one in triggers().items()]
        # Whoever chooses nothing is told so, and does not get the first one.
        chosen = [("", "Choose what starts it"), *((name, label) for label, name in sorted(choices))]
        field = forms.ChoiceField(choices=chosen, label="Starts by")
        themed({"trigger_name": field})
        return field

    @admin.display(description="status", ordering="status")
    def state(self, automation: Automation) -> SafeString:
        return badge(automation.status)

    @admin.display(description="starts by")
    def trigger(self, automation: Automation) -> str:
        trigger = triggers().get(automation.trigger_name)
        return trigger.label if trigger else f"{automation.trigger_name} (not on this server)"

    @admin.display(description="contacts")
    def contacts(self, automation: Any) -> SafeString:
        """How many are or were in it, as a link to them."""
        if not hasattr(automation, "contact_count"):
            automation.contact_count = count_enrolments([automation.pk])[automation.pk]
        listed = reverse(f"{self.admin_site.name}:automations_enrolment_changelist")
        address = f"{listed}?automation__id__exact={automation.pk}"
        return format_html('<a href="{}">{}</a>', address, f"{automation.contact_count:,}")

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Those that cannot run are refused, and then none is published."""
        found = list(queryset)
        inside = blocks_of([automation.pk for automation in found])
        for automation in found:
            try:
                refuse_unfinished(automation, inside[automation.pk])
            except RestError as error:
                text = f"Nothing was published. {automation}: {error.message}"
                self.message_user(request, text, messages.ERROR)
                return None
        return self.on_set(request, queryset, lambda ids, _: self.give(request, ids, PUBLISHED, "Published"))

    @admin.action(description="Pause (make a draft)", permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.on_set(request, queryset, lambda ids, _: self.give(request, ids, DRAFT, "Paused"))

    def give(self, request: HttpRequest, ids: list[int], status: str, done: str) -> str:
        self.log_set(request, ids, message=f"{done}.")
        return f"{done}: {counted(self.opts, set_status(ids, status))}."

    def save_model(self, request: HttpRequest, obj: Automation, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
            obj.settings, obj.conditions = (dict(getattr(triggers()[obj.trigger_name], name)) for name in INITIAL)
        save_automation(obj)

    def response_add(self, request: HttpRequest, obj: Automation, post_url_continue: Any = None) -> HttpResponse:
        """The page of the new one, where its blocks are."""
        return HttpResponseRedirect(page_of(obj.pk))

    def delete_model(self, request: HttpRequest, obj: Automation) -> None:
        delete_automations([obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        return len(delete_automations(ids))

    def deleted_lines(self, rows: Sequence[Any]) -> list[str]:
        """One statement."""
        contacts = count_enrolments([automation.pk for automation in rows])
        return [f"{automation} (contacts in it: {contacts[automation.pk]:,})" for automation in rows]


@admin.register(Enrolment)
class EnrolmentAdmin(Unwritten, FoundByContact, NarrowPages, DeletedAlone):
    """Who is where in automations. Nobody is taken in here."""

    list_display = ("subscriber", "automation", "state", "next_block", "next_step_at", "notes")
    list_select_related = ("subscriber", "automation", "next_block")
    list_columns = (
        *("status", "next_execution_time", "notes", "subscriber__email", "automation__title"),
        *("next_block__title", "next_block__action_name"),
    )
    # What only the server needs to know is in the API.
    fields = (
        *("subscriber", "automation", "state", "started_at", "starting_block", "last_block", "last_executed_time"),
        *("next_block", "next_execution_time", "last_goal", "last_goal_at", "round", "attempts", "notes"),
    )
    readonly_fields = ("state",)
    list_filter = ("status", "automation")
    ordering = ("-id",)
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    actions = ("stop", "go_on", "delete_selected")

    @admin.display(description="status")
    def state(self, enrolment: Enrolment) -> SafeString:
        return badge(enrolment.status, enrolment.get_status_display())

    @admin.display(description="next step at")
    def next_step_at(self, enrolment: Enrolment) -> Any:
        return enrolment.next_execution_time if enrolment.next_block_id else None

    @admin.action(description="Stop", permissions=["steer"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.on_set(request, queryset, lambda ids, _: self.give(request, ids, "cancelled", "Stopped"))

    @admin.action(description="Go on", permissions=["steer"])
    def go_on(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """At the block where they were; whoever is through stays so."""
        return self.on_set(request, queryset, lambda ids, _: self.give(request, ids, "active", "Going on"))

    def give(self, request: HttpRequest, ids: list[int], status: str, done: str) -> str:
        self.log_set(request, ids, message=f"{done}.")
        return f"{done}: {counted(self.opts, set_status_of(ids, status))}."

    def names_of(self, request: HttpRequest, rows: QuerySet[Any]) -> list[str]:
        return self.deleted_lines(list(rows.select_related("subscriber", "automation")))

    def line(self, enrolment: Enrolment) -> str:
        return f"{enrolment.subscriber} in {enrolment.automation}: {enrolment.get_status_display()}"

    def deleted_lines(self, rows: Sequence[Any]) -> list[str]:
        return [self.line(row) for row in rows]

    def delete_set(self, ids: list[int]) -> int:
        return remove(ids)

    def delete_model(self, request: HttpRequest, obj: Enrolment) -> None:
        remove([obj.pk])

    def has_steer_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.has_perm("automations.change_enrolment"))
