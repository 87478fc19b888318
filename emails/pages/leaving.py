"""Unsubscribe: a page that asks, and a POST that does it, a mailbox's own button included (RFC 8058)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from emails.links import Target, address
from emails.pages.answers import masked, page, with_headers
from emails.pages.visitors import gone, named_by_token
from emails.services.preferences import leave
from rest.text import MAX_RAW_LENGTH, plain_line
from subscribers.models import LEFT, Subscriber

REASONS = (
    "I get too many emails",
    "The emails are not what I expected",
    "I did not sign up",
    "The emails are unwanted and should be reported",
)
MAX_WORDS = 500
# Recorded in campaign-sending.json.
FROM_MAILBOX = "Unsubscribe From List Header"
UNSUBSCRIBED = "You've successfully unsubscribed from our email list."


@named_by_token("unsubscribe", "POST")
def leaving(request: HttpRequest, target: Target) -> HttpResponse:
    """GET changes nothing, so that whatever looks at links unsubscribes nobody."""
    contact = Subscriber.objects.filter(pk=target.contact).values_list("email", "status").first()
    if contact is None:
        return gone()
    email, status = contact
    context: dict[str, Any] = {"email": masked(email), "manage": address("manage", target)}
    if request.method == "POST":
        leave(target.contact, reason_of(request), target.message)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            # A machine asks, and is answered as recorded.
            answer = JsonResponse({"success": True, "data": {"message": UNSUBSCRIBED}})
            return with_headers(answer, "default-src 'none'")
    elif status not in LEFT:
        form = {"title": "Unsubscribe", "reasons": REASONS, "max_words": MAX_WORDS}
        return page("unsubscribe", context | form, form=True)
    return page("unsubscribed", context | {"title": "You are unsubscribed"})


def reason_of(request: HttpRequest) -> str:
    """Why the contact leaves, as the form says; as recorded where a mailbox's button was pressed."""
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return FROM_MAILBOX
    number, words = request.POST.get("reason", ""), request.POST.get("words", "")
    chosen = dict(zip("1234", REASONS, strict=True)).get(number, "")
    written = plain_line(words[:MAX_RAW_LENGTH])[:MAX_WORDS]
    return ": ".join(filter(None, (chosen, written)))
