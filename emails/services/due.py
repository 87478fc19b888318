"""What is due, in the order in which it is sent: what somebody waits for, what comes by itself, then campaigns.

A message of the first kinds waits for a batch at most, however many messages of campaigns are due. Campaigns that are
under way take turns, a batch each.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from database.sql import any_of, execute, ids_parameter, stored_datetime
from emails.models import AWAITED, BY_ITSELF, Kind

# States and kinds stand in the text, not as parameters: SQLite uses an index of few rows only where it sees which rows
# they are.
WAITING = "SELECT {column} FROM emails_message WHERE state = 'scheduled' AND {which}"
KINDS = tuple(f"kind IN ({', '.join(repr(str(kind)) for kind in kinds)})" for kinds in (AWAITED, BY_ITSELF))
CAMPAIGN = f"kind = '{Kind.CAMPAIGN}' AND mailing_id"
FIRST = f"({WAITING.format(column='{column}', which=f'{CAMPAIGN} {{which}}')} ORDER BY mailing_id, due, id LIMIT 1)"
# The mailings of the campaigns' waiting messages are found one after the other, by a look into the index for each: as
# many steps as there are campaigns with such messages, held ones too. Not by min() and EXISTS: these may become a join,
# or a look into another index, over every message of a campaign.
DUE_WORK = f"""
    WITH RECURSIVE waiting (id) AS (
        SELECT {FIRST.format(column="mailing_id", which="> 0")}
        UNION ALL
        SELECT {FIRST.format(column="mailing_id", which="> waiting.id")} FROM waiting WHERE waiting.id IS NOT NULL
    )
    SELECT 0 AS place, 0 AS mailing WHERE EXISTS ({WAITING.format(column="1", which=KINDS[0])} AND due <= %s)
    UNION ALL
    SELECT 1, 0 WHERE EXISTS ({WAITING.format(column="1", which=KINDS[1])} AND due <= %s)
    UNION ALL
    SELECT 2, waiting.id FROM waiting
    WHERE (SELECT NOT held FROM emails_mailing WHERE emails_mailing.id = waiting.id)
        AND {FIRST.format(column="due", which="= waiting.id")} <= %s
"""


@dataclass(frozen=True)
class Source:
    """A part of the due messages: a condition with its parameters. `mailing` is the campaign's, else 0."""

    which: str
    parameters: tuple[Any, ...] = ()
    mailing: int = 0


# Nothing of a campaign that was held a moment ago.
OF_CAMPAIGN = f"{CAMPAIGN} = %s AND (SELECT NOT held FROM emails_mailing WHERE id = %s)"
OF_KINDS = tuple(Source(which) for which in KINDS)


def sources_of(ids: Collection[int]) -> list[Source]:
    """These messages, of whatever kind."""
    return [Source(f"id {any_of()}", (ids_parameter(ids),))]


class Turns:
    """Whose turn it is of the campaigns. One for a process."""

    def __init__(self) -> None:
        self.last = 0

    def order(self, campaigns: Sequence[int]) -> list[int]:
        """The campaigns, those after the last one first."""
        return sorted(campaigns, key=lambda pk: (pk <= self.last, pk))


turns = Turns()


def due_sources() -> list[Source]:
    """Where due messages are, in the order in which they are to be sent. One statement."""
    now = stored_datetime(timezone.now())
    found = execute(DUE_WORK, now, now, now)
    campaigns = turns.order([mailing for _, mailing in found if mailing])
    return [
        *(OF_KINDS[place] for place in sorted(place for place, mailing in found if not mailing)),
        *(Source(OF_CAMPAIGN, (mailing, mailing), mailing) for mailing in campaigns),
    ]
