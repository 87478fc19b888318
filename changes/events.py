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
# What contacts did, and changed nothing by: a tracked event of another system, a form that was sent to an incoming hook,
# a registration as a user of the site, the first click on a smart link, a way through a sequence or an automation.
# Automations start by some of them. Whoever had left and does so once more (a click, a bounce, staff, a client that says
# so) has `left_again`, once until they come back.
DONE_EVENTS = (
    "left_again",
    *("event_tracked", "hook_received", "user_registered", "smart_link_clicked"),
    *("sequence_entered", "sequence_completed", "sequence_left"),
    *("automation_entered", "automation_left"),
)
# What became of mails: entries of a mailing, with the contacts whose message it was. History leaves them out.
MESSAGE_EVENTS = (
    "message_sent",
    "message_failed",
    "message_bounced",
    "message_opened",
    "message_clicked",
    "message_unsubscribed",
    "message_complained",
)
# Contacts look to clients as before after what is called so: who keeps a copy of them need not hear of it.
UNSEEN = (
    *("note_", "message_sent", "message_bounced", "message_failed", "message_unsubscribed"),
    *DONE_EVENTS,
)
# What else is created, updated and deleted. Entries of a note also have its contact.
OTHER_SUBJECTS = (
    *("tag", "list", "company", "note", "stage", "field", "template", "webhook"),
    *("endpoint", "automation", "sequence", "dynamic_segment", "smart_link", "label", "campaign", "recurrence"),
)
# A status has no id: it is in `details`.
SUBJECTS = ("contact", "status", "event", "user", "mailing", *OTHER_SUBJECTS)
EVENTS = (
    *CONTACT_EVENTS,
    *DONE_EVENTS,
    *MESSAGE_EVENTS,
    *(f"{subject}_{done}" for subject in OTHER_SUBJECTS for done in ("created", "updated", "deleted")),
)
