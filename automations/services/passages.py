"""Who enters and leaves automations, in history (`changes`).

Whoever comes to the end is not told of; what ran for it is in its enrolment.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from automations.models import Enrolment
from changes.services import Entry, record

ENTERED, LEFT = "automation_entered", "automation_left"
GOES_ON = "It goes on where it was."


def record_entered(automation_id: int, contacts: Collection[int]) -> None:
    """Record that contacts entered an automation. One statement, two on SQLite; none for nobody."""
    record([Entry(ENTERED, contacts, {}, ("automation", automation_id))])


def record_left(enrolments: Any, reason: str) -> None:
    """Record that those of the enrolments who are on their way are taken off it now; their contacts are locked.

    Two statements, three on SQLite; one for nobody.
    """
    record_each(enrolments.unfinished(), LEFT, reason)


def record_return(enrolments: Any) -> None:
    """Record that those who had left are about to go on. The statements of record_left."""
    record_each(enrolments.filter(status=Enrolment.Status.CANCELLED), ENTERED, GOES_ON)


def record_each(enrolments: Any, event: str, reason: str) -> None:
    """An entry for each automation, with its contacts."""
    contacts: dict[int, list[int]] = defaultdict(list)
    rows = enrolments.order_by("automation", "subscriber").values_list("automation", "subscriber")
    for automation, contact in rows:
        contacts[automation].append(contact)
    record(Entry(event, some, {"reason": reason}, ("automation", pk)) for pk, some in contacts.items())
