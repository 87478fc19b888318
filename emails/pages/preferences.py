"""A contact's own preferences: names, public lists, and the way back."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from emails.links import Target, address
from emails.pages.answers import masked, page
from emails.pages.visitors import gone, named_by_token
from emails.services.asking import ask_consent
from emails.services.preferences import save_preferences
from emails.services.sending import send_now
from rest.numbers import as_integer
from rest.text import plain_line
from segments.models import ContactList
from subscribers.models import Status, Subscriber, SubscriberList

MAX_NAME = 192
NAMES = ("first_name", "last_name")
# What the page offers by status; for others there is no way back by themselves.
STATES = {
    Status.SUBSCRIBED: "here",
    Status.TRANSACTIONAL: "here",
    Status.PENDING: "asked",
    Status.UNSUBSCRIBED: "left",
}
SAVED = "Your preferences are saved."
SENT = "An email is on its way to you. Follow the link in it to confirm your subscription."
NOT_SENT = "The email was sent a moment ago. Follow the link in it to confirm your subscription."


@named_by_token("manage", "POST")
def preferences(request: HttpRequest, target: Target) -> HttpResponse:
    """GET shows them. POST with `action=save` keeps what was sent; with `subscribe` it sends a request for consent."""
    done = ""
    if request.method == "POST" and Subscriber.objects.filter(pk=target.contact).exists():
        done = come_back(target.contact) if request.POST.get("action") == "subscribe" else save(request, target)
    contact = Subscriber.objects.filter(pk=target.contact).only("email", "status", *NAMES).first()
    if contact is None:
        return gone()
    context: dict[str, Any] = {
        "title": "Your preferences",
        "done": done,
        "email": masked(contact.email),
        "contact": contact,
        "state": STATES.get(Status(contact.status)),
        "lists": ContactList.objects.filter(is_public=True).order_by("title", "pk"),
        "chosen": set(SubscriberList.objects.filter(subscriber=contact).values_list("list", flat=True)),
        "max_name": MAX_NAME,
        "unsubscribe": address("unsubscribe", target),
    }
    return page("manage", context, form=True)


def save(request: HttpRequest, target: Target) -> str:
    names = {name: plain_line(request.POST[name])[:MAX_NAME] for name in NAMES if name in request.POST}
    lists = [pk for sent in request.POST.getlist("lists") if (pk := as_integer(sent)) is not None]
    save_preferences(target.contact, names, lists)
    return SAVED


def come_back(contact: int) -> str:
    """Ask for consent: the link in the new mail subscribes, not this form."""
    asked = ask_consent([contact], returning=[contact])
    if not asked.messages:
        return NOT_SENT if "asked" in asked.left_out else ""
    send_now(list(asked.messages.values()))
    return SENT
