"""/campaigns-pro: what follows from a campaign that was sent."""

from typing import Any

import pytest

from campaigns.models import Campaign
from campaigns.services import following
from campaigns.services.sending import start_next
from emails.models import Click, Link, Message
from emails.services.sending import send_due
from subscribers.models import Subscriber
from tests.campaigns.factories import make_campaign, send_to
from tests.client import Api
from tests.emails.smtp import Mailbox
from tests.factories import SubscriberFactory, TagFactory

AT = "2026-01-31T09:05:00Z"
ACTION = {"action_type": "add_tags", "activity_type": "email_open", "processing_page": 1}


def test_it_goes_again_to_those_who_have_not_opened_it(api: Api, mailbox: Mailbox) -> None:
    campaign = make_campaign(status="archived", queued_at=AT)
    send_to(campaign, SubscriberFactory.create(), opened_at=AT)
    unopened = SubscriberFactory.create()
    send_to(campaign, unopened)
    assert api.post(f"/campaigns-pro/{campaign.pk}/resend-unopened-emails").status_code == 200
    start_next()
    send_due()
    assert mailbox.addresses == [unopened.email]
    again = Campaign.objects.exclude(pk=campaign.pk).get()
    assert again.mailing.title == "[Resend] Spring sale"
    assert Campaign.objects.get(pk=campaign.pk).status == "archived"


def test_it_sends_those_again_that_failed_and_no_other(api: Api, mailbox: Mailbox) -> None:
    campaign = make_campaign(status="archived", queued_at=AT)
    failed = SubscriberFactory.create()
    send_to(campaign, failed, state="failed", sent_at=None)
    unsure = send_to(campaign, SubscriberFactory.create(), state="unsure", sent_at=None)
    sent = send_to(campaign, SubscriberFactory.create())
    assert api.post(f"/campaigns-pro/{campaign.pk}/resend-failed-emails").status_code == 200
    assert Campaign.objects.get().status == "working"
    send_due()
    assert mailbox.addresses == [failed.email]
    # One that may have arrived only if somebody names it, one that has arrived never.
    named = {"email_ids": [unsure.pk, sent.pk]}
    assert api.post(f"/campaigns-pro/{campaign.pk}/resend-emails", named).status_code == 200
    assert Message.objects.get(pk=sent.pk).state == "sent"
    assert Message.objects.get(pk=unsure.pk).state == "scheduled"


def test_it_tags_page_after_page(api: Api, monkeypatch: Any) -> None:
    monkeypatch.setattr(following, "PAGE", 2)
    campaign, tag = make_campaign(), TagFactory.create()
    opened = SubscriberFactory.create_batch(3)
    for contact in opened:
        send_to(campaign, contact, opened_at=AT)
    send_to(campaign, SubscriberFactory.create())
    path = f"/campaigns-pro/{campaign.pk}/tag-actions"
    first = api.post(path, {**ACTION, "tags": [tag.pk]}).json()
    assert (first["processed_contacts"], first["has_more"], first["total_count"]) == (2, True, 3)
    second = api.post(path, {**ACTION, "tags": [tag.pk], "processing_page": 2}).json()
    assert (second["processed_contacts"], second["has_more"]) == (1, False)
    assert set(Subscriber.objects.filter(tags=tag)) == set(opened)
    api.post(path, {**ACTION, "action_type": "remove_tags", "tags": [tag.pk]})
    assert Subscriber.objects.filter(tags=tag).count() == 1


def test_it_tags_who_followed_a_link_or_opened_nothing(api: Api) -> None:
    campaign, tag = make_campaign(), TagFactory.create()
    links = [Link.objects.create(mailing=campaign.mailing, url=f"https://a.example/{n}", digest=str(n)) for n in (1, 2)]
    contacts = SubscriberFactory.create_batch(2)
    for contact, link in zip(contacts, links, strict=True):
        message = send_to(campaign, contact, opened_at=AT, clicked_at=AT)
        Click.objects.create(message=message, link=link)
    unopened = SubscriberFactory.create()
    send_to(campaign, unopened)
    path = f"/campaigns-pro/{campaign.pk}/tag-actions"
    sent = {**ACTION, "tags": [tag.pk]}

    def who(**more: Any) -> list[int]:
        ids: list[int] = api.post(path, {**sent, **more}).json()["subscriber_ids"]
        return ids

    assert who(activity_type="email_clicked", link_ids=[links[1].pk]) == [contacts[1].pk]
    assert who(activity_type="email_clicked") == [contact.pk for contact in contacts]
    assert who(activity_type="email_not_open") == [unopened.pk]


@pytest.mark.parametrize("contacts", [2, 30])
def test_tagging_takes_a_constant_number_of_statements(
    api: Api, django_assert_max_num_queries: Any, contacts: int
) -> None:
    campaign, tag = make_campaign(), TagFactory.create()
    for contact in SubscriberFactory.create_batch(contacts):
        send_to(campaign, contact, opened_at=AT)
    with django_assert_max_num_queries(16):
        api.post(f"/campaigns-pro/{campaign.pk}/tag-actions", {**ACTION, "tags": [tag.pk]})
    assert Subscriber.objects.filter(tags=tag).count() == contacts


@pytest.mark.parametrize(
    "sent", [{"processing_page": 0}, {"processing_page": "x"}, {"activity_type": "x"}, {"tags": "1,x"}]
)
def test_it_names_what_is_wrong(api: Api, sent: dict[str, Any]) -> None:
    answer = api.post(f"/campaigns-pro/{make_campaign().pk}/tag-actions", {**ACTION, "tags": [1], **sent})
    assert answer.status_code == 400
