"""Whatever a client sends is answered in the API's own shape, and never with a 500."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_fields.types import TYPES
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory

# One database for all examples, each rolled back; the same examples on each run.
many_examples = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ODD = [
    *("", " ", "\x00", "a\x00b", "%", "_", "\\", "'", '"', "<b>x</b>", "null", "true", "yes", "0", "1", "-1", "1e400"),
    *("9" * 18, "9" * 19, "9" * 30, "١", "nan", "inf", "2026-02-30", "0001-01-01", "9999-12-31", "0000-00-00"),
    *("2026-01-31 09:05:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1,2", "gold", "Brand New"),
    *("known@example.com", "new@example.com", "subscribed", "pending", "customer", "asc", "advanced", "[]", "{}"),
    *('{"first_name": "New"}', "[[]]", "x" * 300, "é" * 200),
]
scalars = st.one_of(
    st.sampled_from(ODD),
    st.text(max_size=10),
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, 1, -1, 2**31, 2**63 - 1, 2**63, -(2**63), 10**18]),
    st.floats(allow_nan=False, allow_infinity=False),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = (
    "email status contact_type contact_owner prefix first_name last_name full_name timezone address_line_1 "
    "address_line_2 postal_code city state country ip latitude longitude phone source avatar date_of_birth "
    "last_activity custom_values tags lists attach_tags attach_lists detach_tags detach_lists __force_update subscriber "
    "id hash user_id"
).split()
OTHER_KEYS = [key for key in KEYS if key not in ("email", "status", "custom_values", "__force_update")]
CUSTOM = [f"field_{name}" for name in TYPES]
custom_values = st.dictionaries(st.sampled_from(CUSTOM) | st.text(max_size=5), values, max_size=4)
contacts = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(["known@example.com", "new@example.com"]) | values,
        "status": st.sampled_from(["subscribed", "pending"]) | values,
        "custom_values": custom_values | values,
        "__force_update": st.sampled_from(["yes", True]) | values,
        **dict.fromkeys(OTHER_KEYS, values),
    },
) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), values, max_size=6)
SOURCES = [
    *(["subscriber", name] for name in ("id", "email", "city", "latitude", "date_of_birth", "created_at", "status")),
    *(["segment", name] for name in ("tags", "lists", "status", "contact_type")),
    *(["custom_fields", slug] for slug in CUSTOM),
]
OPERATORS = (
    "= != > < >= <= contains not_contains in not_in in_all not_in_all is_null not_null before after days_before "
    "days_within nonsense"
).split()
conditions = st.fixed_dictionaries(
    {"source": st.sampled_from(SOURCES) | values, "operator": st.sampled_from(OPERATORS) | values, "value": values}
)
groups = st.lists(st.lists(conditions | values, max_size=3), max_size=3)
LIST_KEYS = (
    "page per_page search tags lists statuses company_ids sort_by order_by sort_type order filter_type custom_fields "
    "current_id limit values with get_by_email"
).split()
listing = st.fixed_dictionaries({}, optional=dict.fromkeys(LIST_KEYS, values))


@pytest.fixture
def known(api: Api) -> dict[str, Any]:
    for name in TYPES:
        CustomFieldFactory.create(slug=f"field_{name}", type=name)
    tag, contact_list = TagFactory.create(slug="gold"), ContactListFactory.create(slug="news")
    contact = SubscriberFactory.create(
        email="known@example.com",
        tags=[tag],
        lists=[contact_list],
        custom_values={
            "field_text": "a",
            "field_number": "5",
            "field_checkbox": ["a"],
            "field_date": "2026-01-31",
            "field_radio": None,
            "field_date_time": "",
        },
    )
    return {"api": api, "pk": contact.pk}


def check(api: Api, method: str, path: str, body: Any = None, **options: Any) -> None:
    """Send it, hold the answer to the API's shape, and undo what it did."""
    with transaction.atomic():
        answer = api.send(method, path, body, **options)
        content = answer.json()
        assert answer.status_code < 500, content
        assert answer["Content-Type"].startswith("application/json")
        assert isinstance(content, dict)
        if answer.status_code >= 400:
            assert isinstance(content["message"], str)
            assert content["data"]["status"] == answer.status_code
            assert ("code" in content) == (answer.status_code != 409)
            assert "Traceback" not in json.dumps(content)
        else:
            assert answer.status_code == 200
            assert {"message", "subscribers", "subscriber", "contacts", "navigation"} & content.keys()
            # What was stored can be read again.
            assert api.get("/subscribers?custom_fields=true").status_code == 200
        transaction.set_rollback(True)


