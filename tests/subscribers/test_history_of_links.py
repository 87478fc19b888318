"""History of tags, lists and companies: an entry for each, with only the contacts that got or lost it."""

from typing import Any

import pytest

from changes.events import CONTACT_EVENTS
from changes.models import Change, ChangedContact
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory
from tests.fluenzr.client import Fluenzr

pytestmark = pytest.mark.django_db
Recorded = list[tuple[str, dict[str, Any], list[int]]]


def recorded() -> Recorded:
    """Every entry about contacts in its order: event, details, contacts; each has its own number of contacts."""
    entries = []
    for change in Change.objects.filter(event__in=CONTACT_EVENTS).order_by("pk"):
        contacts = list(ChangedContact.objects.filter(change=change).order_by("contact_id"))
        assert change.contacts == len(contacts)
        entries.append((change.event, change.details, [contact.contact_id for contact in contacts]))
    return entries


def test_it_tells_for_each_tag_who_got_it(api: Api) -> None:
    one, two = TagFactory.create_batch(2)
    had_one, had_both, had_none = (SubscriberFactory.create(tags=tags).pk for tags in ([one], [one, two], []))
    body = {"type": "tags", "attach": [one.pk, two.pk], "subscribers": [had_one, had_both, had_none]}
    assert api.post("/subscribers/sync-segments", body).status_code == 200
    assert recorded() == [
        ("tags_attached", {"targets": [one.pk]}, [had_none]),
        ("tags_attached", {"targets": [two.pk]}, [had_one, had_none]),
    ]


def test_it_tells_for_each_list_who_left_it(api: Api) -> None:
    one, two = ContactListFactory.create_batch(2)
    on_one, on_both = (SubscriberFactory.create(lists=lists).pk for lists in ([one], [one, two]))
    options = {"action_name": "remove_from_lists", "action_options": [one.pk, two.pk]}
    assert api.put("/subscribers/do-bulk-action", {**options, "subscriber_ids": [on_one, on_both]}).status_code == 200
    assert recorded() == [
        ("lists_detached", {"targets": [one.pk]}, [on_one, on_both]),
        ("lists_detached", {"targets": [two.pk]}, [on_both]),
    ]


def test_it_tells_for_each_company_who_joined_and_left_it(api: Api) -> None:
    new, old = SubscriberFactory.create_batch(2)
    acme, globex = CompanyFactory.create(contacts=[old]), CompanyFactory.create()
    both = {"subscriber_ids": [new.pk, old.pk], "company_ids": [acme.pk, globex.pk]}
    api.post("/companies/attach-subscribers", both)
    services.detach_companies([old.pk], [globex.pk])
    api.post("/companies/detach-subscribers", both)
    assert recorded() == [
        ("companies_attached", {"companies": [acme.pk]}, [new.pk]),
        ("companies_attached", {"companies": [globex.pk]}, [new.pk, old.pk]),
        ("companies_detached", {"companies": [globex.pk]}, [old.pk]),
        ("companies_detached", {"companies": [acme.pk]}, [new.pk, old.pk]),
        ("companies_detached", {"companies": [globex.pk]}, [new.pk]),
    ]


@pytest.mark.parametrize("way", ["create", "upsert", "rows"])
def test_it_tells_what_a_contact_was_made_with(api: Api, way: str) -> None:
    tag, contact_list = TagFactory.create().pk, ContactListFactory.create().pk
    row = {"email": "new@example.com", "status": "subscribed", "tags": [tag], "lists": [contact_list]}
    match way:
        case "create":
            answer = api.post("/subscribers", row)
        case "upsert":
            answer = api.post("/subscribers", row | {"__force_update": "yes"})
        case _:
            answer = api.post("/subscribers/bulk-add-update", {"contacts": [row]})
    assert answer.status_code == 200
    pk = Subscriber.objects.get().pk
    assert recorded() == [
        ("created", {}, [pk]),
        ("tags_attached", {"targets": [tag]}, [pk]),
        ("lists_attached", {"targets": [contact_list]}, [pk]),
    ]


