"""Sending what is due: a lane at a time, which is the deliveries of one endpoint or those without one.

A lane is one worker's, so that the deliveries of a contact keep their order: different contacts are sent at the same
time, those of one contact one after the other, and after one that is to be tried again none. A worker that is killed
leaves deliveries that may have arrived; they are sent again, with the same id.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from django.conf import settings
from django.utils import timezone

from database.sql import execute, is_postgresql, stored_datetime
from jobs.claims import kept, lease, new_word
from jobs.turns import stopping
from webhooks.models import Delivery, Endpoint, Lane, State
from webhooks.outgoing import Answer, Client
from webhooks.services.health import STRIKES, release, release_idle
from webhooks.services.outcomes import SentDelivery, keep_outcomes
from webhooks.services.parcels import Parcel, Row, pack
from webhooks.services.posting import ATTEMPT_SECONDS, IMPATIENT_SECONDS

# Deliveries that are read at once: of a lane with batches, so many requests.
READ, BATCHES = 200, 4
# Requests of one lane at the same time.
SENDERS = 8
# No further request is started so many seconds after the deliveries were read: then what came of them is kept.
ROUND_SECONDS = 2.0
# When told to stop, a worker waits so many seconds more for answers.
STOP_SECONDS = 10.0
# A lane goes back to the others after this.
TURN_SECONDS = 5.0
# States and nulls stand in the text: SQLite uses an index of few rows only where it sees which rows they are. With EXISTS
# PostgreSQL may read all that is due once, instead of looking into the index for each lane.
FREE_LANES = """
    SELECT l.id FROM webhooks_lane l LEFT JOIN webhooks_endpoint e ON e.id = l.endpoint_id
    WHERE l.due <= %s AND (l.claimed_until IS NULL OR l.claimed_until < %s) AND CASE
        WHEN l.endpoint_id IS NULL THEN (
            SELECT d.id FROM webhooks_delivery d WHERE d.state = 'pending' AND d.endpoint_id IS NULL AND d.due <= %s
            LIMIT 1
        )
        WHEN NOT e.is_disabled THEN (
            SELECT d.id FROM webhooks_delivery d
            WHERE d.state = 'pending' AND d.endpoint_id = l.endpoint_id AND d.due <= %s LIMIT 1
        )
    END IS NOT NULL
    ORDER BY l.due, l.id
"""
# A contact's later deliveries wait for one that is not due yet. A look into the index for each: as NOT EXISTS it may
# become a join of everything with everything, and without the inner CASE a search through all that waits. The outer one
# tells PostgreSQL that nearly all pass, so that it reads no more than it needs.
BEFORE = """
    AND CASE WHEN (
        SELECT b.id FROM webhooks_delivery b
        WHERE b.state = 'pending' AND b.endpoint_id = d.endpoint_id AND b.contact_id = d.contact_id AND b.id < d.id
            AND CASE WHEN b.due > %s THEN 1 END = 1
        LIMIT 1
    ) IS NULL THEN 1 END IS NOT NULL
"""
# Either those that are chosen first, or one.
DUE = """
    SELECT d.id, d.endpoint_id, d.contact_id, d.attempts, d.request, e.name, e.type, CAST(e.at AS text), e.data
    FROM ({chosen}) d JOIN webhooks_event e ON e.id = d.event_id ORDER BY d.id
"""
# By id: of a contact's deliveries that are due the earliest are among those that are read, then.
NEXT = """
    SELECT d.* FROM webhooks_delivery d {by_index}
    WHERE d.state = 'pending' AND d.endpoint_id {which} AND d.due <= %s {before}
    ORDER BY d.id LIMIT %s
