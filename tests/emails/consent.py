"""Requests for consent in tests: made, sent, followed."""

import re
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from emails.links import Target, address
from emails.models import Message
from emails.services.asking import ask_consent
from emails.services.sending import send_due
from subscribers.models import Subscriber
from tests.factories import SubscriberFactory


def path_of(purpose: str, message: Message) -> str:
    """The path of one of the addresses in a message."""
    return urlsplit(address(purpose, Target(message.subscriber_id, message.pk))).path


def asked(**columns: Any) -> Message:
    """The request for consent that a pending contact was sent."""
    contact = SubscriberFactory.create(**{"status": "pending"} | columns)
    [message] = ask_consent([contact.pk]).messages.values()
    send_due()
    return Message.objects.get(pk=message, state="sent")


def follow(message: Message, **options: Any) -> Any:
    """What a browser gets that follows the link to confirm."""
    return Client().get(path_of("confirm", message), **options)


def confirm_link(mail: EmailMessage, words: str = "Yes, subscribe me") -> str:
    """The path of the link with those words in a mail that arrived."""
    html = mail.get_body(("html",))
    assert html is not None
    links = dict(re.findall(r'<a[^>]* href="([^"]*)"[^>]*>([^<]*)</a>', html.get_content()))
    [found] = [url for url, text in links.items() if text == words]
    return urlsplit(found).path


def status_of(contact: int) -> str:
    status: str = Subscriber.objects.values_list("status", flat=True).get(pk=contact)
    return status
