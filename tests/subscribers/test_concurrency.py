"""Requests that cross, with real threads: on PostgreSQL, and on an SQLite file. One file, as its tests share one set-up."""

import random
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from changes.models import Change
from segments.models import Tag
from segments.services import delete_segments
from subscribers import services
from subscribers.models import Status, Subscriber, SubscriberTag
from subscribers.services import Draft
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from tests.subscribers.expected import CONFLICT, NOT_FOUND
from tests.threads import Worker, at_once, crossing_at, meeting_at, two_writers

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5
# Where requests meet: before they insert contacts, before they change them, before they lock them.
INSERTING = UPDATING = "subscribers_subscriber IN SHARE MODE"
LOCKING = "subscribers_subscriber IN EXCLUSIVE MODE"


def alone(action: Callable[[], Any]) -> Any:
    """The result of one action, seen from a thread: the test's own connection may be to another database."""
    return Worker(action).finish()


@pytest.fixture
def api(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Api]:
    """Makes clients that may do everything, one a thread.

    SQLite's tests live in memory, where threads cannot wait for each other: they are given a file.
    """
    first = Api(UserFactory.create(username="admin", is_superuser=True))
    if connection.vendor == "sqlite":
        file = tmp_path / "threads.sqlite3"
        with sqlite3.connect(file) as target:
            connection.ensure_connection()
            connection.connection.backup(target)
        target.close()
        monkeypatch.setitem(connections.settings, "default", {**connection.settings_dict, "NAME": str(file)})

    def make() -> Api:
        other = Api()
        other.client, other.headers = Client(), first.headers
        return other

    # Noted once: else each first request of a round would write it down.
    assert alone(lambda: make().get("/subscribers")).status_code == 200
    return make


