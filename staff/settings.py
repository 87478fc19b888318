"""The site's settings in the admin: one page for all groups of options that staff may change."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.forms import AdminForm

from options.models import Option
from staff.screens import Screen
from staff.settings_form import GROUPS, SettingsForm


@admin.register(Option)
class SettingsScreen(Screen):
    """Its list is the form; there is no page of one option."""

    actions: Any = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        may_change = self.has_change_permission(request)
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        form = SettingsForm(request.POST if request.method == "POST" else None, may_change=may_change)
        if form.is_bound and form.is_valid():
            self.save(request, form)
            return HttpResponseRedirect(request.get_full_path())
        fieldsets = [(group.title, {"fields": group.fields, "description": group.description}) for group in GROUPS]
        more = {"title": "Settings", "has_change_permission": may_change, **(extra_context or {})}
        return form_page(self, request, form, fieldsets, more)

    def save(self, request: HttpRequest, form: SettingsForm) -> None:
        changed = ", ".join(str(form.fields[name].label) for name in form.changed_data)
        if not changed:
            self.message_user(request, "Nothing was changed.", messages.INFO)
            return
        with transaction.atomic():
            form.save()
            LogEntry.objects.create(
                user_id=cast(int, request.user.pk),
                content_type_id=get_content_type_for_model(Option).pk,
                object_repr="Settings",
                action_flag=CHANGE,
                change_message=f"Changed {changed}.",
            )
        self.message_user(request, "The settings were saved.", messages.SUCCESS)

    def change_view(self, request: HttpRequest, object_id: str, *arguments: Any, **options: Any) -> HttpResponse:
        if request.method != "GET" or not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:options_option_changelist"))


def form_page(
    screen: Any, request: HttpRequest, form: Any, fieldsets: Sequence[Any], more: Mapping[str, Any]
) -> HttpResponse:
    """A form that is not a row's, as the page of a row shows its own."""
    context = {
        **screen.admin_site.each_context(request),
        "opts": screen.opts,
        "adminform": AdminForm(form, fieldsets, {}, (), model_admin=screen),
        "errors": form.errors,
        "media": screen.media,
        "add": False,
        "change": True,
        "is_popup": False,
        "save_as": False,
        "inline_admin_formsets": [],
        "has_add_permission": False,
        "has_delete_permission": False,
        "has_editable_inline_admin_formsets": False,
        "has_view_permission": True,
        "show_close": False,
        "show_save_and_continue": False,
        "show_save_and_add_another": False,
        **more,
    }
    return TemplateResponse(request, "staff/settings.html", context)
