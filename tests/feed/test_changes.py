"""GET /subscribers/changes and /v1/contacts/changes: the contacts that changed after a cursor."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.models import RemovedHistory
from companies.models import Company
from fluenzr.ids import CONTACT, encode
from rest.waiting import WAIT_FOR
from subscribers.models import Subscriber
from subscribers.services import attach_companies, attach_tags, delete_contacts, set_status
from tests.changes.crossing import nothing_runs
from tests.client import Api
from tests.factories import CustomFieldFactory, SubscriberFactory, TagFactory
from tests.fluenzr.client import Fluenzr, error_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(admin: User) -> Api:
    return Api(admin)


def pages(api: Api, cursor: str, limit: int = 100) -> Iterator[Any]:
    """The pages from the cursor on. Transactions of tests beside this one may hold them up."""
    while True:
        over = nothing_runs()
        page = api.get(f"/subscribers/changes?cursor={cursor}&limit={limit}").json()
        cursor = page["cursor"]
        if page["contacts"] or page["deleted"]:
            yield page
        if over and not page["has_more"]:
            return


def start(api: Api) -> str:
    """The cursor of now, after everything that was made so far."""
    while not nothing_runs():
        pass
    answer = api.get("/subscribers/changes").json()
    cursor: str = answer.pop("cursor")
    assert answer == {"contacts": [], "deleted": [], "has_more": False, "retry_after": 0}
    return cursor


def test_it_has_whole_contacts_as_the_list_shows_them(api: Api) -> None:
    CustomFieldFactory.create(slug="size")
    contact = SubscriberFactory.create(custom_values={"size": "XL"})
    SubscriberFactory.create()
    cursor = start(api)
    attach_tags([contact.pk], [TagFactory.create().pk])
    attach_companies([contact.pk], [Company.objects.create(name="Acme").pk])
    [page] = pages(api, cursor)
    listed = api.get("/subscribers?custom_fields=true").json()["data"]
    assert page["contacts"] == [row for row in listed if row["id"] == contact.pk]
    assert (page["deleted"], page["has_more"], page["retry_after"]) == ([], False, 0)


def test_it_has_the_keys_of_who_was_deleted(api: Api) -> None:
    contact = SubscriberFactory.create()
    cursor = start(api)
    set_status([contact.pk], "pending")
    delete_contacts([contact.pk])
    [page] = pages(api, cursor)
    assert page["contacts"] == []
    assert page["deleted"] == [{"id": contact.pk, "email": contact.email, "hash": contact.hash}]


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_it_comes_in_pages_that_cut_a_change_of_many(api: Api, limit: int) -> None:
    ids = [contact.pk for contact in SubscriberFactory.create_batch(7)]
    cursor = start(api)
    set_status(ids, "pending")
    seen = [[contact["id"] for contact in page["contacts"]] for page in pages(api, cursor, limit)]
    assert [pk for page in seen for pk in page] == ids
    assert max(map(len, seen)) == limit


def test_a_page_without_news_says_when_to_ask_again(api: Api) -> None:
    cursor = start(api)
    answer = api.get(f"/subscribers/changes?cursor={cursor}")
    assert answer.json() == {
        "contacts": [],
        "deleted": [],
        "cursor": cursor,
        "has_more": False,
        "retry_after": 5,
    }


@pytest.mark.parametrize(("limit", "most"), [(0, 100), (-1, 100), ("x", 100), (3, 3), (10**30, 120), (5000, 120)])
def test_it_takes_limits_as_lists_take_them(api: Api, limit: Any, most: int) -> None:
    ids = [contact.pk for contact in SubscriberFactory.create_batch(120)]
    cursor = start(api)
    set_status(ids, "pending")
    while not (page := api.get(f"/subscribers/changes?cursor={cursor}&limit={limit}").json())["contacts"]:
        pass
    assert len(page["contacts"]) == (100 if limit == 10**30 else most)


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=1", "cursor[]=1.2", "cursor=%00", "cursor=1.99999999999999999999", "cursor=-1.1"]
)
def test_it_refuses_what_is_no_cursor(api: Api, query: str) -> None:
    answer = api.get(f"/subscribers/changes?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"cursor": ["The cursor must be one that this server has given."]}


@pytest.mark.parametrize("wait", ["x", "-1", "1.5"])
def test_it_refuses_to_wait_for_what_is_no_time(api: Api, wait: str) -> None:
    assert api.get(f"/subscribers/changes?cursor=0.1&wait={wait}").status_code == 400


def test_it_says_that_a_cursor_has_expired(api: Api, admin: User) -> None:
    cursor = start(api)
    RemovedHistory.objects.create(transaction_number=2**62, change_id=1)
    answer = api.get(f"/subscribers/changes?cursor={cursor}")
    message = "The changes after this cursor were removed. Take a new cursor, then copy all contacts."
    assert (answer.status_code, answer.json()) == (
        410,
        {"code": "rest_cursor_expired", "message": message, "data": {"status": 410}},
    )
    other = Fluenzr(admin).get(f"/contacts/changes?cursor={cursor}")
    assert error_of(other) == (410, "CURSOR_EXPIRED", message, {})


@pytest.mark.parametrize("news", [True, False])
def test_it_waits_where_the_server_lets_it(api: Api, news: bool) -> None:
    contact = SubscriberFactory.create()
    cursor = start(api)
    asked = []

    def wait_for(look: Callable[[], bool], seconds: float) -> bool:
        asked.append(seconds)
        assert look() is False
        if news:
            set_status([contact.pk], "pending")
            while not look():
                pass
        return news

    answer = api.get(f"/subscribers/changes?cursor={cursor}&wait=90", **{WAIT_FOR: wait_for}).json()
    assert asked == [25]
    assert [shown["status"] for shown in answer["contacts"]] == (["pending"] if news else [])
    assert answer["retry_after"] == 0


def test_it_does_not_wait_where_too_many_do(api: Api) -> None:
    answer = api.get(f"/subscribers/changes?cursor={start(api)}&wait=20", **{WAIT_FOR: lambda *_: None})
    assert answer.json()["retry_after"] == 5


def test_it_has_fluenzrs_words_on_the_other_face(api: Api, admin: User) -> None:
    fluenzr = Fluenzr(admin)
    one, two = SubscriberFactory.create_batch(2)
    start(api)
    cursor = fluenzr.get("/contacts/changes").json()["data"]["cursor"]
    set_status([one.pk], "pending")
    delete_contacts([two.pk])
    contacts: list[Any] = []
    deleted: list[Any] = []
    while not (contacts and deleted):
        page = fluenzr.get(f"/contacts/changes?cursor={cursor}&limit=1").json()["data"]
        assert page.keys() == {"contacts", "deleted", "cursor", "hasMore", "retryAfter"}
        cursor = page["cursor"]
        contacts += page["contacts"]
        deleted += page["deleted"]
    assert contacts == [fluenzr.get(f"/contacts/{encode(CONTACT, one.pk)}").json()["data"]]
    assert deleted == [{"id": encode(CONTACT, two.pk), "email": two.email, "hash": two.hash}]


@pytest.mark.parametrize(
    ("query", "field"), [("cursor=x", "cursor"), ("cursor=0.1&limit=0", "limit"), ("cursor=0.1&wait=-1", "wait")]
)
def test_fluenzrs_face_refuses_what_it_cannot_read(admin: User, query: str, field: str) -> None:
    status, code, _, details = error_of(Fluenzr(admin).get(f"/contacts/changes?{query}"))
    assert (status, code, list(details)) == (400, "VALIDATION_ERROR", [field])


@pytest.mark.parametrize("face", ["fluentcrm", "fluenzr"])
def test_it_takes_a_fixed_number_of_statements(api: Api, admin: User, face: str) -> None:
    company = Company.objects.create(name="Acme")
    tags = TagFactory.create_batch(2)
    counted = []
    for size in (2, 60):
        ids = [contact.pk for contact in SubscriberFactory.create_batch(size, tags=tags)]
        attach_companies(ids, [company.pk])
        cursor = start(api)
        set_status(ids, "pending")
        delete_contacts(ids[:1])
        client: Any = api if face == "fluentcrm" else Fluenzr(admin)
        path = "/subscribers/changes" if face == "fluentcrm" else "/contacts/changes"
        while not nothing_runs():
            pass
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{path}?cursor={cursor}&limit=1000")
        counted.append(len(captured))
    assert counted[0] == counted[1] <= 10
    assert Subscriber.objects.count() == 60
