"""What happens becomes events, for each endpoint that asked for it, whatever the channel. One file, as its tests share one set-up."""

import json
from collections import Counter
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from changes.cursor import latest_cursor
from changes.models import Change, ChangedContact
from changes.services import Entry, record
from companies.models import Company
from custom_fields.models import CustomField
from emails.models import Mailing
from fluenzr.ids import CONTACT, GROUP, encode
from fluenzr.payloads import render
from subscribers.models import Subscriber
from subscribers.services import attach_tags, delete_contacts, set_status
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.fluenzr.client import Fluenzr
from tests.threads import Worker, two_writers
from tests.webhooks.endpoints import make_endpoint, spread_all
from webhooks.events import EVENTS, OF_CHANGE
from webhooks.models import Delivery, Event, Reader, Webhook
from webhooks.services import spreading
from webhooks.services.endpoints import save_endpoint
from webhooks.services.spreading import spread

pytestmark = pytest.mark.django_db(transaction=True)


def events() -> list[tuple[str, Any]]:
    """Types and data of the events that there are, after everything became one."""
    spread_all()
    return [(event.type, json.loads(event.data)) for event in Event.objects.order_by("pk")]


def types() -> list[str]:
    return [name for name, _ in events()]


def test_fluenzrs_routes(fluenzr: Fluenzr) -> None:
    make_endpoint("https://example.com/", *EVENTS)
    body = {"email": "ada@example.com", "firstName": "Ada", "tags": ["VIP"], "company": "Acme"}
    pk = fluenzr.post("/contacts", body).json()["data"]["id"]
    fluenzr.put(f"/contacts/{pk}", {"firstName": "Eva", "customFields": {"sector": "SaaS"}})
    fluenzr.delete(f"/contacts/{pk}")
    # A contact that is gone is only told of as deleted.
    assert types() == ["company.created", "contact.deleted"]
    fluenzr.post("/contacts", body | {"email": "grace@example.com"})
    fluenzr.put(
        f"/contacts/{encode(CONTACT, Subscriber.objects.get().pk)}",
        {"firstName": "Eva", "customFields": {"sector": "SaaS"}},
    )
    Event.objects.all().delete()
    found = events()
    assert [name for name, _ in found] == [
        "contact.created",
        "contact.tag_attached",
        "contact.company_attached",
        "contact.updated",
    ]
    contact = fluenzr.get("/contacts").json()["data"][0]
    assert all(told["contact"] == contact for _, told in found)
    assert found[1][1]["tag"] == "VIP"
    assert found[2][1]["company"] == "Acme"
    assert found[3][1]["changes"] == {
        "firstName": {"old": "Ada", "new": "Eva"},
        "customFields.sector": {"old": None, "new": "SaaS"},
    }


def test_fluentcrms_routes_hooks_and_bulk(api: Api) -> None:
    make_endpoint("https://example.com/", *EVENTS)
    api.post("/subscribers", {"email": "ada@example.com", "status": "subscribed"})
    hook = Webhook.objects.create(name="Shop")
    api.client.post(f"/?fluentcrm=1&route=contact&hash={hook.hash}", {"email": "grace@example.com"})
    everybody = sorted(Subscriber.objects.values_list("pk", flat=True))
    tag, group = TagFactory.create(title="VIP"), ContactListFactory.create(title="News")
    for name, options in (("add_to_tags", [tag.pk]), ("add_to_lists", [group.pk]), ("remove_from_tags", [tag.pk])):
        body = {"action_name": name, "action_options": options, "subscriber_ids": everybody}
        assert api.post("/subscribers/do-bulk-action", body).status_code == 200
    api.post(f"/subscribers/{everybody[0]}/notes", {"note": {"title": "Call", "description": "x", "type": "call"}})
    set_status(everybody, "unsubscribed", "spam")
    found = events()
    assert [name for name, _ in found] == [
        *["contact.created"] * 2,
        *["contact.tag_attached"] * 2,
        *["contact.group_attached"] * 2,
        *["contact.tag_detached"] * 2,
        "contact.note_added",
        *["contact.status_changed"] * 2,
    ]
    assert found[4][1]["group"] == {"id": encode(GROUP, group.pk), "name": "News"}
    assert found[8][1]["note"] == {"type": "call", "title": "Call", "description": "x"}
    assert found[9][1]["status"] == {"old": "active", "new": "unsubscribed"}
    assert found[9][1]["reason"] == "spam"


