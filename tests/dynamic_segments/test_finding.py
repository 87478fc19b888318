"""Who is in a segment: the sets that services give, and the conditions that other apps put into queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from custom_fields.models import CustomField
from dynamic_segments.conditions import InSegment
from dynamic_segments.models import DynamicSegment
from dynamic_segments.services import NestedSegment, NoConditions, contacts_of, delete_segments, save_segment
from emails.conditions import Activity
from segments.models import ContactList, Tag
from segments.services import delete_segments as delete_tags
from subscribers.conditions import Choice, Code, Condition, Conditions, Link, Text
from subscribers.models import Subscriber
from subscribers.services import delete_companies
from tests.companies.factories import CompanyFactory
from tests.dynamic_segments.factories import DynamicSegmentFactory, segment_of
from tests.emails.factories import MessageFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory

pytestmark = pytest.mark.django_db


def found_by(*conditions: Condition) -> set[Subscriber]:
    return set(Conditions((conditions,)).narrow(Subscriber.objects.all()))


def test_it_is_those_who_meet_the_conditions_now() -> None:
    tag = TagFactory.create()
    segment = segment_of(Link("tags", "in", (tag.pk,)), Text("city", "=", texts=("leeds",)))
    ada = SubscriberFactory.create(tags=[tag], city="Leeds")
    SubscriberFactory.create(tags=[tag])
    SubscriberFactory.create(city="Leeds")
    assert set(contacts_of(segment)) == {ada}
    ada.tags.clear()
    assert set(contacts_of(segment)) == set()


@pytest.mark.parametrize(
    ("operator", "deleted", "found"),
    [
        ("in", "one", {"other", "both"}),
        ("in", "both", set()),
        ("in_all", "one", set()),
        # Everybody is without a tag that is gone.
        ("not_in", "one", set()),
        ("not_in", "both", set()),
        ("not_in_all", "one", set()),
    ],
)
@pytest.mark.parametrize("kind", ["tags", "lists"])
def test_what_was_deleted_is_met_by_nobody(kind: str, operator: str, deleted: str, found: set[str]) -> None:
    model, factory = (Tag, TagFactory) if kind == "tags" else (ContactList, ContactListFactory)
    one, other = factory.create_batch(2)
    SubscriberFactory.create(first_name="one", **{kind: [one]})
    SubscriberFactory.create(first_name="other", **{kind: [other]})
    SubscriberFactory.create(first_name="both", **{kind: [one, other]})
    SubscriberFactory.create(first_name="neither")
    segment = segment_of(Link(kind, operator, (one.pk, other.pk)))
    assert contacts_of(segment).exists()
    delete_tags(model, [one.pk, other.pk] if deleted == "both" else [one.pk])
    assert set(contacts_of(segment).values_list("first_name", flat=True)) == found


@pytest.mark.parametrize(("operator", "found"), [("in", 1), ("not_in", 0), ("in_all", 0), ("not_in_all", 0)])
def test_a_deleted_company_is_met_by_nobody(operator: str, found: int) -> None:
    one, other = CompanyFactory.create_batch(2)
    SubscriberFactory.create().companies.set([one, other])
    SubscriberFactory.create()
    segment = segment_of(Link("companies", operator, (one.pk, other.pk)))
    assert contacts_of(segment).count() == 1
    delete_companies([one.pk])
    assert contacts_of(segment).count() == found


@pytest.mark.parametrize(
    "condition",
    [
        Text("job", "is_null", source="custom"),
        Text("job", "!=", source="custom", texts=("x",)),
        Choice("job", "not_in", ("x",)),
    ],
)
def test_a_deleted_field_is_empty_for_nobody(condition: Condition) -> None:
    CustomFieldFactory.create(slug="job", type="checkbox" if isinstance(condition, Choice) else "text", options=["x"])
    SubscriberFactory.create()
    segment = segment_of(condition)
    assert contacts_of(segment).count() == 1
    CustomField.objects.all().delete()
    assert contacts_of(segment).count() == 0


def test_a_group_that_names_something_deleted_leaves_the_others() -> None:
    tag = TagFactory.create()
    bounced = SubscriberFactory.create(status="bounced")
    SubscriberFactory.create()
    groups = ((Link("tags", "not_in", (tag.pk,)),), (Code("status", "in", ("bounced",)),))
    segment = DynamicSegmentFactory.create(conditions=Conditions(groups).to_json())
    delete_tags(Tag, [tag.pk])
    assert list(contacts_of(segment)) == [bounced]


def test_conditions_ask_for_segments() -> None:
    bounced, pending = (SubscriberFactory.create(status=status) for status in ("bounced", "pending"))
    subscribed = SubscriberFactory.create(status="subscribed")
    one, other = (segment_of(Code("status", "in", (contact.status,))) for contact in (bounced, pending))
    assert found_by(InSegment("segments", "in", (one.pk, other.pk))) == {bounced, pending}
    assert found_by(InSegment("segments", "not_in", (one.pk, other.pk))) == {subscribed}
    assert found_by(InSegment("segments", "in", (one.pk,)), Code("status", "in", ("pending",))) == set()
    delete_segments([one.pk])
    assert found_by(InSegment("segments", "in", (one.pk, other.pk))) == {pending}
    assert found_by(InSegment("segments", "not_in", (one.pk, other.pk))) == set()
    assert found_by(InSegment("segments", "in", (one.pk,))) == set()


def test_it_costs_as_many_statements_for_many_segments_as_for_few() -> None:
    counts = []
    for size in (1, 8):
        tags, lists = TagFactory.create_batch(size), ContactListFactory.create_batch(size)
        slugs = [field.slug for field in CustomFieldFactory.create_batch(size)]
        named = zip(tags, lists, slugs, strict=True)
        ids = [
            segment_of(
                Link("tags", "in", (tag.pk,)),
                Link("lists", "not_in", (one.pk,)),
                Text(slug, "is_null", source="custom"),
            ).pk
            for tag, one, slug in named
        ]
        with CaptureQueriesContext(connection) as statements:
            list(Conditions(((InSegment("segments", "in", tuple(ids)),),)).narrow(Subscriber.objects.all()))
        counts.append(len(statements))
    assert counts == [5, 5]


def test_segments_cannot_name_each_other() -> None:
    segment = segment_of(Code("status", "in", ("subscribed",)))
    with pytest.raises(NestedSegment):
        save_segment(segment, Conditions(((InSegment("segments", "in", (segment.pk,)),),)))
    assert set(contacts_of(DynamicSegment.objects.get())) == set()


def test_nobody_saves_everybody() -> None:
    with pytest.raises(NoConditions):
        save_segment(DynamicSegment(title="All"), Conditions())


@pytest.mark.parametrize("name", ["opened", "clicked"])
def test_it_asks_what_contacts_did_with_their_mails(name: str) -> None:
    now = timezone.now()

    def contact(*days: int) -> Subscriber:
        one = SubscriberFactory.create()
        for age in days:
            MessageFactory.create(subscriber=one, **{f"{name}_at": now - timedelta(days=age)})
        return one

    lately, once, both = contact(1), contact(20), contact(1, 20)
    MessageFactory.create()
    assert found_by(Activity(name, "days_within", 7)) == {lately, both}
    assert found_by(Activity(name, "days_before", 7)) == {once}
