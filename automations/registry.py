"""What automations are made of: triggers and blocks. An app registers its own in its `automation_parts.py`.

These modules are imported when somebody first asks here (docs/automations.md has an example).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.module_loading import autodiscover_modules

from automations.models import Automation, Block
from changes.models import Change

Settings = Mapping[str, Any]


class BlockFailed(Exception):
    """Raised by a block for what another attempt would not change; staff see the text."""


@dataclass(frozen=True)
class Entered:
    """A contact that an entry of history leads into an automation: the entry, and the automation that made it."""

    contact: int
    ref: int | None = None
    made_by: int | None = None


class Part:
    """What triggers and blocks have in common: how staff see them, and the settings that they start with."""

    name: ClassVar[str]
    label: ClassVar[str]
    category: ClassVar[str] = "CRM"
    description: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    settings: ClassVar[Settings] = {}

    def check(self, settings: Settings) -> str:
        """What is wrong with the settings, in words for staff; empty if they are complete."""
        return ""


class Trigger(Part):
    """Starts automations. `events` are the words of changes.events that it looks at.

    The worker asks `matches` for each entry, and `narrow` once for all contacts of a batch.
    """

    events: ClassVar[Collection[str]] = ()
    conditions: ClassVar[Settings] = {"run_multiple": "no"}
    # Whether contacts who have not confirmed their subscription wait at the start until they do.
    waits_for_consent: ClassVar[bool] = True
    # Also a block that contacts wait at.
    is_goal: ClassVar[bool] = False

    def matches(self, entry: Change, settings: Settings) -> bool:
        """Whether the entry starts an automation with these settings, for all of its contacts. No statement."""
        return True

    def narrow(self, settings: Settings) -> Q:
        """A condition on the contacts as they are now."""
        return Q()

    def contacts(self, entries: Collection[Change], automation: Automation) -> Collection[Entered] | None:
        """The contacts of entries that match; None for those that the entries name. A fixed number of statements."""
        return None

    def is_met(self, settings: Settings) -> Q | None:
        """As a goal: who has met it already when they come to it; None if only what happens later counts."""
        return None


@dataclass(frozen=True)
class Run:
    """A block that runs for contacts, who are locked. Each of them once."""

    block: Block
    contacts: Collection[int]
    now: datetime

    @property
    def settings(self) -> Settings:
        return self.block.settings if isinstance(self.block.settings, dict) else {}


@dataclass(frozen=True)
class Outcome:
    """Where contacts go after a block: to the next one at once, unless something else is said."""

    # Conditional blocks: who goes into the branch "yes", "no".
    branches: Mapping[str, Collection[int]] = field(default_factory=dict)
    # Not before then, for all or for each.
    until: datetime | Mapping[int, datetime] | None = None
    # Who stays at the block until its goal is met.
    waiting: Collection[int] = ()
    # Who is through with the automation.
    ended: Collection[int] = ()
    # For whom it did nothing, and why.
    skipped: Mapping[int, str] = field(default_factory=dict)
    # For whom nothing is to be kept: an optional goal that was not met.
    passed: Collection[int] = ()


class Action(Part):
    """A block. `run` changes a set of contacts by a fixed number of statements, inside a transaction.

    That it ran is committed together with what it did. Nothing may leave the house in it: queue mails, posts.
    """

    type: ClassVar[str] = "action"

    def hold(self, settings: Settings, contacts: Collection[int]) -> None:
        """Keep what contacts will be linked to from being deleted; called before they are locked."""

    def run(self, run: Run) -> Outcome | None:
        """Raises BlockFailed for what another attempt would not change; anything else is tried again."""
        raise NotImplementedError


_triggers: dict[str, Trigger] = {}
_blocks: dict[str, Action] = {}


def register_trigger(trigger: type[Trigger]) -> type[Trigger]:
    """A class decorator. The last one of a name counts."""
    _triggers[trigger.name] = trigger()
    return trigger


def register_block(block: type[Action]) -> type[Action]:
    """A class decorator. The last one of a name counts."""
    _blocks[block.name] = block()
    return block


@cache
def discover() -> None:
    autodiscover_modules("automation_parts")


def triggers() -> Mapping[str, Trigger]:
    """All triggers by name."""
    discover()
    return _triggers


def blocks() -> Mapping[str, Action]:
    """All blocks by name: actions, conditions and goals."""
    discover()
    return _blocks
