"""An action on all that a query finds: what would be left out of the query refuses it, since less is more here."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from changes.models import Change
from subscribers.models import Subscriber
from tests.bulk_actions.conftest import PATH, World
from tests.client import Api
from tests.factories import CustomFieldFactory, SubscriberFactory

Act = Callable[..., Any]
FORM = "application/x-www-form-urlencoded"


def advanced(operator: str, value: Any, source: tuple[str, str] = ("subscriber", "first_name")) -> dict[str, Any]:
    condition = {"source": list(source), "operator": operator, "value": value}
    return {"filter_type": "advanced", "advanced_filters": [[condition]]}


ADA = advanced("=", "Ada")
TAGS, STATUS, CHOICES = ("segment", "tags"), ("segment", "status"), ("custom_fields", "interests")
EMPTY: list[Any] = [[], "", None, {}, [""], [None], ","]
BLANK: list[Any] = ["", " ", None, "\x00", "\u3000", "\u200b", "\u0301", [], {"a": "Ada"}, ["Ada"]]
NOTHING: list[Any] = ["", "  ", None, [], [""], "\x00", "\u200b"]
NO_FILTERS: list[Any] = [[], "", "[]", [[]], "[[]]", "nonsense", {}]
WIDE: list[Any] = [
    {"tag": [999]},
    {"status": "pending"},
    {"Search": "Ada"},
    {"tags": [999], "nonsense": 1},
    {"advanced_filter": []},
    *({name: value} for name in ("tags", "lists", "statuses", "company_ids") for value in EMPTY),
    *({"search": value} for value in BLANK),
    {"tags": "[1,"},
    {"tags": '"VIP'},
    {"statuses": '["pending"'},
    {"filter_type": "advanced"},
    {"filter_type": "Advanced", "advanced_filters": ADA["advanced_filters"]},
    {"filter_type": "", "advanced_filters": ADA["advanced_filters"]},
    {"advanced_filters": ADA["advanced_filters"]},
    ADA | {"tags": [1]},
    *({"filter_type": "advanced", "advanced_filters": value} for value in NO_FILTERS),
    {"filter_type": "advanced", "advanced_filters": [*ADA["advanced_filters"], []]},
    *(
        advanced(operator, value)
        for operator in ("contains", "not_contains", "=", "!=", "in", "not_in", "startsWith")
        for value in NOTHING
    ),
    advanced("contians", "Ada"),
    advanced("", "Ada"),
    advanced("not_in", ["no such tag"], TAGS),
    advanced("not_in", [999_999], TAGS),
    advanced("not_in_all", [999_999], TAGS),
    advanced("notin", ["gold"], TAGS),
    advanced("=", "pending", STATUS),
    advanced("not_in", [], STATUS),
    advanced("not_in", ["no such status"], STATUS),
    advanced("not_in", ["no such type"], ("segment", "contact_type")),
    *(
        advanced("not_in", value, source)
        for value in ("[]", ",", '[""]', '"",""', "{}")
        for source in (TAGS, STATUS, CHOICES, ("subscriber", "first_name"), ("subscriber", "id"))
    ),
    advanced("!=", ["Ada", "Bob"]),
    advanced("not_contains", ["", "Ada"]),
    advanced("!=", "5,6", ("subscriber", "id")),
    advanced("not_contains", "5", ("subscriber", "id")),
    advanced(">=", "2020-01-01", ("subscriber", "created_at")),
    advanced("before", "2020-01-01"),
    advanced("in_all", [], CHOICES),
    advanced("not_in", "", CHOICES),
    "",
    0,
    False,
    5,
    "[1",
    '{"tag": [999]}',
]


@pytest.fixture
def contacts(world: World) -> list[Subscriber]:
    CustomFieldFactory.create(slug="interests", type="checkbox")
    return [SubscriberFactory.create(first_name=name) for name in ("Ada", "Bob")]


@pytest.mark.parametrize("query", WIDE, ids=lambda query: json.dumps(query)[:80])
def test_it_refuses_a_query_that_may_mean_more_than_it_says(act: Act, contacts: list[Subscriber], query: Any) -> None:
    for action in ("delete_contacts", "add_to_tags"):
        answer = act(action, is_all="yes", contact_query=query)
        assert answer.status_code in (400, 422), answer.content
    assert Subscriber.objects.count() == 2
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    "query", ["contact_query[tag][]=999", "contact_query[search]=", "contact_query[tags]=", "contact_query="]
)
def test_it_refuses_such_a_query_in_a_form(api: Api, contacts: list[Subscriber], query: str) -> None:
    answer = api.post(PATH, f"action_name=delete_contacts&is_all=yes&{query}", content_type=FORM)
    assert answer.status_code == 400
    assert Subscriber.objects.count() == 2


@pytest.mark.parametrize(
    "beside",
    [{"tags": [999]}, {"search": "Ada"}, {"contactQuery": {"search": "Ada"}}, {"query": {}}, {"subscriber_ids": "1"}],
)
def test_it_refuses_conditions_beside_the_query(act: Act, contacts: list[Subscriber], beside: dict[str, Any]) -> None:
    assert act("delete_contacts", is_all="yes", **beside).status_code == 400
    assert act("delete_contacts", is_all="yes", contact_query={}, **beside).status_code == 400
    if not beside.keys() & {"contactQuery", "query"}:
        query = {"search": "Bob"}
        assert act("delete_contacts", is_all="yes", contact_query=query, **beside).status_code == 400
    assert Subscriber.objects.count() == 2


@pytest.mark.parametrize("search", [0, "0", 0.5])
def test_it_searches_for_a_number(act: Act, world: World, search: Any) -> None:
    SubscriberFactory.create(first_name="Ada", last_name="0.5", email="ada@contacts.example", phone="")
    SubscriberFactory.create(first_name="Bob", last_name="1.7", email="bob@contacts.example", phone="")
    assert act("add_to_tags", is_all="yes", contact_query={"search": search}).json()["completed_contacts"] == 1


@pytest.mark.parametrize(
    "query",
    [
        {},
        [],
        "{}",
        {"page": 2, "per_page": 1, "sort_by": "id", "sort_type": "ASC", "with": ["tags"], "custom_fields": "true"},
        {"filter_type": "simple", "sort_by": ""},
        advanced("not_null", "", ("subscriber", "email")),
        advanced("not_in", ["gold"], TAGS),
        advanced("not_in", ["pending"], STATUS),
        advanced("not_in", '["Cyd","Dan"]'),
        advanced("not_contains", "[,"),
        {"statuses": ["subscribed", ""]},
    ],
    ids=str,
)
def test_it_takes_a_query_that_means_everybody(act: Act, contacts: list[Subscriber], world: World, query: Any) -> None:
    world.tag.slug = "gold"
    world.tag.save()
    assert act("add_to_tags", is_all="yes", contact_query=query).json()["completed_contacts"] == 2


def test_it_takes_json_text_and_php_brackets(api: Api, contacts: list[Subscriber], world: World) -> None:
    start = {"action_name": "add_to_tags", "action_options": world.tag.pk, "is_all": "yes"}
    for query in ({"contact_query": json.dumps(ADA)}, {"contact_query[search]": "ada"}):
        assert api.post(PATH, urlencode(start | query), content_type=FORM).json()["completed_contacts"] == 1


LISTS = ["[{0},{1}]", '["{0}","{1}"]', "{0},{1}", '"{0}","{1}"', " [{0}, {1}] "]


@pytest.mark.parametrize("text", LISTS)
def test_it_reads_ids_whole_in_every_shape(act: Act, contacts: list[Subscriber], text: str) -> None:
    ids = text.format(*(contact.pk for contact in contacts))
    assert act("delete_contacts", subscriber_ids=ids).json()["completed_contacts"] == 2


BROKEN = [
    "[{0},{1}",
    "{0},x",
    "{0};{1}",
    "[{0},null]",
    '["{0}","{1}"',
    '"{0}",{1}"x',
    "{0} {1}",
    "[[{0}],{1}]",
    "{0},{1}]",
]


@pytest.mark.parametrize("text", BROKEN)
def test_it_touches_no_part_of_ids_that_it_cannot_read_whole(
    act: Act, api: Api, contacts: list[Subscriber], text: str
) -> None:
    ids = text.format(*(contact.pk for contact in contacts))
    assert act("delete_contacts", subscriber_ids=ids).status_code in (400, 422)
    assert api.delete(f"/subscribers?{urlencode({'subscribers': ids})}").status_code in (400, 422)
    body: dict[str, Any] = {"property": "status", "value": "pending", "subscribers": ids}
    assert api.put("/subscribers/subscribers-property", body).status_code in (400, 422)
    body = {"type": "tags", "attach": [], "detach": [], "subscribers": ids}
    assert api.post("/subscribers/sync-segments", body).status_code in (400, 422)
    assert api.post("/companies/attach-subscribers", {"subscriber_ids": ids, "company_ids": [1]}).status_code in (
        400,
        422,
    )
    assert api.post("/tags/do-bulk-action", {"tagIds": ids}).status_code in (400, 422)
    assert set(Subscriber.objects.values_list("status", flat=True)) == {"subscribed"}
    assert not Change.objects.exists()


@pytest.mark.parametrize("options", ["[{0},", '"{0}","x', [["{0}"], 1], "[[{0}]]"])
def test_it_touches_no_part_of_tags_that_it_cannot_read_whole(
    act: Act, contacts: list[Subscriber], world: World, options: Any
) -> None:
    sent = options.format(world.tag.pk) if isinstance(options, str) else options
    answer = act("add_to_tags", subscriber_ids=[contacts[0].pk], action_options=sent)
    assert answer.status_code == 400
    assert not world.tag.subscribers.exists()


def test_it_refuses_several_companies_and_a_reason_that_is_too_long(act: Act, contacts: list[Subscriber]) -> None:
    ids = [contact.pk for contact in contacts]
    assert act("add_to_company", subscriber_ids=ids, new_status="", action_options=[1, 2]).status_code == 422
    for length, status in ((1000, 200), (1001, 400)):
        answer = act("change_contact_status", subscriber_ids=ids, unsubscribe_reason="x" * length)
        assert answer.status_code == status
