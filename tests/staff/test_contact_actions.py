"""What the admin's list of contacts does to a set of them. One file, as it is one screen."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from changes.signals import contacts_changed
from staff.confirmation import fingerprint
from subscribers.models import Subscriber
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory

LIST = "/admin/subscribers/subscriber/"


@pytest.fixture
def changes(browser: Client) -> Iterator[Callable[[], list[Any]]]:
    """Call it for what was announced so far: the test's own transaction never commits."""
    announced: list[Any] = []

    def receiver(*, change: str, ids: list[int], details: dict[str, Any], **rest: Any) -> None:
        announced.append((change, sorted(ids), details))

    def commit() -> list[Any]:
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for entry in waiting:
            entry[1]()
        return announced

    contacts_changed.connect(receiver)
    yield commit
    contacts_changed.disconnect(receiver)


def run(browser: Client, action: str, chosen: list[Any], query: str = "", **beside: Any) -> Any:
    sent = {"action": action, "index": "0", "select_across": "0", "_selected_action": chosen or [0]} | beside
    answer = browser.post(LIST + query, sent)
    assert answer.status_code in (200, 302)
    return answer


def confirm(browser: Client, asked: Any, query: str = "", **beside: Any) -> Any:
    """Press the button of the page that asks, with what is filled in."""
    assert asked.status_code == 200
    sent: dict[str, list[Any]] = {}
    for name, value in asked.context["sent"]:
        sent.setdefault(name, []).append(value)
    return browser.post(LIST + query, sent | beside)


def problem(asked: Any) -> str:
    assert asked.status_code == 200
    return str(asked.context["problem"])


def messages(answer: Any) -> list[str]:
    """What was said, without the link that undoes it (test_contact_undo)."""
    return [str(message).partition(" <a ")[0] for message in get_messages(answer.wsgi_request)]


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
    assert (entry.object_id, entry.object_repr) == (str(chosen.pk), chosen.email)
    assert entry.get_change_message() == "Changed the status to bounced."


@pytest.mark.parametrize(
    ("action", "beside", "choice", "fits"),
    [
        ("attach_tag", {}, "tag", "1"),
        ("detach_tag", {"contact_list": "1"}, "tag", "1"),
        ("attach_tag", {"tag": "999"}, "tag", "1"),
        ("attach_list", {"tag": "1"}, "contact_list", "1"),
        ("change_status", {"status": ""}, "status", "bounced"),
        ("change_status", {"status": "odd"}, "status", "bounced"),
    ],
)
def test_it_asks_for_what_is_missing_and_keeps_selection_and_filters(
    browser: Client, action: str, beside: dict[str, str], choice: str, fits: str
) -> None:
    TagFactory.create(pk=1)
    ContactListFactory.create(pk=1)
    first, second, _ = SubscriberFactory.create_batch(3)
    query = "?status=subscribed&q=example"
    asked = run(browser, action, [first.pk, second.pk], query, **beside)
    assert problem(asked) == f"Choose the {choice.removeprefix('contact_')}."
    assert [field.name for field in asked.context["fields"]] == [choice]
    assert not LogEntry.objects.exists()
    done = confirm(browser, asked, query, **{choice: fits})
    assert done["Location"] == LIST + query
    assert messages(done)[-1].endswith(": 2 contacts.")


def test_it_asks_again_while_the_choice_is_missing(browser: Client) -> None:
    contact = SubscriberFactory.create()
    asked = run(browser, "attach_tag", [contact.pk])
    again = confirm(browser, asked)
    assert (again.status_code, problem(again)) == (200, "Choose the tag.")


@pytest.mark.parametrize("action", ["", "nothing", "delete"])
def test_it_asks_for_the_action_and_keeps_the_selection(browser: Client, action: str) -> None:
    first, second, _ = SubscriberFactory.create_batch(3)
    asked = run(browser, action, [first.pk, second.pk])
    assert problem(asked) == "No action was chosen. Nothing was done yet."
    asked = confirm(browser, asked, action="change_status")
    assert problem(asked) == "Choose the status."
    confirm(browser, asked, status="bounced")
    assert set(Subscriber.objects.filter(status="bounced")) == {first, second}


def test_it_asks_before_it_acts_on_everything_and_says_how_many(browser: Client) -> None:
    tag = TagFactory.create(title="It")
    some = SubscriberFactory.create_batch(3, status="bounced")
    SubscriberFactory.create()
    query = "?status=bounced"
    asked = run(browser, "attach_tag", [some[0].pk], query, tag=tag.pk, select_across="1")
    page = asked.content.decode()
    assert "<strong>3 contacts</strong>, all that match the search and filters." in page
    assert [contact.email in page for contact in some] == [True, True, True]
    assert not tag.subscribers.exists()
    done = confirm(browser, asked, query, tag=tag.pk)
    assert messages(done) == ["Attached tag “It”: 3 contacts."]
    assert sorted(tag.subscribers.values_list("pk", flat=True)) == [contact.pk for contact in some]


