"""The addresses in mails that only count: the tracking picture, and links on their way to where the mail points."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from changes.actors import ActorKind, Channel, acting_as
from emails.leads import lead_on
from emails.links import Target, read_token
from emails.models import Message
from emails.pages.visitors import wrong_link
from emails.services.tracking import destination_of, record_click, record_open

log = logging.getLogger(__name__)
# One transparent point.
PICTURE = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b",
)
# What browsers and mailboxes say when they fetch what nobody has asked for yet.
PREFETCH_HEADERS = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")
# Mailboxes that fetch pictures by themselves; right after a mail arrived nobody has opened it.
PROXIES = ("GoogleImageProxy", "YahooMailProxy")
ARRIVAL = timedelta(seconds=5)


class TemporaryRedirect(HttpResponseRedirect):
    """As recorded: a client keeps its method, and asks again the next time."""

    status_code = 307


@csrf_exempt  # other methods are a 405 like anywhere
@require_safe
@never_cache
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The tracking picture, whatever the token: a mail never shows a broken one."""
    target = read_token("open", token)
    if target and not is_prefetch(request) and not is_arrival(request, target):
        count(record_open, target)
    return HttpResponse(PICTURE, content_type="image/gif")


@csrf_exempt  # other methods are a 405 like anywhere
@require_safe
@never_cache
def clicked(request: HttpRequest, token: str) -> HttpResponse:
    """On to where the mail points; nothing in the address says where."""
    target = read_token("click", token)
    destination = destination_of(target.link) if target else None
    if not target or not destination:
        return wrong_link(request)
    if not is_prefetch(request):
        count(partial(record_click, url=destination.url), target)
        # Asked with what the mailing names; what it adds to its links is not for where they lead instead.
        if elsewhere := lead_on(destination.url, target):
            return TemporaryRedirect(elsewhere)
    return TemporaryRedirect(destination.address)


def count(record: Callable[[Target], None], target: Target) -> None:
    """Count, if the database lets us; whoever opens a mail or follows a link gets on all the same."""
    try:
        with acting_as(Channel.SYSTEM, kind=ActorKind.CONTACT, id=target.contact):
            record(target)
    except DatabaseError:
        log.warning("A visit to message %s could not be counted.", target.message, exc_info=True)


def is_prefetch(request: HttpRequest) -> bool:
    """Whether a machine says that it only looks ahead."""
    if request.method == "HEAD":
        return True
    said = " ".join(request.headers.get(name, "") for name in PREFETCH_HEADERS).lower()
    return "prefetch" in said or "preview" in said


def is_arrival(request: HttpRequest, target: Target) -> bool:
    """Whether a mailbox fetches the picture as the mail comes in. One statement for those that do so, else none."""
    if not any(proxy in request.headers.get("User-Agent", "") for proxy in PROXIES):
        return False
    sent_at = Message.objects.filter(pk=target.message).values_list("sent_at", flat=True).first()
    return sent_at is None or timezone.now() - sent_at < ARRIVAL
