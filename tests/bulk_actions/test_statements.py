"""An action costs as few statements for thousands of contacts as for few, which are a hundred."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notes.models import Note
from segments import counting
from segments.counts import count_contacts
from subscribers.models import Subscriber, SubscriberCompany, SubscriberList, SubscriberTag
from tests.bulk_actions.conftest import World
from tests.bulk_actions.test_selection import WORKING
from tests.factories import ContactListFactory, TagFactory
from tests.subscribers import expected

Act = Callable[..., Any]
# From so many on a change on SQLite counts them itself, by a few statements more.
FEW = counting.MANY
MANY = 5_000 if connection.vendor == "postgresql" else 500


def make_contacts(count: int, world: World, *, linked: bool, status: str = "subscribed") -> list[int]:
    """Contacts with a note each; `linked` gives them the world's tag, list and company."""
    first = Subscriber.objects.count()
    contacts = Subscriber.objects.bulk_create(
        Subscriber(email=f"contact{number}@example.com", status=status, company=world.company if linked else None)
        for number in range(first, first + count)
    )
    Note.objects.bulk_create(Note(subscriber=contact, title="T", description="D") for contact in contacts)
    if linked:
        SubscriberTag.objects.bulk_create(SubscriberTag(subscriber=contact, tag=world.tag) for contact in contacts)
        SubscriberList.objects.bulk_create(SubscriberList(subscriber=contact, list=world.list) for contact in contacts)
        SubscriberCompany.objects.bulk_create(
            SubscriberCompany(subscriber=contact, company=world.company) for contact in contacts
        )
    return [contact.pk for contact in contacts]


@pytest.mark.parametrize("way", ["ids", "all"])
@pytest.mark.parametrize("action", WORKING)
def test_it_takes_as_many_statements_for_thousands_as_for_few(act: Act, world: World, action: str, way: str) -> None:
    # The first time more is written down: that a password was used, the text of a mail.
    act(action, subscriber_ids=make_contacts(1, world, linked=False, status="pending"))
    costs = []
    for size in (FEW, MANY):
        # Pending ones are those whom send_double_optin writes to.
        pks = make_contacts(size, world, linked=action.startswith(("remove", "delete")), status="pending")
        chosen = {"subscriber_ids": pks}
        if way == "all":
            chosen = {"is_all": "yes", "contact_query": {"search": "contact"}, "last_id": pks[0] - 1}  # type: ignore[dict-item]
        with CaptureQueriesContext(connection) as queries:
            answer = act(action, **chosen)
        assert answer.json()["completed_contacts"] == size
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[0] <= 28 + expected.counted(
        2
    )  # a deletion: as many as there are kinds of rows that belong to a contact


def counted(world: World, other: Any) -> dict[str, int]:
    """The kept counts of contacts, and of those of the world's tag and list."""
    return {
        "all": count_contacts(),
        "subscribed": count_contacts(statuses=["subscribed"]),
        "bounced": count_contacts(statuses=["bounced"]),
        "tag": count_contacts("tag", world.tag.pk),
        "tag, bounced": count_contacts("tag", world.tag.pk, ["bounced"]),
        "list": count_contacts("list", world.list.pk),
        "other tag": count_contacts("tag", other.pk),
    }


def counted_afresh(world: World, other: Any) -> dict[str, int]:
    contacts = Subscriber.objects.all()
    return {
        "all": contacts.count(),
        "subscribed": contacts.filter(status="subscribed").count(),
        "bounced": contacts.filter(status="bounced").count(),
        "tag": contacts.filter(tags=world.tag).count(),
        "tag, bounced": contacts.filter(tags=world.tag, status="bounced").count(),
        "list": contacts.filter(lists=world.list).count(),
        "other tag": contacts.filter(tags=other).count(),
    }


def test_it_keeps_the_counts_right(act: Act, world: World) -> None:
    other, kept = TagFactory.create(), ContactListFactory.create()
    pks = make_contacts(30, world, linked=False)
    actions: list[tuple[str, dict[str, Any]]] = [
        ("add_to_tags", {"action_options": [world.tag.pk, other.pk]}),
        ("add_to_tags", {"action_options": [world.tag.pk]}),
        ("add_to_lists", {"action_options": [world.list.pk, kept.pk]}),
        ("change_contact_status", {"new_status": "bounced"}),
        ("remove_from_tags", {"action_options": [other.pk]}),
        ("change_contact_status", {"new_status": "subscribed"}),
        ("remove_from_lists", {}),
        ("delete_contacts", {}),
    ]
    for number, (action, options) in enumerate(actions):
        # Each action takes some whom the one before it took, and some whom it did not.
        assert act(action, subscriber_ids=pks[number : number + 15], **options).status_code == 200
        assert counted(world, other) == counted_afresh(world, other)
    assert counted_afresh(world, other) == {
        "all": 15,
        "subscribed": 13,
        "bounced": 2,
        "tag": 7,
        "tag, bounced": 2,
        "list": 4,
        "other tag": 4,
    }
