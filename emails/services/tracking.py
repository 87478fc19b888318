"""Opens and clicks, counted. Asking twice is harmless: a count is one higher, the first time stays."""

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from emails.links import Target
from emails.models import Click, Link, Message, State
from subscribers.models import Subscriber


@transaction.atomic
def record_open(target: Target) -> None:
    """Count that a message was opened; one that was deleted is nobody's. Three statements at most."""
    seen(target, opens=F("opens") + 1)


@transaction.atomic
def record_click(target: Target) -> None:
    """Count that a link of a message was followed, which opens the message as well. Five statements at most."""
    now = timezone.now()
    if not seen(target, clicks=F("clicks") + 1, clicked_at=Coalesce("clicked_at", now)):
        return
    clicks = Click.objects.filter(message=target.message, link=target.link)
    if not clicks.update(count=F("count") + 1, updated_at=now):
        # Of two first clicks at once one finds the other's row.
        made = Click(message_id=target.message, link_id=target.link, count=0)
        Click.objects.bulk_create([made], ignore_conflicts=True)
        clicks.update(count=F("count") + 1, updated_at=now)


def seen(target: Target, **counts: object) -> bool:
    """Note that the contact has seen the message; false where that is gone. The contact's updated_at stays, as recorded."""
    now = timezone.now()
    # Contacts before what belongs to them (subscribers.services.locks).
    Subscriber.objects.filter(pk=target.contact).update(last_activity=now)
    messages = Message.objects.filter(pk=target.message)
    found = messages.update(opened_at=Coalesce("opened_at", now), updated_at=now, **counts)
    # It has arrived after all.
    messages.filter(state=State.UNSURE).update(state=State.SENT, sent_at=now, error="")
    return bool(found)


def url_of(link: int) -> str:
    """Where a link leads; nothing where it is not there any more. One statement."""
    return Link.objects.filter(pk=link).values_list("url", flat=True).first() or ""
