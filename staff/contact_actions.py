"""The actions of the list of contacts."""

from typing import Any, Literal

from django import forms
from django.contrib import admin
from django.contrib.admin import helpers, widgets
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

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
            services.sync_segments(ids, kind, [segment.pk] if attach else [], [] if attach else [segment.pk])
            word = f"{'Attached' if attach else 'Detached'} {segment._meta.verbose_name} “{segment}”"
            self.log_set(request, ids, message=f"{word}.")
            return f"{word}: {counted(self.opts, len(ids))}."

        return self.on_set(request, queryset, act, choice="tag" if kind == "tags" else "contact_list")

    @admin.action(description="Change the status", permissions=["change"])
    def change_status(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        def act(ids: list[int], status: str) -> str:
            changed = services.set_status(ids, status)
            self.log_set(request, ids, message=f"Changed the status to {status}.")
            return f"Changed the status to {status}: {counted(self.opts, changed)}."

        return self.on_set(request, queryset, act, choice="status")

    def delete_set(self, ids: list[int]) -> int:
        return len(services.delete_contacts(ids))
