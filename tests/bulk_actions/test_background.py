"""do-bulk-action with `background`: refused at once or not at all, then done in chunks on those who were there. One file, as it is one endpoint."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from bulk_actions.api.queries import keep, restore
from changes.models import Change
from custom_fields.models import CustomField
from jobs.claims import claim
from jobs.models import Job
from jobs.turns import run_chunk
from segments.models import Tag
from subscribers.models import Subscriber, SubscriberTag
from tests.bulk_actions.conftest import PATH, World
from tests.bulk_actions.test_selection import WORKING
from tests.bulk_actions.test_statements import FEW, MANY, make_contacts
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory, UserFactory
from tests.jobs.queue import finish, run_tasks
from tests.subscribers.expected import counted
from wp_rest.parameters import parse_query

Act = Callable[..., Any]
FORM = "application/x-www-form-urlencoded"


def tagged(world: World) -> list[int]:
    return sorted(world.tag.subscribers.values_list("pk", flat=True))


def test_it_answers_with_a_job_and_does_it_afterwards(api: Api, act: Act, world: World, settings: Settings) -> None:
    settings.BULK_CHUNK = 2
    pks = [contact.pk for contact in SubscriberFactory.create_batch(5)]
    answer = act("add_to_tags", subscriber_ids=[*pks, 10**9], background=True)
    job = Job.objects.get()
    assert answer.status_code == 202
    assert answer["Location"] == f"/wp-json/fluent-crm/v2/jobs/{job.pk}"
    shown = answer.json()["job"]
    assert shown | {"created_at": "", "user": {}} == {
        "id": job.pk,
        "kind": "bulk_action",
        "title": f"Add to tags: {world.tag.title}",
        "state": "queued",
        "done": 0,
        "of": 6,
        "rate": None,
        "seconds_left": None,
        "result": {"last_contact_id": 0, "completed_contacts": 0},
        "error": "",
        "user": {},
        "created_at": "",
        "started_at": None,
        "finished_at": None,
    }
    assert tagged(world) == []
    run_tasks()
    assert tagged(world) == pks
    shown = api.get(answer["Location"]).json()["job"]
    assert (shown["state"], shown["done"], shown["of"]) == ("done", 6, 6)
    assert shown["result"] == {"last_contact_id": 10**9, "completed_contacts": 5}
    assert shown["rate"] > 0
    assert shown["seconds_left"] is None
    assert [change.contacts for change in Change.objects.order_by("pk")] == [2, 2, 1]


def test_it_records_what_it_does_as_its_users(api: Api, act: Act, world: World, admin: Any) -> None:
    contact = SubscriberFactory.create()
    act("add_to_tags", subscriber_ids=[contact.pk], background="yes")
    run_tasks()
    change = Change.objects.get()
    assert (change.user, change.channel, change.actor_kind) == (admin, "api", "application_password")
    assert change.actor_id


@pytest.mark.parametrize("action", WORKING)
@pytest.mark.parametrize("way", ["ids", "all"])
def test_each_action_does_what_it_does_without(act: Act, world: World, action: str, way: str) -> None:
    status = "pending" if action == "send_double_optin" else "subscribed"
    pks = make_contacts(3, world, linked=action.startswith(("remove", "delete")), status=status)
    chosen = {"subscriber_ids": pks} if way == "ids" else {"is_all": "yes"}
    assert act(action, **chosen, background=True).status_code == 202
    job = finish(Job.objects.get())
    assert (job.state, job.error) == ("done", "")
    assert job.result == {"last_contact_id": pks[-1], "completed_contacts": 3}
    changed = [pk for entry in Change.objects.all() for pk in entry.changed.values_list("contact_id", flat=True)]
    assert sorted(changed) == pks


def test_its_title_says_what_it_does(act: Act, world: World) -> None:
    contact = SubscriberFactory.create()
    for action in WORKING:
        act(action, subscriber_ids=[contact.pk], background=True)
    assert set(Job.objects.values_list("title", flat=True)) == {
        f"Add to tags: {world.tag.title}",
        f"Remove from tags: {world.tag.title}",
        f"Add to lists: {world.list.title}",
        f"Remove from lists: {world.list.title}",
        f"Add to company: {world.company.name}",
        f"Remove from company: {world.company.name}",
        "Change contact status: unsubscribed",
        "Change contact type: customer",
        "Update custom fields: job_title",
        "Delete contacts",
        f"Add to email sequence: {world.sequence.title}",
        "Send double optin",
    }


def test_it_refuses_at_once_what_it_refuses_without(act: Act, world: World) -> None:
    contact = SubscriberFactory.create()
    for status, sent in (
        (422, {}),
        (400, {"subscriber_ids": "[1,"}),
        (422, {"subscriber_ids": [contact.pk], "action_options": ["nobody knows it"]}),
        (400, {"is_all": "yes", "contact_query": {"nonsense": 1}}),
        (400, {"is_all": "yes", "nonsense": 1}),
        (422, {"is_all": "yes", "contact_query": {"filter_type": "advanced", "advanced_filters": "x"}}),
    ):
        assert act("add_to_tags", background=True, **sent).status_code == status, sent
    assert act("add_to_automation", background=True, new_status=999999, subscriber_ids=[contact.pk]).status_code == 404
    assert not Job.objects.exists()


def test_it_takes_the_right_of_the_action(world: World) -> None:
    user = UserFactory.create()
    answer = Api(user).post(PATH, world.options("delete_contacts") | {"is_all": "yes", "background": True})
    assert answer.status_code == 403
    assert not Job.objects.exists()


def test_it_names_what_was_sent_in_vain(act: Act, world: World) -> None:
    contact = SubscriberFactory.create()
    answer = act("add_to_tags", subscriber_ids=[contact.pk], action_options=[world.tag.pk, "none"], background=True)
    assert answer.json()["ignored"] == {"tags": ["none"]}
    assert finish(Job.objects.get()).result["ignored"] == {"tags": ["none"]}


def test_it_leaves_out_who_came_later_and_who_fits_no_more(act: Act, world: World, settings: Settings) -> None:
    settings.BULK_CHUNK = 2
    contacts = SubscriberFactory.create_batch(5, city="Paris")
    act("add_to_tags", is_all="yes", contact_query={"search": "paris"}, background=True)
    job = Job.objects.get()
    assert job.total == 5
    late = SubscriberFactory.create(city="Paris")
    assert claim(job.pk) is not None
    Subscriber.objects.filter(pk=contacts[4].pk).update(city="Leeds")
    contacts[3].delete()
    Job.objects.update(state="queued", claimed_until=None)
    job = finish(job)
    assert tagged(world) == [contact.pk for contact in contacts[:3]]
    assert (job.done, job.total) == (3, 3)
    assert late.pk not in tagged(world)


def test_it_goes_on_after_last_id(act: Act, world: World) -> None:
    contacts = SubscriberFactory.create_batch(3)
    act("add_to_tags", is_all="yes", last_id=contacts[0].pk, background=True)
    assert Job.objects.get().total == 2
    run_tasks()
    assert tagged(world) == [contact.pk for contact in contacts[1:]]


@pytest.mark.parametrize("contacts", [0, 1, 2, 4, 5])
def test_it_ends_whatever_the_number(act: Act, world: World, settings: Settings, contacts: int) -> None:
    settings.BULK_CHUNK = 2
    SubscriberFactory.create_batch(contacts)
    act("add_to_tags", is_all="yes", background=True)
    job = finish(Job.objects.get())
    assert (job.state, job.done, job.total) == ("done", contacts, contacts)
    assert SubscriberTag.objects.count() == contacts


def test_it_acts_once_though_it_changes_what_the_query_finds(act: Act, world: World, settings: Settings) -> None:
    settings.BULK_CHUNK = 2
    SubscriberFactory.create_batch(5, tags=[world.tag])
    act("remove_from_tags", is_all="yes", contact_query={"tags": [world.tag.pk]}, background=True)
    assert finish(Job.objects.get()).result["completed_contacts"] == 5
    assert tagged(world) == []


def test_it_fails_plainly_where_the_query_names_what_was_deleted(act: Act, world: World) -> None:
    old = TagFactory.create()
    SubscriberFactory.create(tags=[old])
    condition = {"source": ["segment", "tags"], "operator": "not_in", "value": [old.pk]}
    query = {"filter_type": "advanced", "advanced_filters": [[condition]]}
    act("add_to_tags", is_all="yes", contact_query=query, background=True)
    Tag.objects.filter(pk=old.pk).delete()
    job = finish(Job.objects.get())
    assert job.state == "failed"
    assert job.error.startswith("The contact_query cannot be read any more: ")
    assert tagged(world) == []


@pytest.mark.parametrize(
    "action", ["add_to_tags", "remove_from_tags", "add_to_lists", "add_to_company", "update_custom_fields"]
)
def test_it_fails_plainly_where_what_the_action_names_was_deleted(act: Act, world: World, action: str) -> None:
    contact = SubscriberFactory.create()
    act(action, subscriber_ids=[contact.pk], background=True)
    world.tag.delete()
    world.list.delete()
    world.company.delete()
    CustomField.objects.all().delete()
    job = finish(Job.objects.get())
    assert (job.state, job.done, job.result["completed_contacts"]) == ("failed", 0, 0)
    assert job.error.startswith("What the action names was deleted.")
    assert not Change.objects.exists()


SEARCH = urlencode({"contact_query[search]": "leeds"})
TEXT = urlencode({"contact_query": json.dumps({"search": "leeds"})})
REPEATED = "contact_query[statuses]=pending&contact_query[statuses]=bounced"


@pytest.mark.parametrize("query", [SEARCH, TEXT, REPEATED])
def test_it_reads_a_form_as_without(api: Api, world: World, query: str) -> None:
    pks = [
        SubscriberFactory.create(city="Leeds", status="pending").pk,
        SubscriberFactory.create(city="Leeds", status="bounced").pk,
    ]
    SubscriberFactory.create(city="Paris")
    start = f"action_name=add_to_tags&action_options[]={world.tag.pk}&is_all=yes&background=1&"
    assert api.post(PATH, start + query, content_type=FORM).status_code == 202
    run_tasks()
    assert tagged(world) == pks


@pytest.mark.parametrize(
    "query", ["q[a]=1&q[a]=2&q[a]=3", "q[a][]=1&q[a][]=2", "q[a][b]=1&q[a][b]=2&q[c]=x", "q=1", "q[repeated]=1"]
)
def test_a_query_is_the_same_after_it_was_kept(query: str) -> None:
    sent = parse_query(query)["q"]
    read = restore(json.loads(json.dumps(keep(sent))))
    assert read == sent
    assert keep(read) == keep(sent)  # with all values of what was sent several times


def test_a_chunk_takes_as_many_statements_for_thousands_as_for_few(act: Act, world: World) -> None:
    counts = []
    for size in (FEW, MANY):
        pks = make_contacts(size, world, linked=False)
        act("add_to_tags", is_all="yes", contact_query={"search": "contact"}, last_id=pks[0] - 1, background=True)
        job = claim(Job.objects.latest("pk").pk)
        assert job is not None
        with CaptureQueriesContext(connection) as queries:
            assert run_chunk(job)
        assert job.result["completed_contacts"] == size
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 12 + counted(0)  # its savepoints, the ids, the action's, the job's row


def test_starting_takes_as_many_statements_for_thousands_as_for_few(api: Api, act: Act, world: World) -> None:
    api.get("/subscribers")  # the first use of a password is written down
    counts = []
    for size in (FEW, MANY):
        pks = make_contacts(size, world, linked=False)
        for chosen in ({"subscriber_ids": pks}, {"is_all": "yes"}):
            with CaptureQueriesContext(connection) as queries:
                assert act("add_to_tags", **chosen, background=True).status_code == 202
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 12