"""
ONE = "SELECT d.* FROM webhooks_delivery d WHERE d.id = %s"


def free_lanes() -> list[int]:
    """The lanes with something due that nobody works on. One statement, which a worker asks all day long."""
    now = stored_datetime(timezone.now())
    return [pk for (pk,) in execute(FREE_LANES, now, now, now, now)]


def send_due() -> bool:
    """Give each free lane a turn, one after the other; True if one of them sent something."""
    turns = [work_lane(pk) for pk in free_lanes()]
    return any(turns)


def work_lane(pk: int) -> bool:
    """Send what is due in a lane, for some seconds, unless another worker has it; True if something was sent."""
    word = new_word()
    lanes = Lane.objects.filter(pk=pk)
    if not lanes.claim(word, lease()):
        return False
    held, sent = lanes.held(word), False
    with kept(held):
        lane = held.select_related("endpoint").first()
        until = time.monotonic() + TURN_SECONDS
        while lane is not None and not stopping.is_set():
            outcomes = send_round(lane)
            if not outcomes:
                break
            sent = True
            if release(held, lane, outcomes) or time.monotonic() > until:
                break
    release_idle(held)
    return sent


def send_round(lane: Lane) -> list[SentDelivery]:
    """Send some deliveries of a lane, and keep what came of them. A paused lane is asked with one."""
    endpoint = lane.endpoint
    batch = endpoint.batch if endpoint else 1
    limit = 1 if lane.pauses else READ if batch == 1 else BATCHES * batch
    rows = read_due(lane.endpoint_id, limit)
    sending = Sending(pack(rows, endpoint), one_target=endpoint is not None)
    sending.run(1 if batch > 1 else SENDERS)
    sent = [
        SentDelivery(row.id, row.endpoint_id, row.contact_id, row.attempts, answer)
        for parcel, answer in sending.answers
        for row in parcel.rows
    ]
    keep_outcomes(sent)
    put_off(sending.left_alone())
    return sent


def put_off(deliveries: list[int]) -> None:
    """Let those wait that were not tried, as their server does not answer: others are behind them. One statement."""
    if deliveries:
        later = timezone.now() + timedelta(seconds=(settings.WEBHOOK_RETRIES or [60])[0])
        Delivery.objects.filter(pk__any_of=deliveries, state=State.PENDING).update(due=later)


def read_due(endpoint_id: int | None, limit: int) -> list[Row]:
    """The next deliveries of an endpoint, or of those without one. One statement."""
    now = stored_datetime(timezone.now())
    parameters = [now] if endpoint_id is None else [endpoint_id, now, now]
    sql = DUE.format(chosen=next_of(endpoint_id))
    return [Row(*columns) for columns in execute(sql, *parameters, limit)]


def next_of(endpoint_id: int | None) -> str:
    """NEXT for an endpoint, or for what has none. SQLite, which knows no numbers of rows, is told the index."""
    by_index = "" if is_postgresql() else "INDEXED BY webhooks_next"
    if endpoint_id is None:
        return NEXT.format(which="IS NULL", before="", by_index=by_index)
    return NEXT.format(which="= %s", before=BEFORE, by_index=by_index)


def send_one(delivery_id: int, endpoint: Endpoint) -> None:
    """Send one delivery while somebody waits, once, and keep what came of it. Three statements."""
    [row] = [Row(*columns) for columns in execute(DUE.format(chosen=ONE), delivery_id)]
    sending = Sending(pack([row], endpoint), one_target=True, seconds=IMPATIENT_SECONDS)
    sending.run(1)
    answers = [answer for _, answer in sending.answers]
    keep_outcomes([SentDelivery(row.id, row.endpoint_id, None, row.attempts, answer) for answer in answers], final=True)


@dataclass
class Sending:
    """Requests of one round. Each of `sequences` is sent in its order, by one of some threads.

    No thread touches the database. A target that does not answer again and again gets nothing more in this round.
    """

    sequences: Sequence[Sequence[Parcel]]
    one_target: bool
    seconds: float = ATTEMPT_SECONDS
    answers: list[tuple[Parcel, Answer]] = field(default_factory=list)
    strikes: dict[str, int] = field(default_factory=dict)
    clients: list[Client] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    until: float = 0.0

    def run(self, senders: int) -> None:
        waiting: SimpleQueue[Sequence[Parcel]] = SimpleQueue()
        for sequence in self.sequences:
            waiting.put(sequence)
        self.until = time.monotonic() + ROUND_SECONDS
        threads = [Thread(target=self.send_all, args=[waiting]) for _ in range(min(senders, len(self.sequences)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.5)
                if stopping.is_set() and time.monotonic() > self.until + STOP_SECONDS:
                    for client in self.clients:
                        client.cut()

    def left_alone(self) -> list[int]:
        """The deliveries of several targets that were not tried, because theirs does not answer."""
        if self.one_target:
            return []
        tried = {parcel.rows[0].id for parcel, _ in self.answers}
        waiting = (parcel for parcels in self.sequences for parcel in parcels if parcel.rows[0].id not in tried)
        return [parcel.rows[0].id for parcel in waiting if self.strikes.get(parcel.target, 0) >= STRIKES]

    def send_all(self, waiting: "SimpleQueue[Sequence[Parcel]]") -> None:
        client = Client(seconds=self.seconds, only_public=not settings.WEBHOOKS_ALLOW_PRIVATE)
        self.clients.append(client)
        try:
            while True:
                self.send_sequence(waiting.get_nowait(), client)
        except Empty:
            pass
        finally:
            client.close()

    def send_sequence(self, parcels: Collection[Parcel], client: Client) -> None:
        """Until one of them is to be tried again: those after it wait for it."""
        for parcel in parcels:
            target = "" if self.one_target else parcel.target
            if stopping.is_set() or time.monotonic() > self.until or self.strikes.get(target, 0) >= STRIKES:
                return
            answer = parcel.request.send(client)
            again = answer.status is None or not (200 <= answer.status < 300 or 400 <= answer.status < 500)
            with self.lock:
                self.strikes[target] = self.strikes.get(target, 0) + 1 if again else 0
                self.answers.append((parcel, answer))
            if again:
                return
