"""Messages written out: a batch of them for its contacts, with addresses of their own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr, formatdate
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from emails.codes import CONTACT_FIELDS, Addresses, Context
from emails.consent import asks_consent
from emails.links import Target, address
from emails.models import Message
from emails.rendering import Compilation, Rendered, one_line
from emails.services.links import link_ids
from subscribers.models import Subscriber

COLUMNS = [name for name in CONTACT_FIELDS if name != "full_name"]


@dataclass(frozen=True)
class Recipient:
    """A contact as codes and headers see it."""

    id: int
    status: str
    email: str
    columns: Mapping[str, Any]
    custom_values: Mapping[str, Any]


def read_recipients(ids: Iterable[int]) -> dict[int, Recipient]:
    """The contacts of those ids as they are now. One statement."""
    rows = Subscriber.objects.filter(pk__any_of=list(ids)).values("custom_values", *COLUMNS)
    return {row["id"]: as_recipient(row) for row in rows}


def as_recipient(row: dict[str, Any]) -> Recipient:
    custom_values = row.pop("custom_values")
    names = [name for name in (row["first_name"], row["last_name"]) if name]
    return Recipient(row["id"], row["status"], row["email"], {**row, "full_name": " ".join(names)}, custom_values)


def compose(
    messages: Sequence[Message], recipients: Mapping[int, Recipient], compilation: Compilation
) -> dict[int, EmailMultiAlternatives]:
    """The mails of messages to those recipients, by the message's id. Four statements at most."""
    compilation.read({message.mailing_id for message in messages})
    contexts = {message.pk: context_of(message, recipients[message.subscriber_id], compilation) for message in messages}
    urls = {message.pk: compilation.of(message.mailing_id).urls(contexts[message.pk]) for message in messages}
    ids = link_ids((message.mailing_id, url) for message in messages for url in urls[message.pk].values())
    composed = {}
    for message in messages:
        target = target_of(message)
        clicks = {
            number: address("click", Target(target.contact, target.message, ids[message.mailing_id, url]))
            for number, url in urls[message.pk].items()
        }
        rendered = compilation.of(message.mailing_id).render(contexts[message.pk], clicks, address("open", target))
        composed[message.pk] = mail_of(message, recipients[message.subscriber_id], rendered, compilation)
    return composed


def target_of(message: Message) -> Target:
    return Target(message.subscriber_id, message.pk)


def addresses_of(target: Target) -> Addresses:
    return Addresses(*(address(purpose, target) for purpose in ("unsubscribe", "manage", "view", "confirm")))


def context_of(message: Message, recipient: Recipient, compilation: Compilation) -> Context:
    """What the codes of a message stand for; without a message's id its addresses lead nowhere."""
    addresses = addresses_of(target_of(message)) if message.pk else Addresses()
    return Context(recipient.columns, recipient.custom_values, compilation.site, addresses)


def mail_of(
    message: Message, recipient: Recipient, rendered: Rendered, compilation: Compilation
) -> EmailMultiAlternatives:
    site = compilation.site
    sender = site.from_email or settings.DEFAULT_FROM_EMAIL
    mail = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=named(site.from_name or settings.SITE_NAME, sender),
        to=[named(recipient.columns["full_name"], recipient.email)],
        reply_to=[named(site.reply_to_name, site.reply_to_email)] if site.reply_to_email else None,
        headers=headers_of(message, sender),
    )
    mail.attach_alternative(rendered.html, "text/html")
    return mail


def headers_of(message: Message, sender: str) -> dict[str, str]:
    domain = sender.rpartition("@")[2] or urlsplit(settings.SITE_URL).hostname
    headers = {
        # The same whenever it is sent: a mailbox that has it already may tell.
        "Message-ID": f"<{message.hash}@{domain}>",
        "Date": formatdate(timezone.now().timestamp()),
    }
    if not asks_consent(message.kind):
        headers |= {
            "Precedence": "bulk",
            # RFC 8058: the mailbox's own button leaves by a POST.
            "List-Unsubscribe": f"<{address('unsubscribe', target_of(message))}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return headers


def named(name: str, email: str) -> str:
    """`Ada Lovelace <ada@example.com>` for a header: whatever the name holds, it stays a name."""
    return formataddr((one_line(name), email))
