"""Services for the reports of mail services."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from changes.actors import Channel, acting_as
from changes.services import Entry, record
from database.insert import insert_new
from emails.services.bounces import mark_complained, mark_returned
from subscribers.models import Status, Subscriber
from subscribers.services import Draft, upsert_contacts
from webhooks.models import BounceReport
from webhooks.providers import Kind, Report
from webhooks.services.lasting import LASTING

# The status that a report gives to its contact.
STATUS_OF = {Kind.HARD_BOUNCE: Status.BOUNCED, Kind.COMPLAINT: Status.COMPLAINED}
# Services repeat a report for up to three days. After this time, the same report is a new one.
REMEMBERED = timedelta(days=7)


def bounce_code() -> str:
    """The secret in the addresses of the bounce handlers. It is derived from SECRET_KEY: the same on all machines."""
    digest = salted_hmac("webhooks.bounces", "code", secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
    return f"fcrm_{digest[:32]}"


def is_bounce_code(code: str) -> bool:
    return constant_time_compare(code, bounce_code())


@transaction.atomic
def take_reports(service: str, reports: Sequence[Report]) -> None:
    """Act on the reports of a mail service. Repeated reports are skipped.

    A hard bounce sets the status bounced, a complaint the status complained. As recorded in bounces.json, an
    unknown address becomes a contact with this status, so that a later import does not write to it. A soft bounce
    is only recorded in the history of the contact. The number of statements does not depend on the number of
    reports.
    """
    BounceReport.objects.filter(at__lt=timezone.now() - REMEMBERED).delete()
    by_digest = {digest_of(service, report): report for report in reports}
    new = {digest for _, digest in insert_new([BounceReport(digest=digest) for digest in sorted(by_digest)], "digest")}
    fresh = [report for digest, report in by_digest.items() if digest in new]
    with acting_as(Channel.HOOK):
        upsert_contacts(drafts_of(fresh))
        _record_soft_bounces(service, [report for report in fresh if report.kind is Kind.SOFT_BOUNCE])
    mark_returned({report.message_id: report.reason for report in fresh if report.kind is Kind.HARD_BOUNCE})
    mark_complained({report.email: report.message_id for report in fresh if report.kind is Kind.COMPLAINT})


def digest_of(service: str, report: Report) -> str:
    return hashlib.sha256(f"{service}\n{report.identity}".encode("utf-8", "surrogatepass")).hexdigest()


def drafts_of(reports: Sequence[Report]) -> list[Draft]:
    """A draft for each address. A complaint takes precedence over a bounce."""
    by_address: dict[str, Report] = {}
    for report in reports:
        known = by_address.get(report.email.lower())
        if report.kind in STATUS_OF and (known is None or known.kind is not Kind.COMPLAINT):
            by_address[report.email.lower()] = report
    return [
        Draft(
            {"email": report.email, "status": STATUS_OF[report.kind]},
            unsubscribe_reason=report.reason,
            lasting=LASTING[STATUS_OF[report.kind]],
        )
        for report in by_address.values()
    ]


def _record_soft_bounces(service: str, reports: Collection[Report]) -> None:
    """Two statements, and one more on SQLite; none without reports."""
    reasons = {report.email.lower(): report.reason for report in reports}
    if not reasons:
        return
    found = Subscriber.objects.with_any_email(reasons).order_by("pk").values_list("pk", "email")
    record(Entry("soft_bounced", [pk], {"service": service, "reason": reasons[email.lower()]}) for pk, email in found)
