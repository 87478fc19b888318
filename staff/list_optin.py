"""What contacts of a list are asked before they get mails, where it is not what all contacts are asked."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldBooleanWidget

from emails.api.optin_serializers import OptinSettingsSerializer
from emails.double_optin import list_settings, save_list_settings
from segments.models import ContactList
from staff.screens import Screen
from staff.settings import form_page
from staff.settings_form import OPTIN_FIELDS, OptinForm, problems

VIEW, CHANGE = "options.view_option", "options.change_option"


class ListOptinForm(OptinForm):
    """The words of a list. Until it has its own they are those for all contacts."""

    own = forms.BooleanField(
        label="This list has words of its own",
        required=False,
        help_text="If not, its contacts are asked what all contacts are asked (Settings), whatever stands below.",
        widget=UnfoldBooleanWidget(),
    )

    def __init__(self, data: Any, list_id: int, *, may_change: bool) -> None:
        settings, own = list_settings(list_id)
        super().__init__(data, initial={**settings.shown(), "own": own})
        self.list_id, self.before, self.accepted = list_id, settings.shown(), settings.shown()
        for field in self.fields.values():
            field.disabled = not may_change

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if not cleaned.get("own"):
            return cleaned
        changed = {name: cleaned[name] for name in OPTIN_FIELDS if name in self.changed_data and name in cleaned}
        serializer = OptinSettingsSerializer(self.before, data=changed)
        for name, text in problems(serializer, OPTIN_FIELDS):
            self.add_error(name, text)
        if not self.errors:
            # Whole, as the API keeps it: what the list does not say itself would follow the general words.
            self.accepted = {**self.before, **serializer.validated_data}
        return cleaned

    def save(self) -> None:
        save_list_settings(self.list_id, self.accepted, own=self.cleaned_data["own"])


class ListOptin(Screen):
    """A page of a list beside its form, for who may view or change settings."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.optin_view)
        return [path("<int:pk>/double-optin/", view, name="segments_contactlist_optin"), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        user: Any = request.user
        fields = super().get_fields(request, obj)
        return [*fields, "double_optin"] if obj and (user.has_perm(VIEW) or user.has_perm(CHANGE)) else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "double_optin")

    @admin.display(description="double opt-in")
    def double_optin(self, contact_list: ContactList) -> SafeString:
        """Which words hold, and the way to them. One statement."""
        said = "This list has words of its own" if list_settings(contact_list.pk)[1] else "As for all contacts"
        address = reverse("admin:segments_contactlist_optin", args=[contact_list.pk])
        return format_html('<a href="{}">{}</a>', address, said)

    def optin_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form of the words; the rules are the API's."""
        user: Any = request.user
        may_change = user.has_perm(CHANGE)
        may_view = self.has_view_or_change_permission(request) and (may_change or user.has_perm(VIEW))
        if not may_view or (request.method == "POST" and not may_change):
            raise PermissionDenied
        contact_list = self.get_object(request, str(pk))
        if contact_list is None:
            raise Http404
        form = ListOptinForm(request.POST if request.method == "POST" else None, pk, may_change=may_change)
        if form.is_bound and form.is_valid():
            if form.has_changed():
                with transaction.atomic():
                    form.save()
                    self.log_change(request, contact_list, "Changed the words of double opt-in.")
                self.message_user(request, "The words were saved.", messages.SUCCESS)
            else:
                self.message_user(request, "Nothing was changed.", messages.INFO)
            return HttpResponseRedirect(request.get_full_path())
        more = {
            "title": f"Double opt-in: {contact_list}",
            "original": contact_list,
            "has_change_permission": may_change,
        }
        return form_page(self, request, form, [(None, {"fields": ("own", *OPTIN_FIELDS)})], more)
