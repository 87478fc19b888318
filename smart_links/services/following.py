"""What happens when a contact follows a smart link."""

import logging

from django.db import DatabaseError, transaction
from django.utils import timezone

from automations.services.enrolling import enrol_all
from automations.services.holding import hold_published
from changes.actors import ActorKind, Channel, acting_as
from changes.services import Entry, record
from database.sql import execute, stored_datetime
from emails.links import Target
from sequences.services.enrolling import enrol
from sequences.services.holding import hold_sequence
from smart_links.addresses import short_of
from smart_links.models import SmartLink, VisitCount
from smart_links.services.saving import SUBJECT
from subscribers.services import hold, lock_contacts, sync_segments

log = logging.getLogger(__name__)
VISIT = """
    INSERT INTO smart_links_visit (link_id, subscriber_id, clicks, first_at, last_at) VALUES (%s, %s, 1, %s, %s)
    ON CONFLICT (link_id, subscriber_id)
    DO UPDATE SET clicks = smart_links_visit.clicks + 1, last_at = excluded.last_at
    RETURNING clicks
"""
COUNT = """
    INSERT INTO smart_links_visitcount (link_id, slot, contacts, clicks) VALUES (%s, %s, %s, 1)
    ON CONFLICT (link_id, slot) DO UPDATE SET
        contacts = smart_links_visitcount.contacts + excluded.contacts, clicks = smart_links_visitcount.clicks + 1
"""


def find_link(short: str) -> SmartLink | None:
    """The link of that name. One statement, none without a name."""
    link: SmartLink | None = SmartLink.objects.filter(short=short).first() if short else None
    return link


def lead(url: str, target: Target) -> str | None:
    """Where a click in a mail leads, if the mail points to a smart link, whose actions are then done for the contact.

    None for other links, and for a smart link that was deleted. Whatever fails, the contact gets on.
    """
    link = None
    try:
        link = find_link(short_of(url))
        if link:
            follow(link, target.contact)
    except DatabaseError:
        log.warning("A smart link could not act for contact %s.", target.contact, exc_info=True)
    return link.target_url if link else None


@transaction.atomic
def follow(link: SmartLink, contact: int) -> bool:
    """Do what a link does for a contact, and count the click. False if there is no such contact.

    Doing it twice is harmless: tags and lists are set again, automations and sequences take a contact in at the first
    click alone. It sends nothing itself, and changes no status: whoever unsubscribed may be tagged, and stays
    unsubscribed. A fixed number of statements, and those of `enrol` for each automation and sequence of the link.
    """
    automations, sequences = link.enrol.get("automations", ()), link.enrol.get("sequences", ())
    with acting_as(Channel.SYSTEM, kind=ActorKind.CONTACT, id=contact):
        # What a contact may enter first, then tags and lists, then the contact (subscribers.services.locks).
        if automations:
            hold_published(automations)
        for sequence in sorted(sequences):
            hold_sequence(sequence)
        hold(tags=link.attach.get("tags", ()), lists=link.attach.get("lists", ()))
        if not lock_contacts([contact]):
            return False
        for kind in ("tags", "lists"):
            attach, detach = link.attach.get(kind, ()), link.detach.get(kind, ())
            if attach or detach:
                sync_segments([contact], kind, attach, detach)
        now = stored_datetime(timezone.now())
        [(clicks,)] = execute(VISIT, link.pk, contact, now, now)
        if clicks == 1:
            [change] = record([Entry("smart_link_clicked", [contact], {"title": link.title}, (SUBJECT, link.pk))])
            if automations:
                enrol_all(automations, [contact], SUBJECT, change)
            for sequence in sorted(sequences):
                enrol(sequence, [contact])
        # Last: others wait for this row.
        execute(COUNT, link.pk, contact % VisitCount.SLOTS, int(clicks == 1))
    return True
