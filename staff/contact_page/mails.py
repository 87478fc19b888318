"""The mails of a contact, with what became of them."""

from collections import defaultdict
from typing import Any

from emails.models import Click, Message
from staff.contact_page.items import COLOURS

SHOWN = 25


def read_messages(pk: int, before: int | None = None) -> dict[str, Any]:
    """The newest mails, or those before an id, and the links that the contact followed. Two statements."""
    rows = Message.objects.of_contact(pk).select_related("mailing").order_by("-pk")
    found: list[Any] = list((rows if before is None else rows.filter(pk__lt=before))[: SHOWN + 1])
    shown = found[:SHOWN]
    followed = defaultdict(list)
    clicks = Click.objects.filter(message__any_of=[message.pk for message in shown]).select_related("link")
    for click in clicks.order_by("pk"):
        followed[click.message_id].append(click)
    for message in shown:
        message.colour, message.links = COLOURS.get(message.state, ""), followed[message.pk]
    return {"mails": shown, "older": shown[-1].pk if len(found) > SHOWN else None}
