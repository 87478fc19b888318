"""Reads what mail services post about mail that did not arrive: tables of their words, and one Report for all.

A reader gets the parsed body of a request and returns the reports in it. It does not rely on any structure of the
body: what does not fit is skipped.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import orjson

from subscribers.addresses import is_address

MAX_REASON = 500


class Kind(Enum):
    """HARD_BOUNCE: the mailbox does not exist. SOFT_BOUNCE: a temporary failure."""

    HARD_BOUNCE = "hard"
    SOFT_BOUNCE = "soft"
    COMPLAINT = "complaint"


@dataclass(frozen=True)
class Report:
    """One event about mail to one address.

    `identity` recognises a repeat: the id of the event, or everything that the service sent about it. `message_id`
    is the Message-ID or the id of the service, or empty.
    """

    kind: Kind
    email: str
    reason: str
    identity: str
    message_id: str = ""


# --- The services ---------------------------------------------------------------------------------

MAILGUN = {
    "complained": Kind.COMPLAINT,
    # The events before 2018 have no `event-data`.
    "bounced": Kind.HARD_BOUNCE,
}
# The reasons and severities of `failed`. Mailgun also fails mail to addresses on its own lists.
MAILGUN_REASONS = {"suppress-complaint": Kind.COMPLAINT, "suppress-unsubscribe": None}
MAILGUN_SEVERITIES = {"permanent": Kind.HARD_BOUNCE, "temporary": Kind.SOFT_BOUNCE}
SENDGRID = {"spamreport": Kind.COMPLAINT, "deferred": Kind.SOFT_BOUNCE}
# The types of `bounce`. A blocked mail was refused because of its sender or content, not because of its address.
SENDGRID_BOUNCES = {"bounce": Kind.HARD_BOUNCE, "": Kind.HARD_BOUNCE, "blocked": Kind.SOFT_BOUNCE}
# The reasons of `dropped`.
SENDGRID_DROPS = {
    "bounced address": Kind.HARD_BOUNCE,
    "invalid": Kind.HARD_BOUNCE,
    "spam reporting address": Kind.COMPLAINT,
}
POSTMARK = {
    "HardBounce": Kind.HARD_BOUNCE,
    "BadEmailAddress": Kind.HARD_BOUNCE,
    "SoftBounce": Kind.SOFT_BOUNCE,
    "Transient": Kind.SOFT_BOUNCE,
    "DnsError": Kind.SOFT_BOUNCE,
    "SpamNotification": Kind.COMPLAINT,
    "SpamComplaint": Kind.COMPLAINT,
}
SES_BOUNCES = {"Permanent": Kind.HARD_BOUNCE, "Transient": Kind.SOFT_BOUNCE, "Undetermined": Kind.SOFT_BOUNCE}
FORM = {kind.value: kind for kind in Kind} | {"": Kind.HARD_BOUNCE}


def read_mailgun(body: Any) -> Iterator[Report | None]:
    whole = as_mapping(body)
    event = as_mapping(whole.get("event-data")) or whole
    name, reason = text_of(event, "event"), text_of(event, "reason")
    kind = MAILGUN.get(name)
    if name == "failed":
        kind = MAILGUN_REASONS.get(reason, MAILGUN_SEVERITIES.get(text_of(event, "severity")))
    status = as_mapping(event.get("delivery-status"))
    headers = as_mapping(as_mapping(event.get("message")).get("headers"))
    yield report(
        kind,
        text_of(event, "recipient"),
        text_of(status, "message", "description") or text_of(event, "error") or reason,
        # The id of an event is only unique for a day.
        identity=text_of(as_mapping(whole.get("signature")), "token") or text_of(event, "token"),
        event=whole,
        message_id=text_of(headers, "message-id") or text_of(event, "Message-Id"),
    )


def read_sendgrid(body: Any) -> Iterator[Report | None]:
    for event in map(as_mapping, body if isinstance(body, list) else [body]):
        name, reason = text_of(event, "event"), text_of(event, "reason")
        kind = SENDGRID.get(name)
        if name == "bounce":
            kind = SENDGRID_BOUNCES.get(text_of(event, "type"))
        elif name == "dropped":
            kind = SENDGRID_DROPS.get(reason.lower())
        yield report(
            kind,
            text_of(event, "email"),
            reason or text_of(event, "response"),
            identity=text_of(event, "sg_event_id"),
            event=event,
            message_id=text_of(event, "smtp-id", "sg_message_id"),
        )


def read_postmark(body: Any) -> Iterator[Report | None]:
    event = as_mapping(body)
    yield report(
        POSTMARK.get(text_of(event, "Type") or text_of(event, "RecordType")),
        text_of(event, "Email"),
        text_of(event, "Description", "Details"),
        identity=text_of(event, "ID"),
        event=event,
        message_id=text_of(event, "MessageID"),
    )


def read_ses(body: Any) -> Iterator[Report | None]:
    """A notification in the envelope of Amazon SNS (webhooks.sns), or without it (raw delivery)."""
    envelope = as_mapping(body)
    event = as_mapping(read_text(envelope.get("Message"))) or envelope
    name = text_of(event, "notificationType", "eventType")
    if name not in ("Bounce", "Complaint"):
        return
    notice = as_mapping(event.get(name.lower()))
    kind = SES_BOUNCES.get(text_of(notice, "bounceType")) if name == "Bounce" else Kind.COMPLAINT
    if text_of(notice, "complaintFeedbackType") == "not-spam":  # taken back
        kind = None
    recipients = notice.get("bouncedRecipients" if name == "Bounce" else "complainedRecipients")
    identity = text_of(notice, "feedbackId") or text_of(envelope, "MessageId")
    for one in map(as_mapping, recipients if isinstance(recipients, list) else []):
        email = text_of(one, "emailAddress")
        yield report(
            kind,
            email,
            text_of(one, "diagnosticCode") or text_of(notice, "complaintFeedbackType", "bounceSubType"),
            # One event may have several recipients.
            identity=f"{identity} {email}" if identity else "",
            event=[email, event],
            message_id=text_of(as_mapping(event.get("mail")), "messageId"),
        )


def read_form(body: Any) -> Iterator[Report | None]:
    """For all other services: a form with `email`, and `type`, `reason` and `id` if they are known."""
    event = as_mapping(body)
    kind = FORM.get(text_of(event, "type").lower())
    yield report(kind, text_of(event, "email"), text_of(event, "reason"), identity=text_of(event, "id"), event=event)


READERS: Mapping[str, Callable[[Any], Iterator[Report | None]]] = {
    "ses": read_ses,
    "mailgun": read_mailgun,
    "postmark": read_postmark,
    "sendgrid": read_sendgrid,
    "form": read_form,
}


def read_reports(service: str, body: Any) -> list[Report]:
    """The reports in a body that the service, one of READERS, has posted."""
    return [one for one in READERS[service](body) if one is not None]


# --- Reading any structure --------------------------------------------------------------------------


def report(
    kind: Kind | None, email: str, reason: str, *, identity: str, event: Any, message_id: str = ""
) -> Report | None:
    """A report; None for other events and for texts that are not e-mail addresses.

    Without an `identity`, the whole `event` is the identity.
    """
    email = email.strip().strip("<>")
    if kind is None or not is_address(email):
        return None
    notice = (
        " ".join(reason.replace("\x00", "").split())[:MAX_REASON]
        or {
            Kind.HARD_BOUNCE: "The mail bounced.",
            Kind.SOFT_BOUNCE: "The mail did not arrive for now.",
            Kind.COMPLAINT: "The mail was reported as spam.",
        }[kind]
    )
    return Report(kind, email, notice, identity or json.dumps(event, sort_keys=True, default=str), message_id)


def as_mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def text_of(event: Mapping[str, Any], *names: str) -> str:
    """The first value that is a text or a number, as a text."""
    for name in names:
        value = event.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def read_text(value: Any) -> Any:
    """The value of a JSON text; None for any other text."""
    try:
        return orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        return None
