"""The blocks of an automation in FluentCRM's words: read from requests, and shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers

from automations.api.mails import MAILER_SETTINGS, read_mail, show_block_mail
from automations.models import Block, BlockType
from automations.registry import blocks as known_blocks
from automations.services.blocks import BlockDraft
from automations.services.mails import MAIL_BLOCK, MailDraft, mailing_id, mailings_of, walk
from emails.models import Mailing
from rest.numbers import as_integer
from wp_rest.dates import write_datetime
from wp_rest.exceptions import FieldErrors, as_rest_error, invalid
from wp_rest.fields import KeptObjectField, PlainTextField
from wp_rest.parameters import as_objects, kept
from wp_rest.parsers import as_object

MOST_BLOCKS = 500
# The branches of a condition.
BRANCHES = ("yes", "no")
# Conditions within conditions.
MOST_LEVELS = 10


class BlockSerializer(serializers.Serializer[Any]):
    """What a client may send of a block, beside its settings and the blocks in it."""

    action_name = PlainTextField(max_length=100, allow_blank=False)
    title = PlainTextField(max_length=255, required=False, allow_null=True)
    description = PlainTextField(max_length=5000, required=False, allow_null=True)
    note = PlainTextField(max_length=5000, required=False, allow_null=True)
    settings = KeptObjectField(required=False)


def read_blocks(sent: Any) -> list[BlockDraft]:
    """The blocks of `sequences`: a list, or the JSON text of one. Raises FieldErrors that name the wrong one.

    Blocks inside of a condition are its `children`, by branch; or they name it in `parent_id` and `condition_type`.
    """
    rows = as_objects(sent)
    if rows is None:
        raise invalid("sequences", "The sequences must be a list of blocks.", "list")
    left = [MOST_BLOCKS]
    drafts = [read_block(row, f"sequences.{number}", left, 0) for number, row in enumerate(into_branches(rows))]
    seen: set[int | None] = set()
    for draft in walk(drafts):
        # A block that was copied with its id is a new one.
        draft.id = None if draft.id in seen else draft.id
        seen.add(draft.id)
    return drafts


def into_branches(rows: Sequence[Any]) -> list[Any]:
    """The blocks at the top: those that name their parent among the rows before them are its children."""
    objects = [as_object(row) for row in rows]
    places = {as_integer(row.get("id")): place for place, row in enumerate(objects) if row and row.get("id")}
    inside: dict[int, dict[str, list[Any]]] = {}
    levels = [0] * len(objects)
    top: list[int] = []
    for place, row in enumerate(objects):
        number = as_integer(row.get("parent_id")) if row and row.get("parent_id") else None
        parent = places.get(number) if number else None
        if row is None or parent is None or parent >= place:
            top.append(place)
            continue
        levels[place] = levels[parent] + 1
        if levels[place] > MOST_LEVELS:
            raise too_many()
        inside.setdefault(parent, {}).setdefault(str(row.get("condition_type")), []).append(place)

    def whole(place: int) -> Any:
        row = objects[place]
        if place not in inside or row is None:
            return rows[place]
        children = dict(as_object(row.get("children") or {}) or {})
        for name, numbers in inside[place].items():
            children[name] = [*(as_objects(children.get(name)) or []), *map(whole, numbers)]
        return {**row, "children": children}

    return [whole(place) for place in top]


def too_many() -> FieldErrors:
    text = f"An automation may have {MOST_BLOCKS} blocks and {MOST_LEVELS} conditions within each other."
    return invalid("sequences", text, "max")


def read_block(sent: Any, name: str, left: list[int], level: int) -> BlockDraft:
    """One block with those inside of it; `left` is how many more there may be."""
    row = kept(as_object(sent))
    if row is None:
        raise invalid(name, f"The {name} must be an object.", "object")
    left[0] -= 1
    if left[0] < 0 or level > MOST_LEVELS:
        raise too_many()
    serializer = BlockSerializer(data=row)
    try:
        serializer.is_valid(raise_exception=True)
        action = serializer.validated_data["action_name"]
        settings = dict(serializer.validated_data.get("settings") or {})
        mail = read_mail(settings.get("campaign"), settings.get("mailer_settings")) if action == MAIL_BLOCK else None
    except serializers.ValidationError as error:
        raise named_inside(name, error) from None
    block = known_blocks().get(action)
    if block is None:
        raise invalid(f"{name}.action_name", f"There is no block named {action}.", "in")
    if action == MAIL_BLOCK:
        # As recorded: what the mail says is kept with the mail.
        settings["campaign"] = {}
    branches = as_object(row.get("children") or {}) or {}
    children = {}
    for branch, inner in branches.items():
        place, rows = f"{name}.children.{branch}", as_objects(inner)
        if rows is None or (rows and (branch not in BRANCHES or block.type != BlockType.CONDITIONAL)):
            raise invalid(place, f"Only conditions have blocks in them: lists, in {' and '.join(BRANCHES)}.", "in")
        if rows:
            children[branch] = [
                read_block(one, f"{place}.{number}", left, level + 1) for number, one in enumerate(into_branches(rows))
            ]
    columns = {
        "action_name": action,
        "type": block.type,
        "title": serializer.validated_data.get("title") or "",
        "description": serializer.validated_data.get("description"),
        "settings": settings,
        "conditions": as_objects(row.get("conditions")) or [],
        "note": serializer.validated_data.get("note"),
    }
    pk = as_integer(row.get("id"))
    if action == MAIL_BLOCK:
        return MailDraft(columns, pk, children, mail)
    return BlockDraft(columns, pk, children)


def named_inside(name: str, error: serializers.ValidationError) -> FieldErrors:
    """The error of a part of something, with the whole name of its fields."""
    inner: Any = as_rest_error(error)
    fields = {f"{name}.{field}": rules for field, rules in inner.beside.items() if field != "errors"}
    return FieldErrors(fields, status=400)


def show_block(block: Block) -> dict[str, Any]:
    """A block as a part of an enrolment or a report: of its mail only the id."""
    return {
        "id": block.pk,
        "funnel_id": str(block.automation_id),
        "parent_id": str(block.parent_id or 0),
        "action_name": block.action_name,
        "condition_type": block.condition_type,
        "type": block.type,
        "title": block.title,
        "description": block.description,
        "status": block.status,
        "conditions": block.conditions,
        "settings": block.settings,
        "note": block.note,
        "delay": str(block.delay),
        "c_delay": str(block.c_delay),
        "sequence": str(block.sequence),
        "created_by": str(block.created_by_id or 0),
        "created_at": write_datetime(block.created_at),
        "updated_at": write_datetime(block.updated_at),
    }


def show_flow(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """The blocks of an automation in order, with what their mails say; those of a condition as its children.

    One statement at most, for the mails.
    """
    mailings = mailings_of(block.settings for block in blocks if block.action_name == MAIL_BLOCK)
    inside: dict[tuple[int | None, str | None], list[Block]] = {}
    for block in blocks:
        inside.setdefault((block.parent_id, block.condition_type), []).append(block)

    def shown(parent: int | None, branch: str | None) -> list[dict[str, Any]]:
        return [whole(block) for block in inside.get((parent, branch), [])]

    def whole(block: Block) -> dict[str, Any]:
        row = show_block(block)
        if block.action_name == MAIL_BLOCK:
            row["settings"] = with_mail(block, mailings)
        if block.type == BlockType.CONDITIONAL:
            row["children"] = {name: shown(block.pk, name) for name in BRANCHES}
        return row

    return shown(None, None)


def with_mail(block: Block, mailings: Mapping[int, Mailing]) -> dict[str, Any]:
    """The settings of a block that mails, as its form has them."""
    mailing = mailings.get(mailing_id(block.settings) or 0)
    campaign = show_block_mail(mailing, block.automation_id) if mailing else {}
    sender = campaign.get("settings", {}).get("mailer_settings") or {}
    return {**block.settings, "campaign": campaign, "mailer_settings": {**MAILER_SETTINGS, **sender}}
