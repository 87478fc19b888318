"""Merging tags, and lists: everybody keeps what they had, under one name."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.models import Change, ChangedContact
from segments.models import ContactList, Tag
from subscribers.models import Subscriber, SubscriberTag
from subscribers.services import attach_tags, merge_segments
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.threads import at_once, two_writers

pytestmark = pytest.mark.django_db


def happened() -> list[tuple[str, str, int | None, list[int]]]:
    """The entries of history: event, subject, and exactly the contacts."""
    return [
        (
            change.event,
            change.subject_kind,
            change.subject_id,
            sorted(ChangedContact.objects.filter(change=change).values_list("contact_id", flat=True)),
        )
        for change in Change.objects.order_by("pk")
    ]


@pytest.mark.parametrize(
    ("model", "factory", "kind"), [(Tag, TagFactory, "tags"), (ContactList, ContactListFactory, "lists")]
)
def test_it_moves_the_links_and_deletes_the_others(model: Any, factory: Any, kind: str) -> None:
    kept, first, second, other = factory.create_batch(4)
    both, only_first, only_second = (
        SubscriberFactory.create(**{kind: ones}) for ones in ([kept, first], [first], [second])
    )
    elsewhere = SubscriberFactory.create(**{kind: [other]})
    Change.objects.all().delete()
    assert merge_segments(model, [first.pk, second.pk, kept.pk], kept.pk) == 2
    assert set(model.objects.values_list("pk", flat=True)) == {kept.pk, other.pk}
    held = Subscriber.objects.filter(**{kind: kept}).values_list("pk", flat=True)
    assert set(held) == {both.pk, only_first.pk, only_second.pk}
    assert list(getattr(elsewhere, kind).all()) == [other]
    word = model.LINK
    assert happened() == [
        (f"{kind}_attached", word, kept.pk, [only_first.pk, only_second.pk]),
        (f"{kind}_detached", word, first.pk, [both.pk, only_first.pk]),
        (f"{kind}_detached", word, second.pk, [only_second.pk]),
        (f"{word}_deleted", word, first.pk, []),
        (f"{word}_deleted", word, second.pk, []),
    ]


def test_it_does_nothing_where_the_one_to_keep_is_gone() -> None:
    tag = TagFactory.create()
    assert merge_segments(Tag, [tag.pk], tag.pk + 1) == 0
    assert merge_segments(Tag, [tag.pk], tag.pk) == 0
    assert Tag.objects.get() == tag


def test_it_takes_as_many_statements_for_any_number() -> None:
    counts = []
    for size in (2, 9):
        tags = TagFactory.create_batch(size)
        SubscriberFactory.create_batch(size, tags=tags[1:])
        with CaptureQueriesContext(connection) as seen:
            merge_segments(Tag, [tag.pk for tag in tags], tags[0].pk)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@two_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(4))
def test_nobody_is_lost_who_gets_a_tag_meanwhile(round_: int) -> None:
    kept, gone = TagFactory.create_batch(2)
    contacts = [contact.pk for contact in SubscriberFactory.create_batch(20)]
    attach: Callable[[], Any] = lambda: attach_tags(contacts, [gone.pk])  # noqa: E731
    at_once(attach, lambda: merge_segments(Tag, [gone.pk], kept.pk))
    # Either they had it before the merge, and have the one that was kept, or it was gone before they could get it.
    assert SubscriberTag.objects.filter(tag=kept.pk).count() in (0, len(contacts))
    assert not SubscriberTag.objects.filter(tag=gone.pk).exists()