def statuses(answers: list[Any]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


# --- One address ----------------------------------------------------------------------------


# The second of two that make one tag waits for the first one there, when both have found the address free.
@pytest.mark.parametrize("tags", [[], ["Brand New"]], ids=["without tags", "with a new tag"])
@pytest.mark.parametrize("round_", range(ROUNDS))
def test_it_makes_one_contact_of_two_creates_of_one_address(
    api: Callable[[], Api], tags: list[str], round_: int
) -> None:
    answers = meeting_at(
        INSERTING,
        lambda: api().post("/subscribers", {"email": "ada@example.com", "status": "subscribed", "tags": tags}),
        lambda: api().post("/subscribers", {"email": "ADA@example.com", "status": "pending", "tags": tags}),
    )
    assert statuses(answers) == [200, 409]
    [created] = [answer.json() for answer in answers if answer.status_code == 200]
    [refused] = [answer.json() for answer in answers if answer.status_code == 409]
    assert created["action_type"] == "created"
    assert refused == CONFLICT | {"contact_id": created["contact"]["id"]}
    stored = alone(lambda: list(Subscriber.objects.values_list("email", "status")))
    assert stored == [(created["contact"]["email"], created["contact"]["status"])]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_it_makes_one_contact_of_two_upserts_of_one_address_and_loses_nothing(
    api: Callable[[], Api], round_: int
) -> None:
    upsert = {"email": "ada@example.com", "status": "subscribed", "__force_update": "yes"}
    # Both have looked before either writes.
    answers = meeting_at(
        INSERTING,
        lambda: api().post("/subscribers", {**upsert, "first_name": "Ada", "tags": ["one-tag"]}),
        lambda: api().post("/subscribers", {**upsert, "last_name": "King", "tags": ["two-tag"]}),
    )
    assert statuses(answers) == [200, 200]
    assert sorted(answer.json()["action_type"] for answer in answers) == ["created", "updated"]

    def stored() -> Any:
        contact = Subscriber.objects.get()
        return contact.first_name, contact.last_name, sorted(tag.slug for tag in contact.tags.all())

    assert alone(stored) == ("Ada", "King", ["one-tag", "two-tag"])


@two_writers
def test_it_survives_that_the_contact_it_lost_to_is_gone_again(api: Callable[[], Api]) -> None:
    """Another request makes the address after the upsert looked, and a third deletes it before it looks again."""
    inserts: list[str] = []

    def insert_too_late(execute: Any, sql: str, *rest: Any) -> Any:
        if "INSERT INTO subscribers_subscriber " not in sql:
            return execute(sql, *rest)
        inserts.append(sql)
        if len(inserts) > 1:
            return execute(sql, *rest)
        alone(lambda: services.create_contacts([Draft({"email": "ada@example.com"})]))
        result = execute(sql, *rest)
        alone(lambda: services.delete_contacts(Subscriber.objects.values_list("pk", flat=True)))
        return result

    def upsert() -> Any:
        with connection.execute_wrapper(insert_too_late):
            return api().post(
                "/subscribers", {"email": "ada@example.com", "status": "subscribed", "__force_update": "yes"}
            )

    assert alone(upsert).status_code == 200
    assert len(inserts) == 2
    assert alone(Subscriber.objects.count) == 1


@two_writers
def test_it_refuses_an_address_that_was_taken_just_now(api: Callable[[], Api]) -> None:
    first, second = SubscriberFactory.create_batch(2)
    answers = meeting_at(
        UPDATING,
        lambda: api().put(f"/subscribers/{first.pk}", {"email": "new@example.com"}),
        lambda: api().put(f"/subscribers/{second.pk}", {"email": "NEW@example.com"}),
    )
    assert statuses(answers) == [200, 409]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_it_takes_two_batches_with_the_same_addresses_in_opposite_order(api: Callable[[], Api], round_: int) -> None:
    count = 60

    def rows(name: str) -> list[dict[str, Any]]:
        return [{"email": f"c{n:02}@example.com", name: f"{name}{n}", "tags": [name]} for n in range(count)]

    there, back = {"contacts": rows("first_name")}, {"contacts": rows("last_name")[::-1]}
    for together in (partial(meeting_at, INSERTING), at_once):  # new ones, then known ones
        answers = together(
            lambda: api().post("/subscribers/bulk-add-update", there),
            lambda: api().post("/subscribers/bulk-add-update", back),
        )
        assert statuses(answers) == [200, 200]
        touched = [len(answer.json()["created"]) + len(answer.json()["updated"]) for answer in answers]
        assert touched == [count, count]
    assert alone(Subscriber.objects.count) == count
    full = Subscriber.objects.filter(first_name__startswith="first_name", last_name__startswith="last_name")
    assert alone(full.all().count) == count
    assert alone(SubscriberTag.objects.count) == 2 * count


# --- The same contacts ----------------------------------------------------------------------


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_it_attaches_to_the_same_contacts_in_opposite_order(api: Callable[[], Api], round_: int) -> None:
    def prepare() -> list[int]:
        return list(services.create_contacts([Draft({"email": f"c{n}@example.com"}) for n in range(300)]).values())

    ids = alone(prepare)
    tags = alone(lambda: [TagFactory.create().pk for _ in range(2)])
    sync = "/subscribers/sync-segments"
    answers = at_once(
        lambda: api().post(sync, {"type": "tags", "attach": tags, "subscribers": ids}),
        lambda: api().post(sync, {"type": "tags", "attach": tags[::-1], "subscribers": ids[::-1]}),
        lambda: api().put(
            "/subscribers/subscribers-property", {"property": "status", "value": "pending", "subscribers": ids[::-1]}
        ),
        lambda: api().post(sync, {"type": "lists", "attach": ["Brand New"], "subscribers": ids}),
    )
    assert statuses(answers) == [200] * 4
    assert alone(SubscriberTag.objects.count) == 600
    assert alone(lambda: Subscriber.objects.filter(status="pending", lists__slug="brand-new").count()) == 300


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_it_loses_no_custom_value_of_one_contact(api: Callable[[], Api], round_: int) -> None:
    slugs = [f"field_{n}" for n in range(6)]
    pk = alone(lambda: [*(CustomFieldFactory.create(slug=slug) for slug in slugs), SubscriberFactory.create()][-1].pk)

    def send(slug: str) -> Callable[[], Any]:
        return lambda: api().put(f"/subscribers/{pk}", {"custom_values": {slug: slug}})

    assert statuses(at_once(*(send(slug) for slug in slugs))) == [200] * len(slugs)
    assert alone(lambda: Subscriber.objects.get().custom_values) == {slug: slug for slug in slugs}


@two_writers
def test_it_merges_into_what_another_update_wrote_just_before(api: Callable[[], Api]) -> None:
    """Both requests are past every check when the first of them takes the lock."""
    for slug in ("one", "two"):
        CustomFieldFactory.create(slug=slug)
    contact = SubscriberFactory.create()
    answers = meeting_at(
        LOCKING,
        lambda: api().put(f"/subscribers/{contact.pk}", {"first_name": "Ada", "custom_values": {"one": "1"}}),
        lambda: api().put(f"/subscribers/{contact.pk}", {"last_name": "King", "custom_values": {"two": "2"}}),
    )
    assert statuses(answers) == [200, 200]
    contact.refresh_from_db()
    assert (contact.first_name, contact.last_name) == ("Ada", "King")
    assert contact.custom_values == {"one": "1", "two": "2"}


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("way", ["update", "create", "sync"])
def test_it_attaches_a_tag_that_is_deleted_at_the_same_moment(api: Callable[[], Api], way: str, round_: int) -> None:
    def prepare() -> tuple[int, list[int]]:
        tag = TagFactory.create(slug="gold")
        contacts = SubscriberFactory.create_batch(20, tags=[tag])
        return tag.pk, [contact.pk for contact in contacts]

    tag, ids = alone(prepare)
    fresh = alone(lambda: SubscriberFactory.create().pk)
    requests: dict[str, Callable[[], Any]] = {
        "update": lambda: api().put(f"/subscribers/{fresh}", {"attach_tags": [tag]}),
        "create": lambda: api().post(
            "/subscribers", {"email": "new@example.com", "status": "subscribed", "tags": [tag]}
        ),
        "sync": lambda: api().post(
            "/subscribers/sync-segments", {"type": "tags", "attach": [tag], "subscribers": [*ids, fresh]}
        ),
    }
    answers = at_once(requests[way], lambda: api().delete(f"/tags/{tag}"))
    assert statuses(answers) == [200, 200]
    assert alone(Tag.objects.count) == 0
    assert alone(SubscriberTag.objects.count) == 0


@two_writers
def test_it_passes_over_a_tag_that_went_between_its_name_and_its_link(api: Callable[[], Api]) -> None:
    tag, contact = TagFactory.create(slug="gold"), SubscriberFactory.create()
    with transaction.atomic():
        delete_segments(Tag, [tag.pk])
        # It still finds the name, and waits where it holds the tag.
        late = Worker(lambda: api().post(f"/subscribers/{contact.pk}/tags", {"tags": ["gold"]}))
        late.wait_until_blocked()
    answer = late.finish()
    assert answer.status_code == 200
    assert answer.json()["contact"]["tags"] == []


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_it_changes_a_contact_that_is_deleted_at_the_same_moment(api: Callable[[], Api], round_: int) -> None:
    pk, tag = alone(lambda: (SubscriberFactory.create(email="ada@example.com").pk, TagFactory.create().pk))
    upsert = {"email": "ada@example.com", "status": "subscribed", "__force_update": "yes", "tags": [tag]}
    changed, upserted, listed, deleted = at_once(
        lambda: api().put(f"/subscribers/{pk}", {"first_name": "New", "attach_tags": [tag]}),
        lambda: api().post("/subscribers", upsert),
        lambda: api().get("/subscribers?tags[]=1"),
        lambda: api().delete(f"/subscribers/{pk}"),
    )
    assert changed.status_code in (200, 404)
    if changed.status_code == 404:
        assert changed.json() == NOT_FOUND
    assert (upserted.status_code, listed.status_code, deleted.status_code) == (200, 200, 200)
    # An answer to a write holds the contact, or says that it is gone.
    assert all(answer.json()["contact"] for answer in (changed, upserted) if answer.status_code == 200)


@two_writers
def test_it_forgets_what_the_last_two_contacts_had_in_common() -> None:
    first, second = (contact.pk for contact in SubscriberFactory.create_batch(2))
    services.set_status([first, second], "bounced", "Moved to Leeds")
    with transaction.atomic():
        services.delete_contacts([first])
        other = Worker(lambda: services.delete_contacts([second]))
        other.wait_until_blocked()
    other.finish()
    assert "Leeds" not in str(list(Change.objects.values()))


@two_writers
def test_it_answers_a_batch_before_another_request_deletes_it(api: Callable[[], Api]) -> None:
    contact = SubscriberFactory.create(email="ada@example.com", first_name="A.")
    body = {"contacts": [{"email": "ada@example.com", "first_name": "Ada"}]}
    answer, deleted = crossing_at(
        "changes_change IN EXCLUSIVE MODE",
        lambda: api().post("/subscribers/bulk-add-update", body),
        lambda: api().delete(f"/subscribers/{contact.pk}"),
    )
    assert answer.status_code == 200
    assert answer.json()["updated"] == [{"id": contact.pk, "email": "ada@example.com", "status": contact.status}]
    assert deleted.status_code == 200
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("round_", range(2))
def test_it_makes_a_tag_once_that_two_requests_name_at_the_same_moment(api: Callable[[], Api], round_: int) -> None:
    words = [f"Word {n}" for n in range(20)]
    new = {"status": "subscribed", "lists": ["Brand New"]}
    answers = at_once(
        lambda: api().post("/subscribers", {**new, "email": "a@example.com", "tags": words}),
        lambda: api().post("/subscribers", {**new, "email": "b@example.com", "tags": words[::-1]}),
    )
    assert statuses(answers) == [200, 200]
    assert alone(Tag.objects.count) == 20
    assert [len(answer.json()["contact"]["tags"]) for answer in answers] == [20, 20]


def test_it_keeps_every_count_exact(api: Callable[[], Api]) -> None:
    def prepare() -> tuple[list[int], list[int]]:
        tags = [TagFactory.create().pk for _ in range(3)]
        ContactListFactory.create(slug="news")
        drafts = [Draft({"email": f"c{n}@example.com"}, {}, tags[: n % 3]) for n in range(40)]
        return tags, list(services.create_contacts(drafts).values())

    tags, ids = alone(prepare)

    def storm(seed: int) -> Callable[[], Any]:
        chance = random.Random(seed)

        def run() -> list[int]:
            client, answers = api(), []
            for step in range(12):
                some, tag = chance.sample(ids, 15), [chance.choice(tags)]
                sync = {"type": "tags", "subscribers": some}
                status = chance.choice(Status.values)
                answers += [
                    client.put("/subscribers/subscribers-property", {"property": "status", "value": status, **sync}),
                    client.post("/subscribers/sync-segments", {**sync, chance.choice(["attach", "detach"]): tag}),
                    client.put(f"/subscribers/{some[0]}", {"status": status, "attach_tags": tag}),
                    client.post(
                        "/subscribers", {"email": f"n{seed}-{step}@example.com", "status": status, "tags": tag}
                    ),
                ]
                if step % 4 == 0:
                    answers.append(client.delete("/subscribers", {"subscribers": chance.sample(ids, 2)}))
            return [answer.status_code for answer in answers]

        return run

    for codes in at_once(*(storm(seed) for seed in range(3))):
        assert set(codes) <= {200, 404}  # 404: a contact that another thread deleted

    def totals(query: str) -> tuple[int, int]:
        page = api().get(f"/subscribers?per_page=1000&{query}").json()
        return page["total"], len(page["data"])

    queries = ["", *(f"statuses[]={status}" for status in Status.values), *(f"tags[]={tag}" for tag in tags)]
    queries += [f"tags[]={tags[0]}&statuses[]={status}" for status in Status.values]
    for query in queries:
        total, listed = alone(partial(totals, query))
        assert total == listed, query
