"""A signal for changes of contacts, sent in this process after the commit."""

from django.dispatch import Signal

# Sent once for each entry about contacts, after its transaction, with `change` (one of events.CONTACT_EVENTS, or an
# event of a note), `ids` (of the contacts) and `details` (a dict). An error in a receiver has no effect on others.
# A process that dies after the commit sends nothing: code that must not lose an entry reads the entries themselves
# (changes.cursor).
contacts_changed = Signal()
