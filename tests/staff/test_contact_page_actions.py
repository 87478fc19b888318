"""What staff do on the page of a contact without its form."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from changes.models import Change
from emails.models import Message
from notes.models import Note
from segments.models import ContactList, Tag
from subscribers import services
from subscribers.models import Subscriber
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.staff.test_contact_page import EVIL, LIST, PART, page_of, signed_in

MODELS: dict[str, Any] = {"tags": Tag, "lists": ContactList}
FACTORIES: dict[str, Any] = {"tags": TagFactory, "lists": ContactListFactory}
NOTE = {"type": "call", "title": "Called", "description": "<p>About <b>it</b></p>"}
kinds = pytest.mark.parametrize("kind", MODELS)
with_and_without_htmx = pytest.mark.parametrize("headers", [{}, PART], ids=["plain", "htmx"])


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create(email="ada@example.com", status="subscribed")


def post(client: Client, contact: Subscriber, route: str, sent: Any = None, **options: Any) -> Any:
    return client.post(f"{LIST}{contact.pk}/{route}/", sent or {}, **options)


def told(client: Client, answer: Any) -> str:
    """The message of an answer: of the head of the page alone, or of the page that it leads to."""
    if answer.status_code == 302:
        return " ".join(str(message) for message in client.get(answer["Location"]).context["messages"])
    assert answer.status_code == 200
    assert answer.content.decode().startswith('<section id="contact-head"')
    return str(answer.context["done"] or answer.context["problem"])


def titles(contact: Subscriber, kind: str) -> list[str]:
    return sorted(getattr(contact, kind).values_list("title", flat=True))


@kinds
@with_and_without_htmx
def test_it_attaches_by_title(browser: Client, contact: Subscriber, kind: str, headers: Any) -> None:
    there = FACTORIES[kind].create(title="Very good")
    answer = post(browser, contact, f"{kind}/attach", {"title": "  very GOOD "}, headers=headers)
    assert told(browser, answer) == "Added: very GOOD."
    assert titles(contact, kind) == ["Very good"]
    entry = Change.objects.latest("pk")
    assert (entry.event, entry.details["targets"], entry.channel) == (f"{kind}_attached", [there.pk], "admin")
    assert LogEntry.objects.get().object_id == str(contact.pk)


@kinds
@pytest.mark.parametrize("title", ["UK", "2024", "Ünïcode & more", EVIL])
def test_it_makes_what_there_is_not(browser: Client, contact: Subscriber, kind: str, title: str) -> None:
    answer = post(browser, contact, f"{kind}/attach", {"title": title}, headers=PART)
    assert titles(contact, kind) == [title]
    assert EVIL not in answer.content.decode()
    post(browser, contact, f"{kind}/attach", {"title": title})
    assert MODELS[kind].objects.count() == 1


@kinds
@with_and_without_htmx
@pytest.mark.parametrize("title", ["", "  ", "\x00", "x" * 193])
def test_it_says_what_is_wrong_with_a_title(
    browser: Client, contact: Subscriber, kind: str, title: str, headers: Any
) -> None:
    problem = told(browser, post(browser, contact, f"{kind}/attach", {"title": title}, headers=headers))
    assert problem in {
        f"Type the title of a {kind[:-1]}.",
        f"The title of a {kind[:-1]} has at most 192 characters.",
    }
    assert not MODELS[kind].objects.exists()


@kinds
def test_making_one_takes_the_right_to_add(contact: Subscriber, kind: str) -> None:
    client = signed_in("view_subscriber", "change_subscriber")
    assert "you may not add one" in told(client, post(client, contact, f"{kind}/attach", {"title": "New"}))
    assert not MODELS[kind].objects.exists()
    FACTORIES[kind].create(title="New")
    post(client, contact, f"{kind}/attach", {"title": "New"})
    assert titles(contact, kind) == ["New"]


@kinds
@with_and_without_htmx
def test_it_detaches(browser: Client, contact: Subscriber, kind: str, headers: Any) -> None:
    kept, gone = (FACTORIES[kind].create(title=title) for title in ("Kept", "Gone"))
    services.sync_segments([contact.pk], kind, [kept.pk, gone.pk], [])  # type: ignore[arg-type]
    assert told(browser, post(browser, contact, f"{kind}/detach", {"key": gone.pk}, headers=headers)) == "Removed."
    assert titles(contact, kind) == ["Kept"]
    for key in ("", "x", "9" * 18, "9" * 19, "-1"):
        assert post(browser, contact, f"{kind}/detach", {"key": key}, headers=headers).status_code in {200, 302}
    assert titles(contact, kind) == ["Kept"]


@kinds
def test_it_suggests_titles(browser: Client, kind: str) -> None:
    for title in ("Évian & co", "Eviction", "Other"):
        FACTORIES[kind].create(title=title)
    address = f"{LIST}suggest/{kind}/"
    shown = browser.get(address, {"title": "evi"}).content.decode()
    assert sorted(shown.split("</option>")[:-1]) == ['<option value="Eviction">', '<option value="Évian &amp; co">']
    assert browser.get(address).content == b""
    assert signed_in("change_subscriber").get(address, {"title": "evi"}).status_code == 403


@with_and_without_htmx
def test_it_asks_before_a_contact_leaves(browser: Client, contact: Subscriber, headers: Any) -> None:
    asked = post(browser, contact, "status", {"status": "unsubscribed"}, headers=headers)
    assert "Set the status to Unsubscribed?" in asked.content.decode()
    contact.refresh_from_db()
    assert contact.status == "subscribed"
    sent = {"status": "unsubscribed", "reason": "Said so", "confirmed": "1"}
    assert told(browser, post(browser, contact, "status", sent, headers=headers)) == "The status was changed."
    contact.refresh_from_db()
    assert (contact.status, contact.unsubscribe_reason) == ("unsubscribed", "Said so")


def test_it_asks_before_a_contact_comes_back_and_not_otherwise(browser: Client, contact: Subscriber) -> None:
    post(browser, contact, "status", {"status": "pending"})
    contact.refresh_from_db()
    assert contact.status == "pending"
    services.set_status([contact.pk], "complained")
    assert "Do so only if the contact asked for it." in post(
        browser, contact, "status", {"status": "subscribed"}
    ).content.decode().replace("\n", " ")
    contact.refresh_from_db()
    assert contact.status == "complained"


@with_and_without_htmx
@pytest.mark.parametrize("sent", [{}, {"status": "odd"}, {"status": "pending", "reason": "x" * 501}])
def test_it_refuses_a_status_that_is_none(browser: Client, contact: Subscriber, sent: Any, headers: Any) -> None:
    assert told(browser, post(browser, contact, "status", sent, headers=headers))
    contact.refresh_from_db()
    assert contact.status == "subscribed"


def test_it_asks_for_consent_where_it_makes_sense(browser: Client, contact: Subscriber) -> None:
    assert told(browser, post(browser, contact, "consent")) == "Only a pending or unsubscribed contact can be asked."
    assert "Ask for consent" not in browser.get(page_of(contact)).content.decode()
    services.set_status([contact.pk], "pending")
    assert "Ask for consent" in browser.get(page_of(contact)).content.decode()
    assert told(browser, post(browser, contact, "consent")) == "The request for consent is on its way."
    assert Message.objects.get().subscriber == contact
    assert told(browser, post(browser, contact, "consent")).startswith("It was asked just now.")
    assert Message.objects.count() == 1


def test_it_adds_a_note_in_the_name_of_who_is_signed_in(browser: Client, admin: User, contact: Subscriber) -> None:
    sent = NOTE | {"title": "<b>Called</b>", "description": f"<p onclick='x()'>ok</p>{EVIL}"}
    answer = post(browser, contact, "note", sent)
    assert (answer.status_code, answer["Location"]) == (302, page_of(contact, "?tab=activity"))
    note = Note.objects.get()
    assert (note.subscriber, note.created_by, note.type, note.status) == (contact, admin, "call", "open")
    assert (note.title, note.description) == ("Called", "<p>ok</p>")
    assert Change.objects.latest("pk").event == "note_created"
    assert [item.title for item in browser.get(page_of(contact)).context["timeline"].items] == ["Called"]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("type", "odd", "Select a valid choice."),
        ("title", "<b></b>", "The title must have a text."),
        ("description", EVIL, "Nothing of the description is allowed here."),
        ("description", "", "This field is required."),
        ("description", "x" * 65_536, "The description is too long."),
    ],
)
def test_it_refuses_what_the_api_refuses_and_keeps_what_was_written(
    browser: Client, contact: Subscriber, field: str, value: str, error: str
) -> None:
    answer = post(browser, contact, "note", NOTE | {field: value})
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert error in shown
    assert "Add the note" in shown
    assert EVIL not in shown
    assert not Note.objects.exists()


ROUTES = {
    "tags/attach": {"title": "VIP"},
    "tags/detach": {"key": "1"},
    "lists/attach": {"title": "VIP"},
    "lists/detach": {"key": "1"},
    "status": {"status": "pending"},
    "consent": {},
    "note": NOTE,
}


@pytest.mark.parametrize("route", ROUTES)
def test_a_viewer_may_do_none_of_it(contact: Subscriber, route: str) -> None:
    TagFactory.create(title="VIP")
    client = signed_in("view_subscriber", "view_note", "add_tag", "view_tag")
    assert post(client, contact, route, ROUTES[route]).status_code == 403
    assert not Change.objects.exists()
    # Notes have a right of their own, and take that to see the contact.
    writer = signed_in("view_subscriber", "add_note") if route == "note" else signed_in("change_subscriber")
    assert post(writer, contact, route, ROUTES[route]).status_code in {200, 302}
    assert post(signed_in("add_note"), contact, route, ROUTES[route]).status_code == 403


@pytest.mark.parametrize("route", ROUTES)
def test_it_takes_posts_of_the_page_alone(browser: Client, admin: User, contact: Subscriber, route: str) -> None:
    assert browser.get(f"{LIST}{contact.pk}/{route}/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin)
    assert post(strict, contact, route, ROUTES[route]).status_code == 403
    assert post(Client(), contact, route, ROUTES[route])["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("pk", ["0", "9" * 18, "9" * 30])
@pytest.mark.parametrize("route", ROUTES)
def test_there_is_no_such_contact(browser: Client, route: str, pk: str) -> None:
    assert browser.post(f"{LIST}{pk}/{route}/", ROUTES[route]).status_code == 404
    assert browser.post(f"{LIST}1/odd/attach/", ROUTES[route]).status_code == 404


@pytest.mark.parametrize("route", ROUTES)
def test_it_takes_as_many_statements_for_much_as_for_little(browser: Client, contact: Subscriber, route: str) -> None:
    TagFactory.create(title="VIP")
    ContactListFactory.create(title="VIP")
    counts = []
    for number in (1, 2, 20):
        services.attach_tags([contact.pk], [tag.pk for tag in TagFactory.create_batch(number)])
        services.set_status([contact.pk], "subscribed")
        services.detach_tags([contact.pk], Tag.objects.filter(title="VIP").values_list("pk", flat=True))
        services.detach_lists([contact.pk], ContactList.objects.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as statements:
            post(browser, contact, route, ROUTES[route], headers=PART)
        counts.append(len(statements))
    # The first one also reads what is read once a process.
    assert counts[1] == counts[2]
