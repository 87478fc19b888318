"""Whom a campaign goes to."""

from typing import Any

import pytest

from campaigns.models import Campaign
from campaigns.selection import chosen_contacts
from dynamic_segments.models import DynamicSegment
from subscribers.conditions import Code, Conditions
from tests.campaigns.factories import make_campaign, rows, send_to
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory

NAMED_ADA = [[{"source": ["subscriber", "first_name"], "operator": "=", "value": "Ada"}]]


def count(api: Api, **sent: Any) -> int:
    answer = api.post("/campaigns/estimated-contacts", sent)
    assert answer.status_code == 200, answer.content
    number: int = answer.json()["count"]
    return number


@pytest.fixture
def one(db: None) -> Any:
    return ContactListFactory.create()


def test_rows_add_up_and_each_contact_counts_once(api: Api, one: Any) -> None:
    two, tag = ContactListFactory.create(), TagFactory.create()
    SubscriberFactory.create(lists=[one, two], tags=[tag])
    SubscriberFactory.create(lists=[two])
    SubscriberFactory.create(tags=[tag])
    SubscriberFactory.create()
    assert count(api, subscribers=[{"list": one.pk, "tag": "all"}, {"list": str(two.pk), "tag": "all"}]) == 2
    assert count(api, subscribers=[{"list": "all", "tag": str(tag.pk)}, {"list": two.pk}]) == 3
    assert count(api, subscribers=[{"list": one.pk, "tag": tag.pk}]) == 1
    assert count(api, subscribers=[{"list": "all", "tag": "all"}]) == 4


def test_it_leaves_out_who_is_excluded_and_who_may_not_be_written_to(api: Api, one: Any) -> None:
    tag = TagFactory.create()
    SubscriberFactory.create(lists=[one])
    SubscriberFactory.create(lists=[one], tags=[tag])
    for status in ("unsubscribed", "pending", "bounced", "complained", "transactional"):
        SubscriberFactory.create(lists=[one], status=status)
    chosen = [{"list": one.pk, "tag": "all"}]
    assert count(api, subscribers=chosen) == 2
    assert count(api, subscribers=chosen, excludedSubscribers=[{"list": "all", "tag": tag.pk}]) == 1
    assert count(api, subscribers=chosen, excludedSubscribers=[{"list": None, "tag": None}]) == 2
    assert count(api, subscribers=chosen, excludedSubscribers=[{"list": "all", "tag": "all"}]) == 0


def test_it_reads_lists_and_tags_as_fluentcrm_documents_them(api: Api, one: Any) -> None:
    tag = TagFactory.create()
    SubscriberFactory.create(lists=[one], tags=[tag])
    SubscriberFactory.create(lists=[one])
    assert count(api, subscribers={"lists": [one.pk]}) == 2
    assert count(api, subscribers={"lists": [one.pk], "tags": [tag.pk]}) == 1
    assert count(api, subscribers={"lists": [one.pk]}, excludedSubscribers={"tags": [tag.pk]}) == 1


@pytest.mark.parametrize("sent", [{}, {"subscribers": []}, {"subscribers": [{"list": None, "tag": ""}]}])
def test_nobody_chosen_is_nobody_and_cannot_be_kept(api: Api, sent: dict[str, Any]) -> None:
    SubscriberFactory.create()
    assert count(api, **sent) == 0
    campaign = make_campaign()
    assert api.post(f"/campaigns/{campaign.pk}/draft-recipients", sent).status_code == 422
    assert Campaign.objects.get().recipients == campaign.recipients


def test_it_takes_conditions_also_as_json_text(api: Api) -> None:
    SubscriberFactory.create(first_name="Ada")
    SubscriberFactory.create(first_name="Alan")
    assert count(api, sending_filter="advanced_filters", advanced_filters=NAMED_ADA) == 1
    text = '[[{"source": ["subscriber", "first_name"], "operator": "=", "value": "Ada"}]]'
    assert count(api, sending_filter="advanced_filters", advanced_filters=text) == 1
    assert count(api, sending_filter="advanced_filters", advanced_filters=[[]]) == 0


