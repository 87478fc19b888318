"""Taking an action on contacts back (bulk_actions.undoing): the link after it, and the page that asks."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bulk_actions.undoing import EVENTS, MOST_VALUES, OPPOSITES, CannotUndo, Undo, recorded_together
from changes.models import Change
from staff.confirmation import CONFIRMED, NAMED, SetActions, counted, fingerprint, ids_of


class ContactUndo(SetActions):
    """The page that takes an action back: for who may change contacts, their own actions or any that they may see.

    Its address has an entry of history, or the first and the last of those that the action wrote.
    """

    def get_urls(self) -> list[Any]:
        view, name = self.admin_site.admin_view(self.undo_view), "subscribers_subscriber_undo"
        own = [path("undo/<int:pk>/", view, name=name), path("undo/<int:pk>-<int:last>/", view, name=name)]
        return [*own, *super().get_urls()]

    def undo_view(self, request: HttpRequest, pk: int, last: int = 0) -> HttpResponse:
        """Ask with the number of contacts; a POST with what was confirmed does it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        entries = recorded_together(pk, last) if max(pk, last) < 2**63 else []
        user: Any = request.user
        if not entries or not (entries[0].user_id == user.pk or user.has_perm("changes.view_change")):
            raise Http404
        back = HttpResponseRedirect(reverse("admin:subscribers_subscriber_changelist"))
        try:
            undo = Undo(*entries)
        except CannotUndo as error:
            self.message_user(request, f"This cannot be undone. {error}", messages.WARNING)
            return back
        contacts = undo.contacts()
        ids = ids_of(contacts)
        if not ids:
            self.message_user(request, "There is nothing left to undo.", messages.WARNING)
            return back
        seen = request.POST.get(CONFIRMED)
        if seen == fingerprint(ids):
            with transaction.atomic():
                number = undo.run(ids).count
                self.log_set(request, ids, message=f"Undone: {undo.title}.")
            self.message_user(request, f"Undone: {counted(self.opts, number)}.", messages.SUCCESS)
            return back
        context = {
            **self.admin_site.each_context(request),
            "title": f"Undo: {undo.title}",
            "opts": self.opts,
            "media": self.media,
            "problem": "The contacts have changed since they were shown. Nothing was done yet." if seen else "",
            "number": counted(self.opts, len(ids)),
            "note": "They are still as the action left them. Contacts who were changed again in this respect stay as they are.",
            "named": self.names_of(request, contacts.order_by("pk")[:NAMED]),
            "more": counted(self.opts, len(ids) - NAMED) if len(ids) > NAMED else "",
            "sent": [(CONFIRMED, fingerprint(ids))],
            "back": back.url,
        }
        return TemplateResponse(request, "staff/confirm.html", context)


def newest_entry() -> int:
    """The id of the newest entry that is there. One statement."""
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def undo_link(request: HttpRequest, name: str, arguments: Sequence[Any], *, after: int) -> SafeString | None:
    """A link that takes back what the user's action has just written, if it can be. Two statements at most."""
    if name not in EVENTS:
        return None
    entries = Change.objects.filter(pk__gt=after, user=cast(int, request.user.pk), event=EVENTS[name], job_id=None)
    if EVENTS[name] in OPPOSITES:
        subject = arguments[-1]
        entries = entries.filter(subject_id=subject[0] if isinstance(subject, list) else subject)
    # There are several where the contacts had several statuses or types; those of another moment are another action's.
    found = list(entries.order_by("pk")[: MOST_VALUES + 1])
    if not found or len(found) > MOST_VALUES or len({entry.at for entry in found}) > 1:
        return None
    try:
        Undo(*found)
    except CannotUndo:
        return None
    several = [found[-1].pk] if len(found) > 1 else []
    address = reverse("admin:subscribers_subscriber_undo", args=[found[0].pk, *several])
    return format_html('<a class="undo" href="{}">Undo</a>', address)
