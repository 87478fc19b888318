"""Hard letters through every route that compares texts, on both faces (tests.letters)."""

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User

from companies.models import Company
from segments.models import ContactList, Tag
from subscribers.models import Subscriber
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.events.factories import TrackedEventFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.fluenzr.client import Fluenzr
from tests.letters import DIFFERENT, SAME
from tests.notes.factories import NoteFactory

pytestmark = pytest.mark.django_db
same = pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
different = pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
MODELS: dict[str, Any] = {"tags": Tag, "lists": ContactList}
segments = pytest.mark.parametrize("kind", MODELS)


@pytest.fixture
def fluenzr(admin: User, settings: Any, tmp_path: Any) -> Fluenzr:
    settings.FLUENZR_RATE_LIMIT = 1000
    settings.RATE_LIMIT_FILE = tmp_path / "rate_limits"
    return Fluenzr(admin)


def total(api: Api, query: str) -> int:
    return api.get(f"/subscribers?{query}").json()["total"]


@same
def test_search_finds_a_contact_by_either_text(api: Api, fluenzr: Fluenzr, one: str, other: str) -> None:
    SubscriberFactory.create(first_name=one, email="a@example.com")
    SubscriberFactory.create(city=f"x {other} y", email="b@example.com")
    SubscriberFactory.create()
    for text in (one, other):
        assert total(api, f"search={quote(text)}") == 2
        assert len(api.get(f"/subscribers/search-contacts?search={quote(text)}").json()["contacts"]) == 2
        assert fluenzr.post("/contacts/search", {"query": text}).json()["meta"]["total"] == 2


@segments
@same
def test_a_tag_is_one_whichever_text_names_it(api: Api, fluenzr: Fluenzr, kind: str, one: str, other: str) -> None:
    for number, names in enumerate(([one], [other], [one, other])):
        body = {"email": f"c{number}@example.com", "status": "subscribed", kind: names}
        [shown] = api.post("/subscribers", body).json()["contact"][kind]
    assert MODELS[kind].objects.get().pk == shown["id"]
    assert total(api, f"{kind}[]={quote(one)}") == total(api, f"{kind}[]={quote(other)}") == 3
    for text in (one, other):
        found = api.get(f"/{kind}?search={quote(text)}").json()
        assert len(found["tags"]["data"] if kind == "tags" else found["lists"]) == 1


@same
def test_a_title_is_one_on_the_other_face(fluenzr: Fluenzr, one: str, other: str) -> None:
    for number, titles in enumerate(([one], [other], [one, other])):
        answer = fluenzr.post("/contacts", {"email": f"c{number}@example.com", "tags": titles, "company": titles[-1]})
        assert answer.status_code == 201, answer.content
        [tag] = answer.json()["data"]["tags"]
    assert Tag.objects.get().title == tag
    assert Company.objects.count() == 1
    assert fluenzr.get(f"/contacts?tag={quote(other)}").json()["meta"]["total"] == 3
    assert fluenzr.post("/groups", {"name": one}).status_code == 201
    assert fluenzr.post("/groups", {"name": other}).status_code == 409
    rows = [
        {"email": f"d{number}@example.com", "tags": [text], "company": text} for number, text in enumerate([one, other])
    ]
    assert fluenzr.post("/contacts/bulk", {"contacts": rows}).json()["data"]["created"] == 2
    assert (Tag.objects.count(), Company.objects.count()) == (1, 1)


@same
def test_a_companys_name_is_taken_by_either_text(api: Api, one: str, other: str) -> None:
    assert api.post("/companies", {"name": one}).status_code == 200
    for text in (one, other):
        assert api.post("/companies", {"name": text}).status_code == 422
        assert len(api.get(f"/companies/search?search={quote(text)}").json()["results"]) == 1
        assert api.get(f"/companies?search={quote(text)}").json()["companies"]["total"] == 1
    assert api.put(f"/companies/{Company.objects.get().pk}", {"name": other}).status_code == 200


