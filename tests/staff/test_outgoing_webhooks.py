"""Outgoing webhooks in the admin, and their deliveries."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changes.models import Change
from tests.factories import UserFactory
from tests.webhooks.endpoints import SECRET, make_endpoint, run
from tests.webhooks.receiver import Receiver, receiving
from webhooks.models import Delivery, Endpoint, Lane
from webhooks.services.posting import NewEvent, Post, queue_posts, write_events

pytestmark = pytest.mark.django_db(transaction=True)
LIST, DELIVERIES = "/admin/webhooks/endpoint/", "/admin/webhooks/delivery/"
FORM = {"url": "https://example.com/hook", "description": "Shop", "events": ["email.sent"], "batch": "1"}


@pytest.fixture
def receiver(settings: Any) -> Any:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    with receiving() as receiver:
        yield receiver


def told(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def act(browser: Client, path: str, action: str, *ids: int, **more: str) -> Any:
    return browser.post(path, {"action": action, "_selected_action": ids, **more})


def test_it_makes_one_and_shows_the_secret_once(browser: Client) -> None:
    response = browser.post(f"{LIST}add/", FORM)
    assert response.status_code == 302
    endpoint = Endpoint.objects.get()
    assert (endpoint.url, endpoint.events, str(endpoint.created_by)) == (FORM["url"], ["email.sent"], "admin")
    assert endpoint.secret in told(response).replace("&#x2B;", "+")
    assert Lane.objects.filter(endpoint=endpoint).exists()
    assert Change.objects.get().channel == "admin"
    browser.get(LIST)  # shows the message
    for path in (LIST, f"{LIST}{endpoint.pk}/change/", f"{LIST}{endpoint.pk}/history/"):
        page = browser.get(path)
        assert page.status_code == 200
        assert endpoint.secret not in page.content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": "ftp://example.com/"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["x"]}, "events"),
        ({"batch": "501"}, "batch"),
        ({"batch": "0"}, "batch"),
    ],
)
def test_it_holds_to_the_rules_of_the_api(browser: Client, change: dict[str, Any], field: str) -> None:
    response = browser.post(f"{LIST}add/", FORM | change)
    assert list(response.context["adminform"].form.errors) == [field]
    assert not Endpoint.objects.exists()


def test_it_changes_and_deletes(browser: Client) -> None:
    endpoint = make_endpoint()
    assert browser.post(f"{LIST}{endpoint.pk}/change/", FORM | {"is_disabled": "on"}).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.events, endpoint.is_disabled, endpoint.secret) == (["email.sent"], True, SECRET)
    assert "disabled" in browser.get(LIST).content.decode()
    assert browser.post(f"{LIST}{endpoint.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Endpoint.objects.exists()
    assert not Lane.objects.exists()
    assert Change.objects.filter(event="endpoint_deleted").count() == 1


def test_it_says_that_one_fails(browser: Client) -> None:
    make_endpoint()
    Lane.objects.update(pauses=1, failing_since="2026-01-31T09:05:00Z")
    assert "failing since 31 Jan 2026, 09:05" in browser.get(LIST).content.decode()


def test_it_sends_a_test_event(browser: Client, receiver: Receiver) -> None:
    endpoint = make_endpoint(receiver.url)
    assert "it answered 200" in told(act(browser, LIST, "send_test", endpoint.pk))
    assert receiver.got[0].json["type"] == "webhook.test"
    Endpoint.objects.update(url="http://127.0.0.1:1/")
    assert "cannot be reached" in told(act(browser, LIST, "send_test", endpoint.pk))


def test_it_makes_a_new_secret_after_asking(browser: Client) -> None:
    endpoint = make_endpoint()
    page = act(browser, LIST, "make_secret", endpoint.pk)
    sent = dict(page.context["sent"])
    answer = act(browser, LIST, "make_secret", endpoint.pk, confirmed=sent["confirmed"])
    endpoint.refresh_from_db()
    assert endpoint.secret != SECRET
    assert endpoint.secrets == [endpoint.secret, SECRET]
    assert endpoint.secret in told(answer).replace("&#x2B;", "+")


def test_nobody_finds_a_secret_by_asking_for_its_letters(browser: Client) -> None:
    make_endpoint()
    for name in ("secret", "former_secret"):
        assert browser.get(f"{LIST}?{name}__startswith=w").status_code in (302, 400)


def test_deliveries_are_shown_and_sent_again(browser: Client, receiver: Receiver) -> None:
    endpoint = make_endpoint(receiver.url)
    [pk] = write_events([NewEvent("contact.created", timezone.now(), 7, '{"a": "<b>"}', [endpoint.pk])])
    [post] = queue_posts([Post("https://example.com/post", "automation", {"x": 1})])
    receiver.reply = (400, b"<i>no</i>", {})
    run()
    page = browser.get(f"{DELIVERIES}{pk}/change/").content.decode()
    assert "&lt;b&gt;" in page
    assert "&lt;i&gt;no&lt;/i&gt;" in page
    assert "https://example.com/post" in browser.get(f"{DELIVERIES}{post}/change/").content.decode()
    assert browser.get(f"{DELIVERIES}?state__exact=failed").status_code == 200
    receiver.reply = (200, b"", {})
    assert "Queued again: 1 delivery" in told(act(browser, DELIVERIES, "send_again", pk))
    run()
    assert Delivery.objects.get(pk=pk).state == "delivered"


def test_those_of_a_deleted_endpoint_are_shown(browser: Client) -> None:
    endpoint = make_endpoint()
    [pk] = write_events([NewEvent("contact.created", timezone.now(), 7, "{}", [endpoint.pk])])
    Lane.objects.all().delete()
    Endpoint.objects.all()._raw_delete(using="default")
    assert browser.get(DELIVERIES).status_code == 200
    assert browser.get(f"{DELIVERIES}{pk}/change/").status_code == 200


def test_rights() -> None:
    endpoint = make_endpoint()
    [pk] = write_events([NewEvent("contact.created", timezone.now(), 7, "{}", [endpoint.pk])])
    Delivery.objects.update(state="failed")
    staff = UserFactory.create(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=["view_endpoint", "view_delivery"]))
    client = Client()
    client.force_login(staff)
    assert client.get(LIST).status_code == client.get(DELIVERIES).status_code == 200
    assert client.post(f"{LIST}add/", FORM).status_code == 403
    assert client.post(f"{LIST}{endpoint.pk}/change/", FORM).status_code == 403
    act(client, LIST, "make_secret", endpoint.pk)
    act(client, DELIVERIES, "send_again", pk)
    endpoint.refresh_from_db()
    assert endpoint.secret == SECRET
    assert Delivery.objects.get().state == "failed"


def test_a_list_costs_as_much_for_many_as_for_few(browser: Client) -> None:
    costs = []
    for number in (2, 50):
        for _ in range(number):
            endpoint = make_endpoint()
        write_events([NewEvent("contact.created", timezone.now(), 7, "{}", [endpoint.pk])] * number)
        for path in (LIST, DELIVERIES):
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(path).status_code == 200
            costs.append(len(captured))
    assert costs[:2] == costs[2:]


def test_events_are_named_in_words_beside_the_names_that_receivers_read(browser: Client) -> None:
    page = browser.get(f"{LIST}add/").content.decode()
    assert "Contact added to a list (contact.group_attached)" in page
    assert "Mail led to leaving (email.unsubscribed)" in page
