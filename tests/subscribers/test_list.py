"""GET /subscribers: pages, order, simple filters, envelopes. One file, as it is one endpoint."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from segments.models import ContactList, Tag
from subscribers.models import LastChange, Status, Subscriber
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import emails, ids

PATH = "/wp-json/fluent-crm/v2/subscribers"


def make_contacts(count: int, **values: Any) -> list[Subscriber]:
    return [SubscriberFactory.create(email=f"c{n:02}@example.com", **values) for n in range(1, count + 1)]


def test_it_lists_ten_to_a_page_newest_first_in_both_envelopes(api: Api) -> None:
    contacts = make_contacts(23)
    page = api.get("/subscribers").json()
    flat = {
        "total": 23,
        "per_page": 10,
        "current_page": 1,
        "last_page": 3,
        "next_page_url": f"{PATH}?page=2",
        "prev_page_url": None,
        "from": 1,
        "to": 10,
        "data": page["data"],
    }
    assert page == {"subscribers": flat, "custom": None, **flat}
    assert [row["id"] for row in page["data"]] == [contact.pk for contact in reversed(contacts)][:10]
    one = api.get(f"/subscribers/{contacts[-1].pk}").json()["subscriber"]
    assert page["data"][0] == one


@pytest.mark.parametrize(
    ("envelope", "keys"),
    [
        ("nested", ["subscribers", "custom"]),
        (
            "flat",
            [
                "total",
                "per_page",
                "current_page",
                "last_page",
                "next_page_url",
                "prev_page_url",
                "from",
                "to",
                "data",
            ],
        ),
    ],
)
def test_it_sends_one_envelope_where_the_site_wants_one(api: Api, settings, envelope: str, keys: list[str]) -> None:
    contact = SubscriberFactory.create()
    settings.LIST_ENVELOPE = envelope
    page = api.get("/subscribers").json()
    assert list(page) == keys
    page = page.get("subscribers", page)
    assert (page["total"], [row["id"] for row in page["data"]]) == (1, [contact.pk])


def test_it_answers_an_empty_page_when_there_is_nobody(api: Api) -> None:
    flat: dict[str, Any] = {
        "total": 0,
        "per_page": 10,
        "current_page": 1,
        "last_page": 0,
        "next_page_url": None,
        "prev_page_url": None,
        "from": None,
        "to": None,
        "data": [],
    }
    assert api.get("/subscribers").json() == {"subscribers": flat, "custom": None, **flat}


@pytest.mark.parametrize(
    ("query", "shape"),
    [
        # (total, per_page, current_page, last_page, from, to)
        ("", (7, 10, 1, 1, 1, 7)),
        ("per_page=3", (7, 3, 1, 3, 1, 3)),
        ("per_page=3&page=2", (7, 3, 2, 3, 4, 6)),
        ("per_page=3&page=3", (7, 3, 3, 3, 7, 7)),
        ("per_page=3&page=4", (7, 3, 4, 3, None, None)),
        ("per_page=7&page=2", (7, 7, 2, 1, None, None)),
        ("page=1000000000000000000", (7, 10, 10**18, 1, None, None)),
        ("page=99999999999999999999999", (7, 10, 1, 1, 1, 7)),
        ("page=0", (7, 10, 1, 1, 1, 7)),
        ("page=-3", (7, 10, 1, 1, 1, 7)),
        ("page=abc", (7, 10, 1, 1, 1, 7)),
        ("page=", (7, 10, 1, 1, 1, 7)),
        ("page[]=2&per_page[]=3", (7, 10, 1, 1, 1, 7)),
        ("per_page=0", (7, 10, 1, 1, 1, 7)),
        ("per_page=-1", (7, 10, 1, 1, 1, 7)),
        ("per_page=abc", (7, 10, 1, 1, 1, 7)),
        ("per_page=1000", (7, 1000, 1, 1, 1, 7)),
        ("per_page=1001", (7, 1000, 1, 1, 1, 7)),
        ("per_page=%00", (7, 10, 1, 1, 1, 7)),
    ],
)
def test_it_cuts_pages(api: Api, query: str, shape: tuple[int | None, ...]) -> None:
    make_contacts(7)
    page = api.get(f"/subscribers?{query}").json()
    keys = ("total", "per_page", "current_page", "last_page", "from", "to")
    assert tuple(page[key] for key in keys) == shape
    assert len(page["data"]) == (shape[5] - (shape[4] or 0) + 1 if shape[5] else 0)


def test_it_keeps_every_filter_in_the_addresses_of_the_other_pages(api: Api) -> None:
    tag = TagFactory.create()
    make_contacts(5, tags=[tag], last_name="O'Neil & Søn")
    SubscriberFactory.create_batch(3)
    query = (
        f"per_page=2&tags[]={tag.pk}&statuses[]=subscribed&statuses[]=pending&search=o%27neil+%26+s%C3%B8n"
        "&sort_by=email&sort_type=ASC&custom_fields=true"
    )
    page = api.get(f"/subscribers?{query}").json()
    seen = [row["email"] for row in page["data"]]
    while page["next_page_url"]:
        assert page["next_page_url"].startswith(f"{PATH}?")
        page = api.get(page["next_page_url"]).json()
        assert all("custom_values" in row for row in page["data"])
        seen += [row["email"] for row in page["data"]]
    assert seen == [f"c{n:02}@example.com" for n in range(1, 6)]
    back = api.get(page["prev_page_url"]).json()
    assert [row["email"] for row in back["data"]] == ["c03@example.com", "c04@example.com"]


def test_it_keeps_advanced_filters_in_the_addresses_of_the_other_pages(api: Api) -> None:
    make_contacts(5, city="Paris")
    SubscriberFactory.create(city="Rome")
    sent = {
        "per_page": 2,
        "filter_type": "advanced",
        "advanced_filters": [[{"source": ["subscriber", "city"], "operator": "in", "value": ["paris", "x"]}]],
    }
    page = api.send("GET", "/subscribers", sent).json()
    assert page["total"] == 5
    page = api.get(page["next_page_url"]).json()
    assert (page["total"], page["current_page"], len(page["data"])) == (5, 2, 2)
    page = api.get(page["next_page_url"]).json()
    assert (page["total"], page["current_page"], len(page["data"])) == (5, 3, 1)


def test_it_gives_addresses_of_pages_that_work_for_rest_route_too(api: Api) -> None:
    make_contacts(3)
    page = api.get("/?rest_route=/fluent-crm/v2/subscribers&per_page=2").json()
    assert page["next_page_url"] == f"{PATH}?per_page=2&page=2"


# --- Order ----------------------------------------------------------------------------------

SORTS = (
    "id email first_name last_name prefix phone status contact_type city state country postal_code source "
    "date_of_birth created_at updated_at last_activity total_points life_time_value"
).split()


@pytest.fixture
def crowd(db: None) -> None:
    """Fifty contacts with ties and empty values in every nullable column."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    tag = TagFactory.create(slug="even")
    for n in range(50):
        few, some = (n * 7) % 5, (n * 11) % 3
        word = [None, "", "ann", "Bea", "cyd"][few]
        contact = SubscriberFactory.create(
            email=f"{'AbCdE'[few]}{n:02}@example.com",
            first_name=word,
            last_name=word,
            prefix=word,
            phone=word,
            city=word,
            state=word,
            country=word,
            postal_code=word,
            source=word,
            status=Status.values[few],
            contact_type=("lead", "customer")[some % 2],
            date_of_birth=date(1990, 1, 1) + timedelta(days=few) if some else None,
            last_activity=start + timedelta(days=few) if some else None,
            total_points=few,
            life_time_value=some,
            tags=[tag] if n % 2 == 0 else [],
        )
        Subscriber.objects.filter(pk=contact.pk).update(created_at=start + timedelta(days=few))
        LastChange.objects.filter(pk=contact.pk).update(at=start + timedelta(days=some))


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("column", SORTS)
@pytest.mark.usefixtures("crowd")
def test_it_cuts_the_same_rows_from_either_end(api: Api, column: str, direction: str) -> None:
    for filters in ("", "tags[]=even", "statuses=subscribed,pending", "search=@example"):
        query = f"/subscribers?sort_by={column}&sort_type={direction}&{filters}"
        whole = ids(api.get(f"{query}&per_page=100"))
        assert len(whole) == len(set(whole)) > 7
        paged: list[int] = []
        for page in range(1, -(-len(whole) // 7) + 1):
            paged += ids(api.get(f"{query}&per_page=7&page={page}"))
        assert paged == whole


@pytest.mark.parametrize("column", SORTS)
@pytest.mark.usefixtures("crowd")
def test_it_sorts_upward_with_empty_values_first_and_downward_the_other_way_round(api: Api, column: str) -> None:
    upward = api.get(f"/subscribers?sort_by={column}&sort_type=ASC&per_page=100").json()["data"]
    downward = api.get(f"/subscribers?sort_by={column}&sort_type=DESC&per_page=100").json()["data"]
    assert [row["id"] for row in downward] == [row["id"] for row in reversed(upward)]
    values = [row[column] for row in upward]
    empty = [value is None for value in values]
    assert empty == sorted(empty, reverse=True)
    given = [value for value in values if value is not None]
    if column == "email":
        given = [value.lower() for value in given]
    if column in ("total_points", "life_time_value"):
        given = [int(value) for value in given]
    if column not in (
        "first_name",
        "last_name",
        "prefix",
        "phone",
        "city",
        "state",
        "country",
        "postal_code",
        "source",
    ):
        # How a text with capitals sorts is the database's own affair.
        assert given == sorted(given)
    ties: dict[Any, list[int]] = {}
    for row in upward:
        ties.setdefault(row[column], []).append(row["id"])
    assert all(tied == sorted(tied) for tied in ties.values())


@pytest.mark.parametrize(
    ("query", "upward"),
    [
        ("sort_by=email&sort_type=ASC", True),
        ("sort_by=email&sort_type=asc", True),
        ("order_by=email&order_type=ASC", True),
        ("sort_by=email&sort_order=ASC", True),
        ("order_by=email&order=asc", True),
        ("sort_by=email&sort_type=DESC", False),
        ("sort_by=email", False),
        ("sort_by=email&sort_type=sideways", False),
        ("sort_by=email&sort_type=&order=ASC", True),
    ],
)
def test_it_knows_every_name_of_the_order(api: Api, query: str, upward: bool) -> None:
    for email in ("b@example.com", "C@example.com", "a@example.com"):
        SubscriberFactory.create(email=email)
    expected = ["a@example.com", "b@example.com", "C@example.com"]
    assert emails(api.get(f"/subscribers?{query}")) == (expected if upward else expected[::-1])


@pytest.mark.parametrize(
    "column", ["nonsense", "id;DROP TABLE", "hash", "custom_values", "tags", "search_text", "user", "%00", ""]
)
def test_it_falls_back_to_ids_for_what_it_cannot_sort_by(api: Api, column: str) -> None:
    contacts = make_contacts(3)
    assert ids(api.get(f"/subscribers?sort_by={column}&sort_type=ASC")) == [contact.pk for contact in contacts]
    assert ids(api.get(f"/subscribers?sort_by[]={column}")) == [contact.pk for contact in contacts[::-1]]


# --- Simple filters -------------------------------------------------------------------------


@pytest.fixture
def people(db: None) -> None:
    gold, blue = TagFactory.create(slug="gold", title="Gold Member"), TagFactory.create(slug="blue", title="Blue")
    TagFactory.create(slug="empty", title="Empty")
    news, offers = ContactListFactory.create(slug="news"), ContactListFactory.create(slug="offers")
    SubscriberFactory.create(email="both@example.com", tags=[gold, blue], lists=[news, offers])
    SubscriberFactory.create(email="gold@example.com", tags=[gold], lists=[news], status="pending")
    SubscriberFactory.create(email="blue@example.com", tags=[blue], lists=[offers], status="bounced")
    SubscriberFactory.create(email="none@example.com", status="pending")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "both gold blue none"),
        ("tags[]=gold", "both gold"),
        ("tags=gold", "both gold"),
        ("tags[]={gold}", "both gold"),
        ("tags={gold}", "both gold"),
        ("tags={gold},{blue}", "both gold blue"),
        ("tags[]={gold}&tags[]={blue}", "both gold blue"),
        ("tags[0]={gold}&tags[1]={blue}", "both gold blue"),
        ("tags[]=Gold Member", "both gold"),
        ("tags[]=gold member", "both gold"),
        ("tags[]=gold&tags[]=unknown", "both gold"),
        ("tags[]=gold&tags[]={gold}", "both gold"),
        ("tags[]=unknown", ""),
        ("tags[]=999999", ""),
        ("tags[]=999999999999999999999999", ""),
        ("tags[]=empty", ""),
        ("tags[]=%00", ""),
        ("tags=", "both gold blue none"),
        ("lists[]=news", "both gold"),
        ("lists={news},{offers}", "both gold blue"),
        ("lists[]=news&tags[]=blue", "both"),
        ("tags[]=gold&tags[]=blue&lists[]=offers", "both blue"),
        ("statuses[]=pending", "gold none"),
        ("statuses=pending", "gold none"),
        ("statuses=pending,bounced", "gold blue none"),
        ("statuses[]=nonsense", ""),
        ("statuses[]=nonsense&statuses[]=pending", "gold none"),
        ("statuses[]=%00", ""),
        ("statuses=", "both gold blue none"),
        ("status=pending", "both gold blue none"),
        ("tags[]=gold&statuses[]=pending", "gold"),
        ("tags[]=gold&statuses[]=%00", ""),
        ("tags[]=gold&statuses[]=pending&search=nobody", ""),
        ("search=gold&tags[]=gold", "gold"),
        ("company_ids[]=1", ""),
        ("company_ids[]=1&tags[]=gold", ""),
        ("company_ids=", "both gold blue none"),
        ("filter_type=simple&tags[]=blue", "both blue"),
        ("filter_type=nonsense&tags[]=blue", "both blue"),
    ],
)
@pytest.mark.usefixtures("people")
def test_it_filters(api: Api, query: str, expected: str) -> None:
    named = {row.slug: row.pk for model in (Tag, ContactList) for row in model.objects.all()}
    answer = api.get("/subscribers?sort_type=ASC&" + query.format(**named))
    assert emails(answer) == [f"{name}@example.com" for name in expected.split()]
    assert answer.json()["total"] == len(expected.split())


