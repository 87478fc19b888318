"""The thirteen actions of the list of contacts (bulk_actions.actions): on some of them, or on all that are found."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.forms import ActionForm

from automations.models import Automation
from bulk_actions.actions import prepare, run
from bulk_actions.background import act_on_ids
from companies.models import Company
from segments.models import ContactList, Tag
from sequences.models import EmailSequence
from staff.action_fields import CustomValueField, Found, Select
from staff.confirmation import Led, SetActions, counted
from staff.contact_undo import ContactUndo, newest_entry, undo_link
from subscribers.models import Status, Subscriber

# For more contacts than this, an action is a job, with a page that shows its progress.
AT_ONCE = 5_000


class ContactActionForm(ActionForm):  # type: ignore[misc]
    """An action, and what it attaches, detaches or sets. The list only shows the action: the page that asks has the rest."""

    tag = Found(Tag, "tags")
    contact_list = Found(ContactList, "lists", label="List")
    company = Found(Company, "companies")
    status = forms.ChoiceField(choices=[("", "---------"), *Status.choices], required=False, widget=Select)
    contact_type = forms.ChoiceField(
        choices=lambda: [("", "---------"), *((name, name) for name in settings.CONTACT_TYPES)],
        required=False,
        label="Type",
        widget=Select,
    )
    custom_value = CustomValueField()
    sequence = forms.ModelChoiceField(
        EmailSequence.objects.filter(status=EmailSequence.Status.PUBLISHED), required=False, widget=Select
    )
    automation = forms.ModelChoiceField(
        Automation.objects.filter(status=Automation.Status.PUBLISHED), required=False, widget=Select
    )
    include_unsubscribed = forms.ChoiceField(
        choices=[("no", "Only pending contacts"), ("yes", "Also those who unsubscribed")],
        required=False,
        label="Ask",
        widget=Select,
    )

    def __iter__(self) -> Any:
        return (self[name] for name in ("action", "select_across"))


class DescribedAction(NamedTuple):
    """What an action does: its name and arguments, and its words before and after it is done."""

    name: str
    arguments: Sequence[Any]
    order: str
    done: str


class ContactActions(ContactUndo, SetActions):
    action_form = ContactActionForm
    actions = (
        *("attach_tag", "detach_tag", "attach_list", "detach_list", "change_status", "change_type"),
        *("set_custom_value", "join_company", "leave_company", "ask_consent", "enter_sequence", "enter_automation"),
        "delete_selected",
    )

    @admin.action(description="Attach the tag", permissions=["change"])
    def attach_tag(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.act(request, queryset, "tag", lambda tag: on_segment("add_to_tags", "Attach", tag))

    @admin.action(description="Detach the tag", permissions=["change"])
    def detach_tag(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.act(request, queryset, "tag", lambda tag: on_segment("remove_from_tags", "Detach", tag))

    @admin.action(description="Add to the list", permissions=["change"])
    def attach_list(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.act(request, queryset, "contact_list", lambda one: on_segment("add_to_lists", "Attach", one))

    @admin.action(description="Remove from the list", permissions=["change"])
    def detach_list(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.act(request, queryset, "contact_list", lambda one: on_segment("remove_from_lists", "Detach", one))

    @admin.action(description="Change the status", permissions=["change"])
    def change_status(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.act(
            request, queryset, "status", lambda status: changed("change_contact_status", [status], "the status", status)
        )

    @admin.action(description="Change the type", permissions=["change"])
    def change_type(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.act(
            request, queryset, "contact_type", lambda name: changed("change_contact_type", [name], "the type", name)
        )

    @admin.action(description="Set a custom field", permissions=["change"])
    def set_custom_value(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.act(
            request,
            queryset,
            "custom_value",
            lambda value: DescribedAction("update_custom_fields", list(value), f"Set {value[0]}", f"Set {value[0]}"),
        )

    @admin.action(description="Add to the company", permissions=["change"])
    def join_company(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.act(
            request,
            queryset,
            "company",
            lambda one: DescribedAction(
                "add_to_company", [one.pk], f"Add to company “{one}”", f"Added to company “{one}”"
            ),
        )

    @admin.action(description="Remove from the company", permissions=["change"])
    def leave_company(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.act(
            request,
            queryset,
            "company",
            lambda one: DescribedAction(
                "remove_from_company", [one.pk], f"Remove from company “{one}”", f"Removed from company “{one}”"
            ),
        )

    @admin.action(description="Send a double opt-in mail", permissions=["change"])
    def ask_consent(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        """Counts those who get a mail: who has agreed is left out."""
        return self.act(
            request,
            queryset,
            "include_unsubscribed",
            lambda who: DescribedAction(
                "send_double_optin", [who == "yes"], "Send double opt-in mails", "Double opt-in mails"
            ),
            asks=True,
        )

    @admin.action(description="Add to the e-mail sequence", permissions=["change"])
    def enter_sequence(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.act(
            request,
            queryset,
            "sequence",
            lambda one: DescribedAction(
                "add_to_email_sequence", [one.pk], f"Add to sequence “{one}”", f"Added to sequence “{one}”"
            ),
        )

    @admin.action(description="Add to the automation", permissions=["change"])
    def enter_automation(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.act(
            request,
            queryset,
            "automation",
            lambda one: DescribedAction(
                "add_to_automation", [one.pk], f"Add to automation “{one}”", f"Added to automation “{one}”"
            ),
        )

    def act(
        self,
        request: HttpRequest,
        queryset: QuerySet[Subscriber],
        choice: str,
        describe: Any,
        *,
        asks: bool = False,
    ) -> HttpResponse | None:
        """Ask, then do what `describe` makes of the choice: at once, or as a job for many contacts."""

        def act(ids: list[int], chosen: Any) -> str | Led:
            described: DescribedAction = describe(chosen)
            if len(ids) > limit():
                return self.act_in_background(request, described.name, described.arguments, ids, described.order)
            before = newest_entry()
            done = run(prepare(described.name, described.arguments), ids)
            self.log_set(request, ids, message=f"{described.done}.")
            words = f"{described.done}: {counted(self.opts, done.count)}."
            link = undo_link(request, described.name, described.arguments, after=before)
            return format_html("{} {}", words, link) if link else words

        return self.on_set(request, queryset, act, choice=choice, asks=asks)

    def delete_rows(self, request: HttpRequest, ids: list[int]) -> str | Led:
        if len(ids) > limit():
            return self.act_in_background(request, "delete_contacts", [], ids, "Delete contacts")
        return super().delete_rows(request, ids)

    def delete_set(self, ids: list[int]) -> int:
        return run(prepare("delete_contacts", []), ids).count

    def act_in_background(
        self, request: HttpRequest, name: str, arguments: Sequence[Any], ids: list[int], title: str
    ) -> Led:
        """Start a job for exactly these contacts, and lead to its page with its progress."""
        job = act_on_ids(name, arguments, ids, title=title)
        self.log_set(request, ids, message=f"{title}, in the background.")
        words = f"{title}: {counted(self.opts, len(ids))}. It goes on in the background; this page shows how far it is."
        return Led(words, reverse("admin:jobs_job_change", args=[job.pk]))


def limit() -> int:
    return min(AT_ONCE, settings.BULK_CHUNK)


def on_segment(name: str, verb: str, segment: Any) -> DescribedAction:
    words = f"{segment._meta.verbose_name} “{segment}”"
    return DescribedAction(name, [f"{segment.LINK}s", [segment.pk]], f"{verb} {words}", f"{verb}ed {words}")


def changed(name: str, arguments: Sequence[Any], what: str, value: str) -> DescribedAction:
    return DescribedAction(name, arguments, f"Change {what} to {value}", f"Changed {what} to {value}")
