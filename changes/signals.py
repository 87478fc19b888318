"""A signal for changes of contacts, sent in this process after the commit."""

from django.dispatch import Signal

# Sent once an entry that is about contacts, after its transaction: `change` (a word of events.CONTACT_EVENTS,
# or a note's), `ids` (the contacts') and `details` (a dict). A receiver that fails harms nobody else.
# A process that dies between the commit and the receiver sends nothing: what must not be lost reads
# the entries themselves (changes.cursor).
contacts_changed = Signal()
