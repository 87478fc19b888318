"""Mails in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from emails.models import Message
from tests.emails.factories import MessageFactory
from tests.factories import UserFactory

LIST = "/admin/emails/message/"


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def act(browser: Client, action: str, *messages: Message) -> Any:
    """Choose the messages and the action, and confirm where the page asks."""
    sent: Any = {"action": action, "_selected_action": [str(message.pk) for message in messages]}
    answer = browser.post(LIST, sent)
    if answer.status_code == 302:
        return answer
    confirmed: dict[str, list[str]] = {}
    for name, value in answer.context["sent"]:
        confirmed.setdefault(name, []).append(str(value))
    return browser.post(LIST, confirmed)


def test_it_shows_what_is_unsure_and_why(browser: Client) -> None:
    MessageFactory.create(state="unsure", error="The connection was lost", mailing__subject="Asked")
    MessageFactory.create(state="sent", subject="Arrived")
    page = browser.get(f"{LIST}?state__exact=unsure").content.decode()
    assert "Asked" in page
    assert "The connection was lost" in page
    assert "Arrived" not in page


def test_it_finds_the_mails_of_a_contact(browser: Client) -> None:
    MessageFactory.create(subscriber__first_name="Ada", mailing__subject="To her")
    MessageFactory.create(subscriber__first_name="Bob", mailing__subject="To him")
    page = browser.get(f"{LIST}?q=ada").content.decode()
    assert "To her" in page
    assert "To him" not in page


def test_it_takes_as_many_statements_for_many_mails_as_for_few(browser: Client) -> None:
    counts = []
    for messages in (2, 30):
        MessageFactory.create_batch(messages)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_it_sends_again_only_what_was_not_sent_and_asks_first(browser: Client) -> None:
    states = ["unsure", "failed", "cancelled", "sent", "sending", "bounced"]
    messages = [MessageFactory.create(state=state, error="x", attempts=3) for state in states]
    asked = browser.post(LIST, {"action": "send_again", "_selected_action": str(messages[0].pk)})
    assert "(it may have arrived)" in asked.content.decode()
    assert Message.objects.get(pk=messages[0].pk).state == "unsure"
    act(browser, "send_again", *messages)
    assert list(Message.objects.order_by("pk").values_list("state", "error", "attempts")) == [
        ("scheduled", "", 0),
        ("scheduled", "", 0),
        ("scheduled", "", 0),
        ("sent", "x", 3),
        ("sending", "x", 3),
        ("bounced", "x", 3),
    ]


def test_it_cancels_what_has_not_left(browser: Client) -> None:
    messages = [MessageFactory.create(state=state) for state in ("scheduled", "sending", "sent")]
    act(browser, "cancel", *messages)
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "sending", "sent"]


def test_it_deletes_all_but_what_is_leaving(browser: Client) -> None:
    messages = [MessageFactory.create(state=state) for state in ("scheduled", "sending", "sent")]
    act(browser, "delete_selected", *messages)
    assert list(Message.objects.values_list("state", flat=True)) == ["sending"]


def test_it_lets_nobody_write_or_change_one(browser: Client) -> None:
    message = MessageFactory.create()
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.get(f"{LIST}{message.pk}/change/").status_code == 200
    assert browser.post(f"{LIST}{message.pk}/change/", {"state": "sent"}).status_code == 403


def test_its_actions_take_the_right_to_send(db: None) -> None:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_message"))
    client = Client()
    client.force_login(user)
    message = MessageFactory.create(state="failed")
    page = client.get(LIST).content.decode()
    assert f"#{message.subscriber_id}" in page
    assert message.email not in page
    assert "Send again" not in page
    client.post(LIST, {"action": "send_again", "_selected_action": str(message.pk)})
    assert Message.objects.get().state == "failed"
