"""/subscribers/{id}/emails, /campaigns/emails/{id}/preview, /reports/emails, and the numbers of mails."""

from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from emails.models import Click, Kind, Link, Mailing, Message
from emails.services import sending
from options.services import write_option
from subscribers.models import Status
from subscribers.services import delete_contacts
from tests.client import Api
from tests.emails.factories import MailingFactory, MessageFactory
from tests.emails.smtp import Mailbox
from tests.factories import SubscriberFactory

MAIL = {
    "title": "A Title",
    "email_subject": "Hello {{contact.first_name}}",
    "email_pre_header": "Look",
    "email_body": "<p>Hi {{contact.first_name}}</p>",
    "design_template": "simple",
    "settings": {"template_config": {"text_color": "#111111"}},
}


def ids(answer: Any) -> list[int]:
    return [mail["id"] for mail in answer.json()["emails"]["data"]]


# --- Sending --------------------------------------------------------------------------------------


def test_it_sends_a_mail_at_once(api: Api, mailbox: Mailbox) -> None:
    contact = SubscriberFactory.create(first_name="Ada")
    answer = api.post(f"/subscribers/{contact.pk}/emails/send", {"campaign": MAIL})
    assert answer.json() == {"message": "Custom Email has been successfully sent"}
    assert mailbox.only()["Subject"] == "Hello Ada"
    [mail] = api.get(f"/subscribers/{contact.pk}/emails").json()["emails"]["data"]
    assert (mail["status"], mail["email_subject"], mail["is_open"]) == ("sent", "Hello Ada", "0")
    assert Mailing.objects.get().created_by_id


def test_what_the_server_does_not_take_now_is_tried_again(api: Api, mailbox: Mailbox) -> None:
    contact = SubscriberFactory.create()
    mailbox.at_rcpt[contact.email] = "450 Busy"
    assert api.post(f"/subscribers/{contact.pk}/emails/send", {"campaign": MAIL}).status_code == 200
    [mail] = api.get(f"/subscribers/{contact.pk}/emails").json()["emails"]["data"]
    assert (mail["status"], mail["note"]) == ("scheduled", "450 Busy")


def test_a_database_that_fails_after_it_left_repeats_no_mail(
    api: Api, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def lose(*arguments: Any) -> None:
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(sending, "finish", lose)
    contact = SubscriberFactory.create()
    assert api.post(f"/subscribers/{contact.pk}/emails/send", {"campaign": MAIL}).status_code == 200
    assert mailbox.addresses == [contact.email]
    assert Message.objects.get().state == "sending"
    assert "It is not known" in caplog.text


def test_it_sends_no_other_mail_that_is_due(api: Api, mailbox: Mailbox) -> None:
    MessageFactory.create()
    contact = SubscriberFactory.create()
    api.post(f"/subscribers/{contact.pk}/emails/send", {"campaign": MAIL})
    assert mailbox.addresses == [contact.email]


@pytest.mark.parametrize("status", [status for status in Status.values if status != "subscribed"])
def test_it_sends_only_to_those_who_are_subscribed(api: Api, status: str) -> None:
    contact = SubscriberFactory.create(status=status)
    answer = api.post(f"/subscribers/{contact.pk}/emails/send", {"campaign": MAIL})
    assert (answer.status_code, answer.json()["message"]) == (422, "Subscriber's status need to be subscribed.")
    assert not Mailing.objects.exists()


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({}, 422, "campaign"),
        ({"campaign": "x"}, 400, "campaign"),
        ({"campaign": MAIL | {"email_subject": " "}}, 422, "email_subject"),
        ({"campaign": MAIL | {"email_body": " "}}, 422, "email_body"),
        ({"campaign": {"email_subject": "x"}}, 422, "email_body"),
        ({"campaign": MAIL | {"settings": "x"}}, 400, "settings"),
    ],
)
def test_it_names_what_is_wrong(api: Api, sent: Any, status: int, field: str) -> None:
    contact = SubscriberFactory.create()
    answer = api.post(f"/subscribers/{contact.pk}/emails/send", sent)
    assert answer.status_code == status
    assert list(answer.json()["errors"]) == [field]
    assert not Message.objects.exists()


# --- Lists ----------------------------------------------------------------------------------------


