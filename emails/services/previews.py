"""What a mailing looks like, saved or not: for a contact, for a tester, for nobody in particular. Nothing counts."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import get_connection

from emails.codes import CONTACT_FIELDS, Context
from emails.models import Mailing
from emails.rendering import Compilation, Compiled, Rendered
from emails.services.composing import Recipient, mail_of, read_recipients
from emails.services.outcomes import outcome_of
from emails.services.sending import IMPATIENT
from emails.written_settings import sender_of
from subscribers.reading import find_id_by_email

log = logging.getLogger(__name__)
NOT_TAKEN = "The mail server did not take the mail."
# A contact that there is not: codes are their defaults.
NOBODY: Mapping[str, Any] = {**dict.fromkeys(CONTACT_FIELDS, ""), "id": None}


@dataclass
class Test:
    """A message that there is not."""

    kind: str
    hash: str
    id: int = 0
    subscriber_id: int = 0
    mailing_id: int = 0
    variant: int | None = None


def look(mailing: Mailing, contact: int | None = None) -> Rendered:
    """The mail as that contact would get it, or as nobody in particular. A fixed number of statements."""
    compilation = Compilation.under_current_settings()
    found = read_recipients([contact]).get(contact) if contact else None
    return rendered(mailing, found or nobody(""), compilation)


def send_test(mailing: Mailing, email: str) -> str:
    """Send the mail to an address while somebody waits, with the values of the contact that has it, if there is one.

    Returns why the mail server did not take it, or "". Its links to leave lead to the site: a tester cannot leave by
    mistake. In an answer of the API: retries.services.after_commit.
    """
    compilation = Compilation.under_current_settings()
    contact = find_id_by_email(email)
    recipient = (read_recipients([contact]).get(contact) if contact else None) or nobody(email)
    values, sender = neutral(recipient, compilation), sender_of(mailing, compilation.site)
    mail = mail_of(
        Test(mailing.kind, uuid4().hex), recipient, rendered(mailing, recipient, compilation), values, sender
    )
    for name in ("List-Unsubscribe", "List-Unsubscribe-Post"):
        mail.extra_headers.pop(name, None)
    connection = get_connection(timeout=IMPATIENT)
    try:
        return "" if connection.send_messages([mail]) else NOT_TAKEN
    except Exception as error:
        # A provider's library has exceptions of its own.
        log.warning("A test mail could not be sent.", exc_info=True)
        return outcome_of(error, connection).error or NOT_TAKEN


def rendered(mailing: Mailing, recipient: Recipient, compilation: Compilation) -> Rendered:
    compiled = Compiled(mailing, compilation.site, compilation.style)
    return compiled.render(neutral(recipient, compilation), {}, "")


def nobody(email: str) -> Recipient:
    return Recipient(0, "", email, {**NOBODY, "email": email}, {})


def neutral(recipient: Recipient, compilation: Compilation) -> Context:
    """What codes stand for, without addresses that act for a contact."""
    return Context(recipient.columns, recipient.custom_values, compilation.site, site_address)


def site_address(_purpose: str) -> str:
    return str(settings.SITE_URL)
