"""Requests for consent in the answers of the API."""

from functools import partial
from typing import Any

from django.db import transaction

from emails.services.asking import Asked
from emails.services.sending import send_now


def show_asked(asked: Asked) -> dict[str, Any]:
    """How many mails were sent, and how many contacts got none by the reason."""
    return {
        "sent": len(asked.messages),
        "not_sent": {reason: len(contacts) for reason, contacts in sorted(asked.left_out.items())},
    }


def send_soon(asked: Asked) -> None:
    """Send the mail to one contact as soon as the transaction commits: somebody waits for it. More are the worker's."""
    if len(asked.messages) == 1:
        # What cannot be sent now stays queued, and is no failure of the request.
        transaction.on_commit(partial(send_now, list(asked.messages.values())), robust=True)