@pytest.mark.usefixtures("people")
def test_it_makes_no_tag_or_list_of_the_words_of_a_filter(api: Api) -> None:
    api.get("/subscribers?tags[]=Brand New&lists[]=Brand New")
    assert (Tag.objects.count(), ContactList.objects.count()) == (3, 2)


@pytest.mark.usefixtures("people")
def test_it_counts_afresh_after_every_kind_of_change(api: Api) -> None:
    def totals() -> dict[str, int]:
        queries = {
            "all": "",
            "gold": "tags[]=gold",
            "pending": "statuses[]=pending",
            "gold and pending": "tags[]=gold&statuses[]=pending",
            "news": "lists[]=news",
        }
        counted = {name: api.get(f"/subscribers?{query}").json() for name, query in queries.items()}
        assert all(page["total"] == len(page["data"]) for page in counted.values())
        return {name: page["total"] for name, page in counted.items()}

    pk = {contact.email.split("@")[0]: contact.pk for contact in Subscriber.objects.all()}
    assert totals() == {"all": 4, "gold": 2, "pending": 2, "gold and pending": 1, "news": 2}
    api.put(f"/subscribers/{pk['both']}", {"status": "pending"})
    assert totals() == {"all": 4, "gold": 2, "pending": 3, "gold and pending": 2, "news": 2}
    api.put(
        "/subscribers/subscribers-property", {"property": "status", "value": "bounced", "subscribers": [pk["gold"]]}
    )
    assert totals() == {"all": 4, "gold": 2, "pending": 2, "gold and pending": 1, "news": 2}
    api.put(f"/subscribers/{pk['none']}", {"attach_tags": ["gold"], "attach_lists": ["news"]})
    api.put(f"/subscribers/{pk['none']}", {"attach_tags": ["gold"]})
    assert totals() == {"all": 4, "gold": 3, "pending": 2, "gold and pending": 2, "news": 3}
    api.put(f"/subscribers/{pk['both']}", {"detach_tags": ["gold"], "detach_lists": ["news"]})
    assert totals() == {"all": 4, "gold": 2, "pending": 2, "gold and pending": 1, "news": 2}
    api.post("/subscribers", {"email": "new@example.com", "status": "pending", "tags": ["gold"]})
    assert totals() == {"all": 5, "gold": 3, "pending": 3, "gold and pending": 2, "news": 2}
    api.delete("/subscribers", {"subscribers": [pk["none"], pk["gold"]]})
    assert totals() == {"all": 3, "gold": 1, "pending": 2, "gold and pending": 1, "news": 0}
    api.delete(f"/tags/{Tag.objects.get(slug='gold').pk}")
    assert totals() == {"all": 3, "gold": 0, "pending": 2, "gold and pending": 0, "news": 0}


def test_it_shows_custom_values_where_asked(api: Api) -> None:
    CustomFieldFactory.create(slug="job")
    CustomFieldFactory.create(slug="interests", type="checkbox")
    SubscriberFactory.create(custom_values={"job": "CTO", "interests": ["a"], "removed": "hidden"})
    SubscriberFactory.create()
    for word in ("true", "1", "yes"):
        answer = api.get(f"/subscribers?custom_fields={word}&sort_type=ASC")
        full, empty = answer.json()["data"]
        assert full["custom_fields"] == full["custom_values"] == {"job": "CTO", "interests": ["a"]}
        assert empty["custom_fields"] == empty["custom_values"] == {}
        assert b'"custom_fields":{}' in answer.content.replace(b" ", b"")
        assert answer.json()["custom"] == word
    for word in ("false", "0", "no", ""):
        assert (
            not {"custom_fields", "custom_values"}
            & api.get(f"/subscribers?custom_fields={word}").json()["data"][0].keys()
        )


def test_it_gives_every_row_the_same_keys(api: Api) -> None:
    for status in Status.values:
        SubscriberFactory.create(status=status)
    assert len({tuple(row) for row in api.get("/subscribers").json()["data"]}) == 1
