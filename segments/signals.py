"""Signals about tags and lists, for the apps that use them."""

from django.dispatch import Signal

# Sent with `titles` (by id) by the class of tags or lists that are about to be deleted, within the
# transaction that deletes them and has locked them: subscribers takes them from its contacts first.
segments_leaving = Signal()
