"""Sequences, their mails and the contacts in them, in the words of FluentCRM's published interface."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.text import slugify

from emails.api.message_representation import CAMPAIGN_SETTINGS
from emails.models import Mailing
from emails.written_settings import UTM
from sequences.models import EmailSequence, SequenceMail, SequenceTracker
from sequences.reading import Size, sizes_of
from sequences.services.sequences import Reapplied
from subscribers.api.representation import show_contacts
from subscribers.reading import read_contacts
from wp_rest.dates import write_datetime

# A sequence that takes contacts, and one that is paused.
STATUSES: Mapping[str, str] = {EmailSequence.Status.PUBLISHED: "working", EmailSequence.Status.DRAFT: "draft"}
NO_SENDER: Mapping[str, str] = CAMPAIGN_SETTINGS["mailer_settings"]
# Settings of a mailing that FluentCRM shows beside them.
BESIDE = ("utm_status", *UTM)
# Nothing is sold here.
NO_REVENUE = {"amount": "0.00", "currency": "USD"}
CLOCK = "%H:%M"


def show_sequences(sequences: Sequence[EmailSequence]) -> list[dict[str, Any]]:
    """Two statements, however many."""
    sizes = sizes_of([sequence.pk for sequence in sequences])
    return [show_sequence(sequence, sizes[sequence.pk]) for sequence in sequences]


def show_sequence(sequence: EmailSequence, size: Size) -> dict[str, Any]:
    return {
        "id": sequence.pk,
        "title": sequence.title,
        "slug": slugify(sequence.title),
        "status": STATUSES[sequence.status],
        "type": "email_sequence",
        "design_template": "simple",
        "settings": {**sequence.settings, "mailer_settings": show_sender(sequence.settings)},
        "created_by": sequence.created_by_id or 0,
        "created_at": write_datetime(sequence.created_at),
        "updated_at": write_datetime(sequence.updated_at),
        "stats": {"emails": size.mails, "subscribers": size.contacts, "revenue": NO_REVENUE},
    }


def show_sender(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {**NO_SENDER, **settings.get("mailer_settings", {})}


def show_mail(mail: SequenceMail) -> dict[str, Any]:
    """A mail; what is written in it is read already."""
    mailing = mail.mailing
    return {
        "id": mail.pk,
        "parent_id": mail.sequence_id,
        "title": mailing.title,
        "slug": slugify(mailing.title),
        "type": "sequence_mail",
        "status": "published",
        "design_template": mailing.design,
        "template_id": mail.template_id or 0,
        "email_subject": mailing.subject,
        "email_pre_header": mailing.pre_header,
        "email_body": mailing.body,
        "delay": mail.delay,
        "settings": {
            "action_triggers": [],
            "template_config": {},
            **{name: value for name, value in mailing.settings.items() if name not in BESIDE},
            "timings": show_timings(mail),
            "mailer_settings": show_sender(mailing.settings),
        },
        "utm_status": int(bool(mailing.settings.get("utm_status"))),
        **{name: mailing.settings.get(name) for name in UTM},
        "created_by": mailing.created_by_id or 0,
        "created_at": write_datetime(mailing.created_at),
        "updated_at": write_datetime(mailing.updated_at),
    }


def show_timings(mail: SequenceMail) -> dict[str, Any]:
    """When a mail leaves: one time of day is a text, from one to another a list of two."""
    times = [f"{at:{CLOCK}}" for at in (mail.starts_at, mail.ends_at) if at]
    return {
        "delay_unit": mail.delay_unit,
        "delay": mail.delay_amount,
        "is_anytime": "no" if times else "yes",
        "sending_time": times if len(times) == 2 else "".join(times),
        "selected_days_only": "yes" if mail.days else "no",
        "allowed_days": list(mail.days),
    }


def show_blank_mail(sequence: EmailSequence) -> dict[str, Any]:
    """What a new mail of a sequence starts from."""
    sender = {"mailer_settings": sequence.settings["mailer_settings"]} if "mailer_settings" in sequence.settings else {}
    return show_mail(SequenceMail(sequence=sequence, mailing=Mailing(pk=0, settings=sender)))


def show_tracker(tracker: SequenceTracker) -> dict[str, Any]:
    return {
        "id": tracker.pk,
        "campaign_id": tracker.sequence_id,
        "subscriber_id": tracker.subscriber_id,
        "last_sequence_id": tracker.last_mail_id,
        "next_sequence_id": tracker.next_mail_id,
        "status": tracker.status,
        "type": "sequence_tracker",
        "last_executed_time": write_datetime(tracker.last_executed_time),
        "next_execution_time": write_datetime(tracker.next_execution_time),
        "notes": [tracker.reason] if tracker.reason else [],
        "created_at": write_datetime(tracker.started_at),
        "updated_at": write_datetime(tracker.updated_at),
    }


def show_trackers_of_sequence(trackers: Sequence[SequenceTracker]) -> list[dict[str, Any]]:
    """Trackers with their contacts: the statements of read_contacts."""
    contacts = show_contacts(read_contacts([tracker.subscriber_id for tracker in trackers]))
    by_id = {contact["id"]: contact for contact in contacts}
    return [{**show_tracker(tracker), "subscriber": by_id.get(tracker.subscriber_id)} for tracker in trackers]


def show_trackers_of_contact(trackers: Sequence[SequenceTracker]) -> list[dict[str, Any]]:
    """Trackers with their sequences and mails. Four statements, however many."""
    sequences = EmailSequence.objects.filter(pk__any_of={tracker.sequence_id for tracker in trackers})
    by_id = {shown["id"]: shown for shown in show_sequences(list(sequences))}
    mails = mails_by_id(pk for tracker in trackers for pk in (tracker.last_mail_id, tracker.next_mail_id))
    return [
        {
            **show_tracker(tracker),
            "sequence": by_id.get(tracker.sequence_id),
            "last_sequence": mails.get(tracker.last_mail_id),
            "next_sequence": mails.get(tracker.next_mail_id),
        }
        for tracker in trackers
    ]


def mails_by_id(ids: Iterable[int | None]) -> dict[int | None, dict[str, Any]]:
    """One statement."""
    mails = SequenceMail.objects.filter(pk__any_of={pk for pk in ids if pk}).select_related("mailing")
    return {mail.pk: show_mail(mail) for mail in mails}


def show_reapplied(again: Reapplied) -> dict[str, Any]:
    """How many go on; the rest is about the contact who completed the sequence last."""
    tracker, mail = again.tracker, again.next_mail
    last = tracker.last_mail
    return {
        "next_email": {"id": mail.pk, "delay": mail.delay, "title": mail.mailing.title},
        "last_completed": {
            "id": last.pk if last else 0,
            "delay": tracker.position or 0,
            "title": last.mailing.title if last else "",
            "last_executed": write_datetime(tracker.last_executed_time or tracker.started_at),
        },
        "calculations": {
            "delay_offset": again.offset,
            "sequence_start_time": write_datetime(tracker.started_at),
            "next_time_from_last_execution": write_datetime(again.from_last),
            "next_time_from_start": write_datetime(again.from_start),
            "time_difference": int((again.from_last - again.from_start).total_seconds()),
        },
        "update_result": {"subscribers_updated": again.contacts},
    }
