"""Every change of a contact leaves who, when, through which channel and what; GET /subscribers/{id}/history. One file, as it is one endpoint."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApplicationPassword
from changes.actors import Actor, current_actor
from changes.events import CONTACT_EVENTS, EVENTS
from changes.models import Change, ChangedContact
from changes.signals import contacts_changed
from emails.links import Target
from emails.services.asking import ask_consent
from emails.services.confirming import Origin, confirm
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from tests.subscribers.expected import FORBIDDEN, HISTORY, NO_ROUTE, NOT_FOUND, UNAUTHENTICATED
from webhooks.providers import Kind, Report
from webhooks.services import take_reports

BULK = "/subscribers/do-bulk-action"


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create(email="ada@example.com", first_name="Ada", custom_values={"job": "CTO"})


def history(api: Api, pk: int) -> list[dict[str, Any]]:
    """The entries about a contact, oldest first."""
    answer = api.get(f"/subscribers/{pk}/history?per_page=100")
    assert answer.status_code == 200, answer.json()
    return answer.json()["history"]["data"][::-1]


def the_entry(api: Api, pk: int) -> tuple[str, Any, int]:
    """What the only entry about a contact says: change, details, how many contacts."""
    [entry] = history(api, pk)
    return entry["change"], entry["details"], entry["contacts"]


# What the API does to one contact.


def test_it_answers_who_when_what_and_through_which_channel(api: Api, admin: User, contact: Subscriber) -> None:
    admin.first_name, admin.last_name = "Grace", "Hopper"
    admin.save()
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        api.put(f"/subscribers/{contact.pk}", {"first_name": "Augusta", "city": "London"})
    answer = api.get(f"/subscribers/{contact.pk}/history")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "history": {
                "total": 1,
                "per_page": 15,
                "current_page": 1,
                "last_page": 1,
                "next_page_url": None,
                "prev_page_url": None,
                "from": 1,
                "to": 1,
                "data": [
                    {
                        "id": Change.objects.get().pk,
                        "at": "2026-01-31 09:05:00",
                        "user": {"ID": admin.pk, "display_name": "Grace Hopper"},
                        "actor": {"kind": "application_password", "id": ApplicationPassword.objects.get().pk},
                        "channel": "api",
                        "change": "updated",
                        "subject": {"kind": "contact", "id": None},
                        "details": {"columns": {"first_name": ["Ada", "Augusta"], "city": [None, "London"]}},
                        "contacts": 1,
                    }
                ],
            }
        },
    )


@pytest.fixture
def past(api: Api, contact: Subscriber) -> Subscriber:
    """A contact that the API changed in January, and a command in February."""
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        api.put(f"/subscribers/{contact.pk}", {"city": "London"})
    with time_machine.travel(datetime(2026, 2, 1, tzinfo=UTC), tick=False):
        services.set_status([contact.pk], "bounced")
    return contact


@pytest.mark.parametrize(
    ("query", "recorded"),
    [
        ("change=updated", ["updated"]),
        ("change=deleted", []),
        ("door=command", ["status_changed"]),
        ("since=2026-01-31 09:05:00", ["updated", "status_changed"]),
        ("since=2026-01-31T09:05:01Z", ["status_changed"]),
        ("until=2026-01-31 09:05:00", []),
        ("until=2026-02-01", ["updated"]),
        ("since=2026-01-01&until=2026-01-31T09:06:00Z&door=api", ["updated"]),
        ("change=&door=&user=&since=&until=", ["updated", "status_changed"]),
        ("nothing=known", ["updated", "status_changed"]),
    ],
)
def test_it_is_narrowed_by(api: Api, past: Subscriber, query: str, recorded: list[str]) -> None:
    answer = api.get(f"/subscribers/{past.pk}/history?{query}").json()["history"]
    assert [entry["change"] for entry in answer["data"]][::-1] == recorded
    assert answer["total"] == len(recorded)


def test_it_is_narrowed_to_one_user(api: Api, admin: User, past: Subscriber) -> None:
    def recorded(user: int) -> list[str]:
        answer = api.get(f"/subscribers/{past.pk}/history?user={user}")
        assert answer.status_code == 200
        return [entry["change"] for entry in answer.json()["history"]["data"]]

    assert recorded(admin.pk) == ["updated"]
    assert recorded(admin.pk + 1) == []


@pytest.mark.parametrize(
    ("query", "name", "text"),
    [
        ("change=gone", "change", f"The change must be one of: {', '.join(EVENTS)}."),
        ("change=%00", "change", f"The change must be one of: {', '.join(EVENTS)}."),
        (
            "door=back",
            "door",
            "The door must be one of: api, fluenzr, admin, import, automation, hook, system, command.",
        ),
        (
            "door[]=api",
            "door",
            "The door must be one of: api, fluenzr, admin, import, automation, hook, system, command.",
        ),
        ("user=me", "user", "The user must be an id."),
        ("user=1.5", "user", "The user must be an id."),
        ("user[]=1", "user", "The user must be an id."),
        ("since=yesterday", "since", "The since must be a date and time such as 2026-01-31 09:05:00."),
        ("until=2026-02-30", "until", "The until must be a date and time such as 2026-01-31 09:05:00."),
        ("until[]=2026-02-01", "until", "The until must be a date and time such as 2026-01-31 09:05:00."),
        ("user=99999999999999999999", "user", "The user must be an id."),
    ],
)
def test_it_refuses_what_it_cannot_be_narrowed_by(
    api: Api, contact: Subscriber, query: str, name: str, text: str
) -> None:
    answer = api.get(f"/subscribers/{contact.pk}/history?{query}")
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "code": "rest_invalid_param",
            "message": f"Invalid parameter: {name}",
            "data": {"status": 400},
            name: {"invalid": text},
            "errors": {name: [text]},
        },
    )


def test_it_tells_of_all_or_nothing_of_a_contact_that_is_not_there(api: Api, contact: Subscriber) -> None:
    """Narrowed to nothing, the history of a contact that is gone is empty, and not unknown."""
    api.delete(f"/subscribers/{contact.pk}")
    assert api.get(f"/subscribers/{contact.pk}/history?change=updated").json()["history"]["data"] == []
    assert api.get(f"/subscribers/{contact.pk + 1}/history?change=updated").status_code == 404


def test_it_tells_of_a_creation(api: Api) -> None:
    pk = api.post("/subscribers", {"email": "new@example.com", "status": "subscribed"}).json()["contact"]["id"]
    assert the_entry(api, pk) == ("created", {}, 1)


def test_it_tells_of_an_upsert(api: Api, contact: Subscriber) -> None:
    body = {"email": contact.email, "first_name": "Augusta", "__force_update": "yes"}
    api.post("/subscribers", body)
    assert the_entry(api, contact.pk) == ("updated", {"columns": {"first_name": ["Ada", "Augusta"]}}, 1)
    pk = api.post("/subscribers", body | {"email": "new@example.com", "status": "pending"}).json()["contact"]["id"]
    assert the_entry(api, pk) == ("created", {}, 1)


def test_it_tells_of_custom_values_a_status_and_a_date(api: Api, contact: Subscriber) -> None:
    CustomFieldFactory.create(slug="job")
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        sent = {"status": "bounced", "date_of_birth": "1815-12-10", "custom_values": {"job": "CEO"}}
        api.put(f"/subscribers/{contact.pk}", sent)
    updated, status_changed = history(api, contact.pk)
    assert (status_changed["change"], status_changed["details"]) == (
        "status_changed",
        {"status": ["bounced"], "previous": "subscribed"},
    )
    columns = updated["details"]["columns"]
    assert updated["change"] == "updated"
    assert columns.pop("unsubscribe_date")[0] is None
    assert columns == {
        "status": ["subscribed", "bounced"],
        "date_of_birth": [None, "1815-12-10"],
        "custom_values": [{"job": "CTO"}, {"job": "CEO"}],
        "unsubscribe_reason": [None, ""],
    }


@pytest.mark.parametrize(
    "sent",
    [
        {"first_name": "Ada"},
        {"date_of_birth": "1815-12-10"},
        {"last_activity": "2026-01-31 09:05:00"},
        {"latitude": "52.52", "longitude": 13.405},
        {"custom_values": {"job": "CTO"}},
        {"status": "subscribed", "unsubscribe_reason": "Why"},
        {"nonsense": 1},
        {},
    ],
    ids=str,
)
def test_it_leaves_no_entry_where_nothing_changes(api: Api, contact: Subscriber, sent: Any) -> None:
    CustomFieldFactory.create(slug="job")
    put = f"/subscribers/{contact.pk}"
    assert api.put(put, sent).status_code == 200
    Change.objects.all().delete()
    answer = api.put(put, sent)
    assert answer.json()["isDirty"] is False
    assert history(api, contact.pk) == []
    api.post("/subscribers", {"email": contact.email, **sent, "__force_update": "yes"})
    assert history(api, contact.pk) == []


def test_it_leaves_an_entry_for_each_thing_that_one_request_does(api: Api, contact: Subscriber) -> None:
    tag, gone, listed = TagFactory.create(), TagFactory.create(), ContactListFactory.create()
    sent = {"city": "London", "attach_tags": [tag.pk], "detach_tags": [gone.pk], "attach_lists": [listed.pk]}
    contact.tags.add(gone)
    api.put(f"/subscribers/{contact.pk}", sent)
    assert [(entry["change"], entry["details"]) for entry in history(api, contact.pk)] == [
        ("updated", {"columns": {"city": [None, "London"]}}),
        ("tags_attached", {"targets": [tag.pk]}),
        ("tags_detached", {"targets": [gone.pk]}),
        ("lists_attached", {"targets": [listed.pk]}),
    ]


# What it does to many: one entry.


def bulk_actions(world: dict[str, int]) -> dict[str, tuple[dict[str, Any], str, dict[str, Any]]]:
    """What is sent with each action, and the change and details of its entry."""
    tag, old, listed, company, left = (world[name] for name in ("tag", "old", "list", "company", "left"))
    bounced = {"new_status": "bounced", "reason": "No such box"}
    job = {"custom_field": {"key": "job", "value": "CEO"}}
    return {
        "add_to_tags": ({"action_options": [tag]}, "tags_attached", {"targets": [tag]}),
        "remove_from_tags": ({"action_options": [old]}, "tags_detached", {"targets": [old]}),
        "add_to_lists": ({"action_options": [listed]}, "lists_attached", {"targets": [listed]}),
        "remove_from_lists": ({"action_options": [listed]}, "lists_detached", {"targets": [listed]}),
        "change_contact_status": (
            bounced,
            "status_changed",
            {"status": ["bounced"], "previous": "subscribed", "reason": "No such box"},
        ),
        "change_contact_type": (
            {"new_status": "customer"},
            "updated",
            {"columns": {"contact_type": ["lead", "customer"]}},
        ),
        "update_custom_fields": (job, "updated", {"custom_values": {"job": "CEO"}}),
        "add_to_company": ({"new_status": company}, "companies_attached", {"companies": [company]}),
        "remove_from_company": ({"new_status": left}, "companies_detached", {"companies": [left]}),
        "delete_contacts": ({}, "deleted", {}),
    }


ACTIONS = sorted(bulk_actions(dict.fromkeys(("tag", "old", "list", "company", "left"), 0)))


@pytest.mark.parametrize("action", ACTIONS)
def test_it_is_one_entry_for_a_bulk_action_however_many_contacts(api: Api, action: str) -> None:
    CustomFieldFactory.create(slug="job")
    old, listed = TagFactory.create(), ContactListFactory.create()
    contacts = SubscriberFactory.create_batch(3, tags=[old], lists=[listed] if action == "remove_from_lists" else [])
    world = {
        "tag": TagFactory.create().pk,
        "old": old.pk,
        "list": listed.pk,
        "company": CompanyFactory.create().pk,
        "left": CompanyFactory.create(contacts=contacts).pk,
    }
    options, change, details = bulk_actions(world)[action]
    chosen = {"subscriber_ids": [contact.pk for contact in contacts[1:]]}
    assert api.put(BULK, {"action_name": action, **options, **chosen}).status_code == 200
    assert Change.objects.count() == 1
    for contact in contacts[1:]:
        assert the_entry(api, contact.pk) == (change, details, 2)
    assert history(api, contacts[0].pk) == []


def test_it_tells_only_of_the_contacts_that_changed(api: Api) -> None:
    """An entry, and the signal, about a contact that had the tag or the status already would be untrue."""
    tag = TagFactory.create()
    CustomFieldFactory.create(slug="job")
    had = {"tags": [tag], "status": "bounced", "contact_type": "customer", "custom_values": {"job": "CTO", "a": "b"}}
    same = SubscriberFactory.create(**had)
    other = SubscriberFactory.create()
    for action, options in (
        ("add_to_tags", {"action_options": [tag.pk]}),
        ("change_contact_status", {"new_status": "bounced"}),
        ("change_contact_type", {"new_status": "customer"}),
        ("update_custom_fields", {"custom_field": {"key": "job", "value": "CTO"}}),
        ("remove_from_tags", {"action_options": [TagFactory.create().pk]}),
    ):
        api.put(BULK, {"action_name": action, **options, "subscriber_ids": [same.pk, other.pk]})
    # Whoever had left was asked to leave again: that alone is true of it (bulk_actions.undoing).
    assert [entry["change"] for entry in history(api, same.pk)] == ["left_again"]
    changes = ["tags_attached", "status_changed", "updated", "updated"]
    assert [entry["change"] for entry in history(api, other.pk)] == changes


def test_it_keeps_the_names_of_the_columns_alone_for_a_batch(api: Api) -> None:
    contacts = SubscriberFactory.create_batch(2, city="Paris")
    rows = [{"email": contact.email, "city": f"City of {contact.pk}"} for contact in contacts]
    rows[1]["phone"] = "555"
    rows.append({"email": "new@example.com", "status": "subscribed"})
    api.post("/subscribers/bulk-add-update", {"contacts": rows})
    for contact in contacts:
        columns = ["city", "phone"] if contact == contacts[1] else ["city"]
        assert the_entry(api, contact.pk) == ("updated", {"columns": columns}, 1)
    assert the_entry(api, Subscriber.objects.latest("pk").pk) == ("created", {}, 1)


def test_it_tells_of_the_routes_for_many(api: Api) -> None:
    contacts = SubscriberFactory.create_batch(2)
    pks, tag, company = [contact.pk for contact in contacts], TagFactory.create(), CompanyFactory.create()
    api.put("/subscribers/subscribers-property", {"property": "status", "value": "pending", "subscribers": pks})
    api.post("/subscribers/sync-segments", {"type": "tags", "attach": [tag.pk], "subscribers": pks})
    api.post(f"/subscribers/{pks[0]}/tags/detach", {"tags": [tag.pk]})
    api.post("/companies/attach-subscribers", {"subscriber_ids": pks, "company_ids": [company.pk]})
    api.delete(f"/companies/{company.pk}")
    assert [(entry["change"], entry["contacts"]) for entry in history(api, pks[0])] == [
        ("status_changed", 2),
        ("tags_attached", 2),
        ("tags_detached", 1),
        ("companies_attached", 2),
        ("companies_detached", 2),
    ]
    assert len(history(api, pks[1])) == 4


def test_it_leaves_nothing_of_what_was_refused(api: Api, contact: Subscriber) -> None:
    taken = SubscriberFactory.create()
    assert api.put(f"/subscribers/{contact.pk}", {"email": taken.email, "city": "London"}).status_code == 409
    api.put(BULK, {"action_name": "add_to_tags", "action_options": [999_999], "subscriber_ids": [contact.pk]})
    assert not Change.objects.exists()


@pytest.mark.parametrize("contacts", [1, 50])
def test_it_takes_as_many_statements_for_many_contacts_as_for_one(contacts: int, db: None) -> None:
    pks = [contact.pk for contact in SubscriberFactory.create_batch(contacts)]
    with CaptureQueriesContext(connection) as queries:
        services.set_column(pks, "contact_type", "customer")
    written = [query["sql"] for query in queries if "changes_change" in query["sql"]]
    assert len(written) == HISTORY
    assert ChangedContact.objects.count() == contacts


# Who, and through which channel.


def test_it_has_nobody_and_a_command_outside_of_a_request(api: Api, contact: Subscriber) -> None:
    services.update_contact(contact.pk, Draft({"city": "London"}))
    [entry] = history(api, contact.pk)
    assert (entry["user"], entry["channel"]) == (None, "system")


def test_it_forgets_a_request_when_it_is_answered(api: Api, contact: Subscriber) -> None:
    api.put(f"/subscribers/{contact.pk}", {"city": "London"})
    assert current_actor() == Actor("system")
    services.update_contact(contact.pk, Draft({"city": "Paris"}))
    assert [entry["channel"] for entry in history(api, contact.pk)] == ["api", "system"]


def test_it_knows_each_of_two_users(api: Api, contact: Subscriber) -> None:
    grace = UserFactory.create(username="grace", is_superuser=True)
    api.put(f"/subscribers/{contact.pk}", {"city": "London"})
    Api(grace).put(f"/subscribers/{contact.pk}", {"city": "Paris"})
    assert [entry["user"]["display_name"] for entry in history(api, contact.pk)] == ["admin", "grace"]


def test_it_outlives_its_user(api: Api, contact: Subscriber) -> None:
    user = UserFactory.create(is_superuser=True)
    Api(user).put(f"/subscribers/{contact.pk}", {"city": "London"})
    user.delete()
    [entry] = history(api, contact.pk)
    assert (entry["user"], entry["channel"]) == (None, "api")


def test_it_is_the_channel_api_by_rest_route_and_by_an_overridden_verb(api: Api, contact: Subscriber) -> None:
    path = f"/?rest_route=/fluent-crm/v2/subscribers/{contact.pk}"
    assert api.post(path, {"city": "London"}, headers={"X-HTTP-Method-Override": "PUT"}).status_code == 200
    [entry] = history(api, contact.pk)
    assert (entry["user"]["display_name"], entry["channel"]) == ("admin", "api")


# Reading it.


def test_it_lists_the_newest_first_a_page_at_a_time(api: Api, contact: Subscriber) -> None:
    SubscriberFactory.create()
    for city in ("a", "b", "c"):
        api.put(f"/subscribers/{contact.pk}", {"city": city})
    page = api.get(f"/contacts/{contact.pk}/history?per_page=2").json()["history"]
    assert [entry["details"]["columns"]["city"][1] for entry in page["data"]] == ["c", "b"]
    path = f"/wp-json/fluent-crm/v2/contacts/{contact.pk}/history"
    assert (page["total"], page["last_page"], page["next_page_url"]) == (3, 2, f"{path}?per_page=2&page=2")
    page = api.get(f"/subscribers/{contact.pk}/history?per_page=2&page=2").json()["history"]
    assert [entry["details"]["columns"]["city"][1] for entry in page["data"]] == ["a"]
    assert api.get(f"/subscribers/{contact.pk}/history?page=9").json()["history"]["data"] == []


def test_it_is_empty_for_a_contact_to_which_nothing_happened(api: Api, contact: Subscriber) -> None:
    assert history(api, contact.pk) == []


@pytest.mark.parametrize("pk", [0, 999_999])
def test_it_is_404_for_a_contact_that_never_was(api: Api, pk: int) -> None:
    answer = api.get(f"/subscribers/{pk}/history")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_it_takes_the_right_to_view_history(contact: Subscriber) -> None:
    path = f"/subscribers/{contact.pk}/history"
    answer = Api().get(path)
    assert (answer.status_code, answer.json()) == (401, UNAUTHENTICATED)
    without, alone = UserFactory.create_batch(2)
    without.user_permissions.set(Permission.objects.exclude(codename="view_change"))
    answer = Api(without).get(path)
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)
    alone.user_permissions.set(Permission.objects.filter(codename="view_change"))
    assert Api(alone).get(path).status_code == 200


@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE"])
def test_it_can_only_be_read(api: Api, contact: Subscriber, verb: str) -> None:
    answer = api.send(verb, f"/subscribers/{contact.pk}/history")
    assert (answer.status_code, answer.json()) == (404, NO_ROUTE)


@pytest.mark.parametrize("entries", [2, 40])
def test_it_is_read_in_three_statements(
    api: Api, contact: Subscriber, django_assert_num_queries: DjangoAssertNumQueries, entries: int
) -> None:
    user = UserFactory.create(is_superuser=True)
    for number in range(entries):
        (Api(user) if number == 1 else api).put(f"/subscribers/{contact.pk}", {"city": str(number)})
    with django_assert_num_queries(3):  # who asks, the count, the page
        answer = api.get(f"/subscribers/{contact.pk}/history?per_page=100")
    assert len(answer.json()["history"]["data"]) == entries


# What is left of a contact that was deleted.


def test_it_is_only_the_deletion_once_the_contact_is_gone(api: Api, contact: Subscriber) -> None:
    other = SubscriberFactory.create()
    for pk in (contact.pk, other.pk):
        api.put(f"/subscribers/{pk}", {"first_name": "Augusta", "phone": "555-1815"})
    assert api.delete(f"/subscribers/{contact.pk}").status_code == 200
    assert the_entry(api, contact.pk) == ("deleted", {}, 1)
    assert the_entry(api, other.pk)[0] == "updated"
    about_the_other = Change.objects.about(other.pk)
    left = str(list(Change.objects.exclude(pk__in=about_the_other).values())) + str(
        list(ChangedContact.objects.values())
    )
    assert not [word for word in ("Ada", "Augusta", "555-1815", "ada@example.com") if word in left]


@pytest.mark.parametrize("way", ["one", "list", "bulk", "service"])
def test_it_keeps_no_personal_value_whichever_way_a_contact_goes(api: Api, contact: Subscriber, way: str) -> None:
    api.put(f"/subscribers/{contact.pk}", {"first_name": "Augusta"})
    match way:
        case "one":
            api.delete(f"/subscribers/{contact.pk}")
        case "list":
            api.delete("/subscribers", {"subscribers": [contact.pk]})
        case "bulk":
            api.put(BULK, {"action_name": "delete_contacts", "subscriber_ids": [contact.pk]})
        case _:
            services.delete_contacts([contact.pk])
    assert Change.objects.get().event == "deleted"
    assert ChangedContact.objects.count() == 1


def test_it_keeps_no_value_that_a_bulk_action_gave_to_contacts_that_are_all_gone(api: Api) -> None:
    CustomFieldFactory.create(slug="diagnosis")
    pks = [contact.pk for contact in SubscriberFactory.create_batch(2)]
    field = {"key": "diagnosis", "value": "the flu"}
    api.put(BULK, {"action_name": "update_custom_fields", "custom_field": field, "subscriber_ids": pks})
    api.put(
        BULK,
        {
            "action_name": "change_contact_status",
            "new_status": "bounced",
            "reason": "Moved to Leeds",
            "subscriber_ids": pks,
        },
    )
    for pk in pks:
        api.delete(f"/subscribers/{pk}")
    left = str(list(Change.objects.values()))
    assert not [word for word in ("the flu", "Moved to Leeds") if word in left]


def test_it_keeps_a_shared_entry_and_its_values_for_those_who_stay(api: Api) -> None:
    pks = [contact.pk for contact in SubscriberFactory.create_batch(2)]
    services.set_status(pks, "bounced", "Moved to Leeds")
    services.delete_contacts(pks[:1])
    assert [entry["change"] for entry in history(api, pks[0])] == ["deleted"]
    assert [(entry["change"], entry["details"], entry["contacts"]) for entry in history(api, pks[1])] == [
        ("status_changed", {"status": ["bounced"], "previous": "subscribed", "reason": "Moved to Leeds"}, 2)
    ]


def test_it_forgets_in_as_many_statements_for_many_as_for_one(api: Api) -> None:
    counts = []
    for size in (1, 40):
        contacts = SubscriberFactory.create_batch(size)
        for contact in contacts:
            services.update_contact(contact.pk, Draft({"city": "London"}))
        with CaptureQueriesContext(connection) as queries:
            services.delete_contacts([contact.pk for contact in contacts])
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert set(Change.objects.values_list("event", flat=True)) == {"deleted"}


# What receivers get.


@pytest.mark.django_db(transaction=True)
def test_it_tells_receivers_once_a_change_when_it_is_for_good() -> None:
    recorded: list[tuple[str, list[int], dict[str, Any]]] = []

    def listen(sender: Any, change: str, ids: list[int], details: dict[str, Any], **rest: Any) -> None:
        recorded.append((change, ids, details))

    def fail(sender: Any, **rest: Any) -> None:
        raise RuntimeError

    contacts_changed.connect(fail)
    contacts_changed.connect(listen)
    try:
        pks = [contact.pk for contact in SubscriberFactory.create_batch(3)]
        with transaction.atomic():
            services.set_column(pks, "contact_type", "customer")
            assert recorded == []
        with transaction.atomic():
            services.set_column(pks, "contact_type", "lead")
            transaction.set_rollback(True)
    finally:
        contacts_changed.disconnect(fail)
        contacts_changed.disconnect(listen)
    assert recorded == [("updated", pks, {"columns": {"contact_type": "customer"}})]
    assert Change.objects.count() == 1


def test_it_uses_the_words_of_the_signal_alone(api: Api) -> None:
    contact, gone, company = SubscriberFactory.create(), SubscriberFactory.create(), CompanyFactory.create()
    tag, listed = TagFactory.create().pk, ContactListFactory.create().pk
    services.create_contacts([Draft({"email": "new@example.com"})])
    services.update_contact(contact.pk, Draft({"city": "London"}))
    services.set_status([contact.pk], "bounced")
    for attach, detach, target in (
        (services.attach_tags, services.detach_tags, tag),
        (services.attach_lists, services.detach_lists, listed),
        (services.attach_companies, services.detach_companies, company.pk),
    ):
        attach([contact.pk], [target])
        detach([contact.pk], [target])
    services.delete_contacts([gone.pk])
    services.set_status([contact.pk], "pending")
    [message] = ask_consent([contact.pk]).messages.values()
    confirm(Target(contact.pk, message), Origin())
    take_reports("form", [Report(Kind.SOFT_BOUNCE, contact.email, "Full", "1")])
    assert set(Change.objects.values_list("event", flat=True)) == set(CONTACT_EVENTS)
