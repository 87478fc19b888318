"""What comes in by itself: contacts through a hook, and reports of mail that did not arrive."""

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
from subscribers.models import Status, Subscriber
from subscribers.services import Draft, Written, attach_companies, upsert_contacts
from webhooks.models import BounceReport, Webhook
from webhooks.providers import Kind, Report

# Whoever has one of these keeps it, whatever comes in through a form (contract.md, 'Messages, consent, hooks').
NOT_WRITTEN_TO = frozenset({Status.BOUNCED, Status.COMPLAINED, Status.SPAMMED})
# By the status that is to be given, those that are not given up for it.
LASTING: Mapping[str, frozenset[str]] = {
    # Someone who confirmed once is not asked again, and an order takes nobody off the newsletter.
    Status.PENDING: NOT_WRITTEN_TO | {Status.SUBSCRIBED},
    Status.TRANSACTIONAL: NOT_WRITTEN_TO | {Status.SUBSCRIBED},
    Status.BOUNCED: frozenset({Status.COMPLAINED, Status.SPAMMED}),
    Status.COMPLAINED: frozenset(),
}
# What a report makes of its contact.
STATUS_OF = {Kind.HARD_BOUNCE: Status.BOUNCED, Kind.COMPLAINT: Status.COMPLAINED}
# Providers repeat a report for three days at most; after that the same words are news.
REMEMBERED = timedelta(days=7)


# --- Hooks --------------------------------------------------------------------------------------


def find_webhook(value: str) -> Webhook | None:
    """The hook whose address has that secret. One statement, by the index: its time tells nothing of the secret."""
    hook: Webhook | None = Webhook.objects.filter(hash=value).first()
    return hook


def save_webhook(hook: Webhook) -> None:
    """Write a hook and record that it was made or changed. Three statements."""
    with saving(hook, "webhook"):
        hook.save()


@transaction.atomic
def delete_webhooks(hooks: Iterable[Webhook]) -> None:
    """Delete hooks: their addresses take nothing any more. Two statements."""
    gone = list(hooks)
    entries = [entry_of(hook, "webhook", "deleted") for hook in gone]
    Webhook.objects.filter(pk__in=[hook.pk for hook in gone]).delete()
    record(entries)


@transaction.atomic
def take_contacts(hook: Webhook, drafts: Sequence[Draft]) -> dict[str, Written]:
    """Make or change the contacts that came through a hook, with its status and companies, as the hook's doing.

    A draft without tags (or lists) gets the hook's. Returns what became of each lower-cased address. The
    statements of `upsert_contacts`, and of `attach_companies` where the hook has some.
    """
    lasting = LASTING.get(hook.status, NOT_WRITTEN_TO)
    filled = [
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
        written = upsert_contacts(filled)
        if hook.companies:
            attach_companies([one.id for one in written.values()], hook.companies)
    # Here those who are pending now are asked to confirm: a call of emails.services, within this transaction.
    return written


# --- Bounces ------------------------------------------------------------------------------------


def bounce_code() -> str:
    """What a provider's address must end with: derived from SECRET_KEY, so that every machine has the same."""
    digest = salted_hmac("webhooks.bounces", "code", secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
    return f"fcrm_{digest[:32]}"


def is_bounce_code(code: str) -> bool:
    return constant_time_compare(code, bounce_code())


@transaction.atomic
def take_reports(service: str, reports: Sequence[Report]) -> None:
    """Act on a provider's reports, those that came before left out.

    A hard bounce makes the contact bounced and a complaint complained; an address that no contact has becomes a
    contact of that status, as recorded, so that nobody imports and writes to it again. A soft bounce is told by
    the history of a known contact alone. At most four statements and those of one upsert, whatever their number.
    """
    now = timezone.now()
    BounceReport.objects.filter(at__lt=now - REMEMBERED).delete()
    by_digest = {digest_of(service, report): report for report in reports}
    rows = [BounceReport(digest=digest) for digest in sorted(by_digest)]
    news = {digest for _, digest in insert_new(rows, "digest")}
    # In the order sent: of a bounce and a complaint of one contact the last one is not lost in a set.
    fresh = [report for digest, report in by_digest.items() if digest in news]
    with acting_as(Channel.HOOK):
        upsert_contacts(drafts_of(fresh))
        _record_soft_bounces(service, [report for report in fresh if report.kind is Kind.SOFT_BOUNCE])
    # Here the message that bounced is marked: a call of emails.services with the report's message id.


def digest_of(service: str, report: Report) -> str:
    return hashlib.sha256(f"{service}\n{report.identity}".encode("utf-8", "surrogatepass")).hexdigest()


def drafts_of(reports: Sequence[Report]) -> list[Draft]:
    """A draft for each address: a complaint weighs more than a bounce."""
    worst: dict[str, Report] = {}
    for report in reports:
        known = worst.get(report.email.lower())
        if report.kind in STATUS_OF and (known is None or known.kind is not Kind.COMPLAINT):
            worst[report.email.lower()] = report
    return [
        Draft(
            {"email": report.email, "status": STATUS_OF[report.kind]},
            unsubscribe_reason=report.reason,
            lasting=LASTING[STATUS_OF[report.kind]],
        )
        for report in worst.values()
    ]


def _record_soft_bounces(service: str, reports: Collection[Report]) -> None:
    """Two statements, none for none."""
    reasons = {report.email.lower(): report.reason for report in reports}
    if not reasons:
        return
    found = Subscriber.objects.with_any_email(reasons).values_list("pk", "email")
    record(
        Entry("soft_bounced", [pk], {"service": service, "reason": reasons[email.lower()]})
        for pk, email in found.order_by("pk")
    )
