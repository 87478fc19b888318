"""The names of events. A new event is a line here; `record` refuses other names."""

# Events of contacts, as GET /subscribers/{id}/history answers them.
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
    "consent_asked",
    "consent_given",
    "soft_bounced",
)
# What else is created, updated and deleted. Entries of a note also have its contact.
OTHER_SUBJECTS = ("tag", "list", "company", "note", "stage", "field", "template", "webhook")
# A status has no id: it is in `details`.
SUBJECTS = ("contact", "status", *OTHER_SUBJECTS)
EVENTS = (
    *CONTACT_EVENTS,
    *(f"{subject}_{done}" for subject in OTHER_SUBJECTS for done in ("created", "updated", "deleted")),
)
