"""Messages of campaigns: queued for everybody chosen at once, held, released, stopped."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from database.sql import execute, is_postgresql, stored_datetime
from emails.models import Kind, Mailing
from emails.written_settings import statuses_of
from subscribers.models import Subscriber

# Contacts are held upward by id, until the commit: one that is deleted meanwhile is left out, or deleted afterwards
# with its message (subscribers.services.locks). The hash is random for each row, as emails.models.make_hash is.
QUEUE = """
    INSERT INTO emails_message (
        subscriber_id, mailing_id, kind, email, due, hash, created_at, updated_at,
        subject, state, error, attempts, opens, clicks
    )
    WITH chosen (id, email) AS {materialized} ({contacts} {lock}),
    placed AS (SELECT id, email, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS number FROM chosen)
    SELECT id, %s, %s, email, {due}, {hash}, %s, %s, '', 'scheduled', '', 0, 0, 0 FROM placed ORDER BY id
    ON CONFLICT DO NOTHING
"""
HASH_ON_POSTGRESQL = "replace(gen_random_uuid()::text, '-', '')"
HASH_ON_SQLITE = "lower(hex(randomblob(16)))"
# `first` and then evenly over so many seconds.
DUE_ON_POSTGRESQL = "%s::timestamptz + make_interval(secs => %s::float8 * place / number)"
DUE_ON_SQLITE = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', %s, '+' || (%s * 1.0 * place / number) || ' seconds')"
CANCEL = """
    UPDATE emails_message SET state = 'cancelled', error = %s, updated_at = %s
    WHERE id {chosen} AND state = 'scheduled' RETURNING id
"""
WAITING = "SELECT id FROM emails_message WHERE state = 'scheduled' AND kind = 'campaign' AND mailing_id = %s"
CANCELLED = "The campaign was stopped."


@transaction.atomic
def queue_selected(
    mailing: Mailing, contacts: QuerySet[Subscriber], due: datetime, until: datetime | None = None
) -> int:
    """Queue a campaign for those of the contacts who may get it, each once; returns how many messages are new.

    They are due at `due`, or evenly between `due` and `until`. The mailing, which is saved if it is new, is held until
    `release`. Whoever has a message of it gets no second one, so a repetition adds those who are missing. One statement
    for any number of contacts, and the mailing's. Whoever may not get it any more when it leaves does not. Raises
    ValueError for a mailing of another kind, which nothing would hold.
    """
    if mailing.kind != Kind.CAMPAIGN:
        raise ValueError(f"A mailing of the kind {mailing.kind} is no campaign.")
    mailing.held = True
    mailing.save(update_fields=None if mailing._state.adding else ["held"])
    allowed = Subscriber.objects.filter(pk__in=contacts.values("pk")).with_status(
        sorted(statuses_of(mailing.kind, mailing))
    )
    sql, parameters = allowed.order_by("pk").values("pk", "email").query.sql_with_params()
    now = stored_datetime(timezone.now())
    seconds = max((until - due) / timedelta(seconds=1), 0) if until else 0
    on_postgresql = is_postgresql()
    statement = QUEUE.format(
        contacts=sql,
        materialized="MATERIALIZED" if on_postgresql else "",
        lock="FOR KEY SHARE" if on_postgresql else "",
        due=DUE_ON_POSTGRESQL if on_postgresql else DUE_ON_SQLITE,
        hash=HASH_ON_POSTGRESQL if on_postgresql else HASH_ON_SQLITE,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, mailing.pk, str(mailing.kind), stored_datetime(due), seconds, now, now])
        return cursor.rowcount


def hold(mailing_id: int) -> bool:
    """Let no further message of a campaign leave; False where there is no such mailing, or it is held. One statement.

    What a worker has claimed already still leaves: a batch of each worker at most.
    """
    return bool(Mailing.objects.filter(pk=mailing_id, held=False).update(held=True))


def release(mailing_id: int) -> bool:
    """Let the messages of a campaign leave when they are due; False where there is none that is held. One statement."""
    return bool(Mailing.objects.filter(pk=mailing_id, held=True).update(held=False))


@transaction.atomic
def cancel_waiting(mailing_id: int, reason: str = CANCELLED) -> int:
    """Stop the messages of a campaign that have not left, and hold it; returns how many. Two statements.

    One that a worker has claimed already may still leave, or wait in the held campaign if the mail server asks to
    try later.
    """
    hold(mailing_id)
    # In one order, as one array: of a plain subquery PostgreSQL may lock other rows than it changes.
    chosen = f"= ANY(ARRAY({WAITING} ORDER BY id FOR UPDATE))" if is_postgresql() else f"IN ({WAITING})"
    now = stored_datetime(timezone.now())
    return len(execute(CANCEL.format(chosen=chosen), reason, now, mailing_id))
