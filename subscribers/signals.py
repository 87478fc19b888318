"""What happened to contacts, told once a change: after its transaction, with the set of ids."""

from django.dispatch import Signal

# Sent with `change` (a word of CHANGES), `ids` (a list of contacts' ids) and `details` (a dict):
# subscribers.history.record sends it.
contacts_changed = Signal()

CHANGES = (
    "created",
    "updated",
    "deleted",
    "status_changed",
    "tags_attached",
    "tags_detached",
    "lists_attached",
    "lists_detached",
    "companies_attached",
    "companies_detached",
)