def test_deleted_contacts_have_their_address(api: Api) -> None:
    make_endpoint("https://example.com/", "contact.deleted")
    contacts = SubscriberFactory.create_batch(2)
    delete_contacts([contact.pk for contact in contacts])
    assert [told["contact"] for _, told in events()] == [
        {"id": encode(CONTACT, contact.pk), "email": contact.email} for contact in contacts
    ]


def test_who_asked_for_updates_alone_gets_every_change_of_what_a_contact_shows() -> None:
    both = make_endpoint("https://example.com/", "contact.updated", "contact.tag_attached")
    one = make_endpoint("https://example.com/", "contact.updated")
    contact, tag = SubscriberFactory.create(), TagFactory.create(title="VIP")
    attach_tags([contact.pk], [tag.pk])
    set_status([contact.pk], "unsubscribed")
    spread_all()
    got = {
        endpoint.pk: [
            (delivery.event.type, json.loads(delivery.event.data).get("changes"))
            for delivery in Delivery.objects.filter(endpoint=endpoint).select_related("event").order_by("pk")
        ]
        for endpoint in (both, one)
    }
    status = ("contact.updated", {"status": {"old": "active", "new": "unsubscribed"}})
    assert got == {
        both.pk: [("contact.tag_attached", None), status],
        one.pk: [("contact.updated", {"tags": {"attached": "VIP"}}), status],
    }


def test_companies_stages_and_fields_have_their_names(stages: Any) -> None:
    make_endpoint("https://example.com/", *EVENTS)
    company = Company.objects.create(name="Acme")
    contact = SubscriberFactory.create()
    columns = {
        "company_id": [None, company.pk],
        "pipeline_stage_id": [stages["Won"].pk, 10**9],
        "custom_values": [{"a": 1, "b": 2}, {"a": 1, "b": 3}],
        "postal_code": ["1", "2"],
    }
    record([Entry("updated", [contact.pk], {"columns": columns})])
    record([Entry("updated", [contact.pk], {"columns": ["first_name"]})])
    record([Entry("updated", [contact.pk], {"custom_values": {"b": 4}})])
    record([Entry("company_updated", None, {"columns": ["postal_code"]}, ("company", company.pk))])
    assert [told.get("changes") for _, told in events()] == [
        {
            "company": {"old": None, "new": "Acme"},
            "pipelineStage": {"old": "stg_won", "new": None},
            "customFields.b": {"old": 2, "new": 3},
            "postalCode": {"old": "1", "new": "2"},
        },
        {"firstName": {}},
        {"customFields.b": {"new": 4}},
        None,
    ]
    assert events()[3] == (
        "company.updated",
        {"company": {"id": company.pk, "name": "Acme"}, "changed": ["postalCode"]},
    )


def test_messages_have_their_mailing() -> None:
    make_endpoint("https://example.com/", *EVENTS)
    contact, mailing = SubscriberFactory.create(), Mailing.objects.create(subject="News")
    # As those who send mail record it.
    for event, details in (("message_sent", {}), ("message_clicked", {"link": 1, "url": "https://example.com/a"})):
        change = Change.objects.create(
            event=event, subject_kind="mailing", subject_id=mailing.pk, details=details, contacts=1, channel="system"
        )
        ChangedContact.objects.create(change=change, contact_id=contact.pk)
    record([Entry("updated", [contact.pk], {"columns": {"city": "x"}})])
    assert [(name, told.get("email")) for name, told in events()][:2] == [
        ("email.sent", {"campaignId": mailing.pk, "subject": "News"}),
        ("email.clicked", {"campaignId": mailing.pk, "subject": "News", "url": "https://example.com/a"}),
    ]


