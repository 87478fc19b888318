"""Who opens a page: what the token of its address names, and bounds for those who guess, and for those who insist."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from changes.actors import ActorKind, Channel, acting_as
from emails.links import Target, read_token
from emails.pages.answers import notice
from rest.addresses import client_network
from rest.rate_limit import fail, spend

View = Callable[[HttpRequest, Target], HttpResponse]
# Forms that one contact may send a minute.
FORMS_A_MINUTE = 30


def named_by_token(purpose: str, *methods: str) -> Callable[[View], Callable[[HttpRequest, str], HttpResponse]]:
    """Make a view of a function that gets what a token of that purpose names. What it changes is the contact's doing."""

    def decorate(function: View) -> Callable[[HttpRequest, str], HttpResponse]:
        @csrf_exempt
        @require_http_methods(["GET", "HEAD", *methods])
        @wraps(function)
        def view(request: HttpRequest, token: str) -> HttpResponse:
            target = read_token(purpose, token)
            if target is None:
                return wrong_link(request)
            if request.method == "POST":
                spent = spend(f"forms of contact {target.contact}", FORMS_A_MINUTE)
                if not spent.allowed:
                    return too_many(spent.wait)
            with acting_as(Channel.SYSTEM, kind=ActorKind.CONTACT, id=target.contact):
                return function(request, target)

        return view

    return decorate


def wrong_link(request: HttpRequest) -> HttpResponse:
    """404, or 429 for an address that has tried too many. Right links cost nothing here (see rest.failures)."""
    limit: int = settings.FAILED_LOGINS_A_MINUTE
    wait = fail(f"links from {client_network(request)}", limit) if limit else 0
    if wait:
        return too_many(wait)
    text = "It may have been cut off. Copy the whole link from the email, or open it there."
    return notice("This link is not right", text, status=404)


def too_many(wait: int) -> HttpResponse:
    response = notice("Too many requests", "Wait a little, then try again.", status=429)
    response["Retry-After"] = str(wait)
    return response


def gone() -> HttpResponse:
    """For a right link whose contact, or mail, is not there any more."""
    return notice("This link leads nowhere any more", "What it was about is not kept any more.", status=404)
