"""Comparing a column with a set of values that is sent as one parameter."""

import pytest
from django.db import connection

from database.sql import any_of, any_of_texts, execute, ids_parameter
from segments.models import Tag
from subscribers.models import Subscriber
from tests.factories import SubscriberFactory, TagFactory


def explain(sql: str, *parameters: object) -> str:
    return "\n".join(row[0] for row in execute(f"EXPLAIN {sql}", *parameters))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL for its plan")
def test_it_compares_ids_with_a_set_of_their_own_type(db: None) -> None:
    """PostgreSQL hashes no other set: it would look through all of it for each row of the table."""
    sql = f"SELECT id FROM subscribers_subscriber WHERE id {any_of()}"
    assert "::bigint[]" in explain(sql, ids_parameter([1, 2, 3]))
    contacts = Subscriber.objects.filter(pk__any_of=[1, 2, 3])
    assert "::bigint[]" in contacts.explain()
    assert "::bigint[]" in Subscriber.objects.filter(company__any_of=[1, 2, 3]).explain()


def test_it_finds_ids_and_texts(db: None) -> None:
    contacts = SubscriberFactory.create_batch(3)
    tag = TagFactory.create(slug="vip")
    chosen = [contact.pk for contact in contacts[:2]]
    assert sorted(Subscriber.objects.filter(pk__any_of=chosen).values_list("pk", flat=True)) == chosen
    assert list(Tag.objects.filter(slug__any_of=["vip", "blog"])) == [tag]
    sql = f"SELECT id FROM segments_tag WHERE slug {any_of_texts()}"
    assert execute(sql, ids_parameter(["vip", "blog"])) == [(tag.pk,)]
    assert list(Subscriber.objects.filter(pk__any_of=[])) == []
    assert list(Tag.objects.filter(slug__any_of=[])) == []