def test_it_tells_nothing_that_nobody_asked_for_nor_what_was_before() -> None:
    contact = SubscriberFactory.create()
    tag = TagFactory.create()
    attach_tags([contact.pk], [tag.pk])
    assert not spread(render)  # nobody has ever asked
    endpoint = make_endpoint("https://example.com/", "contact.tag_attached")
    set_status([contact.pk], "unsubscribed")
    assert types() == []
    endpoint.is_disabled = True
    save_endpoint(endpoint)
    attach_tags([SubscriberFactory.create().pk], [tag.pk])
    assert types() == []
    endpoint.is_disabled = False
    save_endpoint(endpoint)
    assert types() == []
    attach_tags([SubscriberFactory.create().pk], [tag.pk])
    assert types() == ["contact.tag_attached"]
    assert Reader.objects.get().cursor == latest_cursor()


def test_a_change_of_many_is_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreading, "CONTACTS", 10)
    make_endpoint("https://example.com/", "contact.tag_attached", "contact.created")
    contacts = SubscriberFactory.create_batch(35)
    ids = [contact.pk for contact in contacts]
    record([Entry("created", ids[:1])])
    attach_tags(ids, [TagFactory.create().pk])
    record([Entry("created", ids[1:3])])
    assert spread_all() >= 5
    found = list(Event.objects.order_by("pk").values_list("type", "contact_id"))
    assert found[0] == ("contact.created", ids[0])
    assert sorted(pk or 0 for _, pk in found[1:36]) == ids
    assert {name for name, _ in found[1:36]} == {"contact.tag_attached"}
    assert sorted(found[36:]) == [("contact.created", ids[1]), ("contact.created", ids[2])]
    assert Delivery.objects.count() == 38


def test_a_large_change_whose_contacts_are_gone_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreading, "CONTACTS", 2)
    make_endpoint("https://example.com/", "contact.tag_attached", "contact.created")
    contacts = SubscriberFactory.create_batch(5)
    attach_tags([contact.pk for contact in contacts], [TagFactory.create().pk])
    while not Event.objects.exists():
        assert spread(render)
    delete_contacts([contact.pk for contact in contacts])
    record([Entry("created", [SubscriberFactory.create().pk])])
    assert types()[-1] == "contact.created"
    assert Counter(types())["contact.tag_attached"] == 2


def test_a_part_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    make_endpoint("https://example.com/", "contact.created")
    record([Entry("created", [SubscriberFactory.create().pk])])
    before = Reader.objects.get().cursor

    def fail(reader: Any, cursor: str) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(spreading, "move", fail)
        with pytest.raises(RuntimeError):
            spread(render)
    assert not Event.objects.exists()
    assert Reader.objects.get().cursor == before
    assert types() == ["contact.created"]


@two_writers
def test_two_workers_make_no_event_twice() -> None:
    make_endpoint("https://example.com/", "contact.created")
    record([Entry("created", [SubscriberFactory.create().pk])])
    with transaction.atomic():
        Reader.objects.select_for_update().get()
        assert Worker(lambda: spread(render)).finish() is False
    assert types() == ["contact.created"]


def test_a_part_costs_as_much_for_many_as_for_few() -> None:
    make_endpoint("https://example.com/", *EVENTS)
    make_endpoint("https://example.com/", *EVENTS)
    CustomField.objects.create(slug="sector", label="Sector", type="text")
    costs = []
    for number in (2, 100):
        contacts = SubscriberFactory.create_batch(number)
        tags, company = TagFactory.create_batch(number), Company.objects.create(name=f"Acme {number}")
        for contact, tag in zip(contacts, tags, strict=True):
            attach_tags([contact.pk], [tag.pk])
            record([Entry("companies_attached", [contact.pk], {"companies": [company.pk]}, ("company", company.pk))])
        with CaptureQueriesContext(connection) as captured:
            spread(render)
        costs.append(len(captured))
    assert costs[0] == costs[1]
    assert Event.objects.count() == 204


def test_every_event_is_of_one_change() -> None:
    assert len(set(EVENTS)) == len(OF_CHANGE)
