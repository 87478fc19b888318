"""Messages written out: a batch of them for its contacts, with addresses of their own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate, parseaddr
from functools import cache, partial
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from emails.codes import CONTACT_FIELDS, Context
from emails.consent import asks_consent
from emails.links import Target, address
from emails.mail import Mail
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


class Letter(Protocol):
    """What a mail is made of: a message, or a claimed one."""

    id: int
    subscriber_id: int
    mailing_id: int
    kind: str
    hash: str
    variant: int | None


def compose(
    messages: Sequence[Letter], recipients: Mapping[int, Recipient], compilation: Compilation
) -> dict[int, Mail]:
    """The mails of messages to those recipients, by the message's id; each gets its `variant`.

    Four statements at most, one once the mailings and their links are known.
    """
    compilation.read({message.mailing_id for message in messages})
    contexts = {message.id: context_of(message, recipients[message.subscriber_id], compilation) for message in messages}
    urls = {message.id: compilation.of(message.mailing_id).urls(contexts[message.id]) for message in messages}
    wanted = {(message.mailing_id, url) for message in messages for url in urls[message.id].values()}
    ids = compilation.links
    ids.update(link_ids(wanted - ids.keys()))
    composed = {}
    for message in messages:
        target = target_of(message)
        clicks = {
            number: address("click", Target(target.contact, target.message, ids[message.mailing_id, url]))
            for number, url in urls[message.id].items()
        }
        compiled = compilation.of(message.mailing_id)
        message.variant = compiled.variant_of(message)
        picture = address("open", target)
        rendered = compiled.render(contexts[message.id], clicks, picture, message.variant)
        recipient = recipients[message.subscriber_id]
        composed[message.id] = mail_of(message, recipient, rendered, contexts[message.id], compiled.sender)
    return composed


def as_seen(message: Letter) -> Rendered:
    """What a message looks like now, for whoever is not the contact in its mailbox: nothing in it counts.

    For previews and the page for browsers. Raises KeyError where the contact is gone. A fixed number of statements.
    """
    compilation = Compilation.under_current_settings()
    compilation.read([message.mailing_id])
    recipient = read_recipients([message.subscriber_id])[message.subscriber_id]
    compiled = compilation.of(message.mailing_id)
    return compiled.render(context_of(message, recipient, compilation), {}, "", compiled.variant_of(message))


def target_of(message: Letter) -> Target:
    return Target(message.subscriber_id, message.id)


def context_of(message: Letter, recipient: Recipient, compilation: Compilation) -> Context:
    """What the codes of a message stand for. Its addresses are signed as they are asked for, each once."""
    return Context(
        recipient.columns, recipient.custom_values, compilation.site, cache(partial(signed, target_of(message)))
    )


def signed(target: Target, purpose: str) -> str:
    return address(purpose, target)


def mail_of(
    message: Letter, recipient: Recipient, rendered: Rendered, context: Context, sender: Mapping[str, str]
) -> Mail:
    """`sender` has the names and addresses of emails.written_settings."""
    name, from_email = parseaddr(settings.DEFAULT_FROM_EMAIL)
    from_email = one_line(sender["from_email"]) or from_email
    answers = one_line(sender["reply_to_email"])
    return Mail(
        sender=(one_line(sender["from_name"] or name or settings.SITE_NAME), from_email),
        recipient=(one_line(recipient.columns["full_name"]), recipient.email),
        answers=(one_line(sender["reply_to_name"]), answers) if answers else None,
        subject=rendered.subject,
        body=rendered.text,
        html=rendered.html,
        boundary=message.hash,
        headers=headers_of(message, from_email, context),
    )


def headers_of(message: Letter, sender: str, context: Context) -> dict[str, str]:
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
            "List-Unsubscribe": f"<{context.address('unsubscribe')}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return headers
