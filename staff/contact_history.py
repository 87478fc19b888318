"""The history of a contact in the admin: the same as GET /subscribers/{id}/history, as texts."""

from typing import Any, cast

from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from changes.models import Change
from segments.services import is_id
from staff.change_words import describe
from staff.pages import IdsFirst
from staff.screens import Screen
from subscribers.models import Subscriber

SHOWN_CHANGES = 50


class ContactHistory(Screen):
    """Shown to users who may view contacts and changes, also for a deleted contact."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The newest entries first, in pages. Django's own history only has what was done in the admin."""
        if not self.has_view_or_change_permission(request) or not may_view_changes(request):
            raise PermissionDenied
        if not is_id(object_id):
            raise Http404
        pk = int(object_id)
        contact = Subscriber.objects.filter(pk=pk).first()
        changes = Change.objects.about(pk).select_related("user").order_by("-pk")
        pages = IdsFirst(changes, SHOWN_CHANGES, known_count=changes.count())
        page = pages.get_page(request.GET.get(PAGE_VAR, 1))
        if contact is None and not pages.count:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {contact or f'contact {pk}'}",
            "opts": self.opts,
            "original": contact,
            "object": contact,
            "contact": contact,
            "pk": pk,
            "page": page,
            "page_range": pages.get_elided_page_range(page.number),
            "page_var": PAGE_VAR,
            "entries": describe(page.object_list),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "staff/contact_history.html", context)


def may_view_changes(request: HttpRequest) -> bool:
    return bool(cast(Any, request.user).has_perm("changes.view_change"))
