"""The events that receivers can be told of. A new one is a line here, and its data in fluenzr/payloads.py."""

from collections.abc import Mapping

# By the event of changes.events that each is made of. Some of these belong to apps above this one.
OF_CHANGE: Mapping[str, str] = {
    "created": "contact.created",
    "updated": "contact.updated",
    "deleted": "contact.deleted",
    "status_changed": "contact.status_changed",
    "tags_attached": "contact.tag_attached",
    "tags_detached": "contact.tag_detached",
    "lists_attached": "contact.group_attached",
    "lists_detached": "contact.group_detached",
    "companies_attached": "contact.company_attached",
    "companies_detached": "contact.company_detached",
    "note_created": "contact.note_added",
    "event_tracked": "contact.event_tracked",
    "company_created": "company.created",
    "company_updated": "company.updated",
    "company_deleted": "company.deleted",
    "message_sent": "email.sent",
    "message_opened": "email.opened",
    "message_clicked": "email.clicked",
    "message_bounced": "email.bounced",
    "message_unsubscribed": "email.unsubscribed",
}
EVENTS = tuple(OF_CHANGE.values())
# Who has not asked for the event itself gets it as this one: what a contact shows has changed.
UPDATED = "contact.updated"
BROADER: Mapping[str, str] = dict.fromkeys(
    (
        "contact.status_changed",
        "contact.tag_attached",
        "contact.tag_detached",
        "contact.group_attached",
        "contact.group_detached",
        "contact.company_attached",
        "contact.company_detached",
    ),
    UPDATED,
)
# Of companies; they have no contact.
WITHOUT_CONTACT = frozenset(name for name in EVENTS if name.startswith("company."))
TEST = "webhook.test"