@same
def test_filters_compare_columns_and_custom_values(api: Api, fluenzr: Fluenzr, one: str, other: str) -> None:
    CustomFieldFactory.create(slug="code")
    SubscriberFactory.create(city=one, custom_values={"code": one})
    SubscriberFactory.create(city="x", custom_values={"code": "x"})
    for source in (["subscriber", "city"], ["custom_fields", "code"]):
        for operator, value, expected in [
            ("=", other, 1), ("!=", other, 1), ("contains", other, 1), ("not_contains", other, 1), ("in", [other], 1), ("not_in", [other], 1)
        ]:  # fmt: skip
            filters = {
                "filter_type": "advanced",
                "advanced_filters": [[{"source": source, "operator": operator, "value": value}]],
            }
            answer = api.send("GET", "/subscribers", filters).json()
            assert answer["total"] == expected, (source, operator)
    answer = fluenzr.post("/contacts/search", {"filters": {"customFields": {"code": other}}})
    assert answer.json()["meta"]["total"] == 1


@same
def test_notes_and_events_are_found_by_either_text(api: Api, one: str, other: str) -> None:
    contact = SubscriberFactory.create()
    NoteFactory.create(subscriber=contact, title=one)
    TrackedEventFactory.create(subscriber=contact, title=one)
    for text in (one, other):
        assert api.get(f"/subscribers/{contact.pk}/notes?search={quote(text)}").json()["notes"]["total"] == 1


@different
def test_two_texts_are_two(api: Api, fluenzr: Fluenzr, one: str, other: str) -> None:
    """Also where their slugs would be one, in one request and in two, and in the order of either."""
    for number, names in enumerate(([one], [other], [one, other], [other, one])):
        body = {"email": f"c{number}@example.com", "status": "subscribed", "tags": names, "lists": names}
        contact = api.post("/subscribers", body).json()["contact"]
        for kind in MODELS:
            assert {row["title"] for row in contact[kind]} == set(names)
            assert len({row["slug"] for row in contact[kind]}) == len(names)
        shown = fluenzr.post("/contacts", {"email": f"f{number}@example.com", "tags": names}).json()["data"]
        assert set(shown["tags"]) == set(names)
    assert Tag.objects.count() == ContactList.objects.count() == 2
    for kind in MODELS:
        assert total(api, f"{kind}[]={quote(one)}") == (6 if kind == "tags" else 3)
        detached = api.post(f"/subscribers/{contact['id']}/{kind}/detach", {kind: [one]}).json()["contact"][kind]
        assert [row["title"] for row in detached] == [other]


@different
@segments
def test_two_titles_are_two_where_they_are_made(api: Api, kind: str, one: str, other: str) -> None:
    for title in (one, other):
        assert api.post(f"/{kind}", {"title": title}).status_code == 200
        assert api.post(f"/{kind}", {"title": title}).status_code == 422
    MODELS[kind].objects.all().delete()
    ids = api.post(f"/{kind}/bulk", {kind: [{"title": one}, {"title": other}]}).json()["ids"]
    assert dict(MODELS[kind].objects.values_list("title", "pk")) == dict(zip([one, other], ids, strict=True))
    assert api.post(f"/{kind}/bulk", {kind: [{"title": other}, {"title": one}]}).json()["ids"] == ids[::-1]


def test_an_exact_slug_goes_before_a_title(api: Api) -> None:
    TagFactory.create(title="C++ devs", slug="c-devs")
    body = {"email": "a@example.com", "status": "subscribed", "tags": ["C# devs", "c-devs"]}
    shown = api.post("/subscribers", body).json()["contact"]["tags"]
    assert {row["slug"]: row["title"] for row in shown} == {"c-devs": "C++ devs", "c-devs-2": "C# devs"}


NAMES = ["", "  ", "adam", "Ádám", "Bella", "Émile", "łukasz", "Øre", "Zack", "zoe", "Zoë", "Анна", "Ёлка", "山田"]


