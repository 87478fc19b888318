"""How many statements a request may cost, and that it costs no more for more contacts."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from segments.counting import MANY
from segments.models import Tag
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from tests.subscribers.expected import (
    ANOTHER_LINK,
    HISTORY,
    HISTORY_OF_OTHERS,
    HOLD,
    LOCK_OWNED,
    MOVE,
    counted,
    statements,
)

# One statement for the credentials; for contacts that are shown one more each for rows and links.
CREDENTIALS, SHOWN = 1, 2
FILTER = quote(json.dumps([[{"source": ["segment", "tags"], "operator": "in", "value": ["gold"]}]]))


def cost(api: Api, method: str, path: str, body: Any = None) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        answer = api.send(method, path, body)
    assert answer.status_code == 200, answer.content
    return statements(queries)


@pytest.fixture
def ready(api: Api) -> Api:
    """A client whose password was used just now: the first use in a minute is written down."""
    api.get("/subscribers/search-contacts")
    return api


@pytest.mark.parametrize(
    ("query", "budget"),
    [
        ("", CREDENTIALS + 2 + SHOWN),  # the total, the ids
        ("page=2&per_page=1", CREDENTIALS + 2 + SHOWN),
        ("sort_by=first_name", CREDENTIALS + 2 + SHOWN),
        ("statuses[]=subscribed", CREDENTIALS + 2 + SHOWN),
        ("tags[]={tag}", CREDENTIALS + 2 + SHOWN),
        ("tags[]=gold", CREDENTIALS + 3 + SHOWN),  # what the word names
        ("tags[]=gold&lists[]=news", CREDENTIALS + 3 + SHOWN),  # two words; the ids: all are on the page
        ("search=example", CREDENTIALS + 1 + SHOWN),
        ("search=example&per_page=1", CREDENTIALS + 2 + SHOWN),
        ("custom_fields=true", CREDENTIALS + 3 + SHOWN),  # the definitions
        (f"filter_type=advanced&advanced_filters={FILTER}", CREDENTIALS + 3 + SHOWN),  # definitions, names
        ("search=nobody-at-all", CREDENTIALS + 1),
        ("page=1000", CREDENTIALS + 1),
    ],
)
def test_it_lists_many_at_the_price_of_few(ready: Api, query: str, budget: int) -> None:
    CustomFieldFactory.create(slug="job")
    tag, contact_list = TagFactory.create(slug="gold"), ContactListFactory.create(slug="news")
    others = TagFactory.create_batch(3)
    path = "/subscribers?per_page=100&" + query.format(tag=tag.pk)
    for count in (2, 30):
        values: dict[str, Any] = {"tags": [tag, *others], "lists": [contact_list], "custom_values": {"job": "CTO"}}
        SubscriberFactory.create_batch(count, **values)
        spent = cost(ready, "GET", path)
        assert len(spent) == budget, spent


@pytest.mark.parametrize(
    ("query", "budget"),
    [
        ("", CREDENTIALS + SHOWN),
        ("with[]=stats&with[]=commerce_stat", CREDENTIALS + SHOWN + 1),
        ("with[]=custom_values&with[]=custom_fields", CREDENTIALS + 1 + SHOWN),
    ],
)
def test_it_shows_one(ready: Api, query: str, budget: int) -> None:
    contact = SubscriberFactory.create(tags=TagFactory.create_batch(5), lists=ContactListFactory.create_batch(5))
    assert len(cost(ready, "GET", f"/subscribers/{contact.pk}?{query}")) == budget
    assert len(cost(ready, "GET", f"/subscribers/0?get_by_email={contact.email}&{query}")) == budget + 1


def test_it_creates_with_few_statements(ready: Api) -> None:
    CustomFieldFactory.create(slug="job")
    tags, lists = TagFactory.create_batch(5), ContactListFactory.create_batch(5)
    new = {"email": "one@example.com", "status": "subscribed"}
    # Is the address free; the row.
    assert len(cost(ready, "POST", "/subscribers", new)) == CREDENTIALS + 2 + HISTORY + SHOWN
    linked = {
        "email": "two@example.com",
        "status": "subscribed",
        "tags": [tag.pk for tag in tags],
        "lists": [contact_list.slug for contact_list in lists],
        "custom_values": {"job": "CTO"},
    }
    # Is the address free; names of tags, of lists, the definitions; what is linked, the row, the links.
    budget = CREDENTIALS + 4 + HOLD + 2 + ANOTHER_LINK + HISTORY + SHOWN
    assert len(cost(ready, "POST", "/subscribers", linked)) == budget


def test_it_updates_with_few_statements(ready: Api) -> None:
    CustomFieldFactory.create(slug="job")
    old, new = TagFactory.create_batch(3), TagFactory.create_batch(3)
    contact = SubscriberFactory.create(first_name="Ada", tags=old)
    path = f"/subscribers/{contact.pk}"
    # Is it there; the lock.
    assert len(cost(ready, "PUT", path, {"first_name": "Ada"})) == CREDENTIALS + 2 + SHOWN
    assert (
        len(cost(ready, "PUT", path, {"first_name": "New", "city": "Leeds"}))
        == CREDENTIALS + 3 + HISTORY + MOVE + SHOWN
    )
    whole = {
        "first_name": "Newer",
        "custom_values": {"job": "CTO"},
        "attach_tags": [tag.pk for tag in new],
        "detach_tags": [tag.pk for tag in old],
    }
    # The definitions, two times names; what is linked; to attach and to detach.
    assert (
        len(cost(ready, "PUT", path, whole)) == CREDENTIALS + 3 + 3 + HOLD + 1 + ANOTHER_LINK + HISTORY + MOVE + SHOWN
    )


@pytest.mark.parametrize("count", [2, MANY])
def test_it_upserts_deletes_and_syncs_many_at_the_price_of_few(ready: Api, count: int) -> None:
    many = count == MANY
    tag = TagFactory.create()
    known = SubscriberFactory.create_batch(count)
    rows = [{"email": contact.email, "city": "Leeds", "tags": [tag.pk]} for contact in known]
    rows += [{"email": f"new{n}@example.com", "tags": [tag.pk], "lists": ["Brand New"]} for n in range(count)]
    # Names of tags; names of lists: find, insert, record, find; what is linked; lock, insert, update, links;
    # the answer.
    most = CREDENTIALS + 4 + HISTORY_OF_OTHERS + 4 + HOLD + ANOTHER_LINK + HISTORY + MOVE + 1 + many * counted(2)
    assert len(cost(ready, "POST", "/subscribers/bulk-add-update", {"contacts": rows})) <= most
    ids = [contact.pk for contact in known]
    sync = {"type": "tags", "detach": [tag.pk], "subscribers": ids}
    budget = CREDENTIALS + 1 + 2 + HISTORY + MOVE + SHOWN + many * counted(1)
    assert len(cost(ready, "POST", "/subscribers/sync-segments", sync)) == budget
    # The lock, the contacts, thirteen kinds of rows that belong to one or name it, four to forget, one to keep addresses.
    budget = CREDENTIALS + 2 + LOCK_OWNED + 13 + 4 + HISTORY + 1 + many * counted(2)
    assert len(cost(ready, "DELETE", "/subscribers", {"subscribers": ids})) == budget
    assert Tag.objects.count() == 1


def test_it_asks_for_rights_with_one_statement(db: None) -> None:
    user = UserFactory.create()
    user.user_permissions.add(Permission.objects.get(codename="view_subscriber"))
    client = Api(user)
    client.get("/subscribers")
    assert len(cost(client, "GET", f"/subscribers/{SubscriberFactory.create().pk}")) == CREDENTIALS + 1 + SHOWN
