"""Mail as files, where no EMAIL_URL says whom to hand it to: each message is one .eml file in MAIL_DIR."""

import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from emails.mail import Mail


class EmailBackend(BaseEmailBackend):
    """A file appears whole: written beside the folder, then moved into it. Names are in the order of time."""

    may_have_arrived = False

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            content = message.written() if isinstance(message, Mail) else bytes(message.message())
            write(folder, content)
        return len(email_messages)


def write(folder: Path, content: bytes) -> None:
    handle, draft = tempfile.mkstemp(prefix=".mail-", dir=folder.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).replace(folder / f"{timezone.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}.eml")
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
