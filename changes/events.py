"""The words for what can happen. A new event is a line here; `record` refuses any other word."""

# What happens to contacts. GET /subscribers/{id}/history answers these words.
CONTACT_EVENTS = (
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
    "soft_bounced",
)
# What else is made, changed and deleted. A note's entries name the contact that it is about, too.
OTHER_SUBJECTS = ("tag", "list", "company", "note", "stage", "field", "webhook")
# A status has no id: `details` name it.
SUBJECTS = ("contact", "status", *OTHER_SUBJECTS)
EVENTS = (
    *CONTACT_EVENTS,
    *(f"{subject}_{done}" for subject in OTHER_SUBJECTS for done in ("created", "updated", "deleted")),
)