@pytest.mark.parametrize(("chosen", "asks"), [(10, False), (11, True)])
def test_it_asks_before_it_acts_on_many(browser: Client, chosen: int, asks: bool) -> None:
    ids = [contact.pk for contact in SubscriberFactory.create_batch(12)][:chosen]
    answer = run(browser, "change_status", ids, status="bounced")
    assert (answer.status_code == 200) is asks
    if asks:
        assert not Subscriber.objects.filter(status="bounced").exists()
        confirm(browser, answer, status="bounced")
    assert sorted(Subscriber.objects.filter(status="bounced").values_list("pk", flat=True)) == ids


def test_it_does_nothing_for_nobody(browser: Client) -> None:
    answer = run(browser, "change_status", [77], status="bounced")
    assert messages(answer) == ["Nothing was done: what was selected is not there any more."]


@pytest.mark.parametrize("pk", ["x", "1.5", "", "99999999999999999999", "²"])
def test_it_does_nothing_for_what_is_no_id(browser: Client, pk: str) -> None:
    SubscriberFactory.create()
    answer = run(browser, "delete_selected", [pk])
    assert messages(answer) == ["Nothing was done: what was selected is not there any more."]


@pytest.mark.parametrize(
    ("action", "beside"),
    [
        ("attach_tag", {"tag": "1"}),
        ("detach_list", {"contact_list": "1"}),
        ("change_status", {"status": "bounced"}),
        ("delete_selected", {}),
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
        with CaptureQueriesContext(connection) as asking:
            asked = run(browser, action, [1], select_across="1", **beside)
        with CaptureQueriesContext(connection) as acting:
            answer = confirm(browser, asked, **beside)
        assert messages(answer)[-1].endswith(f": {total} contacts.")
        browser.get(LIST)  # shows the message, which is in the session until then
        counts.append((len(asking), len(acting)))
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
    answer = confirm(browser, run(browser, "delete_selected", [first.pk, second.pk]))
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
    asked = run(browser, "delete_selected", [1], "?status=bounced", select_across="1")
    page = asked.content.decode()
    assert page.count('name="_selected_action"') == 1
    assert "<strong>2,500 contacts</strong>" in page
    assert "and 2,480 contacts more" in page
    answer = confirm(browser, asked, "?status=bounced")
    assert messages(answer) == ["Deleted: 2,500 contacts."]
    assert list(Subscriber.objects.all()) == [spared]


@pytest.mark.parametrize("across", ["0", "1"])
@pytest.mark.parametrize("as_many", [False, True])
@pytest.mark.parametrize("action", ["delete_selected", "change_status"])
def test_it_asks_again_when_the_set_is_not_what_it_spoke_of(
    browser: Client, across: str, as_many: bool, action: str
) -> None:
    first, second = SubscriberFactory.create_batch(2, status="bounced")
    ids = [first.pk, second.pk]
    beside = {"status": "complained"} if action == "change_status" else {}
    asked = run(browser, action, [] if across == "1" else ids, "?status=bounced", select_across=across, **beside)
    if action == "change_status" and across == "0":
        # Two are done at once.
        assert asked.status_code == 302
        return
    Subscriber.objects.filter(pk=first.pk).update(status="subscribed")
    newcomer = SubscriberFactory.create(status="bounced") if as_many else None
    again = confirm(browser, asked, "?status=bounced", **beside)
    assert problem(again) == "The selection has changed since it was shown. Nothing was done yet."
    assert Subscriber.objects.count() == 2 + as_many
    left = {first} if action == "delete_selected" else {first, second, *([newcomer] if newcomer else [])}
    confirm(browser, again, "?status=bounced", **beside)
    if action == "delete_selected" and newcomer and across == "0":
        left.add(newcomer)
    assert set(Subscriber.objects.all()) == left


@pytest.mark.django_db
def test_it_leaves_deleting_to_those_who_may_delete() -> None:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_subscriber", "change_subscriber"]))
    client = Client()
    client.force_login(user)
    contact = SubscriberFactory.create()
    names = [name for name, _ in client.get(LIST).context["action_form"].fields["action"].choices]
    assert names[:3] == ["", "attach_tag", "detach_tag"]
    assert "delete_selected" not in names
    sent = {"action": "delete_selected", "post": "yes"}
    client.post(LIST, sent | {"_selected_action": contact.pk})
    client.post(LIST, sent | {"_selected_action": contact.pk, "select_across": "1"})
    asked = client.post(LIST, sent | {"_selected_action": contact.pk})
    assert problem(asked) == "No action was chosen. Nothing was done yet."
    assert "delete_selected" not in asked.content.decode()
    confirmed = {"confirmed": fingerprint([contact.pk])}
    client.post(LIST, sent | confirmed | {"_selected_action": contact.pk})
    assert list(Subscriber.objects.all()) == [contact]
