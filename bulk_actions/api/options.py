"""Reading the options of bulk actions (guide, 'Bulk Operations'; recordings bulk-actions.json, strict-bulk.json).

A reader takes the request's parameters, refuses wrong ones, and returns the arguments of the action
(bulk_actions.actions) and the messages of its answer. READERS has one for each action.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from automations.models import Automation
from companies.models import Company
from custom_fields.services import check_values, types_by_slug
from rest.numbers import as_integer
from rest.text import MAX_RAW_LENGTH, plain_line
from segments.models import ContactList, Segment, Tag
from segments.services import resolve_segments
from sequences.models import EmailSequence
from sequences.reading import refusal_of
from subscribers.models import Status
from wp_rest.exceptions import FieldErrors, NotFound, Unprocessable, invalid, required
from wp_rest.parameters import as_entries, as_ids, is_true
from wp_rest.parsers import as_object

Params = Mapping[str, Any]

MAX_REASON = 1000
DONE = "Selected bulk action has been successfully completed"


@dataclass(frozen=True)
class ReadAction:
    """The arguments of Action.prepare, the message of the answer (made from the count), and names that do not exist.

    `counted` is the key of the answer under which the count stands, too; empty for none.

    The arguments are plain values of JSON: an action in the background is prepared by another process.
    """

    arguments: Sequence[Any]
    message: Callable[[int], str]
    ignored: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    counted: str = ""


def on_segments(model: type[Segment]) -> Callable[[Params], ReadAction]:
    """A reader of the tags or lists in `action_options`: ids, slugs or titles that exist."""

    def read(params: Params) -> ReadAction:
        named = resolve_segments(model, as_entries(params.get("action_options"), "action_options"))
        ignored = {f"{model.LINK}s": named.ignored} if named.ignored else {}
        if not named.ids:
            beside: dict[str, Any] = {"ignored": ignored} if ignored else {}
            raise Unprocessable("Please provide bulk options", **beside)
        return ReadAction([f"{model.LINK}s", list(named.ids)], lambda _: DONE, ignored)

    return read


def change_status(params: Params) -> ReadAction:
    status = params.get("new_status")
    if not status:
        raise Unprocessable("Please select status")
    if status not in Status.values:
        raise invalid("new_status", f"The new_status must be one of: {', '.join(Status.values)}.", "in")
    reason = params.get("unsubscribe_reason") or params.get("reason") or ""
    reason = read_reason(reason) if isinstance(reason, str) else ""
    return ReadAction([status, reason], lambda _: "Status has been changed for the selected subscribers")


def read_reason(text: str) -> str:
    """The reason why contacts leave, as one line. Raises FieldErrors (400) if it is too long."""
    reason = plain_line(text) if len(text) <= MAX_RAW_LENGTH else text
    if len(reason) > MAX_REASON:
        raise invalid("unsubscribe_reason", f"The unsubscribe_reason may not be longer than {MAX_REASON} characters.")
    return reason


def change_type(params: Params) -> ReadAction:
    contact_type = params.get("new_status")
    if not contact_type:
        raise Unprocessable("Please select contact type")
    if contact_type not in settings.CONTACT_TYPES:
        raise invalid("new_status", f"The new_status must be one of: {', '.join(settings.CONTACT_TYPES)}.", "in")
    return ReadAction([contact_type], lambda _: "Contact Type has been updated for the selected subscribers")


def update_custom_fields(params: Params) -> ReadAction:
    """`custom_field` has key, value and type. The type is ignored: the type of the field itself counts."""
    sent = as_object(params.get("custom_field")) or {}
    slug = sent.get("key")
    if not isinstance(slug, str) or not slug:
        raise Unprocessable("Please provide a valid custom field key")
    if "value" not in sent:
        raise required("custom_field.value")
    types = types_by_slug()
    if slug not in types:
        raise invalid("custom_field.key", f"There is no custom field {slug[:64]}.", "in")
    checked = check_values({slug: sent.get("value")}, types)
    if checked.errors:
        raise FieldErrors({f"custom_field.{slug}": {"type": text} for slug, text in checked.errors.items()})
    return ReadAction(
        [slug, checked.values[slug]], lambda _: "Custom Fields has been updated for the selected subscribers"
    )


def chosen_company(params: Params) -> int:
    """The company of `company_id`, or of `new_status`, as FluentCRM's screen sends it. Raises the 404."""
    pk = as_integer(params.get("company_id") or params.get("new_status"))
    if pk is None:
        ids = as_ids(params.get("action_options"), "action_options")
        pk = ids[0] if len(ids) == 1 else None
    if pk is None:
        raise Unprocessable("Please select a company")
    if not Company.objects.filter(pk=pk).exists():
        raise NotFound(ignored={"companies": [pk]})
    return pk


