"""What became of a message that was handed over, out of what the mail server or a provider's library said."""

import re
import smtplib
from dataclasses import dataclass
from email.errors import MessageError
from socket import gaierror
from typing import Any

from emails.models import State

# RFC 3463: what begins so is about the sender's rights, not about the recipient's mailbox.
OF_POLICY = re.compile(r"5\.7\.\d")
MAX_ERROR = 500


@dataclass(frozen=True)
class Outcome:
    """The state that a message gets; SCHEDULED is to be tried again. `bounced`: its address takes no mail."""

    state: State
    error: str = ""
    bounced: bool = False
    # The next message would fare no better: the server is away, or takes nothing from us.
    of_server: bool = False
    # False for a message that was claimed and then left alone: it waits no longer for that.
    tried: bool = True


SENT = Outcome(State.SENT)
UNTRIED = Outcome(State.SCHEDULED, tried=False)


def outcome_of(error: Exception, connection: Any) -> Outcome:
    """What an exception of sending one message means. What was not refused in so many words is unsure."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            return of_recipient(code, said(code, text))
        case smtplib.SMTPSenderRefused() | smtplib.SMTPHeloError() | smtplib.SMTPAuthenticationError():
            return Outcome(State.SCHEDULED, said(error.smtp_code, error.smtp_error), of_server=True)
        case smtplib.SMTPResponseException():
            # The verdict on the content.
            state = State.FAILED if error.smtp_code >= 500 else State.SCHEDULED
            return Outcome(state, said(error.smtp_code, error.smtp_error), of_server=error.smtp_code == 421)
        case smtplib.SMTPNotSupportedError() | ValueError() | MessageError():
            return Outcome(State.FAILED, as_error(error))
        case OSError() if not hasattr(error, "status_code"):
            if getattr(connection, "may_have_arrived", True):
                return Outcome(State.UNSURE, as_error(error))
            return Outcome(State.SCHEDULED, as_error(error), of_server=True)
    return of_provider(error)


def of_recipient(code: int, text: str) -> Outcome:
    if code < 500:
        return Outcome(State.SCHEDULED, text, of_server=code == 421)
    if code == 530 or OF_POLICY.search(text):
        return Outcome(State.FAILED, text)
    return Outcome(State.BOUNCED, text, bounced=True)


def of_provider(error: Exception) -> Outcome:
    """An error of a provider's library, as django-anymail words them: with an HTTP status where one was answered."""
    status = getattr(error, "status_code", None)
    if status == 429 or never_reached(error):
        return Outcome(State.SCHEDULED, as_error(error), of_server=True)
    if isinstance(status, int) and 400 <= status < 500:
        return Outcome(State.FAILED, as_error(error))
    return Outcome(State.UNSURE, as_error(error))


def never_reached(error: BaseException | None) -> bool:
    """Whether an error began with a connection that nobody took."""
    while error is not None:
        if isinstance(error, ConnectionRefusedError | gaierror):
            return True
        error = error.__cause__ or error.__context__
    return False


def of_opening(error: Exception) -> Outcome:
    """The server could not be reached, or would not take us: nothing has left."""
    return Outcome(State.SCHEDULED, as_error(error), of_server=True)


def said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return shortened(f"{code} {words}")


def as_error(error: Exception) -> str:
    return shortened(f"{type(error).__name__}: {error}")


def shortened(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:MAX_ERROR]