def test_it_lists_a_contact_s_mails_by_what_it_did(api: Api) -> None:
    contact = SubscriberFactory.create()
    now = timezone.now()
    plain = MessageFactory.create(subscriber=contact)
    opened = MessageFactory.create(subscriber=contact, opened_at=now)
    clicked = MessageFactory.create(subscriber=contact, opened_at=now, clicked_at=now)
    MessageFactory.create(subscriber=contact, mailing__kind=Kind.DOUBLE_OPTIN)
    MessageFactory.create()
    path = f"/subscribers/{contact.pk}/emails"
    assert ids(api.get(path)) == [clicked.pk, opened.pk, plain.pk]
    assert ids(api.get(f"{path}?filter=open")) == [clicked.pk, opened.pk]
    assert ids(api.get(f"{path}?filter=click")) == [clicked.pk]
    assert ids(api.get(f"{path}?filter=unopened")) == [plain.pk]
    assert ids(api.get(f"{path}?per_page=1&page=2")) == [opened.pk]
    assert api.get(f"{path}?filter=eaten").status_code == 400


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("scheduled", "scheduled"),
        ("sending", "processing"),
        ("sent", "sent"),
        ("failed", "failed"),
        ("bounced", "bounced"),
        ("unsure", "processing"),
        ("cancelled", "cancelled"),
    ],
)
def test_it_tells_states_in_fluentcrm_s_words(api: Api, state: str, shown: str) -> None:
    message = MessageFactory.create(state=state)
    [mail] = api.get(f"/subscribers/{message.subscriber_id}/emails").json()["emails"]["data"]
    assert mail["status"] == shown
    assert mail["email_subject"] == "Hello {{contact.first_name|there}}"


def test_it_lists_all_mails_with_contact_and_campaign(api: Api) -> None:
    mailing = MailingFactory.create(title="Big News")
    first, second = MessageFactory.create_batch(2, mailing=mailing)
    MessageFactory.create(state="failed")
    answer = api.get("/reports/emails?status=scheduled").json()
    assert answer["statuses"] is None
    assert [mail["id"] for mail in answer["emails"]["data"]] == [second.pk, first.pk]
    mail = answer["emails"]["data"][0]
    assert mail["subscriber"]["email"] == second.email
    campaign = mail["campaign"]
    assert (campaign["id"], campaign["slug"], campaign["recipients_count"]) == (mailing.pk, "big-news", 2)


@pytest.mark.parametrize("messages", [2, 12])
def test_lists_take_a_constant_number_of_statements(api: Api, django_assert_num_queries: Any, messages: int) -> None:
    contact = SubscriberFactory.create()
    MessageFactory.create_batch(messages, subscriber=contact)
    path = f"/subscribers/{contact.pk}/emails"
    api.get(path)
    with django_assert_num_queries(4):
        assert len(ids(api.get(path))) == messages
    with django_assert_num_queries(7):
        assert len(ids(api.get("/reports/emails"))) == messages


def test_it_deletes_mails_of_that_contact_alone(api: Api) -> None:
    message, other = MessageFactory.create_batch(2)
    leaving = MessageFactory.create(subscriber=message.subscriber, state="sending")
    chosen = {"email_ids": [message.pk, other.pk, leaving.pk, 999]}
    assert api.delete(f"/subscribers/{message.subscriber_id}/emails", chosen).status_code == 200
    assert set(Message.objects.values_list("pk", flat=True)) == {other.pk, leaving.pk}
    api.delete("/reports/emails", chosen)
    assert set(Message.objects.values_list("pk", flat=True)) == {leaving.pk}


def test_mails_go_with_their_contact(api: Api) -> None:
    message, other = MessageFactory.create_batch(2)
    link = Link.objects.create(mailing=message.mailing, url="https://a.example.com", digest="x")
    Click.objects.create(message=message, link=link)
    delete_contacts([message.subscriber_id])
    assert list(Message.objects.all()) == [other]
    assert not Click.objects.exists()


def test_what_is_not_there_is_404(api: Api) -> None:
    for path in ("/subscribers/999/emails", "/subscribers/999/emails/template-mock", "/subscribers/999/url-metrics"):
        assert api.get(path).status_code == 404
    assert api.post("/subscribers/999/emails/send", {"campaign": MAIL}).status_code == 404
    assert api.get("/campaigns/emails/999/preview").status_code == 404


# --- One mail -------------------------------------------------------------------------------------


def test_a_preview_is_what_the_contact_sees_without_counting(api: Api) -> None:
    message = MessageFactory.create(subscriber__first_name="<Ada>")
    write_option("email_settings", {"from_name": "Shop", "from_email": "shop@example.com"})
    answer = api.get(f"/campaigns/emails/{message.pk}/preview").json()
    mail = answer["email"]
    assert mail["from"] == {"name": "Shop", "email": "shop@example.com"}
    assert mail["subject"] == "Hello <Ada>"
    assert "<p>Hi &lt;Ada&gt;, " in mail["body"]
    assert 'href="https://shop.example.com/a"' in mail["body"]
    assert "<img" not in mail["body"]
    assert answer["info"]["subscriber"]["campaign_id"] == str(message.mailing_id)


def test_it_counts_the_links_that_a_contact_followed(api: Api) -> None:
    contact = SubscriberFactory.create()
    for number in (1, 2):
        message = MessageFactory.create(subscriber=contact)
        for url, count in (("https://a.example.com", number), ("https://b.example.com", 5)):
            link = Link.objects.create(mailing=message.mailing, url=url, digest=url)
            Click.objects.create(message=message, link=link, count=count)
    assert api.get(f"/subscribers/{contact.pk}/url-metrics").json()["urlMetrics"]["data"] == [
        {"url": "https://b.example.com", "count": "10"},
        {"url": "https://a.example.com", "count": "3"},
    ]
