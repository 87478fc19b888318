"""POST /?fluentcrm=1&route=contact&hash=...: a contact from anyone who knows the address."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from changes.models import Change
from segments.models import ContactList, Tag
from subscribers.models import Subscriber
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.threads import meeting_at, two_writers
from tests.webhooks.strangers import FORM, address, data_of, post
from webhooks.models import Webhook

NO_EMAIL = {"email": {"required": "The email field is required."}}


@pytest.fixture
def hook(db: None) -> Webhook:
    tag, one = TagFactory.create(), ContactListFactory.create()
    return Webhook.objects.create(name="Shop", tags=[tag.pk], lists=[one.pk])


def ids(rows: Any) -> list[int]:
    return sorted(row.pk for row in rows.all())


def multipart(fields: dict[str, str]) -> tuple[bytes, str]:
    lines = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    return "\r\n".join([*lines, "--x--\r\n"]).encode(), "multipart/form-data; boundary=x"


SENT = {"email": "ada@example.com", "first_name": "Ada", "plan": "pro"}
BODIES: dict[str, Callable[[], dict[str, Any]]] = {
    "JSON": lambda: {"body": SENT},
    "a form": lambda: {"body": "email=ada%40example.com&first_name=Ada&plan=pro"},
    "JSON under the type of a form": lambda: {
        "body": '{"email": "ada@example.com", "first_name": "Ada", "plan": "pro"}'
    },
    "JSON without a type of its own": lambda: {
        "body": '{"email": "ada@example.com", "first_name": "Ada", "plan": "pro"}',
        "content_type": "text/plain",
    },
    "a multipart form": lambda: dict(zip(("body", "content_type"), multipart(SENT), strict=True)),
    "fields in the address": lambda: {"beside": "&email=ada@example.com&first_name=Ada&plan=pro"},
    "both": lambda: {"body": "first_name=Ada&plan=pro", "beside": "&email=ada@example.com&first_name=Other"},
}


@pytest.mark.parametrize("how", BODIES)
def test_it_makes_a_contact_of(hook: Webhook, how: str) -> None:
    CustomFieldFactory.create(slug="plan")
    answer = post(hook, **BODIES[how]())
    contact = Subscriber.objects.get()
    assert data_of(answer) == {"message": "created", "id": contact.pk, "type": "success"}
    assert (contact.email, contact.first_name, contact.status) == ("ada@example.com", "Ada", "subscribed")
    assert contact.custom_values == {"plan": "pro"}
    assert (ids(contact.tags), ids(contact.lists)) == (hook.tags, hook.lists)


@pytest.mark.parametrize("place", ["/", "/index.php", "/wp-admin/", "/wp-admin", "/wp-admin/admin-ajax.php"])
def test_it_is_at_each_of_wordpress_places(hook: Webhook, place: str) -> None:
    assert data_of(post(hook, {"email": "ada@example.com"}, place=place))["message"] == "created"


@pytest.mark.parametrize("path", ["/wp-json/", "/elsewhere", "/admin/", "/v1/contacts"])
def test_it_is_nowhere_else(hook: Webhook, path: str) -> None:
    assert post(hook, {"email": "ada@example.com"}, place=path).status_code in (302, 401, 403, 404)
    assert not Subscriber.objects.exists()


def test_it_leaves_the_first_page_as_it_is(db: None) -> None:
    for query in ("", "?fluentcrm=1", "?route=contact", "?fluentcrm=1&route=other", "?fluentcrm=0&route=contact"):
        assert Client().get(f"/{query}").json()["name"]


def test_it_changes_a_contact_that_there_is_and_wipes_nothing(hook: Webhook) -> None:
    contact = SubscriberFactory.create(email="Ada@example.com", first_name="Ada", city="London")
    answer = post(hook, {"email": "ada@EXAMPLE.com", "first_name": "Ada May", "city": ""})
    assert data_of(answer) == {"message": "updated", "id": contact.pk, "type": "success"}
    contact.refresh_from_db()
    assert (contact.email, contact.first_name, contact.city) == ("Ada@example.com", "Ada May", "London")


def test_it_takes_the_tags_and_lists_of_the_contact_before_its_own(hook: Webhook) -> None:
    tag, one = TagFactory.create(), ContactListFactory.create()
    assert data_of(post(hook, {"email": "ada@example.com", "tags": [tag.slug], "lists": one.pk}))
    contact = Subscriber.objects.get()
    assert (ids(contact.tags), ids(contact.lists)) == ([tag.pk], [one.pk])


def test_it_makes_no_tag_and_names_what_is_not_there(hook: Webhook) -> None:
    before = Tag.objects.count(), ContactList.objects.count()
    told = data_of(post(hook, {"email": "ada@example.com", "tags": ["Made by a stranger"], "lists": [10**9]}))
    assert told["ignored"] == {"tags": ["Made by a stranger"], "lists": [10**9]}
    assert (Tag.objects.count(), ContactList.objects.count()) == before


def test_it_attaches_companies_and_nothing_that_is_gone(hook: Webhook) -> None:
    company = CompanyFactory.create()
    Webhook.objects.update(companies=[company.pk, 10**9], tags=[10**9])
    post(hook, {"email": "ada@example.com"})
    contact = Subscriber.objects.get()
    assert (ids(contact.companies), contact.company_id, ids(contact.tags)) == ([company.pk], company.pk, [])


@pytest.mark.parametrize(
    "beside",
    [
        {"status": "pending"},
        {"contact_owner": 1},
        {"detach_tags": "all"},
        {"id": 7},
        {"hash": "0" * 32},
        {"unsubscribe_reason": "x"},
        {"last_activity": "2020-01-01 00:00:00"},
    ],
)
def test_it_does_not_take(hook: Webhook, beside: dict[str, Any]) -> None:
    data_of(post(hook, {"email": "ada@example.com", **beside}))
    contact = Subscriber.objects.get()
    assert contact.status == "subscribed"
    assert [contact.contact_owner, contact.unsubscribe_reason, contact.last_activity] == [None] * 3
    assert contact.hash != "0" * 32


def test_history_names_the_hook(hook: Webhook) -> None:
    post(hook, {"email": "ada@example.com"})
    entries = Change.objects.order_by("pk")
    assert [entry.event for entry in entries] == ["created", "tags_attached", "lists_attached", "hook_received"]
    assert {(entry.channel, entry.actor_kind, entry.actor_id) for entry in entries} == {("hook", "hook", hook.pk)}
    assert not any(entry.user_id for entry in entries)


@two_writers
def test_two_at_once_make_one_contact(transactional_db: None) -> None:
    hook = Webhook.objects.create(name="Shop")
    jobs = [lambda: data_of(post(hook, {"email": "ada@example.com", "city": "London"}))] * 3
    told = meeting_at("subscribers_subscriber IN SHARE MODE", *jobs)
    assert Subscriber.objects.count() == 1
    assert sorted(one["message"] for one in told) == ["created", "updated", "updated"]


# --- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "errors", "kind"),
    [
        ({"first_name": "Nobody"}, NO_EMAIL, "email_validation_failed"),
        ({}, NO_EMAIL, "email_validation_failed"),
        (
            {"email": "no address"},
            {"email": {"email": "The email must be a valid email address."}},
            "email_validation_failed",
        ),
        (
            {"email": "ada@example.com", "date_of_birth": "soon"},
            {"date_of_birth": {"date": "The date_of_birth must be a date such as 1990-04-05."}},
            "validation_failed",
        ),
        (
            {"email": "ada@example.com", "seats": "many"},
            {"seats": {"type": "Seats must be a number."}},
            "validation_failed",
        ),
    ],
)
def test_it_refuses_in_fluentcrms_words(hook: Webhook, body: Any, errors: Any, kind: str) -> None:
    CustomFieldFactory.create(slug="seats", label="Seats", type="number")
    told = data_of(post(hook, body), success=False)
    assert (told["message"], told["type"]) == ("Validation failed.", kind)
    assert told["errors"].keys() == errors.keys()
    if kind == "email_validation_failed":
        assert told["errors"] == errors
    assert not Subscriber.objects.exists()


def test_broken_json_is_refused_though_the_address_has_an_email(hook: Webhook) -> None:
    broken = post(hook, "{broken", beside="&email=ada@example.com", content_type="application/json")
    told = data_of(broken, success=False)
    assert told["errors"] == NO_EMAIL | {"body": {"format": "Invalid JSON body passed."}}
    assert not Subscriber.objects.exists()


def test_a_get_changes_nothing(hook: Webhook) -> None:
    answer = Client().get(address(hook, beside="&email=ada@example.com"))
    told = {"message": "Webhook must need to be as POST Method", "type": "invalid_request_method"}
    assert data_of(answer, success=False) == told
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE"])
def test_another_verb_is_404(hook: Webhook, verb: str) -> None:
    answer = Client().generic(verb, address(hook), b"email=ada@example.com", content_type=FORM)
    assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")


@pytest.mark.parametrize("value", ["00000000-0000-0000-0000-000000000000", "x" * 5000, "%00", "a'b", "Ω"])
def test_a_hash_that_no_hook_has_is_refused(db: None, value: str) -> None:
    told = {"message": "Invalid Webhook Hash", "type": "invalid_webhook_hash"}
    assert data_of(post(value, {"email": "ada@example.com"}), success=False) == told
    assert not Subscriber.objects.exists()


def test_an_address_without_a_hash_is_no_hooks(hook: Webhook) -> None:
    told = {"message": "Invalid Webhook URL", "type": "invalid_webhook_url"}
    assert data_of(post("", {"email": "ada@example.com"}), success=False) == told


def test_a_hook_that_is_deleted_takes_nothing(hook: Webhook) -> None:
    hook.delete()
    assert data_of(post(hook, {"email": "ada@example.com"}), success=False)["type"] == "invalid_webhook_hash"
    assert not Subscriber.objects.exists()
