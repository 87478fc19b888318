"""The mails of blocks: what was written for them is a Mailing, which the block's settings name (reference_campaign)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from automations.models import Automation, Block
from automations.services.blocks import BlockDraft, save_blocks
from emails.models import Kind, Mailing

# The block that sends a mail of its own.
MAIL_BLOCK = "send_custom_email"
REFERENCE = "reference_campaign"
WRITTEN = ("subject", "pre_header", "body", "design", "settings")
TITLE_LENGTH = 192
MAX_ID = 2**63 - 1


def mailing_id(settings: Mapping[str, Any]) -> int | None:
    """The mailing that the settings of a block name; None for anything that is no id."""
    value = settings.get(REFERENCE)
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value[:20])
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID else None


def mailings_of(settings: Iterable[Mapping[str, Any]]) -> dict[int, Mailing]:
    """The mailings of automations that settings of blocks name, by id. One statement, none if none is named."""
    ids = {pk for one in settings if (pk := mailing_id(one))}
    return Mailing.objects.filter(kind=Kind.AUTOMATION).in_bulk(ids) if ids else {}


def written_in(mailing: Mailing) -> dict[str, Any]:
    """What a mailing says, for a copy of it."""
    return {name: getattr(mailing, name) for name in WRITTEN}


def save_mail(automation: Automation, fields: Mapping[str, Any], user_id: int | None, pk: int | None = None) -> Mailing:
    """Write the mail of a block before the block: a new one, or `pk` unless that belongs to another automation.

    What is not in `fields` stays. Three statements.
    """
    mailing = mailings_of([{REFERENCE: pk}]).get(pk or 0)
    mail_blocks = Block.objects.filter(action_name=MAIL_BLOCK).exclude(automation=automation.pk)
    if mailing is None or mail_blocks.filter(settings__reference_campaign=mailing.pk).exists():
        mailing = new_mailing(f"{automation.title} ({automation.pk})", fields, user_id)
    else:
        write(mailing, fields)
    mailing.save()
    return mailing


def new_mailing(title: str, fields: Mapping[str, Any], user_id: int | None) -> Mailing:
    return Mailing(kind=Kind.AUTOMATION, title=title[:TITLE_LENGTH], created_by_id=user_id, **fields)


def write(mailing: Mailing, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(mailing, name, value)


@dataclass
class MailDraft(BlockDraft):
    """A block with a mail of its own, and the columns of Mailing that were written; None leaves the mail as it is."""

    mail: Mapping[str, Any] | None = None

    @property
    def settings(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.columns["settings"]
        return found


def save_flow(automation: Automation, drafts: Sequence[BlockDraft], user_id: int | None) -> list[Block]:
    """Save the blocks of an automation, which is locked or new, with their mails. Four statements more than save_blocks."""
    give_mails(automation, [draft for draft in walk(drafts) if isinstance(draft, MailDraft)], user_id)
    return save_blocks(automation.pk, drafts, user_id)


def walk(drafts: Iterable[BlockDraft]) -> Iterator[BlockDraft]:
    """Drafts with those in their branches."""
    for draft in drafts:
        yield draft
        for inner in draft.branches.values():
            yield from walk(inner)


def give_mails(automation: Automation, drafts: Sequence[MailDraft], user_id: int | None) -> None:
    """Write the mails of blocks, and name them in the settings. Four statements, however many; none without mails.

    A block that is new gets a mailing of its own, so that no two ever share one. Without words of its own it says what the
    one says that it names.
    """
    if not drafts:
        return
    known = dict(Block.objects.filter(automation=automation.pk).values_list("pk", "settings"))
    there = mailings_of([*known.values(), *(draft.settings for draft in drafts)])
    new: list[tuple[MailDraft, Mailing]] = []
    changed: list[Mailing] = []
    for draft in drafts:
        # A block that there is keeps its mail, whatever mail is named now: that may be another block's.
        own = there.get(mailing_id(known[draft.id]) or 0) if draft.id in known else None
        mailing = own or there.get(mailing_id(draft.settings) or 0)
        if own:
            draft.columns = {**draft.columns, "settings": {**draft.settings, REFERENCE: own.pk}}
        if not own:
            said = draft.mail or (written_in(mailing) if mailing else {})
            title = f"{automation.title} ({automation.pk} - {draft.id if draft.id in known else ''})"
            new.append((draft, new_mailing(title, said, user_id)))
        elif draft.mail:
            write(own, draft.mail)
            own.updated_at = timezone.now()
            changed.append(own)
    Mailing.objects.bulk_create([mailing for _, mailing in new])
    Mailing.objects.bulk_update(changed, [*WRITTEN, "updated_at"])
    for draft, mailing in new:
        draft.columns = {**draft.columns, "settings": {**draft.settings, REFERENCE: mailing.pk}}
