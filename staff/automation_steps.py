"""The blocks of an automation as staff see them: what each does, and its numbers of contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automations.models import Automation, Block
from automations.parts.values import ids, text, texts
from automations.parts.waits import Wait, wait_type
from automations.reading import blocks_of, count_runs, count_waiting
from automations.registry import blocks as known_blocks
from automations.services.flow import Flow
from automations.services.mails import MAIL_BLOCK, mailing_id, mailings_of
from emails.models import Mailing
from segments.models import ContactList, Tag

BRANCHES = {"yes": "If yes", "no": "If no"}


@dataclass
class Step:
    """A block as staff see it."""

    block: Block
    kind: str
    says: str
    ran: int
    there: int
    branches: list[tuple[str, str, list["Step"]]] = field(default_factory=list)


class Names:
    """What the settings of blocks name: tags, lists and mails. Three statements at most, for any number of blocks."""

    def __init__(self, settings: Sequence[Mapping[str, Any]]) -> None:
        self.tags = titles_of(Tag, [pk for one in settings for pk in ids(one, "tags")])
        self.lists = titles_of(ContactList, [pk for one in settings for pk in ids(one, "lists")])
        self.mails: Mapping[int, Mailing] = mailings_of(settings)

    def say(self, name: str, settings: Mapping[str, Any]) -> str:
        """What a block of that name does, in a line."""
        if name == Wait.name:
            return says_wait(settings)
        if name == MAIL_BLOCK:
            mail = self.mails.get(mailing_id(settings) or 0)
            return (mail.subject if mail else "") or "No mail was written yet."
        named = [self.tags.get(pk, "a deleted tag") for pk in ids(settings, "tags")]
        named += [self.lists.get(pk, "a deleted list") for pk in ids(settings, "lists")]
        return ", ".join(named)


def titles_of(model: Any, pks: Sequence[int]) -> dict[int, str]:
    return dict(model.objects.filter(pk__any_of=pks).values_list("pk", "title")) if pks else {}


def says_wait(settings: Mapping[str, Any]) -> str:
    match wait_type(settings):
        case "unit_wait":
            return f"{text(settings, 'wait_time_amount') or '?'} {text(settings, 'wait_time_unit') or 'days'}"
        case "timestamp_wait":
            return f"until {text(settings, 'wait_date_time')}"
        case "to_day":
            return f"until {', '.join(texts(settings, 'to_day'))} {text(settings, 'to_day_time')}"
    return f"until the date in {text(settings, 'by_custom_field')}"


def steps_of(automation: Automation) -> list[Step]:
    """The blocks in order, each with what it does and its numbers of contacts. Six statements at most."""
    flow = Flow.of(blocks_of([automation.pk])[automation.pk])
    ran, there = count_runs(automation), count_waiting(automation)
    names = Names([settings_of(block) for block in flow.blocks.values()])

    def branch(parent: int | None, name: str) -> list[Step]:
        return [
            Step(
                block,
                kind_of(block),
                names.say(block.action_name, settings_of(block)),
                ran.get(block.pk, 0),
                there.get(block.pk, 0),
                [(inner, words, branch(block.pk, inner)) for inner, words in BRANCHES.items()]
                if block.type == "conditional"
                else [],
            )
            for block in flow.branches.get((parent, name), ())
        ]

    return branch(None, "")


def settings_of(block: Block) -> Mapping[str, Any]:
    return block.settings if isinstance(block.settings, dict) else {}


def kind_of(block: Block) -> str:
    kind = known_blocks().get(block.action_name)
    return kind.label if kind else f"{block.action_name} (not on this server)"
