"""A contact's consent, given by the link of a request for it, and kept."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from changes.actors import ActorKind, Channel, acting_as
from changes.services import Entry, record
from emails.double_optin import OptinSettings, settings_of_contacts
from emails.links import Target
from emails.models import CONSENT_KINDS, Consent, Message
from emails.services.asking import BARRED
from emails.services.tracking import seen
from segments.models import ContactList
from subscribers.models import Status, Subscriber
from subscribers.services import lock_contacts, set_status

MAX_USER_AGENT = 500


class Outcome(Enum):
    CONFIRMED = auto()
    UNKNOWN = auto()  # the message or its contact is not there any more, or it asked for nothing
    EXPIRED = auto()
    OUTDATED = auto()  # the contact has another address now
    REFUSED = auto()  # the contact left after it was asked, or takes no mail


@dataclass(frozen=True)
class Origin:
    """Where a consent comes from."""

    ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Confirmation:
    """What became of a link to confirm; `settings` and `contact` where it was right."""

    outcome: Outcome
    contact: int = 0
    settings: OptinSettings = field(default_factory=OptinSettings)


@transaction.atomic
def confirm(target: Target, origin: Origin) -> Confirmation:
    """Subscribe the contact that a request for consent was sent to, and keep the consent. Asking twice is harmless.

    A link does nothing after DOUBLE_OPTIN_DAYS, for a contact that left after it was asked, or that bounced or
    complained at any time. A fixed number of statements.
    """
    message = read_request(target)
    if message is None or not lock_contacts([target.contact]):
        return Confirmation(Outcome.UNKNOWN)
    contact = Subscriber.objects.only("email", "status", "unsubscribe_date").get(pk=target.contact)
    if refusal := refusal_of(message, contact):
        return Confirmation(refusal)
    now = timezone.now()
    with acting_as(Channel.SYSTEM, kind=ActorKind.CONTACT, id=contact.pk):
        set_status([contact.pk], Status.SUBSCRIBED)
        if contact.status != Status.SUBSCRIBED or not is_kept(message):
            keep(Consent(subscriber=contact, at=now, email=message.email, mailing=message.mailing), origin)
    # It arrived, and whoever confirms is active.
    record(seen(target)[1])
    return Confirmation(Outcome.CONFIRMED, contact.pk, settings_of_contacts([contact.pk])[contact.pk])


def read_request(target: Target) -> Message | None:
    """The request for consent that a link names, with its text. One statement."""
    messages = Message.objects.filter(pk=target.message, subscriber=target.contact, kind__in=CONSENT_KINDS)
    return messages.select_related("mailing").first()


def refusal_of(message: Message, contact: Subscriber) -> Outcome | None:
    """Why a link may confirm nothing now; None where it may."""
    if message.email.strip().lower() != contact.email.strip().lower():
        return Outcome.OUTDATED
    if contact.status == Status.UNSUBSCRIBED:
        # The newer decision holds, unless it was asked for after leaving.
        if contact.unsubscribe_date and message.created_at < contact.unsubscribe_date:
            return Outcome.REFUSED
    elif contact.status in BARRED:
        return Outcome.REFUSED
    days = timedelta(days=settings.DOUBLE_OPTIN_DAYS)
    if days and timezone.now() - (message.sent_at or message.created_at) > days:
        return Outcome.EXPIRED
    return None


def is_kept(message: Message) -> bool:
    """Whether the link was followed before. One statement."""
    kept = Consent.objects.filter(subscriber=message.subscriber_id, at__gte=message.created_at)
    return kept.filter(mailing=message.mailing_id).exists()


def keep(consent: Consent, origin: Origin) -> None:
    """Keep a consent, and tell history. Three statements."""
    lists = ContactList.objects.filter(subscribers=consent.subscriber_id).order_by("pk")
    consent.lists = list(lists.values("id", "title"))
    consent.ip, consent.user_agent = origin.ip, origin.user_agent[:MAX_USER_AGENT]
    consent.save()
    details = {
        "consent": consent.pk,
        "email": consent.email,
        "ip": consent.ip,
        "user_agent": consent.user_agent,
        "subject": consent.mailing.subject,
        "lists": [one["title"] for one in consent.lists],
    }
    record([Entry("consent_given", [consent.subscriber_id], details)])
