"""Sending what is due. Any number of workers may do it at once."""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from math import inf
from time import monotonic
from typing import Any

from django.core.mail import get_connection
from django.db import DatabaseError

from emails.mail import Mail
from emails.models import Mailing, State
from emails.rendering import Compilation
from emails.services.claims import LEASE, Claimed, claim, give_up_abandoned
from emails.services.composing import Recipient, compose, read_recipients
from emails.services.due import Source, due_sources, sources_of
from emails.services.finishing import Finished, finish
from emails.services.outcomes import SENT, UNTRIED, Outcome, as_error, of_opening, outcome_of
from emails.services.pace import pause
from emails.written_settings import statuses_of
from subscribers.models import Subscriber

log = logging.getLogger(__name__)
# Messages a claim: so many at most are unsure after a worker was killed.
BATCH = 50
# Seconds that a mail server has for an answer while somebody waits.
IMPATIENT = 5
# Seconds for which the statuses of contacts are good.
FRESH = 1


def send_due(limit: int = 1000, connection: Any = None, seconds: float = inf) -> int:
    """Send at most `limit` messages that are due, as fast as the rate allows at this moment; returns how many left.

    After `seconds` no further batch is begun. `connection` is one of Django's e-mail backends, by default the site's;
    one session serves all messages. Each message is committed as `sending` before it leaves, and as what became of it
    afterwards. Raises nothing that a mail server may do; what the database does is raised, and messages that may have
    left then become unsure. Any number of workers may call it at once.
    """
    give_up_abandoned()
    return send_batches(limit, due_sources, lambda: connection or get_connection(), monotonic() + seconds)


def send_now(ids: Collection[int]) -> int:
    """Send these messages while somebody waits, if the rate allows; returns how many left. What is not sent stays due.

    The mail server has IMPATIENT seconds for each answer. Raises nothing: a request that failed after a mail has left
    would be repeated, and the mail with it.
    """
    try:
        return send_batches(len(ids), lambda: sources_of(ids), lambda: get_connection(timeout=IMPATIENT))
    except DatabaseError:
        log.exception("It is not known what became of the messages %s.", list(ids))
        return 0


def send_batches(limit: int, find: Callable[[], Sequence[Source]], connect: Callable[[], Any], end: float = inf) -> int:
    """Claim and send one batch after the other of what `find` finds, while it is before `end`."""
    sent, compilation, connection = 0, None, None
    try:
        while limit > 0 and monotonic() < end and (sources := find()):
            compilation = compilation or Compilation.under_current_settings()
            messages = claim(min(limit, BATCH), compilation.site.emails_per_second, sources)
            if not messages:
                break
            limit -= len(messages)
            connection = connection or connect()
            finished: list[Finished] = []
            try:
                finished.extend(send(messages, connection, compilation))
            finally:
                # Also when the process is told to stop: what has not left is nobody's claim any more.
                rest = [message for message in messages[len(finished) :] if not message.left]
                finish([*finished, *(Finished(message, UNTRIED) for message in rest)])
            sent += sum(done.outcome is SENT for done in finished)
            if any(done.outcome.of_server for done in finished):
                pause()
                break
    finally:
        if connection:
            close(connection)
    return sent


def send(messages: Sequence[Claimed], connection: Any, compilation: Compilation) -> Iterator[Finished]:
    """Send claimed messages in their order, each if its contact may get it now, and say what became of each."""
    recipients = read_recipients(message.subscriber_id for message in messages)
    compilation.read({message.mailing_id for message in messages})
    statuses = Statuses({pk: recipient.status for pk, recipient in recipients.items()}, compilation.mailings)
    # Of a contact who is gone, or may not get it, none is written.
    allowed = [message for message in messages if not statuses.refusal(message)]
    for message in allowed:
        message.email = recipients[message.subscriber_id].email
    yield from deliver(messages, compose_each(allowed, recipients, compilation), statuses, connection)


class Statuses:
    """The statuses of the contacts of a batch, read again where a mail server takes its time over them."""

    def __init__(self, statuses: Mapping[int, str], mailings: Mapping[int, Mailing]) -> None:
        self.statuses, self.mailings = statuses, mailings
        self.read_at = monotonic()

    def refusal(self, message: Claimed) -> str:
        """Why a message may not be sent now; nothing where it may. Every FRESH seconds one statement."""
        if monotonic() - self.read_at > FRESH:
            contacts = Subscriber.objects.filter(pk__any_of=list(self.statuses))
            self.statuses = dict(contacts.values_list("pk", "status"))
            self.read_at = monotonic()
        status, mailing = self.statuses.get(message.subscriber_id), self.mailings.get(message.mailing_id)
        if status is None or mailing is None:
            return f"The {'contact' if status is None else 'mailing'} is not there any more."
        return "" if status in statuses_of(message.kind, mailing) else f"The contact was {status}."


def compose_each(
    messages: Sequence[Claimed], recipients: Mapping[int, Recipient], compilation: Compilation
) -> Mapping[int, Mail | Exception]:
    """The mails of messages; of one that cannot be written, why. It does not stop the others."""
    try:
        return compose(messages, recipients, compilation)
    except DatabaseError:
        raise
    except Exception as error:
        if len(messages) == 1:
            log.exception("Message %s could not be written.", messages[0].id)
            return {messages[0].id: error}
    each = [compose_each([message], recipients, compilation) for message in messages]
    return {pk: mail for one in each for pk, mail in one.items()}


def deliver(
    messages: Sequence[Claimed], mails: Mapping[int, Mail | Exception], statuses: Statuses, connection: Any
) -> Iterator[Finished]:
    """Hand mails over. Once the server takes nothing more, or half of the lease is over, the rest stays scheduled."""
    deadline = monotonic() + LEASE.total_seconds() / 2
    stopped: Outcome | None = None
    for message in messages:
        mail = mails.get(message.id)
        if (refusal := statuses.refusal(message)) or mail is None:
            yield Finished(message, Outcome(State.CANCELLED, refusal))
            continue
        if isinstance(mail, Exception):
            yield Finished(message, Outcome(State.FAILED, as_error(mail)))
            continue
        message.subject = str(mail.subject)
        if stopped is None and monotonic() > deadline:
            stopped = UNTRIED
        outcome = stopped or hand_over(message, mail, connection)
        if outcome.of_server:
            stopped = Outcome(State.SCHEDULED, outcome.error, tried=False)
        yield Finished(message, outcome)


def hand_over(message: Claimed, mail: Mail, connection: Any) -> Outcome:
    """Send one mail by the open session, or a new one."""
    try:
        connection.open()
    except Exception as error:  # noqa: BLE001 - a provider's library has exceptions of its own
        return of_opening(error)
    message.left = True
    try:
        return SENT if connection.send_messages([mail]) else Outcome(State.UNSURE, "The backend sent nothing.")
    except Exception as error:  # noqa: BLE001 - as above
        outcome = outcome_of(error, connection)
        if outcome.of_server or outcome.state == State.UNSURE:
            close(connection)
        return outcome


def close(connection: Any) -> None:
    try:
        connection.close()
    except Exception:
        log.warning("The connection to the mail server could not be closed.", exc_info=True)
