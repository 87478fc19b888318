"""Opens and clicks, counted. Asking twice is harmless: a count is one higher, the first time stays."""

from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from changes.services import Entry, record
from emails.links import Target
from emails.models import Click, Link, Message, State
from emails.services.events import entry_of_message
from emails.written_settings import utm_of, with_utm
from subscribers.models import Subscriber


@transaction.atomic
def record_open(target: Target) -> None:
    """Count that a message was opened; one that was deleted is nobody's. Three statements, and history's."""
    record(seen(target, opens=1)[1])


@transaction.atomic
def record_click(target: Target, url: str) -> None:
    """Count that a link of a message was followed to `url`, which opens the message as well.

    Five statements, and history's.
    """
    message, entries = seen(target, clicks=1)
    if message is None:
        return
    # First clicks at once come one after the other, as each holds the message.
    now = timezone.now()
    clicks = Click.objects.filter(message=target.message, link=target.link)
    if not clicks.update(count=F("count") + 1, updated_at=now):
        Click.objects.create(message_id=target.message, link_id=target.link, updated_at=now)
        entries += entry_of_message("message_clicked", message, {"link": target.link, "url": url})
    record(entries)


def seen(target: Target, opens: int = 0, clicks: int = 0) -> tuple[Message | None, list[Entry]]:
    """Note that the contact has seen the message; returns it as it was, if it is there, and what is to be recorded.

    The contact's updated_at stays, as recorded.
    """
    now = timezone.now()
    # Contacts before what belongs to them (subscribers.services.locks).
    Subscriber.objects.filter(pk=target.contact).update(last_activity=now)
    messages = Message.objects.filter(pk=target.message)
    # Held: of two first times at once the second one finds what the first one wrote.
    message = messages.select_for_update(no_key=True).first()
    if message is None:
        return None, []
    entries = []
    columns: dict[str, object] = {"opens": message.opens + opens, "clicks": message.clicks + clicks}
    if message.state == State.UNSURE:
        # It has arrived after all.
        columns |= {"state": State.SENT, "sent_at": now, "error": ""}
        entries += entry_of_message("message_sent", message)
    if message.opened_at is None:
        columns["opened_at"] = now
        entries += entry_of_message("message_opened", message)
    if clicks and message.clicked_at is None:
        columns["clicked_at"] = now
    messages.update(updated_at=now, **columns)
    return message, entries


class Destination(NamedTuple):
    """A link as the mailing names it, and the whole address that it leads to."""

    url: str
    address: str


def destination_of(link: int) -> Destination | None:
    """Where a link leads, with what the mailing adds to its links; None where it is not there any more. One statement."""
    found = Link.objects.filter(pk=link).values_list("url", "mailing__settings").first()
    if found is None:
        return None
    url, settings = found
    return Destination(url, with_utm(url, utm_of(settings)))
