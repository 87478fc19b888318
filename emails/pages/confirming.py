"""The link in a request for consent."""

from django.http import HttpRequest, HttpResponse

from emails.links import Target
from emails.pages.answers import notice, page
from emails.pages.visitors import named_by_token
from emails.public import TemporaryRedirect, is_prefetch
from emails.services.confirming import Confirmation, Origin, Outcome, confirm
from rest.addresses import client_address
from rest.rich_text import TooLarge, clean_html

CONFIRMED = "<h1>Your subscription is confirmed</h1>"
# By what became of the link: status, title, text.
REFUSALS = {
    Outcome.UNKNOWN: (404, "This link confirms nothing", "What it was about is not kept any more."),
    Outcome.EXPIRED: (
        410,
        "This link has expired",
        "Nothing was changed. If you still want to get our emails, sign up once more: you will get a new link.",
    ),
    Outcome.OUTDATED: (
        410,
        "This link is for another address",
        "Your address was changed after the email was sent. Nothing was changed.",
    ),
    Outcome.REFUSED: (
        410,
        "This link is out of date",
        "You left after the email was sent, or emails to you came back. Nothing was changed.",
    ),
}


@named_by_token("confirm", "POST")
def confirming(request: HttpRequest, target: Target) -> HttpResponse:
    """Confirms by GET, as recorded. A machine that says that it only looks ahead gets a button instead."""
    if is_prefetch(request):
        return page("confirm", form=True)
    agent = request.headers.get("User-Agent", "").replace("\x00", "")
    return answer(confirm(target, Origin(client_address(request) or "", agent)))


def answer(confirmation: Confirmation) -> HttpResponse:
    if confirmation.outcome in REFUSALS:
        status, title, text = REFUSALS[confirmation.outcome]
        return notice(title, text, status=status)
    settings = confirmation.settings
    if address := settings.redirect_of(confirmation.contact):
        response = TemporaryRedirect(address)
        response["Cache-Control"], response["Referrer-Policy"] = "no-store, private", "no-referrer"
        return response
    return page("confirmed", {"message": shown(settings.after_confirm_message)})


def shown(message: str) -> str:
    """What staff wrote, cleaned whatever way it came in; a sentence of ours where they wrote nothing."""
    try:
        return clean_html(message) or CONFIRMED
    except TooLarge:
        return CONFIRMED
