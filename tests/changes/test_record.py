"""changes.services.record: an entry with exactly its contacts, in one statement, however many."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from changes.actors import Actor, ActorKind, Channel, acting_as, current_actor
from changes.models import Change, ChangedContact, DeletedContact
from changes.services import Entry, SideStatement, record, record_deletion
from changes.signals import contacts_changed
from segments.models import Tag
from tests.factories import SubscriberFactory, TagFactory, UserFactory
from tests.subscribers.expected import HISTORY, statements
from tests.threads import Worker

pytestmark = pytest.mark.django_db


def contacts_of(pk: int) -> list[int]:
    return sorted(ChangedContact.objects.filter(change=pk).values_list("contact_id", flat=True))


def test_it_writes_one_entry_with_its_contacts() -> None:
    [pk] = record([Entry("tags_attached", [3, 1, 2], {"targets": [7]}, ("tag", 7))])
    entry = Change.objects.get()
    assert (entry.pk, entry.event, entry.contacts, entry.details) == (pk, "tags_attached", 3, {"targets": [7]})
    assert (entry.subject_kind, entry.subject_id, contacts_of(pk)) == ("tag", 7, [1, 2, 3])


def test_it_writes_several_each_with_its_own() -> None:
    pks = record(
        [
            Entry("tags_attached", [1, 2], {"targets": [7]}, ("tag", 7)),
            Entry("tag_created", None, {"title": "A"}, ("tag", 8)),
            Entry("tags_attached", [], {"targets": [8]}, ("tag", 8)),
            Entry("tags_attached", [2, 3, 4], {"targets": [9]}, ("tag", 9)),
        ]
    )
    entries = Change.objects.order_by("pk").values_list("pk", "event", "subject_id", "contacts", "details")
    assert list(entries) == [
        (pks[0], "tags_attached", 7, 2, {"targets": [7]}),
        (pks[1], "tag_created", 8, 0, {"title": "A"}),
        (pks[2], "tags_attached", 9, 3, {"targets": [9]}),
    ]
    assert [contacts_of(pk) for pk in pks] == [[1, 2], [], [2, 3, 4]]


@pytest.mark.parametrize(("entries", "contacts"), [(1, 1), (1, 5_000), (1_200, 3), (3, 5_000)])
def test_it_takes_as_many_statements_for_many_as_for_one(entries: int, contacts: int) -> None:
    things = [Entry("tags_attached", range(1, contacts + 1), {}, ("tag", pk)) for pk in range(1, entries + 1)]
    with CaptureQueriesContext(connection) as queries:
        pks = record(things)
    assert len(statements(queries)) == HISTORY
    assert len(pks) == entries
    assert ChangedContact.objects.count() == entries * contacts
    assert dict(Change.objects.values_list("pk", "subject_id")) == dict(zip(pks, range(1, entries + 1), strict=True))


def test_it_runs_nothing_where_nothing_happened() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert record([Entry("updated", [])]) == []
        assert record([]) == []
    assert not statements(queries)


@pytest.mark.parametrize(("event", "subject"), [("vanished", "contact"), ("updated", "planet")])
def test_it_takes_registered_words_alone(event: str, subject: str) -> None:
    with pytest.raises(ValueError, match=f"'{event}' of a '{subject}'"), transaction.atomic():
        record([Entry(event, [1], {}, (subject, None))])
    assert not Change.objects.exists()


def test_it_runs_the_side_statement_as_a_part_of_it() -> None:
    tag = TagFactory.create(title="Before")
    side = SideStatement("UPDATE segments_tag SET title = %s WHERE id = %s", ["After", tag.pk])
    for entries in ([Entry("tag_updated", None, {}, ("tag", tag.pk))], [Entry("updated", [1]), Entry("updated", [2])]):
        Tag.objects.update(title="Before")
        record(entries, side=side)
        assert Tag.objects.get().title == "After"


def test_it_keeps_what_a_receiver_needs_of_the_deleted() -> None:
    record([Entry("updated", [1], {"columns": {"city": ["a", "b"]}})])
    [shared] = record([Entry("status_changed", [1, 2, 3], {"status": ["bounced"]})])
    for pk, letter in ((1, "a"), (2, "b")):
        SubscriberFactory.create(pk=pk, email=f"{letter}@example.com", hash=letter * 32)
    record_deletion([1, 2], "subscribers_subscriber")
    deletion = Change.objects.latest("pk")
    assert (deletion.event, deletion.details, contacts_of(deletion.pk)) == ("deleted", {}, [1, 2])
    assert set(deletion.deleted.values_list("contact_id", "email", "hash")) == {
        (1, "a@example.com", "a" * 32),
        (2, "b@example.com", "b" * 32),
    }
    assert list(Change.objects.order_by("pk").values_list("event", flat=True)) == ["status_changed", "deleted"]
    assert contacts_of(shared) == [3]
    record_deletion([], "subscribers_subscriber")
    assert DeletedContact.objects.count() == 2


def test_it_tells_who_acts_outside_of_a_request() -> None:
    user = UserFactory.create()
    assert current_actor() == Actor(Channel.SYSTEM)
    with acting_as("import", user_id=user.pk, kind="import", id=5):
        record([Entry("created", [1])])
        with acting_as("automation", kind="automation", id=6):
            record([Entry("created", [2])])
        record([Entry("created", [3])], actor=Actor(Channel.HOOK, None, ActorKind.HOOK, 7))
    record([Entry("created", [4])])
    assert list(Change.objects.order_by("pk").values_list("channel", "user", "actor_kind", "actor_id")) == [
        ("import", user.pk, "import", 5),
        ("automation", None, "automation", 6),
        ("hook", None, "hook", 7),
        ("system", None, "", None),
    ]


@pytest.mark.parametrize("wrong", [{"channel": "window"}, {"channel": "import", "kind": "ghost"}])
def test_it_knows_the_registered_channels_and_kinds_alone(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is not a valid"), acting_as(**wrong):
        pass


@pytest.mark.django_db(transaction=True)
def test_an_actor_is_its_own_thread_s() -> None:
    def as_import() -> None:
        with acting_as("import"), transaction.atomic():
            record([Entry("created", [1])])

    with acting_as("automation"):
        Worker(as_import).finish()
        Worker(lambda: record([Entry("created", [2])])).finish()
    assert set(Change.objects.values_list("changed__contact_id", "channel")) == {(1, "import"), (2, "system")}


@pytest.mark.django_db(transaction=True)
def test_it_tells_receivers_of_each_entry_about_contacts_after_the_commit() -> None:
    heard: list[Any] = []

    def receiver(change: str, ids: list[int], details: dict[str, Any], **kwargs: Any) -> None:
        heard.append((change, ids, details))

    contacts_changed.connect(receiver)
    try:
        with transaction.atomic():
            record(
                [Entry("tag_created", None, {}, ("tag", 1)), Entry("updated", [1, 2], {"a": 1}), Entry("updated", [3])]
            )
            assert heard == []
    finally:
        contacts_changed.disconnect(receiver)
    assert heard == [("updated", [1, 2], {"a": 1}), ("updated", [3], {})]
