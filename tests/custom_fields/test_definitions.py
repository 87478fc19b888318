"""GET and PUT /custom-fields/contacts (recording custom-fields.json). One file, as it is one endpoint."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from custom_fields.models import CustomField
from custom_fields.services import replace_definitions
from database.sql import is_postgresql
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import CustomFieldFactory, SubscriberFactory
from tests.threads import Worker, two_writers

PATH = "/custom-fields/contacts"
NINE: list[dict[str, Any]] = [
    {"type": "text", "label": "Job Title", "slug": "job_title", "field_key": "text"},
    {"type": "textarea", "label": "About", "slug": "about", "field_key": "textarea"},
    {"type": "number", "label": "Revenue", "slug": "revenue", "field_key": "number"},
    {
        "type": "select-one",
        "label": "Plan",
        "slug": "plan",
        "field_key": "single-select",
        "options": ["free", "pro", "team"],
    },
    {
        "type": "select-multi",
        "label": "Interests",
        "slug": "interests",
        "field_key": "multi-select",
        "options": ["marketing", "sales", "support"],
    },
    {"type": "radio", "label": "Size", "slug": "size", "field_key": "radio", "options": ["1-10", "11-50", "51+"]},
    {
        "type": "checkbox",
        "label": "Channels",
        "slug": "channels",
        "field_key": "checkbox",
        "options": ["email", "sms", "post"],
    },
    {"type": "date", "label": "Renewal", "slug": "renewal", "field_key": "date"},
    {"type": "date_time", "label": "Last Call", "slug": "last_call", "field_key": "date_time"},
]
SAVED = "Fields saved successfully!"


def slugs(api: Api, *fields: dict[str, Any]) -> list[str]:
    answer = api.put(PATH, {"fields": list(fields)})
    assert answer.status_code == 200
    return [field["slug"] for field in answer.json()["fields"]]


def labelled(*labels: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "label": label} for label in labels]


@pytest.mark.parametrize("path", [PATH, "/custom-fields"])
def test_it_lists_nothing_at_first(api: Api, path: str) -> None:
    assert api.get(path).json() == {"fields": []}


@pytest.mark.parametrize("path", [PATH, "/custom-fields"])
def test_it_stores_all_nine_types_and_shows_them_in_their_order(api: Api, path: str) -> None:
    answer = api.put(path, {"fields": NINE})
    assert answer.status_code == 200
    assert answer.json() == {"fields": NINE, "message": SAVED}
    assert api.get(path).json() == {"fields": NINE}
    assert api.put(path, {"fields": NINE[::-1]}).json()["fields"] == NINE[::-1]
    assert api.get(path).json() == {"fields": NINE[::-1]}


def test_it_takes_the_fields_as_json_text_in_a_form(api: Api) -> None:
    form = urlencode({"fields": json.dumps(NINE)})
    answer = api.put(PATH, form, content_type="application/x-www-form-urlencoded")
    assert answer.json() == {"fields": NINE, "message": SAVED}


def test_it_takes_the_fields_in_brackets_in_a_form(api: Api) -> None:
    form = "fields[0][type]=radio&fields[0][label]=Size&fields[0][options][]=S&fields[0][options][]=L"
    answer = api.put(PATH, form, content_type="application/x-www-form-urlencoded")
    assert answer.json()["fields"] == [
        {"type": "radio", "label": "Size", "slug": "size", "field_key": "radio", "options": ["S", "L"]}
    ]


def test_it_describes_the_types_and_groups_when_asked(api: Api) -> None:
    for number, group in enumerate(["default", "Work", "Home", "Work"]):
        CustomFieldFactory.create(group=group, position=number)
    answer = api.get(f"{PATH}?with[]=field_types&with[]=field_groups").json()
    assert list(answer) == ["fields", "field_types", "field_groups"]
    assert answer["field_types"] == {
        "text": {"type": "text", "label": "Single Line Text", "value_type": "string"},
        "textarea": {"type": "textarea", "label": "Multi Line Text", "value_type": "string"},
        "number": {"type": "number", "label": "Numeric Field", "value_type": "numeric"},
        "single-select": {"type": "select-one", "label": "Select choice", "value_type": "string"},
        "multi-select": {"type": "select-multi", "label": "Multiple Select choice", "value_type": "array"},
        "radio": {"type": "radio", "label": "Radio Choice", "value_type": "string"},
        "checkbox": {"type": "checkbox", "label": "Checkboxes", "value_type": "array"},
        "date": {"type": "date", "label": "Date", "value_type": "date"},
        "date_time": {"type": "date_time", "label": "Date and Time", "value_type": "datetime"},
    }
    assert answer["field_groups"] == [
        {"slug": "default", "title": "Custom Profile Data"},
        {"slug": "Work", "title": "Work"},
        {"slug": "Home", "title": "Home"},
    ]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("with=field_types", ["fields", "field_types"]),
        ("with=field_groups", ["fields", "field_groups"]),
        ("with=field_types,field_groups", ["fields", "field_types", "field_groups"]),
        ("with=nonsense", ["fields"]),
    ],
)
def test_it_adds_only_what_is_asked(api: Api, query: str, keys: list[str]) -> None:
    assert list(api.get(f"{PATH}?{query}").json()) == keys


def test_it_keeps_a_fields_group_and_shows_none_for_the_default(api: Api) -> None:
    sent = [
        {"type": "text", "label": "A", "group": "Work"},
        {"type": "text", "label": "B", "group": "default"},
        {"type": "text", "label": "C", "group": ""},
    ]
    api.put(PATH, {"fields": sent})
    assert [field.get("group") for field in api.get(PATH).json()["fields"]] == ["Work", None, None]


def test_it_makes_slugs_from_labels_as_recorded(api: Api) -> None:
    made = labelled("Favourite Colour", "Email", "123", "Job Title", "A very long label that goes on and on")
    assert slugs(api, *NINE, *made)[9:] == [
        "favourite_colour",
        "cf_email",
        "cf_123",
        "job_title_1",
        "a_very_long_label_that_go",
    ]


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("Größe & Maße", "groe_mae"),
        ("  Padded - label  ", "padded_label"),
        ("日本", "field"),
        ("***", "field"),
        ("first_name", "cf_first_name"),
        ("Tags", "cf_tags"),
        ("ID", "cf_id"),
        (42, "cf_42"),
    ],
)
def test_it_makes_a_slug_of_any_label(api: Api, label: Any, slug: str) -> None:
    assert slugs(api, *labelled(label)) == [slug]


def test_it_numbers_slugs_that_would_be_the_same(api: Api) -> None:
    assert slugs(api, *labelled("Size", "Size", "size!", "Email", "email")) == [
        "size",
        "size_1",
        "size_2",
        "cf_email",
        "cf_email_1",
    ]


def test_it_makes_no_slug_that_a_later_field_was_given(api: Api) -> None:
    assert slugs(api, {"type": "text", "label": "Size"}, {"type": "text", "label": "Other", "slug": "size"}) == [
        "size_1",
        "size",
    ]


def test_it_drops_quotes_and_backslashes_from_slugs(api: Api) -> None:
    """A path into JSON could not name them: their values would never be found."""
    given = [{"type": "text", "label": "Size", "slug": slug} for slug in ('quo"te', "back\\slash", '"\\')]
    assert slugs(api, *given) == ["quote", "backslash", "size"]
    values = {"quote": "7", "backslash": "8"}
    contact = SubscriberFactory.create(custom_values=values)
    assert api.get(f"/subscribers/{contact.pk}?with[]=custom_values").json()["subscriber"]["custom_values"] == values


def test_it_keeps_a_slug_as_it_was_given(api: Api) -> None:
    assert slugs(api, {"type": "text", "label": "Size", "slug": "Grösse-2"}) == ["Grösse-2"]


@pytest.mark.parametrize(
    ("key", "name"), [(field["field_key"], field["type"]) for field in NINE], ids=[field["type"] for field in NINE]
)
def test_it_takes_a_type_by_its_key_as_well(api: Api, key: str, name: str) -> None:
    [field] = api.put(PATH, {"fields": [{"type": key, "label": "F"}]}).json()["fields"]
    assert (field["type"], field["field_key"]) == (name, key)


def test_it_takes_no_clients_word_for_the_key_of_a_type(api: Api) -> None:
    [field] = api.put(PATH, {"fields": [{"type": "number", "label": "F", "field_key": "text"}]}).json()["fields"]
    assert field["field_key"] == "number"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (["a", " b ", "", "<b>c</b>", 5], ["a", "b", "c", "5"]),
        ("a, b,,c", ["a", "b", "c"]),
        ({"0": "a", "1": "b"}, ["a", "b"]),
        (["a", {"x": 1}, None], ["a"]),
        ('["a, b", "c"]', ["a, b", "c"]),
        ('"a, b",c', ["a, b", "c"]),
        ([], None),
        ("", None),
    ],
)
def test_it_reads_options_in_every_shape(api: Api, sent: Any, stored: list[str] | None) -> None:
    api.put(PATH, {"fields": [{"type": "radio", "label": "F", "options": sent}]})
    assert api.get(PATH).json()["fields"][0].get("options") == stored


def test_it_gives_back_what_else_a_client_keeps_with_a_field(api: Api) -> None:
    field = {"type": "text", "label": "F", "slug": "f", "field_key": "text", "help": "Why?", "flags": {"a": [1, None]}}
    api.put(PATH, {"fields": [field]})
    assert api.get(PATH).json()["fields"] == [field]


def test_it_drops_nuls_from_what_a_client_keeps_with_a_field(api: Api) -> None:
    # PostgreSQL stores no NUL, in JSON neither.
    body = '{"fields": [{"type": "text", "label": "F", "help": "a\\u0000b", "k\\u0000": [{"\\u0000": 1}]}]}'
    assert api.put(PATH, body).status_code == 200
    [field] = api.get(PATH).json()["fields"]
    assert (field["help"], field["k"]) == ("ab", [{"": 1}])


def test_it_writes_labels_as_plain_text(api: Api) -> None:
    api.put(PATH, {"fields": labelled(" <b>Shoe</b>\n size ")})
    assert api.get(PATH).json()["fields"][0]["label"] == "Shoe size"


# --- Replace --------------------------------------------------------------------------------


def shown_values(api: Api, pk: int) -> Any:
    return api.get(f"/subscribers/{pk}?with[]=custom_values").json()["subscriber"]["custom_values"]


def test_it_hides_values_of_a_field_that_is_removed_and_shows_them_again(api: Api) -> None:
    api.put(PATH, {"fields": NINE})
    stored = {"job_title": "CTO", "revenue": "12.5", "channels": ["email"]}
    contact = SubscriberFactory.create(custom_values=stored)
    assert shown_values(api, contact.pk) == stored
    api.put(PATH, {"fields": NINE[:1]})
    assert shown_values(api, contact.pk) == {"job_title": "CTO"}
    api.put(PATH, {"fields": []})
    assert api.get(PATH).json() == {"fields": []}
    assert shown_values(api, contact.pk) == {}
    assert Subscriber.objects.get().custom_values == stored
    api.put(PATH, {"fields": NINE})
    assert shown_values(api, contact.pk) == stored


def test_it_keeps_hidden_values_when_others_are_written(api: Api) -> None:
    api.put(PATH, {"fields": NINE})
    contact = SubscriberFactory.create(custom_values={"job_title": "CTO", "revenue": "12.5"})
    api.put(PATH, {"fields": NINE[:1]})
    api.put(f"/subscribers/{contact.pk}", {"subscriber": {"custom_values": {"job_title": "CEO"}}})
    assert Subscriber.objects.get().custom_values == {"job_title": "CEO", "revenue": "12.5"}


def test_it_changes_a_field_in_place_and_keeps_its_row(api: Api) -> None:
    api.put(PATH, {"fields": NINE})
    before = dict(CustomField.objects.values_list("slug", "pk"))
    changed = [{**field, "label": field["label"] + "!"} for field in NINE]
    assert api.put(PATH, {"fields": changed}).json()["fields"] == changed
    assert dict(CustomField.objects.values_list("slug", "pk")) == before


@pytest.mark.parametrize("slugs", [("f", "f"), ("f", ' f"')])
def test_it_refuses_two_fields_of_one_slug(api: Api, slugs: tuple[str, str]) -> None:
    CustomFieldFactory.create(slug="kept")
    answer = api.put(PATH, {"fields": [{"type": "text", "label": "F", "slug": slug} for slug in slugs]})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"fields.1.slug": ["Another field of the list has the slug f."]}
    assert [field["slug"] for field in api.get(PATH).json()["fields"]] == ["kept"]


@pytest.mark.parametrize("size", [1, 40])
def test_it_costs_a_fixed_number_of_statements(
    api: Api, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    CustomFieldFactory.create()
    api.get(PATH)
    # Credentials; the transaction's begin and end; a lock on PostgreSQL; what there is, what goes, what comes or changes, what history keeps of it.
    with django_assert_num_queries(8 if is_postgresql() else 7):
        api.put(PATH, {"fields": labelled(*[f"Field {n}" for n in range(size)])})
    with django_assert_num_queries(2):
        assert len(api.get(PATH).json()["fields"]) == size


# --- Wrong bodies ---------------------------------------------------------------------------


def test_it_needs_fields(api: Api) -> None:
    CustomFieldFactory.create(slug="kept")
    answer = api.put(PATH, {})
    assert answer.status_code == 422
    assert answer.json()["fields"] == {"required": "The fields field is required."}
    assert CustomField.objects.get().slug == "kept"


@pytest.mark.parametrize(
    "sent", [None, {}, {"a": {"type": "text"}}, 5, True, ["x"], [["x"]], [None], "[1]", '{"a": 1}']
)
def test_it_refuses_what_is_no_list_of_objects(api: Api, sent: Any) -> None:
    CustomFieldFactory.create(slug="kept")
    answer = api.put(PATH, {"fields": sent})
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "rest_invalid_param",
        "message": "Invalid parameter: fields",
        "data": {"status": 400},
        "fields": {"invalid": "The fields must be a list of objects."},
        "errors": {"fields": ["The fields must be a list of objects."]},
    }
    assert CustomField.objects.get().slug == "kept"


def test_it_refuses_text_that_is_no_json(api: Api) -> None:
    answer = api.put(PATH, {"fields": "[{"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "rest_invalid_json"


@pytest.mark.parametrize(
    ("field", "status", "name", "rule"),
    [
        ({"label": "F"}, 422, "type", "required"),
        ({"type": "text"}, 422, "label", "required"),
        ({"type": "text", "label": ""}, 422, "label", "required"),
        ({"type": "text", "label": "<b></b>"}, 422, "label", "required"),
        ({"type": "text", "label": None}, 422, "label", "required"),
        ({"type": "colour", "label": "F"}, 400, "type", "in"),
        ({"type": "", "label": "F"}, 400, "type", "in"),
        ({"type": ["text"], "label": "F"}, 400, "type", "string"),
        ({"type": "text", "label": ["F"]}, 400, "label", "string"),
        ({"type": "text", "label": "x" * 193}, 400, "label", "max"),
        ({"type": "text", "label": "F", "slug": "x" * 65}, 400, "slug", "max"),
        ({"type": "text", "label": "F", "slug": {"a": 1}}, 400, "slug", "string"),
        ({"type": "text", "label": "F", "group": "x" * 65}, 400, "group", "max"),
    ],
)
def test_it_names_the_place_of_a_field_that_is_wrong_and_stores_nothing(
    api: Api, field: dict[str, Any], status: int, name: str, rule: str
) -> None:
    CustomFieldFactory.create(slug="kept")
    answer = api.put(PATH, {"fields": [{"type": "text", "label": "Good"}, field]})
    assert answer.status_code == status
    body = answer.json()
    assert list(body["errors"]) == [f"fields.1.{name}"]
    assert list(body[f"fields.1.{name}"]) == [rule]
    assert list(CustomField.objects.values_list("slug", flat=True)) == ["kept"]


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_it_can_be_read_and_replaced_only(api: Api, method: str) -> None:
    assert api.send(method, PATH, {"fields": []}).status_code == 404


@two_writers
@pytest.mark.django_db(transaction=True)
def test_of_two_who_replace_them_at_once_the_last_one_is_right(api: Api) -> None:
    with transaction.atomic():
        replace_definitions([CustomField(slug=slug, label=slug, type="text") for slug in ("one", "two")])
        other = Worker(lambda: api.put(PATH, {"fields": [NINE[0]]}))
        other.wait_until_blocked()
    assert other.finish().status_code == 200
    assert list(CustomField.objects.values_list("slug", flat=True)) == ["job_title"]


@pytest.mark.parametrize("path", [PATH, "/companies/custom-fields"])
def test_it_gives_a_group_another_name(api: Api, path: str) -> None:
    groups = ["Orders", "Orders and more", None, "Orders"]
    fields = [
        {"type": "text", "label": f"F{n}", **({"group": group} if group else {})} for n, group in enumerate(groups)
    ]
    api.put(path, {"fields": fields})
    answer = api.put(f"{path}/update_group_name", {"old_name": "Orders", "new_name": " <b>Purchases</b> "})
    assert answer.status_code == 200
    assert answer.json()["message"] == "Group name updated successfully!"
    for shown in (answer.json()["fields"], api.get(path).json()["fields"]):
        assert [field.get("group") for field in shown] == ["Purchases", "Orders and more", None, "Purchases"]
    api.put(f"{path}/update_group_name", {"old_name": "default", "new_name": "Rest"})
    assert api.get(path).json()["fields"][2]["group"] == "Rest"


@pytest.mark.parametrize(
    ("body", "status", "wrong"),
    [
        ({"old_name": "Orders"}, 422, "new_name"),
        ({"new_name": "x"}, 422, "old_name"),
        ({"old_name": "Orders", "new_name": " "}, 422, "new_name"),
        ({"old_name": "Orders", "new_name": "x" * 65}, 400, "new_name"),
        ({"old_name": "orders", "new_name": "x"}, 400, "old_name"),
        ({"old_name": ["Orders"], "new_name": "x"}, 400, "old_name"),
    ],
)
def test_it_refuses_a_name_that_no_group_can_have(api: Api, body: dict[str, Any], status: int, wrong: str) -> None:
    CustomFieldFactory.create(group="Orders")
    CustomFieldFactory.create(scope="company", group="orders")
    answer = api.put(f"{PATH}/update_group_name", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (status, [wrong])
    assert CustomField.objects.get(scope="contact").group == "Orders"
