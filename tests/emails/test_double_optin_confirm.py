"""The link to confirm: what it does, what is kept of it, and when it does nothing. One file, as it is one page."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from changes.models import Change
from emails.models import Consent, Message
from emails.services.asking import ask_consent
from emails.services.sending import send_due
from subscribers.models import Status, Subscriber
from subscribers.services import delete_contacts, set_status
from tests.client import Api
from tests.emails.consent import asked, follow, path_of, status_of
from tests.emails.factories import MessageFactory
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_folder")]
BROWSER = {"User-Agent": "Mozilla/5.0 (a browser)"}


def after(**time: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def save_settings(api: Api, **settings: Any) -> None:
    answer = api.put("/setting/double-optin", {"settings": settings})
    assert answer.status_code == 200, answer.content


def test_it_subscribes_and_shows_what_staff_wrote(api: Api) -> None:
    save_settings(api, after_confirm_message="<h2>Welcome</h2><p>To the club</p>")
    message = asked()
    answer = follow(message)
    assert answer.status_code == 200
    assert "<h2>Welcome</h2><p>To the club</p>" in answer.content.decode()
    assert "<title>Email Confirmation" in answer.content.decode()
    contact = Subscriber.objects.get()
    assert (contact.status, contact.unsubscribe_date) == ("subscribed", None)
    assert contact.last_activity is not None


def test_it_keeps_when_from_where_and_to_what(api: Api) -> None:
    save_settings(api, email_subject="Join us", email_body="<p>{{crm.activate_button|Yes}}</p>")
    message = asked(email="ada@example.com", lists=[news := ContactListFactory.create(title="News")])
    save_settings(api, email_subject="Changed", email_body="<p>Later {{crm.activate_button|Yes}}</p>")
    with time_machine.travel("2030-01-31T09:05:00Z", tick=False):
        Message.objects.update(sent_at=timezone.now())
        follow(message, headers=BROWSER, REMOTE_ADDR="203.0.113.7")
    consent = Consent.objects.get()
    assert consent.subscriber_id == message.subscriber_id
    assert consent.at.isoformat() == "2030-01-31T09:05:00+00:00"
    assert (consent.email, consent.ip, consent.user_agent) == (
        "ada@example.com",
        "203.0.113.7",
        "Mozilla/5.0 (a browser)",
    )
    # The text that was sent, whatever staff have written since.
    assert (consent.mailing.subject, consent.mailing.body) == ("Join us", "<p>{{crm.activate_button|Yes}}</p>")
    assert consent.lists == [{"id": news.pk, "title": "News"}]


def test_history_tells_it(api: Api) -> None:
    message = asked(email="ada@example.com", lists=[ContactListFactory.create(title="News")])
    follow(message, headers=BROWSER, REMOTE_ADDR="203.0.113.7")
    entries = api.get(f"/subscribers/{message.subscriber_id}/history").json()["history"]["data"]
    given, status = entries[0], entries[1]
    assert given["change"] == "consent_given"
    assert given["channel"] == status["channel"] == "system"
    assert given["actor"] == status["actor"] == {"kind": "contact", "id": message.subscriber_id}
    assert given["details"] == {
        "consent": Consent.objects.get().pk,
        "email": "ada@example.com",
        "ip": "203.0.113.7",
        "user_agent": "Mozilla/5.0 (a browser)",
        "subject": "Please confirm your subscription",
        "lists": ["News"],
    }
    assert (status["change"], status["details"]) == (
        "status_changed",
        {"status": ["subscribed"], "previous": "pending"},
    )


def test_asking_twice_is_harmless() -> None:
    message = asked()
    pages = [follow(message), follow(message), follow(message)]
    assert {page.status_code for page in pages} == {200}
    assert len({page.content for page in pages}) == 1
    assert Consent.objects.count() == 1
    assert Change.objects.filter(event__in=("consent_given", "status_changed")).count() == 2


def test_it_keeps_the_consent_of_a_contact_that_staff_subscribed_before() -> None:
    message = asked()
    set_status([message.subscriber_id], Status.SUBSCRIBED)
    follow(message)
    follow(message)
    assert Consent.objects.count() == 1
    assert Change.objects.filter(event="status_changed").count() == 1


def test_a_long_user_agent_is_cut() -> None:
    follow(asked(), headers={"User-Agent": "x" * 5000})
    assert Consent.objects.get().user_agent == "x" * 500


def test_it_takes_the_proxy_at_its_word_only_where_there_is_one(settings: Any) -> None:
    forwarded = {"X-Forwarded-For": "198.51.100.9, 203.0.113.7"}
    follow(asked(), headers=forwarded)
    settings.BEHIND_PROXY = True
    follow(asked(), headers=forwarded)
    assert list(Consent.objects.order_by("pk").values_list("ip", flat=True)) == ["127.0.0.1", "203.0.113.7"]


def test_it_sends_on_where_staff_say_so(api: Api) -> None:
    message = asked()
    save_settings(api, after_confirmation_type="redirect", after_conf_redirect_url="https://shop.example.com/thanks")
    answer = follow(message)
    assert (answer.status_code, answer["Location"]) == (307, "https://shop.example.com/thanks")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert status_of(message.subscriber_id) == "subscribed"


def test_it_sends_on_by_the_tags_of_the_contact(api: Api) -> None:
    gold, blue, red = TagFactory.create_batch(3)
    redirects = [
        {"field_key": [red.pk], "field_value": "https://shop.example.com/red"},
        {"field_key": [gold.pk, blue.pk], "field_value": "https://shop.example.com/gold"},
    ]
    save_settings(
        api,
        after_confirmation_type="redirect",
        after_conf_redirect_url="https://shop.example.com/all",
        tag_based_redirect="yes",
        tag_redirects=redirects,
    )
    wanted = {"all": [], "gold": [blue], "red": [gold, red]}
    for word, tags in wanted.items():
        assert follow(asked(tags=tags))["Location"] == f"https://shop.example.com/{word}"


def test_it_shows_a_sentence_of_its_own_where_staff_wrote_none(api: Api) -> None:
    save_settings(api, after_confirm_message="")
    assert "Your subscription is confirmed" in follow(asked()).content.decode()


# --- Links that do nothing ------------------------------------------------------------------------


def nothing_happened(message: Message, status: str) -> None:
    assert status_of(message.subscriber_id) == status
    assert not Consent.objects.exists()
    assert not Change.objects.filter(event="consent_given").exists()


@pytest.mark.parametrize("status", ["bounced", "complained", "spammed"])
def test_an_old_link_subscribes_nobody_who_bounced_or_complained(status: str) -> None:
    message = asked()
    set_status([message.subscriber_id], status)
    answer = follow(message)
    assert answer.status_code == 410
    assert "out of date" in answer.content.decode()
    nothing_happened(message, status)


def test_the_newer_decision_to_leave_holds() -> None:
    message = asked()
    with after(minutes=1):
        set_status([message.subscriber_id], Status.UNSUBSCRIBED)
    assert follow(message).status_code == 410
    nothing_happened(message, "unsubscribed")


def test_a_mail_that_was_asked_for_after_leaving_brings_back() -> None:
    message = asked()
    with after(minutes=1):
        set_status([message.subscriber_id], Status.UNSUBSCRIBED, "Too many")
    with after(minutes=10):
        ask_consent([message.subscriber_id], returning=[message.subscriber_id])
        assert send_due() == 1
        newer = Message.objects.latest("pk")
        assert newer.kind == "return"
        assert follow(message).status_code == 410
        assert follow(newer).status_code == 200
    kept = Subscriber.objects.values_list("status", "unsubscribe_reason", "unsubscribe_date").get()
    assert list(kept) == ["subscribed", None, None]
    assert Consent.objects.count() == 1


def test_a_link_brings_nobody_back_who_confirmed_by_it_and_left() -> None:
    message = asked()
    follow(message)
    with after(minutes=1):
        set_status([message.subscriber_id], Status.UNSUBSCRIBED)
        assert follow(message).status_code == 410
    assert status_of(message.subscriber_id) == "unsubscribed"


def test_it_expires(settings: Any) -> None:
    settings.DOUBLE_OPTIN_DAYS = 7
    message = asked()
    with after(days=8):
        answer = follow(message)
        assert answer.status_code == 410
        assert "expired" in answer.content.decode()
        assert "<form" not in answer.content.decode()
        nothing_happened(message, "pending")
        settings.DOUBLE_OPTIN_DAYS = 0
        assert follow(message).status_code == 200


def test_it_expires_so_many_days_after_the_mail_left(settings: Any) -> None:
    settings.DOUBLE_OPTIN_DAYS = 7
    contact = SubscriberFactory.create(status="pending")
    ask_consent([contact.pk])
    with after(days=2):
        assert send_due() == 1
    with after(days=8):
        assert follow(Message.objects.get()).status_code == 200


def test_a_link_to_an_old_address_confirms_no_new_one() -> None:
    message = asked(email="old@example.com")
    Subscriber.objects.update(email="new@example.com")
    answer = follow(message)
    assert answer.status_code == 410
    assert "another address" in answer.content.decode()
    nothing_happened(message, "pending")
    Subscriber.objects.update(email="OLD@example.com")
    assert follow(message).status_code == 200


def test_another_mail_confirms_nothing() -> None:
    contact = SubscriberFactory.create(status="pending")
    message = MessageFactory.create(subscriber=contact)
    assert follow(message).status_code == 404
    nothing_happened(message, "pending")


@pytest.mark.parametrize("gone", ["message", "contact"])
def test_it_says_so_where_nothing_is_there_any_more(gone: str) -> None:
    message = asked()
    path = path_of("confirm", message)
    if gone == "message":
        Message.objects.all().delete()
    else:
        delete_contacts([message.subscriber_id])
    assert Client().get(path).status_code == 404


def test_the_consent_goes_with_its_contact() -> None:
    message = asked()
    follow(message)
    delete_contacts([message.subscriber_id])
    assert not Consent.objects.exists()


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}])
def test_a_machine_that_looks_ahead_confirms_nothing(headers: dict[str, str]) -> None:
    message = asked()
    page = follow(message, headers=headers)
    nothing_happened(message, "pending")
    # A browser may show the page that it looked at ahead: it has a button.
    assert '<form method="post">' in page.content.decode()
    assert Client().post(path_of("confirm", message)).status_code == 200
    assert status_of(message.subscriber_id) == "subscribed"


def test_a_head_request_confirms_nothing() -> None:
    message = asked()
    assert Client().head(path_of("confirm", message)).status_code == 200
    nothing_happened(message, "pending")