@pytest.mark.parametrize("column", ["first_name", "last_name", "city", "phone", "source", "prefix", "country"])
def test_contacts_are_sorted_as_people_sort(api: Api, fluenzr: Fluenzr, column: str) -> None:
    """Without case and accents, ties by id; what is empty comes first upward, null before that."""
    made = [SubscriberFactory.create(**{column: name}).pk for name in [None, *NAMES, None]]
    expected = [made[0], made[-1], *made[1:3], *sorted(made[3:-1], key=lambda pk: ORDER[NAMES[made.index(pk) - 1]])]
    for direction, ids in (("asc", expected), ("desc", expected[::-1])):
        query = f"sort_by={column}&sort_type={direction}"
        assert [row["id"] for row in api.get(f"/subscribers?per_page=100&{query}").json()["data"]] == ids
        pages = [api.get(f"/subscribers?per_page=4&page={page}&{query}").json()["data"] for page in range(1, 5)]
        assert [row["id"] for rows in pages for row in rows] == ids
        for place, pk in enumerate(ids):
            path = f"/subscribers/prev-next-ids?filter_type=simple&current_id={pk}&{query}"
            near = api.get(path).json()["navigation"]
            assert near["next"] == ids[place + 1 : place + 11]
            assert near["prev"] == ids[:place][::-1][:10]


# Adam and Ádám, zoe and Zoë are one: their ids tell.
ORDER = {name: place for place, name in enumerate(NAMES)}


def test_tags_lists_and_companies_are_sorted_as_people_sort(api: Api, fluenzr: Fluenzr) -> None:
    titles = ["zack", "Émile", "Zoe", "adam", "Bella"]
    for number, title in enumerate(titles):
        TagFactory.create(title=title, slug=f"s{number}")
        ContactListFactory.create(title=title, slug=f"s{number}")
        CompanyFactory.create(name=title)
    sorted_titles = ["adam", "Bella", "Émile", "zack", "Zoe"]
    for direction, expected in (("asc", sorted_titles), ("desc", sorted_titles[::-1])):
        query = f"?sort_by=title&sort_order={direction}"
        assert [row["title"] for row in api.get(f"/tags{query}").json()["tags"]["data"]] == expected
        assert [row["title"] for row in api.get(f"/lists{query}").json()["lists"]] == expected
        query = f"?sort_by=name&sort_order={direction}"
        assert [row["name"] for row in api.get(f"/companies{query}").json()["companies"]["data"]] == expected
        groups = fluenzr.get(f"/groups?sort=name&order={direction}").json()["data"]
        assert [group["name"] for group in groups] == expected


def test_texts_are_stored_composed(api: Api, fluenzr: Fluenzr) -> None:
    CustomFieldFactory.create(slug="code")
    word = "Zoe\u0308"
    body = {
        "email": "a@example.com",
        "status": "subscribed",
        "first_name": word,
        "tags": [word],
        "custom_values": {"code": word},
    }
    pk = api.post("/subscribers", body).json()["contact"]["id"]
    contact = Subscriber.objects.get(pk=pk)
    assert (contact.first_name, contact.custom_values, Tag.objects.get().title) == ("Zoë", {"code": "Zoë"}, "Zoë")
    shown = fluenzr.post("/contacts", {"email": "b@example.com", "lastName": word, "company": word}).json()["data"]
    assert (shown["lastName"], shown["company"]) == ("Zoë", "Zoë")
    note = {"title": word, "description": f"<p>{word}</p>", "type": "note"}
    shown = api.post(f"/subscribers/{pk}/notes", {"note": note}).json()["note"]
    assert (shown["title"], shown["description"]) == ("Zoë", "<p>Zoë</p>")


def test_a_search_for_what_nobody_sees_finds_nobody(api: Api) -> None:
    SubscriberFactory.create()
    assert total(api, "search=%E2%80%8B") == 0  # a zero-width space
    assert total(api, f"search={quote(' '.join(f'w{n}' for n in range(2000)))}") == 0
