"""What the admin's list of contacts does to a set of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from changes.signals import contacts_changed
from subscribers.models import Subscriber
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory

LIST = "/admin/subscribers/subscriber/"


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def changes(browser: Client) -> Iterator[Callable[[], list[Any]]]:
    """Call it for what was announced so far: the test's own transaction never commits."""
    told: list[Any] = []

    def receiver(*, change: str, ids: list[int], details: dict[str, Any], **rest: Any) -> None:
        told.append((change, sorted(ids), details))

    def commit() -> list[Any]:
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for entry in waiting:
            entry[1]()
        return told

    contacts_changed.connect(receiver)
    yield commit
    contacts_changed.disconnect(receiver)


def run(browser: Client, action: str, chosen: list[Any], query: str = "", **beside: Any) -> Any:
    sent = {"action": action, "index": "0", "select_across": "0", "_selected_action": chosen} | beside
    answer = browser.post(LIST + query, sent)
    assert answer.status_code in (200, 302)
    return answer


def messages(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


@pytest.mark.parametrize(
    ("action", "change", "message"),
    [
        ("attach_tag", "tags_attached", "Attached tag “It”: 2 contacts."),
        ("detach_tag", "tags_detached", "Detached tag “It”: 2 contacts."),
        ("attach_list", "lists_attached", "Attached list “It”: 2 contacts."),
        ("detach_list", "lists_detached", "Detached list “It”: 2 contacts."),
    ],
)
def test_it_attaches_and_detaches(
    browser: Client, changes: Callable[[], list[Any]], action: str, change: str, message: str
) -> None:
    is_tag, attaches = action.endswith("tag"), action.startswith("attach")
    factory: Any = TagFactory if is_tag else ContactListFactory
    segment, other = factory.create(title="It"), factory.create()
    first, second, spared = SubscriberFactory.create_batch(3, **{"tags" if is_tag else "lists": [other]})
    segment.subscribers.set([first, spared] if attaches else [first, second, spared])
    ids = [first.pk, second.pk]
    # The first one has the tag already.
    changed = [second.pk] if attaches else ids
    answer = run(browser, action, ids, **{"tag" if is_tag else "contact_list": segment.pk})
    assert messages(answer) == [message]
    assert set(segment.subscribers.all()) == ({first, second, spared} if attaches else {spared})
    assert set(other.subscribers.all()) == {first, second, spared}
    assert changes() == [(change, changed, {"targets": [segment.pk]})]
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.object_id, entry.action_flag) == ("2 contacts", None, CHANGE)
    assert entry.get_change_message() == f"{message.partition(':')[0]}."


def test_it_changes_the_status(browser: Client, changes: Callable[[], list[Any]]) -> None:
    chosen, spared = SubscriberFactory.create(), SubscriberFactory.create()
    answer = run(browser, "change_status", [chosen.pk], status="bounced")
    assert messages(answer) == ["Changed the status to bounced: 1 contact."]
    statuses = dict(Subscriber.objects.values_list("pk", "status"))
    assert statuses == {chosen.pk: "bounced", spared.pk: "subscribed"}
    assert changes() == [("status_changed", [chosen.pk], {"status": ["bounced"], "previous": "subscribed"})]
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.get_change_message()) == (str(chosen.pk), "Changed the status to bounced.")


@pytest.mark.parametrize(
    ("action", "beside", "message"),
    [
        ("attach_tag", {}, "Choose the tag beside the action first."),
        ("detach_tag", {"contact_list": "1"}, "Choose the tag beside the action first."),
        ("attach_list", {"tag": "1"}, "Choose the list beside the action first."),
        ("change_status", {"status": ""}, "Choose the status beside the action first."),
    ],
)
def test_it_asks_for_what_is_missing(browser: Client, action: str, beside: dict[str, str], message: str) -> None:
    TagFactory.create(pk=1)
    ContactListFactory.create(pk=1)
    contact = SubscriberFactory.create()
    assert messages(run(browser, action, [contact.pk], **beside)) == [message]
    assert not LogEntry.objects.exists()


