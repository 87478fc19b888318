"""What the front page says happened last: in history, and by whoever is signed in in the admin."""

from django.contrib.admin.models import LogEntry
from django.http import HttpRequest

from changes.events import MESSAGE_EVENTS
from changes.models import Change
from staff.change_words import Entry, describe
from staff.contact_names import NAMED_AFTER, number_of

LAST = 8
# What happened last is looked for among so many entries: a large mailing has a million of its own.
LOOKED_AT = 300


def last_changes(*, hides: bool) -> list[Entry]:
    """The newest entries of history but those of mails. One statement, and those that find names."""
    newest = Change.objects.order_by("-pk").values("pk")[:LOOKED_AT]
    shown = Change.objects.filter(pk__in=newest).exclude(event__in=MESSAGE_EVENTS).select_related("user")
    return describe(shown.order_by("-pk")[:LAST], hides=hides)


def mine(request: HttpRequest, *, hides: bool) -> list[LogEntry]:
    """What the user did last in the admin. One statement."""
    entries = list(LogEntry.objects.filter(user=request.user.pk).select_related("content_type")[:LAST])
    for entry in entries:
        kind = entry.content_type
        # Its name is from when it was done.
        if hides and entry.object_id and kind and (kind.app_label, kind.model) in NAMED_AFTER:
            entry.object_repr = number_of(entry.object_id)
    return entries