@many_examples
@given(body=contacts)
def test_it_answers_any_body_of_a_create(known: dict[str, Any], body: Any) -> None:
    check(known["api"], "POST", "/subscribers", body)


@many_examples
@given(body=contacts)
def test_it_answers_any_body_of_an_update(known: dict[str, Any], body: Any) -> None:
    check(known["api"], "PUT", f"/subscribers/{known['pk']}", body)
    check(known["api"], "PUT", f"/subscribers/{known['pk']}", {"subscriber": body})


@many_examples
@given(body=values | st.fixed_dictionaries({"contacts": st.lists(contacts | values, max_size=4) | values}))
def test_it_answers_any_body_of_a_batch(known: dict[str, Any], body: Any) -> None:
    check(known["api"], "POST", "/subscribers/bulk-add-update", json.dumps(body))


@many_examples
@given(
    body=st.fixed_dictionaries(
        {"subscribers": st.just([1]) | values},
        optional={
            "property": st.sampled_from(["status", "contact_type"]) | values,
            "value": values,
            "type": st.sampled_from(["tags", "lists"]) | values,
            "attach": values,
            "detach": values,
            "tags": values,
            "lists": values,
        },
    )
)
def test_it_answers_any_body_of_a_change_of_many(known: dict[str, Any], body: Any) -> None:
    api, pk = known["api"], known["pk"]
    if body["subscribers"] == [1]:
        body["subscribers"] = [pk]
    check(api, "PUT", "/subscribers/subscribers-property", body)
    check(api, "POST", "/subscribers/sync-segments", body)
    check(api, "DELETE", "/subscribers", body)
    for name in ("tags", "tags/detach", "lists", "lists/detach"):
        check(api, "POST", f"/subscribers/{pk}/{name}", body)


@many_examples
@given(body=listing)
def test_it_answers_any_parameters_of_a_list(known: dict[str, Any], body: Any) -> None:
    for path in (
        "/subscribers",
        "/subscribers/search-contacts",
        "/subscribers/prev-next-ids",
        f"/subscribers/{known['pk']}",
    ):
        check(known["api"], "GET", path, body)


@many_examples
@given(
    pairs=st.lists(
        st.tuples(st.sampled_from(LIST_KEYS), st.sampled_from(["", "[]", "[0]", "[a]"]), scalars), max_size=5
    )
)
def test_it_answers_any_query_of_a_list(known: dict[str, Any], pairs: Any) -> None:
    query = urlencode([(name + brackets, str(value)) for name, brackets, value in pairs])
    for path in ("/subscribers", "/subscribers/search-contacts", "/subscribers/prev-next-ids", "/subscribers/0"):
        check(known["api"], "GET", f"{path}?{query}")


@many_examples
@given(sent=groups | values)
def test_it_answers_any_advanced_filters(known: dict[str, Any], sent: Any) -> None:
    check(known["api"], "GET", "/subscribers", {"filter_type": "advanced", "advanced_filters": sent})


@many_examples
@given(body=st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_it_answers_any_bytes(known: dict[str, Any], body: bytes) -> None:
    for content_type in ("application/json", "application/x-www-form-urlencoded"):
        check(known["api"], "PUT", f"/subscribers/{known['pk']}", body, content_type=content_type)
        check(known["api"], "POST", "/subscribers", body, content_type=content_type)
