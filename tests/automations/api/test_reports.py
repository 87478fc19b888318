"""The numbers of automations, new steps, and trying a webhook (recordings funnel-subscribers.json, funnel-goals.json)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from automations.models import Automation, Enrolment
from emails.models import Kind
from tests.automations.factories import AutomationFactory, BlockFactory, BlockRunFactory, EnrolmentFactory
from tests.automations.working import automation as make
from tests.automations.working import run_blocks, tag
from tests.client import Api
from tests.emails.factories import MailingFactory, MessageFactory
from tests.factories import SubscriberFactory, TagFactory
from tests.webhooks.receiver import Receiver, receiving


def mail_block(automation: Automation, **options: Any) -> Any:
    mailing = MailingFactory.create(kind=Kind.AUTOMATION, subject="Hello")
    settings = {"reference_campaign": mailing.pk}
    block = BlockFactory.create(automation=automation, action_name="send_custom_email", settings=settings, **options)
    return block, mailing


def test_it_counts_who_came_to_each_block(
    api: Api, automation: Automation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = BlockFactory.create(automation=automation, title="Mark", sequence=1)
    second, mailing = mail_block(automation, title="Mail", sequence=2)
    BlockFactory.create(automation=automation, title="Nobody", sequence=3)
    enrolments = EnrolmentFactory.create_batch(3, automation=automation)
    for enrolment in enrolments:
        BlockRunFactory.create(enrolment=enrolment, block=first)
        BlockRunFactory.create(enrolment=enrolment, block=first, round=2)
    BlockRunFactory.create(enrolment=enrolments[0], block=second)
    BlockRunFactory.create(enrolment=enrolments[1], block=second, status="failed")
    MessageFactory.create(mailing=mailing, kind=Kind.AUTOMATION, state="sent", opened_at=timezone.now())
    api.get("/funnels")
    with django_assert_num_queries(6):
        stats = api.get(f"/funnels/{automation.pk}/report").json()["stats"]
    step = {"percent": 100, "percent_text": 100, "previous_step_count": 3, "drop_count": 0, "drop_percent": 0}
    assert stats == {
        "metrics": [
            {"label": "Entrance", "count": 3, "sequence_id": 0, "type": "root", **step},
            {"label": "Mark", "count": 3, "sequence_id": first.pk, "type": "action", **step},
            {
                "label": "Mail",
                "count": 1,
                "sequence_id": second.pk,
                "type": "action",
                "percent": 33.33,
                "percent_text": 33.33,
                "previous_step_count": 3,
                "drop_count": 2,
                "drop_percent": 66.67,
                "link_clicks": 0,
                "email_opens": 1,
            },
        ],
        "total_revenue": 0,
        "total_revenue_formatted": "0.00",
        "revenue_currency": "USD",
    }


def test_one_that_nobody_entered_has_an_entrance(api: Api, automation: Automation) -> None:
    [step] = api.get(f"/funnels/{automation.pk}/report").json()["stats"]["metrics"]
    assert (step["count"], step["percent"], step["drop_percent"]) == (0, 100, 0)


def test_it_counts_the_mails(api: Api, automation: Automation) -> None:
    block, mailing = mail_block(automation)
    lost = BlockFactory.create(
        automation=automation, action_name="send_custom_email", settings={"reference_campaign": 999999}, sequence=2
    )
    BlockFactory.create(automation=automation)
    sent = {"mailing": mailing, "kind": Kind.AUTOMATION}
    MessageFactory.create(state="sent", opened_at=timezone.now(), clicked_at=timezone.now(), **sent)
    MessageFactory.create(state="sent", unsubscribed_at=timezone.now(), **sent)
    MessageFactory.create(state="scheduled", **sent)
    shown = api.get(f"/funnels/{automation.pk}/email_reports").json()["email_sequences"]
    assert [row["id"] for row in shown] == [block.pk, lost.pk]
    numbers = {"clicks": 1, "views": 1, "opens": 1, "unsubscribers": 1, "unsubscribes": 1, "revenue": 0}
    assert shown[0]["campaign"] == {
        "id": mailing.pk,
        "subject": "Hello",
        "stats": {"total": 3, "sent": 2, **numbers},
    }
    assert shown[1]["campaign"]["id"] is None


def test_whoever_is_through_goes_on_with_blocks_that_were_added_since(api: Api) -> None:
    one, two = TagFactory.create_batch(2)
    made = make(tag(one), trigger="user_register")
    contact, later = SubscriberFactory.create_batch(2)
    add = {"action_name": "add_to_automation", "automation_id": made.pk}
    api.post("/subscribers/do-bulk-action", {**add, "subscriber_ids": [contact.pk]})
    Enrolment.objects.update(updated_at=timezone.now() - timedelta(hours=1))
    assert api.get(f"/funnels/{made.pk}/syncable-counts").json() == {"syncable_count": 0}
    [first] = made.blocks.all()
    blocks = [
        {"id": first.pk, "action_name": "add_contact_to_tag", "settings": {"tags": [str(one.pk)]}},
        {"action_name": "add_contact_to_tag", "settings": {"tags": [str(two.pk)]}},
    ]
    api.post(f"/funnels/{made.pk}/sequences", {"sequences": blocks})
    # Who was through with the new block does not come again.
    api.post("/subscribers/do-bulk-action", {**add, "subscriber_ids": [later.pk]})
    assert api.get(f"/funnels/{made.pk}/syncable-counts").json() == {"syncable_count": 1}
    assert api.post(f"/funnels/{made.pk}/sync-new-steps", {}).json()["synced"] == 1
    assert set(contact.tags.all()) == {one}
    run_blocks()
    assert set(contact.tags.all()) == {one, two}
    assert api.get(f"/funnels/{made.pk}/syncable-counts").json() == {"syncable_count": 0}


def test_an_automation_without_blocks_has_no_new_steps(api: Api) -> None:
    automation = AutomationFactory.create()
    EnrolmentFactory.create(automation=automation, status="completed")
    assert api.get(f"/funnels/{automation.pk}/syncable-counts").json() == {"syncable_count": 0}
    assert api.post(f"/funnels/{automation.pk}/sync-new-steps", {}).json()["synced"] == 0


@pytest.fixture
def receiver(settings: Any) -> Any:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    with receiving() as receiver:
        yield receiver


TRY = "/funnels/send-test-webhook"


def test_it_tries_a_webhook(api: Api, receiver: Receiver) -> None:
    SubscriberFactory.create(email="admin@example.com", first_name="Ada")
    data = {
        "remote_url": receiver.url,
        "sending_method": "POST",
        "request_format": "json",
        "body_data_type": "custom",
        "body_data_values": [{"data_key": "name", "data_value": "{{contact.first_name}}"}],
        "header_type": "with_headers",
        "header_data": [{"data_key": "X-Shop", "data_value": "1"}],
    }
    assert api.post(TRY, {"data": data}).json() == {"message": "Test Webhook has been sent successfully"}
    [got] = receiver.got
    assert got.json["name"] == "Ada"
    assert {name.lower(): value for name, value in got.headers.items()}["x-shop"] == "1"


def test_without_a_contact_of_that_address_it_is_made_up(api: Api, receiver: Receiver) -> None:
    assert api.post(TRY, {"data": {"remote_url": receiver.url}}).status_code == 200
    [got] = receiver.got
    assert got.json["email"] == "admin@example.com"


@pytest.mark.parametrize(
    "data",
    [
        {"remote_url": "ftp://example.com"},
        {"remote_url": "https://example.com", "sending_method": "GET"},
        {"remote_url": ["https://example.com"]},
        {"remote_url": "http://127.0.0.1:9/"},
    ],
)
def test_it_says_why_a_webhook_was_not_sent(api: Api, data: Any) -> None:
    answer = api.post(TRY, {"data": data})
    assert answer.status_code == 422
    assert answer.json()["message"]


@pytest.mark.parametrize("sent", [{}, {"data": "x"}, {"data": {"remote_url": ""}}])
def test_a_webhook_wants_an_address(api: Api, sent: Any) -> None:
    answer = api.post(TRY, sent)
    assert answer.status_code == 422
    assert answer.json()["data.remote_url"] == {
        "required": "Remote URL is required",
        "url": "The data.remote_url format is invalid.",
    }
