"""The thirteen bulk actions (guide, 'Bulk Operations'; recordings bulk-actions.json, strict-bulk.json).

To add one: a function that takes the request's parameters, refuses what is wrong, and returns what
is to be done; a row in ACTIONS; a test. What is to be done takes a set of ids and runs inside one
transaction, so it calls one service, whose statements are as many for ten contacts as for ten
thousand.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from companies.models import Company
from custom_fields.services import check_values, types_by_slug
from rest.numbers import as_integer
from rest.text import MAX_RAW_LENGTH, plain_line
from segments.models import ContactList, Segment, Tag
from segments.services import name_segments
from subscribers import services
from subscribers.models import Status
from wp_rest.exceptions import FieldErrors, NotFound, Unprocessable, invalid, required
from wp_rest.parameters import as_entries, as_ids, is_true
from wp_rest.parsers import as_object

Params = Mapping[str, Any]

MAX_REASON = 1000
DONE = "Selected bulk action has been successfully completed"
CHANGE, DELETE = "subscribers.change_subscriber", "subscribers.delete_subscriber"


@dataclass(frozen=True)
class Deed:
    """What is done to a set of contacts, returning the message of the answer.

    `ignored` is what was named in vain; `hold` is called with the contacts before they are locked,
    and keeps what they are linked to from being deleted (subscribers.services.locks).
    """

    act: Callable[[Iterable[int]], str]
    ignored: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    hold: Callable[[Sequence[int]], Any] = lambda _: None


@dataclass(frozen=True)
class Action:
    """How an action reads its options (raising what the client did wrong), and the right that it takes."""

    prepare: Callable[[Params], Deed]
    right: str = CHANGE


def on_segments(
    model: type[Segment], attach_or_detach: Callable[[Iterable[int], list[int]], int]
) -> Callable[[Params], Deed]:
    """An action on the tags or lists that `action_options` name, by ids, slugs or titles that exist."""

    def prepare(params: Params) -> Deed:
        named = name_segments(model, as_entries(params.get("action_options"), "action_options"))
        ignored = {f"{model.LINK}s": named.ignored} if named.ignored else {}
        if not named.ids:
            beside: dict[str, Any] = {"ignored": ignored} if ignored else {}
            raise Unprocessable("Please provide bulk options", **beside)

        def act(contacts: Iterable[int]) -> str:
            attach_or_detach(contacts, named.ids)
            return DONE

        return Deed(act, ignored, lambda _: services.hold(**{f"{model.LINK}s": named.ids}))

    return prepare


def change_status(params: Params) -> Deed:
    status = params.get("new_status")
    if not status:
        raise Unprocessable("Please select status")
    if status not in Status.values:
        raise invalid("new_status", f"The new_status must be one of: {', '.join(Status.values)}.", "in")
    reason = params.get("unsubscribe_reason") or params.get("reason") or ""
    reason = read_reason(reason) if isinstance(reason, str) else ""

    def act(contacts: Iterable[int]) -> str:
        services.set_status(contacts, status, reason)
        return "Status has been changed for the selected subscribers"

    return Deed(act)


def read_reason(text: str) -> str:
    """Why contacts leave, as one line. Raises FieldErrors (400) for one that is too long to be kept."""
    reason = plain_line(text) if len(text) <= MAX_RAW_LENGTH else text
    if len(reason) > MAX_REASON:
        raise invalid("unsubscribe_reason", f"The unsubscribe_reason may not be longer than {MAX_REASON} characters.")
    return reason


def change_type(params: Params) -> Deed:
    kind = params.get("new_status")
    if not kind:
        raise Unprocessable("Please select contact type")
    if kind not in settings.CONTACT_TYPES:
        raise invalid("new_status", f"The new_status must be one of: {', '.join(settings.CONTACT_TYPES)}.", "in")

    def act(contacts: Iterable[int]) -> str:
        services.set_column(contacts, "contact_type", kind)
        return "Contact Type has been updated for the selected subscribers"

    return Deed(act)


def update_custom_fields(params: Params) -> Deed:
    """`custom_field` has key, value and, for FluentCRM's sake, type: the field's own type rules."""
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

    def act(contacts: Iterable[int]) -> str:
        services.set_custom_value(contacts, slug, checked.values[slug])
        return "Custom Fields has been updated for the selected subscribers"

    return Deed(act)


def chosen_company(params: Params) -> int:
    """The company of `company_id`, or of `new_status` as FluentCRM's screen sends it. Raises 404 without one."""
    pk = as_integer(params.get("company_id") or params.get("new_status"))
    if pk is None:
        ids = as_ids(params.get("action_options"), "action_options")
        pk = ids[0] if len(ids) == 1 else None
    if pk is None:
        raise Unprocessable("Please select a company")
    if not Company.objects.filter(pk=pk).exists():
        raise NotFound(ignored={"companies": [pk]})
    return pk


def add_to_company(params: Params) -> Deed:
    company = chosen_company(params)

    def act(contacts: Iterable[int]) -> str:
        joined = services.attach_companies(contacts, [company])
        # A chunk of all contacts may well have none; the client's loop goes on.
        if not joined and not is_true(params.get("is_all")):
            raise Unprocessable("No valid active subscribers found for this company")
        return f"{len(joined)} subscribers has been attached to the selected company"

    return Deed(act, hold=lambda _: services.hold(companies=[company]))


def remove_from_company(params: Params) -> Deed:
    company = chosen_company(params)

    def act(contacts: Iterable[int]) -> str:
        left = services.detach_companies(contacts, [company])
        return f"{len(left)} subscribers has been detached from the selected company"

    return Deed(act, hold=services.hold_companies_of)


def delete_contacts(params: Params) -> Deed:
    def act(contacts: Iterable[int]) -> str:
        services.delete_contacts(contacts)
        return "Selected Contacts has been deleted permanently"

    return Deed(act)


def not_here_yet(what: str) -> Callable[[Params], Deed]:
    """An action whose subject this server does not have yet: refused plainly, never pretended."""

    def prepare(params: Params) -> Deed:
        raise Unprocessable(f"This server has no {what} yet")

    return prepare


def not_there(what: str) -> Callable[[Params], Deed]:
    """The same where the client names one by its id: there is none of that id (404)."""

    def prepare(params: Params) -> Deed:
        raise NotFound(f"There is no such {what}: this server has none yet")

    return prepare


ACTIONS: dict[str, Action] = {
    "add_to_tags": Action(on_segments(Tag, services.attach_tags)),
    "add_to_lists": Action(on_segments(ContactList, services.attach_lists)),
    "remove_from_tags": Action(on_segments(Tag, services.detach_tags)),
    "remove_from_lists": Action(on_segments(ContactList, services.detach_lists)),
    "change_contact_status": Action(change_status),
    "change_contact_type": Action(change_type),
    "add_to_email_sequence": Action(not_there("email sequence")),
    "add_to_automation": Action(not_there("automation")),
    "send_double_optin": Action(not_here_yet("double opt-in e-mail")),
    "update_custom_fields": Action(update_custom_fields),
    "delete_contacts": Action(delete_contacts, DELETE),
    "add_to_company": Action(add_to_company),
    "remove_from_company": Action(remove_from_company),
}
