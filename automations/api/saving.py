"""What requests say of an automation, read and refused in FluentCRM's words."""

from collections.abc import Mapping
from typing import Any

from automations.models import Automation, Block
from automations.registry import blocks, triggers
from automations.services.copying import TITLE_LENGTH
from wp_rest.exceptions import Unprocessable, invalid, required
from wp_rest.fields import LinesField, PlainTextField
from wp_rest.parameters import kept
from wp_rest.parsers import as_object

STATUSES = tuple(Automation.Status.values)
MAX_DESCRIPTION = 5000


def read_title(value: Any, name: str = "title") -> str:
    """A title, which must not be empty. Raises FieldErrors: 422 where it is missing, else 400."""
    if value is None or value == "":
        raise required(name)
    title = clean(PlainTextField(max_length=TITLE_LENGTH), name, value)
    if not title:
        raise required(name)
    return title


def read_description(value: Any) -> str:
    return "" if value is None else clean(LinesField(max_length=MAX_DESCRIPTION), "description", value)


def clean(field: Any, name: str, value: Any) -> str:
    field.bind(name, None)
    text: str = field.run_validation(value)
    return text


def read_trigger(value: Any) -> str:
    """The name of a trigger of this server. Raises FieldErrors: 422 where it is missing, 400 for an unknown one."""
    if not value:
        raise required("trigger_name")
    if not isinstance(value, str) or value not in triggers():
        raise invalid("trigger_name", f"There is no trigger named {str(value)[:100]}.", "in")
    return value


def read_status(value: Any) -> str:
    if not value:
        raise required("status")
    if value not in STATUSES:
        raise invalid("status", f"The status must be one of: {', '.join(STATUSES)}.", "in")
    return str(value)


def read_object(value: Any, name: str) -> dict[str, Any]:
    """An object, or the JSON text of one; {} for nothing."""
    found = as_object(value) if value else {}
    if found is None:
        raise invalid(name, f"The {name} must be an object.", "object")
    return dict(kept(dict(found)))


def refuse_unfinished(automation: Automation, chosen: Mapping[int, Block] | list[Block]) -> None:
    """Raise Unprocessable if an automation that is to be published would fail: nobody would be told by then."""
    trigger = triggers().get(automation.trigger_name)
    if trigger is None:
        raise Unprocessable(f"There is no trigger named {automation.trigger_name}.")
    if problem := trigger.check(automation.settings):
        raise Unprocessable(f"Trigger: {problem}")
    for block in chosen.values() if isinstance(chosen, Mapping) else chosen:
        action = blocks().get(block.action_name)
        problem = action.check(block.settings) if action else "This server has no such block."
        if problem:
            raise Unprocessable(f"{block}: {problem}")
