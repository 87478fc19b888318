"""Services for incoming hooks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import transaction

from changes.actors import ActorKind, Channel, acting_as
from changes.rows import entry_of, saving
from changes.services import Entry, record
from emails.services.asking import ask_consent
from subscribers.models import Status
from subscribers.services import Draft, Written, attach_companies, upsert_contacts
from webhooks.models import Webhook
from webhooks.services.lasting import LASTING, NOT_WRITTEN_TO


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
        # Also of those whom it changed nothing about: automations start by it.
        record([Entry("hook_received", sorted(one.id for one in written.values()), {}, ("webhook", hook.pk))])
    return written
