"""FluenzR's words for statuses and columns (its page on contacts)."""

from subscribers.models import Status

# Each status of FluenzR, with ours. None is `replied`, as this server does not read replies.
STATUSES: dict[str, list[str]] = {
    "active": [Status.SUBSCRIBED, Status.PENDING, Status.TRANSACTIONAL],
    "unsubscribed": [Status.UNSUBSCRIBED],
    "bounced": [Status.BOUNCED],
    "replied": [],
    "blocked": [Status.COMPLAINED, Status.SPAMMED],
}
STATUS_OF: dict[str, str] = {ours: theirs for theirs, all_ours in STATUSES.items() for ours in all_ours}
# The values of `sort`, with their columns.
CONTACT_SORTS = {
    "email": "email",
    "firstName": "first_name",
    "lastName": "last_name",
    "jobTitle": "job_title",
    "phone": "phone",
    "website": "website",
    "status": "status",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
}
GROUP_SORTS = {"name": "title", "createdAt": "created_at", "updatedAt": "updated_at"}
