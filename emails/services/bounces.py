"""What mail services report: messages that were returned, and complaints."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from database.sql import any_of, execute, ids_parameter, json_parameter, rows_from_json, stored_datetime
from emails.models import Message
from emails.services.events import record_messages
from emails.services.outcomes import shortened
from subscribers.models import Subscriber

ROW: list[tuple[str, Any]] = [(name, Message._meta.get_field(name)) for name in ("hash", "error")]
# As columns of Changed.
RETURNING = "RETURNING emails_message.kind, emails_message.mailing_id, emails_message.subscriber_id"
RETURNED = f"""
    UPDATE emails_message SET state = 'bounced', error = r.error, updated_at = %s FROM {{rows}}
    WHERE emails_message.hash = r.hash AND emails_message.state IN ('sent', 'unsure') {RETURNING}
"""
COMPLAINED = f"""
    UPDATE emails_message SET complained_at = %s, updated_at = %s
    WHERE id {{any_of}} AND complained_at IS NULL {RETURNING}
"""


class Changed(NamedTuple):
    """A message that changed."""

    kind: str
    mailing_id: int
    subscriber_id: int


@transaction.atomic
def mark_returned(reasons: Mapping[str, str]) -> int:
    """Mark sent messages as bounced, by their Message-ID with the reason; returns how many.

    Ids of services and of other mail are skipped. One statement and history's, none without ids of ours.
    """
    hashes = {hash_of(message_id): reason for message_id, reason in reasons.items()}
    rows = [{"hash": value, "error": shortened(reason)} for value, reason in hashes.items() if value]
    if not rows:
        return 0
    sql = RETURNED.format(rows=rows_from_json(ROW))
    changed = [Changed(*row) for row in execute(sql, stored_datetime(timezone.now()), json_parameter(rows))]
    record_messages((message, "message_bounced") for message in changed)
    return len(changed)


@transaction.atomic
def mark_complained(message_ids: Mapping[str, str]) -> int:
    """Note complaints at messages, by the address that complains with the Message-ID; returns how many are new.

    Services seldom say which of our messages it was: then it is the newest one that the address was sent. Three
    statements and history's, none without complaints.
    """
    if not message_ids:
        return 0
    named = {address: hash_of(message_id) for address, message_id in message_ids.items()}
    hashes = [value for value in named.values() if value]
    found = dict(Message.objects.sent().filter(hash__any_of=hashes).values_list("hash", "pk"))
    others = [address for address, value in named.items() if value not in found]
    contacts = Subscriber.objects.with_any_email(others)
    newest = Message.objects.listed().sent().filter(subscriber__in=contacts).values("subscriber").annotate(pk=Max("pk"))
    ids = [*found.values(), *newest.order_by().values_list("pk", flat=True)]
    now = stored_datetime(timezone.now())
    rows = execute(COMPLAINED.format(any_of=any_of()), now, now, ids_parameter(ids))
    record_messages((Changed(*row), "message_complained") for row in rows)
    return len(rows)


def hash_of(message_id: str) -> str:
    """The message's name in `<hash@domain>` (emails.services.composing); empty for what cannot be one of ours."""
    name, at, _ = message_id.strip().strip("<>").partition("@")
    return name if at and len(name) == Message._meta.get_field("hash").max_length and name.isascii() else ""
