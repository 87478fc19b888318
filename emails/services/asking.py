"""Asking contacts for their consent (double opt-in)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from changes.services import Entry, record
from database.expressions import Address
from emails.consent import MAY_GET
from emails.double_optin import OptinSettings, settings_of_contacts
from emails.models import CONSENT_KINDS, Kind, Mailing, Message, State
from subscribers.models import Status, Subscriber
from subscribers.services import lock_contacts

# Who was asked so recently is not asked again: two requests for one form get one mail.
REPEAT = timedelta(minutes=5)
# Who is never asked, whatever a request says.
BARRED = (Status.BOUNCED, Status.COMPLAINED, Status.SPAMMED)
NOBODY: Mapping[int, str] = MappingProxyType({})
# Why a contact of the right status is left out.
ASKED_ALREADY = "asked"


@dataclass(frozen=True)
class Asked:
    """The ids of messages by their contacts, and the contacts who get none by the reason: their status, or ASKED_ALREADY."""

    messages: Mapping[int, int]
    left_out: Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Candidate:
    id: int
    email: str
    status: str
    left_at: datetime | None


@transaction.atomic(savepoint=False)
def ask_consent(
    contacts: Iterable[int], *, returning: Collection[int] = (), barred: Mapping[int, str] = NOBODY
) -> Asked:
    """Queue the request for consent for the pending ones of the contacts, and for unsubscribed ones of `returning`.

    Nobody else gets one, nor who was asked in the last minutes, nor those that were `barred` (see read_barred) before
    the same request gave them another status. The contacts are locked, so that of two requests at once one finds the
    other's message. Ten statements at most, and history's.
    """
    chosen: list[Candidate] = []
    left_out: dict[str, list[int]] = defaultdict(list)
    back = set(returning)
    for one in read_candidates(lock_contacts(contacts)):
        status = barred.get(one.id, one.status)
        if status in MAY_GET[Kind.RETURN if one.id in back else Kind.DOUBLE_OPTIN]:
            chosen.append(one)
        else:
            left_out[status].append(one.id)
    waiting = asked_already(chosen)
    if waiting:
        left_out[ASKED_ALREADY] += sorted(waiting)
    messages = queue_requests([one for one in chosen if one.id not in waiting])
    record([Entry("consent_asked", list(messages))])
    return Asked(messages, left_out)


def read_barred(addresses: Iterable[str]) -> dict[int, str]:
    """The contacts with those lower-cased addresses who bounced or complained, with their status. One statement.

    For writes that may change a status and ask for consent at once: nobody who complained is asked again by that.
    """
    rows = Subscriber.objects.alias(address=Address("email")).filter(address__in=list(addresses), status__in=BARRED)
    return dict(rows.values_list("pk", "status"))


def read_candidates(contacts: Collection[int]) -> list[Candidate]:
    rows = Subscriber.objects.filter(pk__any_of=list(contacts)).order_by("pk")
    return [Candidate(*row) for row in rows.values_list("pk", "email", "status", "unsubscribe_date")]


def asked_already(candidates: Sequence[Candidate]) -> set[int]:
    """Those whose last request waits to be sent, or is some minutes old. One statement.

    One to another address does not count, nor one from before the contact left: it can confirm nothing any more.
    """
    by_id = {one.id: one for one in candidates}
    if not by_id:
        return set()
    since = timezone.now() - REPEAT
    messages = Message.objects.filter(subscriber__any_of=list(by_id), kind__in=CONSENT_KINDS).filter(
        Q(state=State.SCHEDULED) | Q(state__in=(State.SENDING, State.SENT, State.UNSURE), created_at__gt=since)
    )
    return {
        contact
        for contact, email, at in messages.values_list("subscriber", "email", "created_at")
        if email == by_id[contact].email and at >= (by_id[contact].left_at or at)
    }


def queue_requests(candidates: Sequence[Candidate]) -> dict[int, int]:
    """A message to each of them, in the words of its own settings; the ids of the messages by contact."""
    if not candidates:
        return {}
    settings = settings_of_contacts([one.id for one in candidates])
    mailings = mailing_ids(settings.values())
    queued = Message.objects.bulk_create(
        Message(
            subscriber_id=one.id,
            mailing_id=mailings[settings[one.id].digest],
            kind=Kind.RETURN if one.status == Status.UNSUBSCRIBED else Kind.DOUBLE_OPTIN,
            email=one.email,
        )
        for one in candidates
    )
    return {message.subscriber_id: message.pk for message in queued}


def mailing_ids(settings: Iterable[OptinSettings]) -> dict[str, int]:
    """The mailing of each text by its digest; new ones are made. Three statements at most."""
    wanted = {one.digest: one for one in settings}
    found = read_mailing_ids(wanted)
    if missing := wanted.keys() - found.keys():
        # Another request may make one just now.
        Mailing.objects.bulk_create([wanted[digest].mailing() for digest in sorted(missing)], ignore_conflicts=True)
        found = read_mailing_ids(wanted)
    return found


def read_mailing_ids(digests: Collection[str]) -> dict[str, int]:
    found: Any = Mailing.objects.filter(digest__in=list(digests)).values_list("digest", "pk")
    return dict(found)
