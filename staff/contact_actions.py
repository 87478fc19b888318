"""The actions of the list of contacts."""

from collections.abc import Sequence
from typing import Any, Literal

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import helpers, widgets
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bulk_actions.background import act_on_ids
from segments.models import ContactList, Tag
from staff.confirmation import SetActions, counted
from subscribers import services
from subscribers.models import Status, Subscriber


class ContactActionForm(helpers.ActionForm):
    """An action, and what it attaches, detaches or sets."""

    # Labels start with a non-breaking space, as the widget before leaves none.
    tag = forms.ModelChoiceField(
        Tag.objects.all(),
        required=False,
        label="\N{NO-BREAK SPACE}Tag:",
        widget=widgets.AutocompleteSelect(
            Subscriber._meta.get_field("tags"), admin.site, attrs={"style": "width: 10em"}
        ),
    )
    contact_list = forms.ModelChoiceField(
        ContactList.objects.all(),
        required=False,
        label="\N{NO-BREAK SPACE}List:",
        widget=widgets.AutocompleteSelect(
            Subscriber._meta.get_field("lists"), admin.site, attrs={"style": "width: 10em"}
        ),
    )
    status = forms.ChoiceField(
        choices=[("", "---------"), *Status.choices], required=False, label="\N{NO-BREAK SPACE}Status:"
    )


class ContactActions(SetActions):
    action_form = ContactActionForm
    actions = ("attach_tag", "detach_tag", "attach_list", "detach_list", "change_status", "delete_selected")

    @admin.action(description="Attach the tag", permissions=["change"])
    def attach_tag(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.sync(request, queryset, "tags", attach=True)

    @admin.action(description="Detach the tag", permissions=["change"])
    def detach_tag(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.sync(request, queryset, "tags", attach=False)

    @admin.action(description="Add to the list", permissions=["change"])
    def attach_list(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.sync(request, queryset, "lists", attach=True)

    @admin.action(description="Remove from the list", permissions=["change"])
    def detach_list(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        return self.sync(request, queryset, "lists", attach=False)

    def sync(
        self, request: HttpRequest, queryset: QuerySet[Subscriber], kind: Literal["tags", "lists"], *, attach: bool
    ) -> HttpResponse | None:
        def act(ids: list[int], segment: Any) -> str:
            name = f"{'add_to' if attach else 'remove_from'}_{kind}"
            if len(ids) > settings.BULK_CHUNK:
                title = f"{'Attach' if attach else 'Detach'} {segment._meta.verbose_name} “{segment}”"
                return self.act_in_background(request, name, [kind, [segment.pk]], ids, title)
            services.sync_segments(ids, kind, [segment.pk] if attach else [], [] if attach else [segment.pk])
            word = f"{'Attached' if attach else 'Detached'} {segment._meta.verbose_name} “{segment}”"
            self.log_set(request, ids, message=f"{word}.")
            return f"{word}: {counted(self.opts, len(ids))}."

        return self.on_set(request, queryset, act, choice="tag" if kind == "tags" else "contact_list")

    @admin.action(description="Change the status", permissions=["change"])
    def change_status(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        def act(ids: list[int], status: str) -> str:
            if len(ids) > settings.BULK_CHUNK:
                title = f"Change the status to {status}"
                return self.act_in_background(request, "change_contact_status", [status], ids, title)
            changed = services.set_status(ids, status)
            self.log_set(request, ids, message=f"Changed the status to {status}.")
            return f"Changed the status to {status}: {counted(self.opts, changed)}."

        return self.on_set(request, queryset, act, choice="status")

    def delete_rows(self, request: HttpRequest, ids: list[int]) -> str:
        if len(ids) > settings.BULK_CHUNK:
            return self.act_in_background(request, "delete_contacts", [], ids, "Delete contacts")
        return super().delete_rows(request, ids)

    def delete_set(self, ids: list[int]) -> int:
        return len(services.delete_contacts(ids))

    def act_in_background(
        self, request: HttpRequest, name: str, arguments: Sequence[Any], ids: list[int], title: str
    ) -> SafeString:
        """Start a job for exactly these contacts, and say where its progress is."""
        job = act_on_ids(name, arguments, ids, title=title)
        self.log_set(request, ids, message=f"{title}, in the background.")
        address = reverse("admin:jobs_job_change", args=[job.pk])
        return format_html(
            '{}: {}. It goes on in the background; <a href="{}">see its progress</a>.',
            title,
            counted(self.opts, len(ids)),
            address,
        )
