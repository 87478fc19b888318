"""What do-bulk-action refuses, before anything is written."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from bulk_actions.actions import ACTIONS
from changes.models import Change
from subscribers.models import Subscriber
from tests.bulk_actions.conftest import PATH, World
from tests.client import Api
from tests.factories import CustomFieldFactory, SubscriberFactory, UserFactory
from tests.subscribers.expected import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED, refused, wrong

Act = Callable[..., Any]
STATUSES = "subscribed, pending, unsubscribed, transactional, bounced, complained, spammed"
UNKNOWN_STATUS = wrong("new_status", "in", f"The new_status must be one of: {STATUSES}.")
UNKNOWN_TYPE = wrong("new_status", "in", "The new_status must be one of: lead, customer.")
NO_KEY = refused("Please provide a valid custom field key")
NO_OPTIONS = refused("Please provide bulk options")
NO_COMPANY = NOT_FOUND | {"ignored": {"companies": [999_999]}}
REFUSALS: list[tuple[dict[str, Any], int, dict[str, Any]]] = [
    ({"action_name": "nonsense"}, 422, refused("Selected Action is not valid")),
    ({"action_name": ""}, 422, refused("Selected Action is not valid")),
    ({"action_name": None}, 422, refused("Selected Action is not valid")),
    ({"action_name": ["add_to_tags"]}, 422, refused("Selected Action is not valid")),
    ({"action_name": "add_to_tags", "action_options": []}, 422, NO_OPTIONS),
    ({"action_name": "add_to_tags"}, 422, NO_OPTIONS),
    ({"action_name": "add_to_tags", "action_options": [999_999]}, 422, NO_OPTIONS | {"ignored": {"tags": [999_999]}}),
    (
        {"action_name": "add_to_lists", "action_options": ["no such list"]},
        422,
        NO_OPTIONS | {"ignored": {"lists": ["no such list"]}},
    ),
    ({"action_name": "remove_from_tags", "action_options": {}}, 422, NO_OPTIONS),
    ({"action_name": "remove_from_lists", "action_options": None}, 422, NO_OPTIONS),
    ({"action_name": "change_contact_status"}, 422, refused("Please select status")),
    ({"action_name": "change_contact_status", "new_status": ""}, 422, refused("Please select status")),
    ({"action_name": "change_contact_status", "new_status": "platinum"}, 400, UNKNOWN_STATUS),
    ({"action_name": "change_contact_status", "new_status": ["bounced"]}, 400, UNKNOWN_STATUS),
    ({"action_name": "change_contact_type"}, 422, refused("Please select contact type")),
    ({"action_name": "change_contact_type", "new_status": "martian"}, 400, UNKNOWN_TYPE),
    ({"action_name": "change_contact_type", "new_status": {"a": 1}}, 400, UNKNOWN_TYPE),
    ({"action_name": "update_custom_fields"}, 422, NO_KEY),
    ({"action_name": "update_custom_fields", "custom_field": "x"}, 422, NO_KEY),
    ({"action_name": "update_custom_fields", "custom_field": {"type": "text", "value": "Boss"}}, 422, NO_KEY),
    ({"action_name": "update_custom_fields", "custom_field": {"key": ["job_title"], "value": "x"}}, 422, NO_KEY),
    (
        {"action_name": "update_custom_fields", "custom_field": {"key": "nope", "type": "text", "value": "Boss"}},
        400,
        wrong("custom_field.key", "in", "There is no custom field nope."),
    ),
    (
        {"action_name": "update_custom_fields", "custom_field": {"key": "vat", "type": "text", "value": "GB1"}},
        400,
        wrong("custom_field.key", "in", "There is no custom field vat."),
    ),
    (
        {"action_name": "update_custom_fields", "custom_field": {"key": "revenue", "value": "much"}},
        400,
        wrong("custom_field.revenue", "type", "The revenue must be a number."),
    ),
    ({"action_name": "add_to_company"}, 422, refused("Please select a company")),
    ({"action_name": "remove_from_company", "new_status": "x"}, 422, refused("Please select a company")),
    ({"action_name": "add_to_company", "new_status": 999_999}, 404, NO_COMPANY),
    ({"action_name": "remove_from_company", "company_id": 999_999}, 404, NO_COMPANY),
]
NAMES = [" ".join(str(part) for part in body.values()) for body, _, _ in REFUSALS]


def untouched(contact: Subscriber) -> bool:
    """Whether a contact is what it was, with its one tag and nothing in its history."""
    stored = Subscriber.objects.get(pk=contact.pk)
    same = (stored.status, stored.contact_type, stored.custom_values) == ("subscribed", "lead", {"job_title": "CTO"})
    return same and stored.tags.count() == 1 and not Change.objects.exists()


@pytest.fixture
def contact(world: World) -> Subscriber:
    CustomFieldFactory.create(slug="revenue", type="number")
    CustomFieldFactory.create(scope="company", slug="vat")
    return SubscriberFactory.create(tags=[world.tag], custom_values={"job_title": "CTO"})


@pytest.mark.parametrize(("body", "status", "answered"), REFUSALS, ids=NAMES)
def test_it_refuses_what_cannot_be_right_and_changes_nobody(
    api: Api, contact: Subscriber, body: Any, status: int, answered: Any
) -> None:
    for verb in ("PUT", "POST"):
        for chosen in ({"subscriber_ids": [contact.pk]}, {"is_all": "yes", "contact_query": {}}):
            answer = api.send(verb, PATH, body | chosen)
            assert (answer.status_code, answer.json()) == (status, answered)
    assert untouched(contact)


@pytest.mark.parametrize("action", sorted(ACTIONS))
@pytest.mark.parametrize(
    "chosen",
    [{}, {"subscriber_ids": []}, {"subscriber_ids": ["x", 0, -1]}, {"is_all": "no"}, {"contact_query": {}}],
    ids=str,
)
def test_it_wants_contacts(act: Act, contact: Subscriber, action: str, chosen: Any) -> None:
    answer = act(action, **chosen)
    assert (answer.status_code, answer.json()) == (422, refused("Subscribers selection is required"))
    assert untouched(contact)


@pytest.mark.parametrize(
    "query",
    ["not json", "[1", "5", 5, True, ["x"], {"filter_type": "advanced", "advanced_filters": "not json"}],
    ids=str,
)
def test_it_acts_on_nobody_where_the_query_cannot_be_read(act: Act, contact: Subscriber, query: Any) -> None:
    """A query that were left out would mean every contact there is."""
    answer = act("delete_contacts", is_all="yes", contact_query=query)
    assert answer.status_code in (400, 422)
    assert untouched(contact)


def test_it_refuses_a_custom_field_without_a_value(act: Act, contact: Subscriber) -> None:
    """The guide calls it required; taken for null it would wipe what the contacts have."""
    answer = act("update_custom_fields", subscriber_ids=[contact.pk], custom_field={"key": "job_title"})
    assert answer.status_code in (400, 422)
    assert untouched(contact)


def test_it_names_the_tags_that_are_not_there(act: Act, world: World) -> None:
    contact = SubscriberFactory.create()
    options = [world.tag.pk, 999_999, "no such tag"]
    answer = act("add_to_tags", subscriber_ids=[contact.pk], action_options=options)
    assert answer.status_code == 200
    assert answer.json()["ignored"] == {"tags": [999_999, "no such tag"]}
    assert contact.tags.get() == world.tag
    answer = act("remove_from_lists", is_all="yes", action_options=[world.list.pk, "no such list"])
    assert answer.json()["ignored"] == {"lists": ["no such list"]}


@pytest.mark.parametrize("action", sorted(ACTIONS))
@pytest.mark.parametrize("verb", ["PUT", "POST"])
def test_it_takes_the_right_of_the_action(world: World, contact: Subscriber, action: str, verb: str) -> None:
    own = "delete_subscriber" if action == "delete_contacts" else "change_subscriber"
    body = world.options(action) | {"subscriber_ids": [contact.pk]}
    answer = Api().send(verb, PATH, body)
    assert (answer.status_code, answer.json()) == (401, UNAUTHENTICATED)
    without, alone = UserFactory.create_batch(2)
    without.user_permissions.set(Permission.objects.exclude(codename=own))
    answer = Api(without).send(verb, PATH, body)
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)
    assert untouched(contact)
    alone.user_permissions.set(Permission.objects.filter(codename=own))
    assert Api(alone).send(verb, PATH, body).status_code not in (401, 403)


@pytest.mark.parametrize("verb", ["GET", "DELETE", "PATCH"])
def test_it_has_no_route_for_other_verbs(api: Api, verb: str) -> None:
    answer = api.send(verb, PATH)
    assert answer.status_code == 404
