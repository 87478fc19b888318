"""Whom something goes to, beside the form that chooses: how many contacts that is, saved or not."""

from typing import Any

from django.contrib import admin
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.selection import Unreadable, contacts_of_choice
from staff.campaign_form import CHOSEN
from staff.screens import Screen
from subscribers.querysets import SubscriberQuerySet


class Addressed(Screen):
    """A screen whose form is an AddressedForm; `estimate` is one of its readonly fields."""

    def contacts_for(self, row: Any) -> SubscriberQuerySet:
        """The contacts that were chosen for a row. Raises Unreadable."""
        raise NotImplementedError

    @admin.display(description="contacts who would get it now")
    def estimate(self, row: Any) -> SafeString:
        """Counted when the page is there, and again when another choice is made."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_estimate"
        return format_html(
            '<output hx-post="{}" hx-include="closest form" hx-trigger="load, change from:closest form delay:300ms" hx-sync="this:replace">{}</output>',
            reverse(f"{name}_of", args=[row.pk]) if row.pk else reverse(name),
            "Counting ...",
        )

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_estimate"
        count = self.admin_site.admin_view(self.count_chosen)
        return [
            path("estimate/", count, name=name),
            path("<int:pk>/estimate/", count, name=f"{name}_of"),
            *super().get_urls(),
        ]

    def count_chosen(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """How many contacts the choice in a form means."""
        related = self.list_select_related
        row = self.get_queryset(request).filter(pk=pk).select_related(*related).first() if pk else None
        may = self.has_add_permission(request) or self.has_change_permission(request, row)
        if request.method != "POST" or not may or (pk and row is None):
            raise Http404
        form: Any = self.form(request.POST, instance=row)
        form.full_clean()
        if any(name in form.errors for name in CHOSEN):
            return HttpResponse("Some of what is chosen is not there any more, or cannot be read.")
        try:
            # A choice that the form cannot show stays as it is.
            kept = row is not None and form.recipients is None
            contacts = self.contacts_for(row) if kept else contacts_of_choice(form.choice, form.conditions)
            # A statement that takes too long ends the transaction that it is in.
            with transaction.atomic():
                return HttpResponse(f"{contacts.count():,}")
        except OperationalError:
            return HttpResponse("Too many to count now.")
        except Unreadable as error:
            return HttpResponse(str(error), content_type="text/plain; charset=utf-8")
