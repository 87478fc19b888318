"""The number of rows of a list, counted by a request of its own where it is neither kept nor seen from the page."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse

from database.ending import NobodyWaits, TookTooLong, ending_statements, nobody_has_left
from rest.availability import as_logged
from rest.waiting import HAS_LEFT
from segments.services import is_id
from staff.confirmation import counted
from staff.screens import Screen

# A count that takes longer is ended.
SECONDS = 10
# In the address of a last page: the number of rows that were counted, so that it is read from the end of the list.
ROWS_VAR = "counted"


class RowCounts(Screen):
    """Lists whose rows are counted at `count/`, with the parameters of the list, for who may see the list."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.count_view)
        return [path("count/", view, name=f"{self.opts.app_label}_{self.opts.model_name}_count"), *super().get_urls()]

    def known_count(self, request: HttpRequest) -> int | None:
        """The number of rows that the list finds, if it is kept or cheap."""
        return None

    def count_view(self, request: HttpRequest) -> HttpResponse:
        """JSON with the number in words and the address of the last page, or why there is none; else a message on the list."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        listed = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        try:
            found, problem = self.count_rows(request), ""
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{listed}?{ERROR_FLAG}=1")
        except TookTooLong:
            found, problem = None, f"Counting was ended, as it takes more than {SECONDS} seconds."
        except NobodyWaits:
            return unread()
        text = "" if found is None else counted(self.opts, found)
        if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
            pages = -(-(found or 0) // self.list_per_page)
            last = f"{listed}?{last_page(request, pages, found)}" if found and pages > 1 else ""
            return JsonResponse({"text": text, "problem": problem, "last": last})
        if text:
            self.message_user(request, f"The list has {text}.")
        else:
            self.message_user(request, problem, messages.WARNING)
        return HttpResponseRedirect(f"{listed}?{without_page(request)}")

    def count_rows(self, request: HttpRequest) -> int:
        """Raises IncorrectLookupParameters, TookTooLong or NobodyWaits."""
        request.only_counts = True  # type: ignore[attr-defined]
        rows = self.get_changelist_instance(request).queryset
        known = self.known_count(request)
        if known is not None:
            return known
        # A statement that is ended ends the transaction that it is in.
        with ending_statements(SECONDS, has_left(request)), transaction.atomic():
            return cast(int, rows.count())


def only_counts(request: HttpRequest) -> bool:
    """Whether the rows of a list are to be counted, not shown."""
    return getattr(request, "only_counts", False)


def has_left(request: HttpRequest) -> Callable[[], bool]:
    """Tells whether the client of the request has gone; under a server that does not tell, it never has."""
    return request.META.get(HAS_LEFT, nobody_has_left)


def unread() -> HttpResponse:
    """An answer for a client that has gone, with nginx's status for it."""
    return as_logged(HttpResponse(status=499))


def last_page(request: HttpRequest, number: int, rows: int) -> str:
    """The parameters of the list for its last page, with what was counted."""
    kept = request.GET.copy()
    kept[PAGE_VAR], kept[ROWS_VAR] = str(number), str(rows)
    return kept.urlencode()


def take_counted(request: HttpRequest) -> None:
    """Take the number of rows out of the address of a last page. The links of the page lead on without it."""
    if ROWS_VAR in request.GET:
        kept = request.GET.copy()
        text = str(kept.pop(ROWS_VAR)[-1])
        request.GET = kept  # type: ignore[assignment]
        request.counted_rows = (int(text) or None) if is_id(text) else None  # type: ignore[attr-defined]


def counted_before(request: HttpRequest) -> int | None:
    """What the address of a last page said. It is as true as when it was counted: only good for where to begin."""
    return getattr(request, "counted_rows", None)


def without_page(request: HttpRequest) -> str:
    """The parameters of the list, but not its page."""
    kept = request.GET.copy()
    kept.pop(PAGE_VAR, None)
    return kept.urlencode()
