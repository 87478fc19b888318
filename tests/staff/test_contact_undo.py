"""Taking an action on contacts back. One file, as it is one screen."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bulk_actions.undoing import MOST_VALUES
from changes.actors import acting_as
from changes.models import Change
from companies.models import Company
from staff.confirmation import fingerprint
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory
from tests.threads import meeting_at, two_writers

LIST = "/admin/subscribers/subscriber/"


def act(browser: Client, action: str, contacts: list[Any], **beside: Any) -> str | None:
    """Run an action; the address that undoes it."""
    chosen = [contact.pk for contact in contacts]
    answer = browser.post(LIST, {"action": action, "index": "0", "_selected_action": chosen} | beside)
    text = str(list(get_messages(answer.wsgi_request))[-1])
    found = re.search(r'<a class="undo" href="([^"]+)">Undo</a>', text)
    browser.get(LIST)  # shows the message
    return found[1] if found else None


def undo(browser: Client, address: str | None) -> list[str]:
    assert address
    asked = browser.get(address)
    assert asked.status_code == 200
    answer = browser.post(address, dict(asked.context["sent"]))
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    return [str(message) for message in get_messages(answer.wsgi_request)]


@pytest.mark.parametrize(
    ("action", "relation"),
    [
        ("attach_tag", "tags"),
        ("detach_tag", "tags"),
        ("attach_list", "lists"),
        ("detach_list", "lists"),
        ("join_company", "companies"),
        ("leave_company", "companies"),
    ],
)
def test_it_undoes_exactly_what_was_done(browser: Client, action: str, relation: str) -> None:
    makers: dict[str, Any] = {
        "tags": TagFactory.create,
        "lists": ContactListFactory.create,
        "companies": lambda: Company.objects.create(name="Acme"),
    }
    target = makers[relation]()
    name = {"tags": "tag", "lists": "contact_list", "companies": "company"}[relation]
    had_it, had_not, later, gone = SubscriberFactory.create_batch(4)
    attaches = action.startswith(("attach", "join"))

    def give(*contacts: Any) -> None:
        for contact in contacts:
            getattr(contact, relation).add(target)

    if attaches:
        give(had_it)
    else:
        give(had_it, later, gone)
    address = act(browser, action, [had_it, had_not, later, gone], **{name: target.pk})
    # Somebody has changed one of them since, and another was deleted.
    (getattr(later, relation).remove if attaches else getattr(later, relation).add)(target)
    services.delete_contacts([gone.pk])
    assert undo(browser, address) == ["Undone: 1 contact."]
    having = set(Subscriber.objects.filter(**{relation: target}))
    assert having == ({had_it} if attaches else {had_it, later})
    assert Change.objects.latest("pk").contacts == 1


def test_it_gives_back_the_status_that_all_of_them_had(browser: Client) -> None:
    kept, changed_again = SubscriberFactory.create_batch(2)
    already = SubscriberFactory.create(status="unsubscribed")
    address = act(browser, "change_status", [kept, changed_again, already], status="unsubscribed")
    services.set_status([changed_again.pk], "bounced")
    services.set_status([changed_again.pk], "unsubscribed")
    assert undo(browser, address) == ["Undone: 1 contact."]
    assert dict(Subscriber.objects.values_list("pk", "status")) == {
        kept.pk: "subscribed",
        changed_again.pk: "unsubscribed",
        already.pk: "unsubscribed",
    }


def test_it_gives_back_the_type_that_all_of_them_had(browser: Client) -> None:
    kept, changed_again = SubscriberFactory.create_batch(2, contact_type="lead")
    address = act(browser, "change_type", [kept, changed_again], contact_type="customer")
    services.set_column([changed_again.pk], "contact_type", "lead")
    services.set_column([changed_again.pk], "contact_type", "customer")
    assert undo(browser, address) == ["Undone: 1 contact."]
    assert dict(Subscriber.objects.values_list("pk", "contact_type")) == {
        kept.pk: "lead",
        changed_again.pk: "customer",
    }


def test_it_gives_back_the_status_that_each_had(browser: Client) -> None:
    had = ["subscribed", "pending", "subscribed", "unsubscribed", "transactional", "subscribed", "pending"]
    contacts = [SubscriberFactory.create(status=status) for status in had]
    address = act(browser, "change_status", contacts, status="unsubscribed")
    assert address
    # Since then one came back and left, a client has said of another that it left, and one is gone.
    services.set_status([contacts[2].pk], "subscribed")
    services.set_status([contacts[2].pk], "unsubscribed")
    services.upsert_contacts([Draft({"email": contacts[5].email, "status": "unsubscribed"})])
    services.delete_contacts([contacts[6].pk])
    page = browser.get(address)
    assert (
        "Change the status back to what each contact had (pending, subscribed, transactional)" in page.content.decode()
    )
    assert undo(browser, address) == ["Undone: 3 contacts."]
    statuses = list(Subscriber.objects.order_by("pk").values_list("status", flat=True))
    assert statuses == ["subscribed", "pending", "unsubscribed", "unsubscribed", "transactional", "unsubscribed"]
    answer = browser.get(address)
    assert [str(message) for message in get_messages(answer.wsgi_request)][-1] == "There is nothing left to undo."


def test_it_gives_back_the_type_that_each_had(browser: Client) -> None:
    had = ["lead", "former", "customer", "lead"]
    contacts = [SubscriberFactory.create(contact_type=name) for name in had]
    address = act(browser, "change_type", contacts, contact_type="customer")
    services.set_column([contacts[3].pk], "contact_type", "lead")
    services.set_column([contacts[3].pk], "contact_type", "customer")
    assert undo(browser, address) == ["Undone: 2 contacts."]
    types = list(Subscriber.objects.order_by("pk").values_list("contact_type", flat=True))
    assert types == ["lead", "former", "customer", "customer"]


def test_it_takes_back_no_other_action(browser: Client, admin: User) -> None:
    """Between two addresses of the same action, others may have been written."""
    contacts = [SubscriberFactory.create(status=status) for status in ("subscribed", "pending")]
    other = SubscriberFactory.create(status="pending")
    address = act(browser, "change_status", contacts, status="unsubscribed")
    assert address
    with acting_as("admin", user_id=admin.pk):
        services.set_status([other.pk], "unsubscribed")
    first, last = Change.objects.earliest("pk").pk, Change.objects.latest("pk").pk
    assert address == f"{LIST}undo/{first}-{last - 1}/"
    assert undo(browser, f"{LIST}undo/{first}-{last}/") == ["Undone: 2 contacts."]
    other.refresh_from_db()
    assert other.status == "unsubscribed"


def test_there_is_no_link_for_very_many_values(browser: Client) -> None:
    contacts = [SubscriberFactory.create(contact_type=f"type {number}") for number in range(MOST_VALUES + 1)]
    sent = {"contact_type": "customer", "confirmed": fingerprint([contact.pk for contact in contacts])}
    assert act(browser, "change_type", contacts, **sent) is None
    fewer = [SubscriberFactory.create(contact_type=f"type {number}") for number in range(MOST_VALUES)]
    sent["confirmed"] = fingerprint([contact.pk for contact in fewer])
    assert undo(browser, act(browser, "change_type", fewer, **sent)) == [f"Undone: {MOST_VALUES} contacts."]


@two_writers
@pytest.mark.django_db(transaction=True)
def test_of_two_who_undo_at_once_one_changes_the_contacts(browser: Client, admin: User) -> None:
    had = ["subscribed", "pending", "transactional"]
    contacts = [SubscriberFactory.create(status=status) for status in had]
    address = act(browser, "change_status", contacts, status="unsubscribed")
    assert address
    sent = dict(browser.get(address).context["sent"])

    def confirm() -> int:
        client = Client()
        client.force_login(admin)
        return client.post(address, sent).status_code

    assert meeting_at("subscribers_subscriber IN EXCLUSIVE MODE", confirm, confirm) == [302, 302]
    assert list(Subscriber.objects.order_by("pk").values_list("status", flat=True)) == had
    # One entry for each status, of the action and of one undo.
    assert sorted(Change.objects.values_list("details__status", flat=True)) == sorted(
        [*([status] for status in had), *[["unsubscribed"]] * 3]
    )


def test_there_is_no_link_where_nothing_was_changed(browser: Client) -> None:
    tag = TagFactory.create()
    contact = SubscriberFactory.create(tags=[tag])
    assert act(browser, "attach_tag", [contact], tag=tag.pk) is None


def test_it_says_that_nothing_is_left(browser: Client) -> None:
    tag, contact = TagFactory.create(), SubscriberFactory.create()
    address = act(browser, "attach_tag", [contact], tag=tag.pk)
    assert address
    undo(browser, address)
    answer = browser.get(address)
    assert [str(message) for message in get_messages(answer.wsgi_request)][-1] == "There is nothing left to undo."


def test_it_says_that_the_tag_is_gone(browser: Client) -> None:
    tag, contact = TagFactory.create(), SubscriberFactory.create()
    address = act(browser, "attach_tag", [contact], tag=tag.pk)
    tag.delete()
    assert address
    answer = browser.get(address)
    (message,) = [str(message) for message in get_messages(answer.wsgi_request)]
    assert message.startswith("This cannot be undone.")


def test_it_asks_again_when_the_contacts_are_others(browser: Client) -> None:
    tag, contacts = TagFactory.create(), SubscriberFactory.create_batch(2)
    address = act(browser, "attach_tag", contacts, tag=tag.pk)
    assert address
    sent = dict(browser.get(address).context["sent"])
    contacts[0].tags.remove(tag)
    again = browser.post(address, sent)
    assert again.context["problem"].startswith("The contacts have changed")
    assert list(tag.subscribers.all()) == [contacts[1]]


@pytest.mark.parametrize("pk", [0, 99, 2**63, 10**30, "0-1", f"1-{2**63}"])
def test_there_is_no_page_for_no_entry(browser: Client, pk: Any) -> None:
    assert browser.get(f"{LIST}undo/{pk}/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rights", "status"),
    [
        ([], 403),
        (["view_subscriber"], 403),
        (["view_subscriber", "change_subscriber"], 404),
        (["view_subscriber", "change_subscriber", "view_change"], 200),
    ],
)
def test_another_ones_action_is_for_who_may_see_changes(admin: User, rights: list[str], status: int) -> None:
    first = Client()
    first.force_login(admin)
    tag, contact = TagFactory.create(), SubscriberFactory.create()
    address = act(first, "attach_tag", [contact], tag=tag.pk)
    assert address
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    other = Client()
    other.force_login(user)
    assert other.get(address).status_code == status
    other.post(address, {"confirmed": fingerprint([contact.pk])})
    assert tag.subscribers.exists() == (status != 200)


def test_it_costs_as_many_statements_for_many_as_for_few(browser: Client) -> None:
    ContentType.objects.get_for_model(Subscriber)
    tag = TagFactory.create()
    counts = []
    for size in (3, 60):
        rows = [Subscriber(email=f"{size}-{number}@example.com") for number in range(size)]
        Subscriber.objects.bulk_create(rows)
        ids = list(Subscriber.objects.filter(email__startswith=f"{size}-").values_list("pk", flat=True))
        services.attach_tags(ids, [tag.pk])
        entry = Change.objects.latest("pk")
        with CaptureQueriesContext(connection) as asking:
            asked = browser.get(f"{LIST}undo/{entry.pk}/")
        with CaptureQueriesContext(connection) as undoing:
            browser.post(f"{LIST}undo/{entry.pk}/", dict(asked.context["sent"]))
        browser.get(LIST)
        counts.append((len(asking), len(undoing)))
    assert counts[0] == counts[1]


def test_several_statuses_cost_as_many_statements_for_many_as_for_few(browser: Client) -> None:
    ContentType.objects.get_for_model(Subscriber)
    counts = []
    for size in (1, 30):
        statuses = [status for status in ("subscribed", "pending", "transactional") for _ in range(size)]
        contacts = [SubscriberFactory.create(status=status) for status in statuses]
        pks = [contact.pk for contact in contacts]
        services.set_status(pks, "bounced")
        first, _, last = Change.objects.order_by("-pk")[:3].values_list("pk", flat=True)[::-1]
        address = f"{LIST}undo/{first}-{last}/"
        with CaptureQueriesContext(connection) as asking:
            asked = browser.get(address)
        with CaptureQueriesContext(connection) as undoing:
            browser.post(address, dict(asked.context["sent"]))
        browser.get(LIST)
        assert list(Subscriber.objects.filter(pk__in=pks).order_by("pk").values_list("status", flat=True)) == statuses
        counts.append((len(asking), len(undoing)))
    assert counts[0] == counts[1]
    assert counts[0][1] <= 36