def test_it_tells_what_a_contact_was_made_with_on_v1(db: None) -> None:
    tag, company = TagFactory.create(title="Gold"), CompanyFactory.create(name="Acme")
    fluenzr = Fluenzr(UserFactory.create(is_superuser=True))
    body = {"email": "new@example.com", "tags": ["gold"], "company": "acme"}
    assert fluenzr.post("/contacts", body).status_code == 201
    pk = Subscriber.objects.get().pk
    assert recorded() == [
        ("created", {}, [pk]),
        ("tags_attached", {"targets": [tag.pk]}, [pk]),
        ("companies_attached", {"companies": [company.pk]}, [pk]),
    ]


def test_it_tells_of_a_batch_each_status_and_each_set_of_columns_by_itself() -> None:
    ada, alan, grace = SubscriberFactory.create_batch(3, status="pending")
    services.upsert_contacts(
        [
            Draft({"email": ada.email, "status": "subscribed"}),
            Draft({"email": alan.email, "status": "subscribed", "city": "London"}),
            Draft({"email": grace.email, "status": "transactional"}),
        ]
    )
    assert recorded() == [
        ("updated", {"columns": ["status"]}, [ada.pk, grace.pk]),
        ("updated", {"columns": ["city", "status"]}, [alan.pk]),
        ("status_changed", {"status": ["subscribed"], "previous": "pending"}, [ada.pk, alan.pk]),
        ("status_changed", {"status": ["transactional"], "previous": "pending"}, [grace.pk]),
    ]


@pytest.mark.parametrize("kind", ["tags", "lists"])
@pytest.mark.parametrize("way", ["one", "many", "v1"])
def test_it_tells_whom_the_end_of_a_tag_or_list_took_it_from(api: Api, kind: str, way: str) -> None:
    if kind == "tags" and way == "v1":
        pytest.skip("FluenzR deletes no tags.")
    factory: Any = TagFactory if kind == "tags" else ContactListFactory
    ending, kept = factory.create(title="Ending"), factory.create()
    contacts = SubscriberFactory.create_batch(2, **{kind: [ending, kept]})
    SubscriberFactory.create(**{kind: [kept]})
    match way:
        case "one":
            answer = api.delete(f"/{kind}/{ending.pk}")
        case "many":
            answer = api.post(f"/{kind}/do-bulk-action", {f"{kind[:-1]}Ids": [ending.pk], "action": "delete"})
        case _:
            groups = Fluenzr(UserFactory.create(is_superuser=True))
            [group] = [one for one in groups.get("/groups").json()["data"] if one["name"] == "Ending"]
            answer = groups.delete(f"/groups/{group['id']}")
    assert answer.status_code == 200
    gone = {"targets": [ending.pk], "title": "Ending", "deleted": True}
    assert recorded() == [(f"{kind}_detached", gone, [contact.pk for contact in contacts])]


def test_it_tells_whom_the_end_of_companies_took_them_from(api: Api) -> None:
    contact, other = SubscriberFactory.create_batch(2)
    acme, globex = CompanyFactory.create(contacts=[contact]), CompanyFactory.create(contacts=[contact, other])
    body = {"action_name": "delete_companies", "company_ids": [acme.pk, globex.pk]}
    assert api.post("/companies/do-bulk-action", body).status_code == 200
    assert recorded() == [
        ("companies_detached", {"companies": [acme.pk], "name": acme.name, "deleted": True}, [contact.pk]),
        (
            "companies_detached",
            {"companies": [globex.pk], "name": globex.name, "deleted": True},
            [contact.pk, other.pk],
        ),
    ]


def test_it_tells_nothing_of_a_tag_that_nobody_had(api: Api) -> None:
    assert api.delete(f"/tags/{TagFactory.create().pk}").status_code == 200
    assert recorded() == []


def test_it_tells_the_status_before_by_an_entry_for_each() -> None:
    pending = SubscriberFactory.create_batch(2, status="pending")
    bounced = SubscriberFactory.create(status="bounced")
    services.set_status([contact.pk for contact in pending], "transactional")
    services.set_status([pending[0].pk, bounced.pk], "subscribed")
    assert [details for _, details, _ in recorded()] == [
        {"status": ["transactional"], "previous": "pending"},
        {"status": ["subscribed"], "previous": "transactional"},
        {"status": ["subscribed"], "previous": "bounced"},
    ]
