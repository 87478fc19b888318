"""Messages that mail services report as returned."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from database.sql import execute, json_parameter, rows_from_json, stored_datetime
from emails.models import Message
from emails.services.outcomes import shortened

ROW: list[tuple[str, Any]] = [(name, Message._meta.get_field(name)) for name in ("hash", "error")]
RETURNED = """
    UPDATE emails_message SET state = 'bounced', error = r.error, updated_at = %s FROM {rows}
    WHERE emails_message.hash = r.hash AND emails_message.state IN ('sent', 'unsure') RETURNING emails_message.id
"""


def mark_returned(reasons: Mapping[str, str]) -> int:
    """Mark sent messages as bounced, by their Message-ID with the reason; returns how many.

    Ids of services and of other mail are skipped. One statement, none without ids of ours.
    """
    hashes = {hash_of(message_id): reason for message_id, reason in reasons.items()}
    rows = [{"hash": value, "error": shortened(reason)} for value, reason in hashes.items() if value]
    if not rows:
        return 0
    sql = RETURNED.format(rows=rows_from_json(ROW))
    return len(execute(sql, stored_datetime(timezone.now()), json_parameter(rows)))


def hash_of(message_id: str) -> str:
    """The message's name in `<hash@domain>` (emails.services.composing); empty for what cannot be one of ours."""
    name, at, _ = message_id.strip().strip("<>").partition("@")
    return name if at and len(name) == Message._meta.get_field("hash").max_length and name.isascii() else ""
