"""Sending what is due. Any number of workers may do it at once."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any

from django.core.mail import get_connection
from django.db import DatabaseError
from django.utils import timezone

from emails.consent import may_get
from emails.mail import Mail
from emails.models import Message, State
from emails.rendering import Compilation
from emails.services.claims import LEASE, Claimed, Finished, claim, finish, give_up_abandoned, pause
from emails.services.composing import Recipient, compose, read_recipients
from emails.services.outcomes import SENT, Outcome, as_error, of_opening, outcome_of

log = logging.getLogger(__name__)
# Messages a claim: so many at most are unsure after a worker was killed.
BATCH = 50
IMPATIENT = 5


def send_due(limit: int = 1000, connection: Any = None) -> int:
    """Send at most `limit` messages that are due, as fast as the rate allows at this moment; returns how many left.

    `connection` is one of Django's e-mail backends, by default the site's; one session serves all messages. Each
    message is committed as `sending` before it leaves, and as what became of it afterwards. Raises nothing that a
    mail server may do; what the database does is raised, and messages that may have left then become unsure.
    """
    give_up_abandoned()
    if not Message.objects.due(timezone.now()).exists():
        return 0
    return send_claimed(limit, connection or get_connection())


def send_now(ids: Collection[int]) -> int:
    """Send these messages while somebody waits, if the rate allows; returns how many left. What is not sent stays due.

    The mail server gets IMPATIENT seconds for each answer.
    """
    return send_claimed(len(ids), get_connection(timeout=IMPATIENT), ids)


def send_claimed(limit: int, connection: Any, only: Collection[int] | None = None) -> int:
    sent, compilation = 0, None
    try:
        while limit > 0:
            compilation = compilation or Compilation.under_current_settings()
            messages = claim(min(limit, BATCH), compilation.site.emails_per_second, only)
            if not messages:
                break
            limit -= len(messages)
            finished = list(send(messages, connection, compilation))
            finish(finished)
            sent += sum(done.outcome is SENT for done in finished)
            if any(done.outcome.of_server for done in finished):
                pause()
                break
    finally:
        close(connection)
    return sent


def send(messages: Sequence[Claimed], connection: Any, compilation: Compilation) -> Iterator[Finished]:
    """Send claimed messages, each if its contact may get it now, and say what became of each."""
    recipients = read_recipients(message.subscriber_id for message in messages)
    allowed = []
    for message in messages:
        if refusal := refusal_of(message, recipients):
            yield Finished(message, Outcome(State.CANCELLED, refusal))
        else:
            allowed.append(message)
    yield from deliver(allowed, compose_each(allowed, recipients, compilation), connection)


def refusal_of(message: Claimed, recipients: Mapping[int, Recipient]) -> str:
    """Why a message may not be sent now; nothing where it may."""
    recipient = recipients.get(message.subscriber_id)
    if recipient is None:
        return "The contact is not there any more."
    message.email = recipient.email
    return "" if may_get(message.kind, recipient.status) else f"The contact was {recipient.status}."


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


def deliver(messages: Sequence[Claimed], mails: Mapping[int, Mail | Exception], connection: Any) -> Iterator[Finished]:
    """Hand mails over. Once the server takes nothing more, or half of the lease is over, the rest stays scheduled."""
    deadline = monotonic() + LEASE.total_seconds() / 2
    stopped: Outcome | None = None
    for message in messages:
        mail = mails[message.id]
        if isinstance(mail, Exception):
            yield Finished(message, Outcome(State.FAILED, as_error(mail)))
            continue
        message.subject = mail.subject
        if stopped is None and monotonic() > deadline:
            stopped = Outcome(State.SCHEDULED, tried=False)
        outcome = stopped or hand_over(mail, connection)
        if outcome.of_server:
            stopped = Outcome(State.SCHEDULED, outcome.error, tried=False)
        yield Finished(message, outcome)


def hand_over(mail: Mail, connection: Any) -> Outcome:
    """Send one mail by the open session, or a new one."""
    try:
        connection.open()
    except Exception as error:  # noqa: BLE001 - a provider's library has exceptions of its own
        return of_opening(error)
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
