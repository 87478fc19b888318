"""POST /tags/bulk and /lists/bulk: make many, rename those that there are."""

from typing import Any, NamedTuple

import pytest
from pytest_django import DjangoAssertNumQueries

from segments.models import ContactList, Tag
from tests.client import Api
from tests.factories import ContactListFactory, TagFactory
from tests.subscribers.expected import HISTORY_OF_OTHERS

FORM = "application/x-www-form-urlencoded"


class Kind(NamedTuple):
    word: str
    model: Any
    factory: Any
    message: str


KINDS = [
    Kind("tags", Tag, TagFactory, "Successfully saved the tags."),
    Kind("lists", ContactList, ContactListFactory, "Provided Lists have been successfully created"),
]
of_both_kinds = pytest.mark.parametrize("kind", KINDS, ids=["tags", "lists"])


@of_both_kinds
@pytest.mark.parametrize("key", ["", "items"])
def test_it_makes_those_that_are_new_and_renames_those_that_are_known(api: Api, kind: Kind, key: str) -> None:
    known = kind.factory.create(title="VIP Customers", slug="vip-customers", description="Kept")
    sent = [
        {"title": "Bulk One"},
        {"title": "Bulk Two", "slug": "bulk-2"},
        {"slug": "no-title"},
        {"title": "VIP Customers 2", "slug": "vip-customers"},
        {"title": ""},
        "nonsense",
    ]
    answer = api.post(f"/{kind.word}/bulk", {key or kind.word: sent})
    assert answer.status_code == 200
    ids = dict(kind.model.objects.values_list("slug", "pk"))
    assert answer.json() == {
        "message": kind.message,
        "ids": [ids["bulk-one"], ids["bulk-2"], known.pk],
        "ignored": {kind.word: ["nonsense"]},
    }
    assert set(kind.model.objects.values_list("title", "slug", "description")) == {
        ("Bulk One", "bulk-one", None),
        ("Bulk Two", "bulk-2", None),
        ("VIP Customers 2", "vip-customers", "Kept"),
    }


@of_both_kinds
def test_it_names_those_that_it_cannot_make(api: Api, kind: Kind) -> None:
    wrong = [{"title": "x" * 193}, {"title": ["VIP"]}]
    answer = api.post(f"/{kind.word}/bulk", {kind.word: [{"title": "Good"}, *wrong]})
    assert answer.json()["ignored"] == {kind.word: wrong}
    assert [one.title for one in kind.model.objects.all()] == ["Good"]


@of_both_kinds
@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": {}}, {"items": "[]"}, {"items": None}])
def test_it_does_nothing_without_any(api: Api, kind: Kind, body: dict[str, Any]) -> None:
    answer = api.post(f"/{kind.word}/bulk", body)
    assert (answer.status_code, answer.json()) == (200, {"message": kind.message, "ids": []})
    assert not kind.model.objects.exists()


@of_both_kinds
@pytest.mark.parametrize("items", ["x", 5, {"title": "x"}, '[{"title": "x"}', '{"title": "x"}'], ids=str)
def test_it_refuses_what_are_no_objects(api: Api, kind: Kind, items: Any) -> None:
    assert api.post(f"/{kind.word}/bulk", {"items": items}).status_code == 400
    assert not kind.model.objects.exists()


@of_both_kinds
@pytest.mark.parametrize(
    "items", ['[{"title": "One"}, {"title": "Two"}]', {"a": {"title": "One"}, "b": {"title": "Two"}}]
)
def test_it_reads_objects_in_every_shape(api: Api, kind: Kind, items: Any) -> None:
    assert len(api.post(f"/{kind.word}/bulk", {"items": items}).json()["ids"]) == 2
    assert sorted(kind.model.objects.values_list("title", flat=True)) == ["One", "Two"]


def test_it_takes_one_slug_sent_twice_for_one_tag(api: Api) -> None:
    ids = api.post("/tags/bulk", {"tags": [{"title": "Twice"}, {"title": "TWICE"}]}).json()["ids"]
    assert ids == [Tag.objects.get().pk] * 2
    assert Tag.objects.get().title == "TWICE"


def test_it_takes_objects_as_json_text_from_a_form(api: Api) -> None:
    assert api.post("/tags/bulk", 'tags[]={"title": "In text"}', content_type=FORM).status_code == 200
    assert Tag.objects.get().slug == "in-text"


@pytest.mark.parametrize("size", [1, 100])
def test_it_costs_a_fixed_number_of_statements(
    api: Api, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    TagFactory.create(slug="known-0")
    api.get("/tags/0")
    sent = [{"title": f"New {n}"} for n in range(size)] + [{"title": "Known", "slug": "known-0"}]
    # Credentials; the transaction's begin and end; the titles, their slugs; what is known, its change,
    # what is new, the ids; what history keeps of both.
    with django_assert_num_queries(9 + 2 * HISTORY_OF_OTHERS):
        assert len(api.post("/tags/bulk", {"tags": sent}).json()["ids"]) == size + 1


@pytest.mark.parametrize("word", ["tags", "lists"])
def test_it_makes_them_in_the_order_in_which_they_were_sent(api: Api, word: str) -> None:
    ids = api.post(f"/{word}/bulk", {word: [{"title": "Second by slug", "slug": "z"}, {"title": "First"}]}).json()[
        "ids"
    ]
    assert ids == sorted(ids)
