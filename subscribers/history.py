"""What was done to contacts: kept for good in the same transaction, and told to receivers after it."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db import transaction

from accounts.actors import current_actor
from subscribers.models import Change, ChangedContact
from subscribers.signals import contacts_changed
from subscribers.sql import among, execute, ids_parameter, is_postgresql

LINK_TO_ALL = (
    "INSERT INTO subscribers_changedcontact (change_id, contact_id) SELECT %s, * FROM unnest(%s::bigint[])",
    "INSERT INTO subscribers_changedcontact (change_id, contact_id) SELECT %s, value FROM json_each(%s)",
)


# One about many contacts of whom nobody is left.
FORGET_VALUES = """
    UPDATE subscribers_change SET details = '{{}}' WHERE id IN (
        SELECT l.change_id FROM subscribers_changedcontact l WHERE l.contact_id {among}
    ) AND NOT EXISTS (
        SELECT 1 FROM subscribers_changedcontact l JOIN subscribers_subscriber s ON s.id = l.contact_id
        WHERE l.change_id = subscribers_change.id
    )
"""


def announce(change: str, ids: Iterable[int], **details: Any) -> None:
    """Write one entry of history for a set of contacts, and send contacts_changed when the transaction commits.

    Two statements, however many contacts; none for nobody. A receiver that fails harms nobody else.
    """
    changed = list(ids)
    if not changed:
        return
    actor = current_actor()
    entry = Change.objects.create(
        change=change, details=as_json(details), user_id=actor.user_id, door=actor.door, contacts=len(changed)
    )
    execute(LINK_TO_ALL[not is_postgresql()], entry.pk, ids_parameter(changed))
    send = partial(contacts_changed.send_robust, sender=None, change=change, ids=changed, details=details)
    transaction.on_commit(send, robust=True)


def as_json(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as JSON keeps them: dates and numbers of other kinds as texts."""
    return {name: plain(value) for name, value in details.items()}


def plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def forget(ids: Iterable[int]) -> None:
    """Drop what is personal in the history of contacts that are deleted. Four statements.

    Entries about one of them alone go; one about many keeps that it was, and loses its values when
    the last of them goes.
    """
    gone = list(ids)
    alone = Change.objects.filter(
        contacts=1, pk__in=ChangedContact.objects.filter(contact_id__among=gone).values("change")
    )
    entries = list(alone.values_list("pk", flat=True))
    ChangedContact.objects.filter(change__among=entries).delete()
    Change.objects.filter(pk__among=entries)._raw_delete(using="default")
    execute(FORGET_VALUES.format(among=among()), ids_parameter(gone))
