"""Putting labels on things."""

import pytest
from pytest_django import DjangoAssertNumQueries

from labels.models import Label, Labelled
from labels.services import labels_of, remove_labels, set_labels, with_any_label
from tests.factories import SubscriberFactory
from tests.labels.factories import LabelFactory

pytestmark = pytest.mark.django_db


def links() -> set[tuple[int, str, int]]:
    return set(Labelled.objects.values_list("label_id", "kind", "object_id"))


def test_it_attaches_and_detaches(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    one, two = LabelFactory.create_batch(2)
    with django_assert_num_queries(1):
        set_labels("automation", [7, 8], [one.pk, two.pk, 10**12], "attach")
    set_labels("campaign", 7, [one.pk], "attach")
    set_labels("automation", 7, [one.pk], "attach")
    with django_assert_num_queries(1):
        set_labels("automation", [8], [one.pk, two.pk], "detach")
    assert links() == {(one.pk, "automation", 7), (two.pk, "automation", 7), (one.pk, "campaign", 7)}


def test_it_takes_all_off_what_is_deleted() -> None:
    label = LabelFactory.create()
    set_labels("automation", [7, 8], [label.pk], "attach")
    set_labels("campaign", 7, [label.pk], "attach")
    remove_labels("automation", [7])
    assert links() == {(label.pk, "automation", 8), (label.pk, "campaign", 7)}


def test_it_knows_the_labels_of_rows(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    one, two = LabelFactory.create_batch(2)
    set_labels("automation", [7, 8], [two.pk], "attach")
    set_labels("automation", 7, [one.pk], "attach")
    set_labels("campaign", 9, [one.pk], "attach")
    with django_assert_num_queries(1):
        found = labels_of("automation", [7, 8, 9])
    assert found == {7: [one, two], 8: [two], 9: []}


def test_it_finds_rows_by_their_labels() -> None:
    one, two = LabelFactory.create_batch(2)
    tagged, other, bare = SubscriberFactory.create_batch(3)
    set_labels("contact", tagged.pk, [one.pk, two.pk], "attach")
    set_labels("contact", other.pk, [two.pk], "attach")
    set_labels("campaign", bare.pk, [one.pk], "attach")
    rows = type(tagged).objects.order_by("pk")
    assert list(with_any_label("contact", rows, [one.pk])) == [tagged]
    assert list(with_any_label("contact", rows, [one.pk, two.pk])) == [tagged, other]


def test_it_knows_no_other_kinds() -> None:
    with pytest.raises(ValueError, match="planet"):
        set_labels("planet", 1, [1], "attach")


def test_a_label_without_a_title_has_a_name() -> None:
    assert [str(Label(title="A", slug="b")), str(Label(slug="b")), str(Label(pk=3))] == ["A", "b", "label 3"]
