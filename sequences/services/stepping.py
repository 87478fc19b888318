"""The worker's part: whoever is due gets the next mail, and moves on to the one after it.

Both in one transaction, so a worker may be killed anywhere and any number of them may run: what is in the queue of
mails was taken off here. A mail follows only when the one before it has left, or will not leave any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from changes.services import Entry, record
from database.sql import execute, json_parameter, rows_from_json, stored_datetime
from emails.consent import MAY_GET
from emails.models import Kind, Message, State
from emails.services.queueing import queue
from sequences.models import SequenceMail, SequenceTracker
from sequences.services.enrolling import ACTIVE, CANCELLED, COMPLETED
from sequences.services.holding import hold_sequence
from subscribers.models import Subscriber

BATCH = 1000
# A mail that left so much later than its turn puts off those after it.
LATE = timedelta(minutes=1)
# Between two looks at a mail that has not left yet: a quarter of the time that it has taken.
FIRST_LOOK, LAST_LOOK = timedelta(seconds=2), timedelta(hours=1)
NOT_QUEUED = "The contact may not be written to."
UNSETTLED = (State.SCHEDULED, State.SENDING)
# Of published sequences the one that has waited longest. One look into an index for each: paused ones cost nothing.
NEXT_SEQUENCE = """
    SELECT id FROM (
        SELECT s.id, (
            SELECT min(t.next_execution_time) FROM sequences_sequencetracker t
            WHERE t.sequence_id = s.id AND t.status = 'active'
        ) AS due
        FROM sequences_emailsequence s WHERE s.status = 'published'
    ) waiting WHERE due <= %s ORDER BY due, id LIMIT 1
"""
# The status stands in the text: SQLite uses an index of some rows only where it sees which rows they are.
DUE = """
    SELECT subscriber_id FROM sequences_sequencetracker
    WHERE sequence_id = %s AND status = 'active' AND next_execution_time <= %s ORDER BY next_execution_time, id LIMIT %s
"""
ROW: list[tuple[str, Any]] = [
    *((name, models.BigIntegerField()) for name in ("id", "position", "last_mail_id", "next_mail_id", "last_message")),
    *((name, models.TextField()) for name in ("status", "reason")),
    ("passed", models.JSONField()),
    *((name, models.DateTimeField()) for name in ("last_executed_time", "next_execution_time")),
]
MOVE = """
    UPDATE sequences_sequencetracker SET status = r.status, reason = r.reason, position = r.position,
        last_mail_id = r.last_mail_id, next_mail_id = r.next_mail_id, last_message = r.last_message, passed = r.passed,
        last_executed_time = r.last_executed_time, next_execution_time = r.next_execution_time, updated_at = %s
    FROM {rows} WHERE sequences_sequencetracker.id = r.id
