"""FluentCRM's own addresses at the root of a site: `/?fluentcrm=1&route=confirmation&hash=...`."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse

from emails.pages.visitors import wrong_link
from smart_links.addresses import ROUTE
from smart_links.public import followed_by_slug

ROUTES: Mapping[str, Callable[[HttpRequest], HttpResponse]] = {
    # Those in mails. A link that another server made has its signature, which says nothing here.
    **dict.fromkeys(("confirmation", "unsubscribe", "manage_subscription"), wrong_link),
    ROUTE: followed_by_slug,
}


def find_old_route(request: HttpRequest) -> Callable[[HttpRequest], HttpResponse] | None:
    """The view of FluentCRM's route that the query names; None for any other query."""
    return ROUTES.get(request.GET.get("route", "")) if "fluentcrm" in request.GET else None