def add_to_company(params: Params) -> ReadAction:
    def message(joined: int) -> str:
        # A chunk of all contacts may have none; the client continues with the next one.
        if not joined and not is_true(params.get("is_all")):
            raise Unprocessable("No valid active subscribers found for this company")
        return f"{joined} subscribers has been attached to the selected company"

    return ReadAction([chosen_company(params)], message)


def remove_from_company(params: Params) -> ReadAction:
    return ReadAction(
        [chosen_company(params)], lambda left: f"{left} subscribers has been detached from the selected company"
    )


def add_to_email_sequence(params: Params) -> ReadAction:
    """The sequence of `sequence_id`, or of `new_status` or `action_options`. Raises the 404, and the 422 for a closed one."""
    sent = params.get("sequence_id") or params.get("new_status") or params.get("action_options")
    ids = as_ids(sent, "sequence_id")
    if len(ids) != 1:
        raise Unprocessable("Please select an email sequence")
    sequence = EmailSequence.objects.filter(pk=ids[0]).first()
    if sequence is None:
        raise NotFound("There is no such email sequence")
    if refusal := refusal_of(sequence):
        raise Unprocessable(refusal)
    return ReadAction(ids, lambda _: DONE)


def add_to_automation(params: Params) -> ReadAction:
    """The automation of `automation_id`, or as other screens send it. Raises the 404, and the 422 for a draft."""
    names = ("automation_id", "funnel_id", "new_status", "action_options")
    ids = as_ids(next((params[name] for name in names if params.get(name)), None), "automation_id")
    if len(ids) != 1:
        raise Unprocessable("Please select an automation")
    status = Automation.objects.filter(pk=ids[0]).values_list("status", flat=True).first()
    if status is None:
        raise NotFound("There is no such automation")
    if status != Automation.Status.PUBLISHED:
        raise Unprocessable("The automation is a draft: publish it first")
    return ReadAction(ids, lambda count: f"{count} contacts have entered the automation")


def send_double_optin(params: Params) -> ReadAction:
    """Contacts who are not pending are left out; who unsubscribed gets a mail only if the request says so."""
    arguments = [is_true(params.get("include_unsubscribed"))]
    return ReadAction(arguments, lambda _: "Double optin sent to selected contacts", counted="sent")


def delete_contacts(params: Params) -> ReadAction:
    return ReadAction([], lambda _: "Selected Contacts has been deleted permanently")


READERS: dict[str, Callable[[Params], ReadAction]] = {
    "add_to_tags": on_segments(Tag),
    "add_to_lists": on_segments(ContactList),
    "remove_from_tags": on_segments(Tag),
    "remove_from_lists": on_segments(ContactList),
    "change_contact_status": change_status,
    "change_contact_type": change_type,
    "add_to_email_sequence": add_to_email_sequence,
    "add_to_automation": add_to_automation,
    "send_double_optin": send_double_optin,
    "update_custom_fields": update_custom_fields,
    "delete_contacts": delete_contacts,
    "add_to_company": add_to_company,
    "remove_from_company": remove_from_company,
}