"""


def step_due(limit: int = BATCH) -> bool:
    """Move at most `limit` contacts of one sequence on; True if somebody moved, so that there may be more.

    A fixed number of statements, and those of queueing for each mail that leaves.
    """
    now = timezone.now()
    found = execute(NEXT_SEQUENCE, stored_datetime(now))
    return bool(found) and step_sequence(found[0][0], now, limit)


@transaction.atomic
def step_sequence(sequence_id: int, now: datetime, limit: int = BATCH) -> bool:
    """The same for one sequence."""
    if not hold_sequence(sequence_id, published=True):
        return False
    contacts = [pk for (pk,) in execute(DUE, sequence_id, stored_datetime(now), limit)]
    # Contacts before what belongs to them; whom another one has at hand comes next time.
    locking = Subscriber.objects.filter(pk__any_of=contacts).order_by("pk")
    statuses = dict(locking.select_for_update(no_key=True, skip_locked=True).values_list("pk", "status"))
    # Read again under the lock: another worker may have been faster.
    due = SequenceTracker.objects.filter(sequence=sequence_id, status=ACTIVE, next_execution_time__lte=now)
    trackers = list(due.filter(subscriber__any_of=list(statuses)).order_by("subscriber"))
    if not trackers:
        return False
    written = SequenceMail.objects.filter(sequence=sequence_id).select_related("mailing").defer("mailing__body")
    mails = list(written.order_by("delay", "pk"))
    turn = Turn(now, mails, statuses, read_messages(trackers))
    for tracker in trackers:
        turn.decide(tracker)
    turn.send(sequence_id)
    keep(trackers, now)
    record(turn.entries(sequence_id))
    return True


def read_messages(trackers: Iterable[SequenceTracker]) -> dict[int, tuple[str, datetime | None]]:
    """The state of the last message of each, and when it was sent. One statement."""
    ids = [tracker.last_message for tracker in trackers if tracker.last_message]
    rows = Message.objects.filter(pk__any_of=ids).values_list("pk", "state", "sent_at")
    return {pk: (state, sent_at) for pk, state, sent_at in rows}


@dataclass
class Turn:
    """What a batch of contacts does at one time."""

    now: datetime
    mails: Sequence[SequenceMail]
    statuses: Mapping[int, str]
    messages: Mapping[int, tuple[str, datetime | None]]
    leaving: dict[SequenceMail, list[SequenceTracker]] = field(default_factory=lambda: defaultdict(list))
    completed: list[int] = field(default_factory=list)
    stopped: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def decide(self, tracker: SequenceTracker) -> None:
        """What is next for a contact: a mail, to wait, or the end."""
        status = self.statuses[tracker.subscriber_id]
        if status not in MAY_GET[Kind.SEQUENCE]:
            self.stop(tracker, f"The contact was {status}.")
            return
        state, sent_at = self.messages.get(tracker.last_message or 0, ("", None))
        if state in UNSETTLED:
            tracker.next_execution_time = self.now + self.time_to_next_look(tracker)
            return
        mail = self.next_of(tracker)
        if mail is None:
            self.complete(tracker)
            return
        at = mail.window.next(max(self.now, turn_of(tracker, mail, sent_at)))
        tracker.next_mail, tracker.next_execution_time = mail, at
        if at <= self.now:
            self.leaving[mail].append(tracker)

    def next_of(self, tracker: SequenceTracker) -> SequenceMail | None:
        """The first mail after the place where the contact is, that it was not given before."""
        reached, passed = tracker.reached, set(tracker.passed)
        return next((mail for mail in self.mails if mail.place > reached and mail.pk not in passed), None)

    def time_to_next_look(self, tracker: SequenceTracker) -> timedelta:
        waited = self.now - (tracker.last_executed_time or self.now)
        return min(max(waited / 4, FIRST_LOOK), LAST_LOOK)

    def send(self, sequence_id: int) -> None:
        """Queue the mails of those whose turn it is, and find out what is next for them."""
        for mail, trackers in self.leaving.items():
            queued = queue(mail.mailing, [tracker.subscriber_id for tracker in trackers], self.now)
            messages = dict(Message.objects.filter(pk__any_of=queued).values_list("subscriber", "pk"))
            for tracker in trackers:
                if message := messages.get(tracker.subscriber_id):
                    self.advance(tracker, mail, message)
                else:
                    self.stop(tracker, NOT_QUEUED)

    def advance(self, tracker: SequenceTracker, mail: SequenceMail, message: int) -> None:
        tracker.position, tracker.last_mail, tracker.last_message = mail.delay, mail, message
        tracker.passed = [*tracker.passed, mail.pk]
        tracker.last_executed_time = self.now
        following = self.next_of(tracker)
        if following is None:
            self.complete(tracker)
            return
        at = following.window.next(max(turn_of(tracker, following, None), self.now + FIRST_LOOK))
        tracker.next_mail, tracker.next_execution_time = following, at

    def complete(self, tracker: SequenceTracker) -> None:
        tracker.status = COMPLETED
        tracker.next_mail = tracker.next_execution_time = None
        self.completed.append(tracker.subscriber_id)

    def stop(self, tracker: SequenceTracker, reason: str) -> None:
        tracker.status, tracker.reason = CANCELLED, reason
        tracker.next_mail = tracker.next_execution_time = None
        self.stopped[reason].append(tracker.subscriber_id)

    def entries(self, sequence_id: int) -> list[Entry]:
        subject = ("sequence", sequence_id)
        left = [Entry("sequence_left", ids, {"reason": reason}, subject) for reason, ids in self.stopped.items()]
        return [*left, Entry("sequence_completed", self.completed, {}, subject)]


def turn_of(tracker: SequenceTracker, mail: SequenceMail, sent_at: datetime | None) -> datetime:
    """When it is the turn of a mail, but for its window: as long after the one before it as their delays differ.

    From when that one was queued, or from when it left, if that was late.
    """
    if tracker.last_executed_time is None or tracker.position is None:
        return tracker.started_at + timedelta(seconds=mail.delay)
    before = tracker.last_executed_time
    if sent_at is not None and sent_at - before > LATE:
        before = sent_at
    return before + timedelta(seconds=mail.delay - tracker.position)


def keep(trackers: Sequence[SequenceTracker], now: datetime) -> None:
    """Write what became of trackers. One statement."""
    rows = [{name: plain(getattr(tracker, name)) for name, _ in ROW} for tracker in trackers]
    execute(MOVE.format(rows=rows_from_json(ROW)), stored_datetime(now), json_parameter(rows))


def plain(value: Any) -> Any:
    return str(stored_datetime(value.astimezone(UTC))) if isinstance(value, datetime) else value
