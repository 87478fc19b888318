"""Reads the contacts that are posted to a hook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from subscribers.api.names import resolve_contacts
from subscribers.api.serializers import UpsertSerializer
from subscribers.services import Draft
from wp_rest.exceptions import rules_by_field

# The parameter in the address that allows a list of contacts.
MANY = "many"
# Keys of a contact that cannot be set without credentials. The status comes from the hook.
NOT_ACCEPTED = frozenset(
    "status contact_owner last_activity unsubscribe_reason attach_tags attach_lists detach_tags detach_lists".split()
)

Errors = Mapping[str, Mapping[str, str]]  # {field: {rule: text}}


@dataclass(frozen=True)
class Posted:
    """A posted contact: a draft, or errors by field."""

    draft: Draft | None = None
    errors: Errors = field(default_factory=dict)


def read_contacts(sent: Sequence[Any]) -> tuple[list[Posted], dict[str, list[Any]]]:
    """The posted contacts in their order, and the names that were ignored, by kind.

    Tags and lists may be ids, slugs or titles. Unknown titles create nothing, because anyone may post. At most one
    statement for the custom fields, one for tags and one for lists.
    """
    read: list[Posted] = [Posted()] * len(sent)
    valid: dict[int, Mapping[str, Any]] = {}
    for place, row in enumerate(sent):
        accepted = (
            {key: value for key, value in row.items() if key not in NOT_ACCEPTED} if isinstance(row, dict) else {}
        )
        serializer = UpsertSerializer(data=accepted)
        if serializer.is_valid():
            valid[place] = serializer.validated_data
        else:
            read[place] = Posted(errors=rules_by_field(serializer.errors))
    resolved, ignored = resolve_contacts(list(valid.values()), may_create=may_create)
    for place, one in zip(valid, resolved, strict=True):
        if isinstance(one, Draft):
            read[place] = Posted(one)
        else:
            read[place] = Posted(errors={name: {"type": text} for name, text in one.items()})
    return read, ignored


def may_create(kind: str) -> bool:
    return False


def validation_failed(errors: Errors, body: str = "") -> dict[str, Any]:
    """The answer to wrong input, as recorded in webhooks-incoming.json. `body` is an error of the whole body."""
    kind = "email_validation_failed" if "email" in errors else "validation_failed"
    shown = {**errors, **({"body": {"format": body}} if body else {})}
    return {"success": False, "data": {"message": "Validation failed.", "errors": shown, "type": kind}}