def test_it_takes_a_dynamic_segment(api: Api) -> None:
    SubscriberFactory.create(contact_type="lead")
    SubscriberFactory.create(contact_type="customer")
    conditions = Conditions(((Code("contact_type", "in", ("customer",)),),)).to_json()
    segment = DynamicSegment.objects.create(title="Customers", conditions=conditions)
    campaign = make_campaign()
    sent = {"sending_filter": "dynamic_segment", "dynamic_segment": {"slug": "custom_segment", "id": segment.pk}}
    assert api.post(f"/campaigns/{campaign.pk}/draft-recipients", sent).json()["count"] == 1
    segment.delete()
    assert not chosen_contacts(Campaign.objects.get()).exists()


def test_a_transactional_campaign_goes_to_transactional_contacts_too(db: None) -> None:
    SubscriberFactory.create(status="transactional")
    campaign = make_campaign()
    assert not chosen_contacts(campaign).exists()
    campaign.mailing.settings["is_transactional"] = "yes"
    assert chosen_contacts(campaign).count() == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"subscribers": 1},
        {"subscribers": ["1"]},
        {"subscribers": [{"list": "x"}]},
        {"subscribers": [{"list": -1}]},
        {"subscribers": [{"list": 1.5}]},
        {"subscribers": [{"list": "9" * 30}]},
        {"subscribers": [{"list": {"id": 1}}]},
        {"subscribers": [{"list": "1"}] * 501},
        {"subscribers": [{"list": "all"}], "excludedSubscribers": [{"tag": "\ud800"}]},
        {"sending_filter": "everybody"},
        {"sending_filter": "dynamic_segment", "dynamic_segment": {"id": "x"}},
        {"sending_filter": "advanced_filters", "advanced_filters": [[{"source": ["x", "y"], "operator": "="}]]},
    ],
)
def test_it_refuses_a_choice_that_it_cannot_read_whole(api: Api, sent: dict[str, Any]) -> None:
    campaign = make_campaign()
    for path in ("/campaigns/estimated-contacts", f"/campaigns/{campaign.pk}/draft-recipients"):
        assert api.post(path, sent).status_code in (400, 422)
    assert Campaign.objects.get().recipients == campaign.recipients


@pytest.mark.parametrize("contacts", [2, 12])
def test_its_list_takes_a_constant_number_of_statements(
    api: Api, one: Any, django_assert_num_queries: Any, contacts: int
) -> None:
    SubscriberFactory.create_batch(contacts, lists=[one])
    campaign = make_campaign(recipients=rows((str(one.pk), "all")))
    path = f"/campaigns/{campaign.pk}/contacts-by-segment?per_page=20"
    api.get(path)
    with django_assert_num_queries(5):
        assert len(api.get(path).json()["subscribers"]["data"]) == contacts


def test_a_resend_goes_to_those_who_got_it_and_have_not_opened_it(db: None) -> None:
    campaign = make_campaign()
    opened, unopened, failed = SubscriberFactory.create_batch(3)
    send_to(campaign, opened, opened_at="2026-01-31T09:05:00Z")
    send_to(campaign, unopened)
    send_to(campaign, failed, state="failed")
    again = make_campaign("Again", resend_of=campaign, resend_to="unopened")
    assert list(chosen_contacts(again)) == [unopened]
    again.resend_of = None
    assert not chosen_contacts(again).exists()


@pytest.mark.parametrize("text", ["\ud800", "\x00", "x" * 70_000])
def test_hostile_texts_beside_a_choice_do_no_harm(api: Api, text: str) -> None:
    campaign, one = make_campaign(), ContactListFactory.create()
    sent = {
        "subscribers": [{"list": one.pk, "tag": "all", "more": text}],
        "dynamic_segment": {"id": text, "slug": text},
        "advanced_filters": [[text]],
    }
    assert api.post(f"/campaigns/{campaign.pk}/draft-recipients", sent).status_code in (200, 400)
    condition = {"source": ["subscriber", "first_name"], "operator": "=", "value": text, "more": text}
    conditions = {"sending_filter": "advanced_filters", "advanced_filters": [[condition]]}
    assert api.post(f"/campaigns/{campaign.pk}/draft-recipients", conditions).status_code in (200, 400, 422)
    assert api.get(f"/campaigns/{campaign.pk}/estimated-recipients-count").status_code == 200
