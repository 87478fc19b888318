"""What a valid password may do: Django's permissions and groups decide."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from pytest_django import DjangoAssertNumQueries

from segments.models import ContactList, Tag
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory

REFUSAL = {
    "code": "rest_forbidden",
    "message": "Sorry, you are not allowed to do that.",
    "data": {"status": 403},
}


def permissions(*names: str) -> list[Permission]:
    found = list(Permission.objects.filter(codename__in=names))
    assert len(found) == len(names), "a name is wrong"
    return found


def user_with(*names: str) -> Api:
    user = UserFactory.create()
    user.user_permissions.set(permissions(*names))
    return Api(user)


@pytest.fixture
def manager(db: None) -> User:
    """One of a group that may read and change contacts but not delete them."""
    group = Group.objects.create(name="Sales")
    group.permissions.set(permissions("view_subscriber", "add_subscriber", "change_subscriber"))
    user = UserFactory.create()
    user.groups.add(group)
    return user


def test_a_manager_reads_and_changes_contacts_by_the_rights_of_the_group(manager: User) -> None:
    contact = SubscriberFactory.create()
    api = Api(manager)
    assert api.get("/subscribers").json()["total"] == 1
    assert api.get(f"/subscribers/{contact.pk}").status_code == 200
    assert api.put(f"/subscribers/{contact.pk}", {"subscriber": {"first_name": "New"}}).status_code == 200


def test_a_manager_without_the_right_deletes_no_contact_by_any_route(manager: User) -> None:
    contact = SubscriberFactory.create()
    api = Api(manager)
    for answer in (
        api.delete(f"/subscribers/{contact.pk}"),
        api.delete("/subscribers", {"subscribers": [contact.pk]}),
        api.post(f"/subscribers/{contact.pk}?_method=DELETE"),
        api.delete(f"/contacts/{contact.pk}"),
    ):
        assert answer.status_code == 403
        assert answer.json() == REFUSAL
    assert Subscriber.objects.exists()


def test_a_right_counts_from_the_next_request_on(manager: User) -> None:
    contact = SubscriberFactory.create()
    api = Api(manager)
    assert api.delete(f"/subscribers/{contact.pk}").status_code == 403
    manager.user_permissions.set(permissions("delete_subscriber"))
    assert api.delete(f"/subscribers/{contact.pk}").status_code == 200


def test_staff_without_rights_may_nothing(db: None) -> None:
    api = Api(UserFactory.create(is_staff=True))
    assert api.get("/tags").status_code == 403
    assert api.get("/subscribers").status_code == 403


# Each route of segments and custom fields, and the one right (or several) that it takes.
NEEDED: list[tuple[str, str, Any, tuple[str, ...]]] = [
    ("GET", "/tags", None, ("view_tag",)),
    ("POST", "/tags", {"title": "New"}, ("add_tag",)),
    ("GET", "/tags/{tag}", None, ("view_tag",)),
    ("PUT", "/tags/{tag}", {"title": "New"}, ("change_tag",)),
    ("DELETE", "/tags/{tag}", None, ("delete_tag",)),
    ("POST", "/tags/bulk", {"tags": [{"title": "New"}]}, ("add_tag", "change_tag")),
    ("POST", "/tags/do-bulk-action", {"tagIds": ["{tag}"]}, ("delete_tag",)),
    ("GET", "/lists", None, ("view_contactlist",)),
    ("POST", "/lists", {"title": "New"}, ("add_contactlist",)),
    ("GET", "/lists/{list}", None, ("view_contactlist",)),
    ("PUT", "/lists/{list}", {"title": "New"}, ("change_contactlist",)),
    ("DELETE", "/lists/{list}", None, ("delete_contactlist",)),
    ("POST", "/lists/bulk", {"lists": [{"title": "New"}]}, ("add_contactlist", "change_contactlist")),
    ("POST", "/lists/do-bulk-action", {"listIds": ["{list}"]}, ("delete_contactlist",)),
    ("GET", "/custom-fields/contacts", None, ("view_customfield",)),
    ("GET", "/custom-fields", None, ("view_customfield",)),
    (
        "PUT",
        "/custom-fields/contacts",
        {"fields": []},
        ("add_customfield", "change_customfield", "delete_customfield"),
    ),
]
RIGHTS_OF_SEGMENTS = [
    f"{verb}_{model}" for verb in ("view", "add", "change", "delete") for model in ("tag", "contactlist", "customfield")
]


def snapshot() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Tag, ContactList)]


@pytest.mark.parametrize(("method", "path", "body", "needed"), NEEDED)
def test_a_route_takes_just_the_rights_that_it_needs(
    db: None, method: str, path: str, body: Any, needed: tuple[str, ...]
) -> None:
    words = {"{tag}": str(TagFactory.create().pk), "{list}": str(ContactListFactory.create().pk)}
    address = path.format(tag=words["{tag}"], list=words["{list}"])
    body = body and {
        key: [words.get(str(one), one) for one in value] if isinstance(value, list) else value
        for key, value in body.items()
    }
    before = snapshot()
    for missing in needed:
        others = [name for name in RIGHTS_OF_SEGMENTS if name != missing]
        refused = user_with(*others).send(method, address, body)
        assert refused.status_code == 403
        assert refused.json() == REFUSAL
    assert snapshot() == before
    assert user_with(*needed).send(method, address, body).status_code == 200


@pytest.mark.parametrize("word", ["tags", "lists"])
def test_words_make_no_tag_or_list_for_those_who_may_make_none(db: None, word: str) -> None:
    api = user_with("add_subscriber")
    answer = api.post("/subscribers", {"email": "a@example.com", "status": "subscribed", word: ["Brand new"]})
    assert answer.status_code == 200
    assert answer.json()["ignored"] == {word: ["Brand new"]}
    assert not Tag.objects.exists()
    assert not ContactList.objects.exists()


def test_checking_rights_costs_one_statement_and_none_for_a_superuser(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = UserFactory.create()
    group = Group.objects.create(name="Readers")
    group.permissions.set(permissions("view_tag"))
    user.groups.add(group)
    reader = Api(user)
    for client in (api, reader):
        client.get("/tags/0")  # the use of the password is noted now, and not again below
    # The credentials and the tag: two. The rights of the user and of the groups: one more.
    with django_assert_num_queries(2):
        api.get("/tags/0")
    with django_assert_num_queries(3):
        reader.get("/tags/0")
