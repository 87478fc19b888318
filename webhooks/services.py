"""Services for incoming hooks and for the reports of mail services."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from changes.actors import ActorKind, Channel, acting_as
from changes.rows import entry_of, saving
from changes.services import Entry, record
from database.insert import insert_new
from emails.services.asking import ask_consent
from emails.services.bounces import mark_returned
from subscribers.models import Status, Subscriber
from subscribers.services import Draft, Written, attach_companies, upsert_contacts
from webhooks.models import BounceReport, Webhook
from webhooks.providers import Kind, Report

# Contacts with these statuses keep them (contract.md, 'Messages, consent, hooks').
NOT_WRITTEN_TO = frozenset({Status.BOUNCED, Status.COMPLAINED, Status.SPAMMED})
# For each new status, the statuses that it does not replace.
LASTING: Mapping[str, frozenset[str]] = {
    # A contact that has confirmed is not asked again, and an order removes no contact from the newsletter.
    Status.PENDING: NOT_WRITTEN_TO | {Status.SUBSCRIBED},
    Status.TRANSACTIONAL: NOT_WRITTEN_TO | {Status.SUBSCRIBED},
    Status.BOUNCED: frozenset({Status.COMPLAINED, Status.SPAMMED}),
    Status.COMPLAINED: frozenset(),
}
# The status that a report gives to its contact.
STATUS_OF = {Kind.HARD_BOUNCE: Status.BOUNCED, Kind.COMPLAINT: Status.COMPLAINED}
# Services repeat a report for up to three days. After this time, the same report is a new one.
REMEMBERED = timedelta(days=7)


# --- Hooks --------------------------------------------------------------------------------------


def find_webhook(value: str) -> Webhook | None:
    """The hook with this hash. One statement; it uses the unique index, so its time does not reveal a hash."""
    hook: Webhook | None = Webhook.objects.filter(hash=value).first()
    return hook


def save_webhook(hook: Webhook) -> None:
    """Save a hook and record the change. At most three statements."""
    with saving(hook, "webhook"):
        hook.save()


@transaction.atomic
def delete_webhooks(hooks: Iterable[Webhook]) -> None:
    """Delete hooks. Their addresses no longer work. Two statements, and one more on SQLite."""
    gone = list(hooks)
    entries = [entry_of(hook, "webhook", "deleted") for hook in gone]
    Webhook.objects.filter(pk__in=[hook.pk for hook in gone]).delete()
    record(entries)


@transaction.atomic
def take_contacts(hook: Webhook, drafts: Sequence[Draft]) -> dict[str, Written]:
    """Create or update the contacts that were posted to a hook. The hook decides their status and companies.

    A draft without tags (or lists) gets the tags of the hook. Returns the result for each lower-cased address.
    Contacts that are pending then are asked for their consent; the mail is sent by a worker.
    The statements are those of `upsert_contacts`, of `attach_companies` if the hook has companies, and of
    `ask_consent` if its status is pending.
    """
    lasting = LASTING.get(hook.status, NOT_WRITTEN_TO)
    complete = [
        replace(
            draft,
            columns={**draft.columns, "status": hook.status},
            tags=draft.tags or hook.tags,
            lists=draft.lists or hook.lists,
            lasting=lasting,
        )
        for draft in drafts
    ]
    with acting_as(Channel.HOOK, kind=ActorKind.HOOK, id=hook.pk):
        written = upsert_contacts(complete)
        if hook.companies:
            attach_companies([one.id for one in written.values()], hook.companies)
        if hook.status == Status.PENDING:
            ask_consent([one.id for one in written.values()])
    return written


# --- Bounces ------------------------------------------------------------------------------------


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
