"""Django's SMTP, which can tell whether a message may have arrived although its connection was lost."""

import smtplib
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

from emails.mail import Mail


class KnowsWhatLeft:
    """A session that knows whether it waits for the verdict on a message's content (RFC 5321, 4.2.5)."""

    awaits_verdict = False

    def getreply(self) -> tuple[int, bytes]:
        code, text = super().getreply()  # type: ignore[misc]
        # 354 asks for the content, which leaves now; whatever is answered next is the verdict.
        self.awaits_verdict = code == 354
        return code, text


class Session(KnowsWhatLeft, smtplib.SMTP):
    pass


class SessionSSL(KnowsWhatLeft, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """`may_have_arrived` after an error: the content had left, and no verdict on it came."""

    @property
    def connection_class(self) -> Any:
        return SessionSSL if self.use_ssl else Session

    @property
    def may_have_arrived(self) -> bool:
        return bool(getattr(self.connection, "awaits_verdict", False))

    def _send(self, email_message: EmailMessage) -> bool:
        if not isinstance(email_message, Mail) or not self.connection:
            return bool(super()._send(email_message))  # type: ignore[misc]
        sender, recipient = email_message.envelope
        self.connection.sendmail(sender, [recipient], email_message.written())
        return True