def test_it_acts_on_everything_that_the_filters_select(browser: Client) -> None:
    tag = TagFactory.create()
    some = SubscriberFactory.create_batch(3, status="bounced")
    SubscriberFactory.create()
    run(browser, "attach_tag", [some[0].pk], "?status=bounced", tag=tag.pk, select_across="1")
    assert sorted(tag.subscribers.values_list("pk", flat=True)) == [contact.pk for contact in some]


@pytest.mark.parametrize(
    ("action", "beside"),
    [
        ("attach_tag", {"tag": "1"}),
        ("detach_list", {"contact_list": "1"}),
        ("change_status", {"status": "bounced"}),
        ("delete_selected", {"post": "yes"}),
    ],
)
def test_it_costs_as_many_statements_for_many_contacts_as_for_few(
    browser: Client, action: str, beside: dict[str, str]
) -> None:
    TagFactory.create(pk=1)
    ContactListFactory.create(pk=1)
    ContentType.objects.get_for_model(Subscriber)  # kept in memory from now on
    counts = []
    for size in (60, 300):  # more than a page each
        Subscriber.objects.bulk_create([Subscriber(email=f"{size}-{n}@example.com") for n in range(size)])
        total = Subscriber.objects.count()
        with CaptureQueriesContext(connection) as statements:
            answer = run(browser, action, [f"all-{total}" if "post" in beside else 1], select_across="1", **beside)
        assert messages(answer)[-1].endswith(f": {total} contacts.")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_it_asks_before_it_deletes(browser: Client) -> None:
    contacts = SubscriberFactory.create_batch(2)
    answer = run(browser, "delete_selected", [contact.pk for contact in contacts])
    page = answer.content.decode()
    assert answer.status_code == 200
    assert [contact.email in page for contact in contacts] == [True, True]
    assert [f'name="_selected_action" value="{contact.pk}"' in page for contact in contacts] == [True, True]
    assert Subscriber.objects.count() == 2


def test_it_deletes_the_chosen_ones(browser: Client, changes: Callable[[], list[Any]]) -> None:
    tag = TagFactory.create()
    first, second, spared = SubscriberFactory.create_batch(3, tags=[tag])
    sent = {"action": "delete_selected", "post": "yes", "_selected_action": [first.pk, second.pk]}
    answer = browser.post(LIST, sent)
    assert messages(answer) == ["Deleted: 2 contacts."]
    assert list(Subscriber.objects.all()) == [spared]
    assert changes() == [("deleted", [first.pk, second.pk], {})]
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.action_flag) == ("2 contacts", DELETION)


def test_it_deletes_thousands_that_the_filters_select(browser: Client) -> None:
    Subscriber.objects.bulk_create(
        [Subscriber(email=f"c{number}@example.com", status="bounced") for number in range(2500)], batch_size=500
    )
    spared = SubscriberFactory.create()
    page = run(browser, "delete_selected", [1], "?status=bounced", select_across="1").content.decode()
    assert page.count('name="_selected_action"') == 1
    assert 'value="all-2500"' in page
    assert "and 2,480 contacts more" in page
    sent = {"action": "delete_selected", "post": "yes", "_selected_action": "all-2500"}
    answer = browser.post(f"{LIST}?status=bounced", sent)
    assert messages(answer) == ["Deleted: 2,500 contacts."]
    assert list(Subscriber.objects.all()) == [spared]


def test_it_asks_again_when_there_are_others_than_it_spoke_of(browser: Client) -> None:
    SubscriberFactory.create_batch(3)
    sent = {"action": "delete_selected", "post": "yes", "_selected_action": "all-2"}
    page = browser.post(LIST, sent).content.decode()
    assert 'value="all-3"' in page
    assert Subscriber.objects.count() == 3


@pytest.mark.django_db
def test_it_leaves_deleting_to_those_who_may_delete() -> None:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_subscriber", "change_subscriber"]))
    client = Client()
    client.force_login(user)
    contact = SubscriberFactory.create()
    names = [name for name, _ in client.get(LIST).context["action_form"].fields["action"].choices]
    assert names == ["", "attach_tag", "detach_tag", "attach_list", "detach_list", "change_status"]
    sent = {"action": "delete_selected", "post": "yes"}
    client.post(LIST, sent | {"_selected_action": contact.pk})
    assert client.post(LIST, sent | {"_selected_action": "all-1"}).status_code == 403
    assert list(Subscriber.objects.all()) == [contact]
