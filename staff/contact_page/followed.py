"""The automations and sequences of a contact, and where it is in each."""

from collections.abc import Iterable
from typing import Any

from automations.models import Enrolment
from sequences.models import SequenceTracker
from staff.shown import badge


def read_enrolments(pk: int) -> list[Any]:
    """The automations that a contact is or was in, the newest first, with their next block. One statement."""
    enrolments = Enrolment.objects.of_contact(pk).select_related("automation", "next_block")
    return with_badges(enrolments.order_by("-started_at", "-pk"))


def read_trackers(pk: int) -> list[Any]:
    """The sequences that a contact is or was in, the newest first, with their next mail. One statement."""
    trackers = SequenceTracker.objects.filter(subscriber=pk).select_related("sequence", "next_mail__mailing")
    return with_badges(trackers.order_by("-started_at", "-pk"))


def with_badges(rows: Iterable[Any]) -> list[Any]:
    listed = list(rows)
    for row in listed:
        row.badge = badge(row.status, row.get_status_display())
    return listed
