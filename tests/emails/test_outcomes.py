"""What an error of a mail server, or of a provider's library, means for a message."""

import smtplib
from email.errors import HeaderParseError
from types import SimpleNamespace
from typing import Any

import pytest

from emails.services.outcomes import MAX_ERROR, outcome_of

BEFORE, AFTER, UNKNOWN = SimpleNamespace(may_have_arrived=False), SimpleNamespace(may_have_arrived=True), None
OF_SERVER = True


class ProviderError(Exception):
    """As django-anymail's: with the status of the provider's answer, where there was one."""

    def __init__(self, status_code: int | None) -> None:
        self.status_code = status_code


def refused(code: int, text: bytes) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"ada@example.com": (code, text)})


@pytest.mark.parametrize(
    ("error", "connection", "state", "bounced", "of_server"),
    [
        (refused(450, b"4.2.1 busy"), BEFORE, "scheduled", False, False),
        (refused(421, b"bye"), BEFORE, "scheduled", False, OF_SERVER),
        (refused(550, b"5.1.1 who?"), BEFORE, "bounced", True, False),
        (refused(553, b"no"), BEFORE, "bounced", True, False),
        (refused(550, b"5.7.1 relay"), BEFORE, "failed", False, False),
        (refused(530, b"log in"), BEFORE, "failed", False, False),
        (smtplib.SMTPSenderRefused(550, b"not you", "shop@example.com"), BEFORE, "scheduled", False, OF_SERVER),
        (smtplib.SMTPAuthenticationError(535, b"wrong"), BEFORE, "scheduled", False, OF_SERVER),
        (smtplib.SMTPDataError(554, b"spam"), BEFORE, "failed", False, False),
        (smtplib.SMTPDataError(452, b"full"), BEFORE, "scheduled", False, False),
        (smtplib.SMTPDataError(421, b"bye"), BEFORE, "scheduled", False, OF_SERVER),
        (smtplib.SMTPServerDisconnected("gone"), BEFORE, "scheduled", False, OF_SERVER),
        (smtplib.SMTPServerDisconnected("gone"), AFTER, "unsure", False, False),
        (TimeoutError("timed out"), BEFORE, "scheduled", False, OF_SERVER),
        (TimeoutError("timed out"), AFTER, "unsure", False, False),
        (TimeoutError("timed out"), UNKNOWN, "unsure", False, False),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), BEFORE, "failed", False, False),
        (HeaderParseError("x"), BEFORE, "failed", False, False),
        (UnicodeEncodeError("ascii", "ž", 0, 1, "x"), BEFORE, "failed", False, False),
        (ProviderError(429), UNKNOWN, "scheduled", False, OF_SERVER),
        (ProviderError(400), UNKNOWN, "failed", False, False),
        (ProviderError(502), UNKNOWN, "unsure", False, False),
        (ProviderError(None), UNKNOWN, "unsure", False, False),
        (RuntimeError("who knows"), UNKNOWN, "unsure", False, False),
    ],
    ids=str,
)
def test_an_error_means(error: Exception, connection: Any, state: str, bounced: bool, of_server: bool) -> None:
    outcome = outcome_of(error, connection)
    assert (outcome.state, outcome.bounced, outcome.of_server) == (state, bounced, of_server)
    assert outcome.error


@pytest.mark.parametrize("text", [b"x" * 10_000, b"a\x00b\r\n\xff\xfe", "é".encode("latin-1")])
def test_what_a_server_says_fits_the_column(text: bytes) -> None:
    error = outcome_of(refused(550, text), BEFORE).error
    assert error.startswith("550 ")
    assert len(error) <= MAX_ERROR
    assert "\x00" not in error
    assert "\n" not in error
