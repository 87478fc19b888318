"""FluentCRM's own addresses at the root of a site: `/?fluentcrm=1&route=confirmation&hash=...`."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse

from emails.pages.visitors import wrong_link

# Those in mails. A link that another server made has its signature, which says nothing here.
ROUTES: Mapping[str, Callable[[HttpRequest], HttpResponse]] = dict.fromkeys(
    ("confirmation", "unsubscribe", "manage_subscription"), wrong_link
)


def find_old_route(request: HttpRequest) -> Callable[[HttpRequest], HttpResponse] | None:
    """The view of FluentCRM's route that the query names; None for any other query."""
    return ROUTES.get(request.GET.get("route", "")) if "fluentcrm" in request.GET else None
