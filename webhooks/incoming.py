"""Contacts as strangers post them, read into drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from subscribers.api.names import resolve_contacts
from subscribers.api.serializers import UpsertSerializer
from subscribers.services import Draft
from wp_rest.exceptions import rules_by_field

# The parameter of the address that says that the body is a list of contacts.
MANY = "many"
# Keys of a contact that are not a stranger's to set. The status is the hook's.
NOT_TAKEN = frozenset(
    "status contact_owner last_activity unsubscribe_reason attach_tags attach_lists detach_tags detach_lists".split()
)

Errors = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Posted:
    """A contact that was posted: its draft, or errors by field. `ignored` is what it names and is not there."""

    draft: Draft | None = None
    errors: Errors = field(default_factory=dict)
    ignored: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def read_contact(sent: Any) -> Posted:
    """What was posted as one contact. The statements of read_contacts."""
    [read] = read_contacts([sent])
    return read


def read_contacts(sent: Sequence[Any]) -> list[Posted]:
    """What was posted as several contacts, in their order.

    Tags and lists are named as everywhere; a word that names none makes none here, as anyone may post. At most
    a statement for the custom fields and one each for tags and lists.
    """
    read: list[Posted] = [Posted()] * len(sent)
    valid: dict[int, Mapping[str, Any]] = {}
    for place, row in enumerate(sent):
        taken = {name: value for name, value in row.items() if name not in NOT_TAKEN} if isinstance(row, dict) else {}
        serializer = UpsertSerializer(data=taken)
        if serializer.is_valid():
            valid[place] = serializer.validated_data
        else:
            read[place] = Posted(errors=rules_by_field(serializer.errors))
    resolved, ignored = resolve_contacts(list(valid.values()), may_create=makes_none)
    for place, one in zip(valid, resolved, strict=True):
        if isinstance(one, Draft):
            read[place] = Posted(one, ignored=ignored)
        else:
            read[place] = Posted(errors={name: {"type": text} for name, text in one.items()})
    return read


def makes_none(kind: str) -> bool:
    return False


def validation_failed(errors: Errors, body: str = "") -> dict[str, Any]:
    """A refusal in FluentCRM's shape; `body` is what is wrong with the body as a whole."""
    kind = "email_validation_failed" if "email" in errors else "validation_failed"
    told = {**errors, **({"body": {"format": body}} if body else {})}
    return {"success": False, "data": {"message": "Validation failed.", "errors": told, "type": kind}}
