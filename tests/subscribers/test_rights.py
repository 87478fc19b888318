"""What each verb of each route takes: credentials, and Django's permissions."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory, UserFactory
from tests.subscribers.expected import FORBIDDEN, UNAUTHENTICATED

NEW = {"email": "new@example.com", "status": "subscribed"}
ROUTES: list[tuple[str, str, Any, set[str]]] = [
    ("GET", "/subscribers", None, {"view"}),
    ("HEAD", "/subscribers", None, {"view"}),
    ("POST", "/subscribers", NEW, {"add"}),
    ("POST", "/subscribers", {**NEW, "__force_update": "yes"}, {"add", "change"}),
    ("DELETE", "/subscribers", {"subscribers": ["{pk}"]}, {"delete"}),
    ("POST", "/subscribers?_method=DELETE", {"subscribers": ["{pk}"]}, {"delete"}),
    ("GET", "/subscribers/{pk}", None, {"view"}),
    ("PUT", "/subscribers/{pk}", {"first_name": "New"}, {"change"}),
    ("POST", "/subscribers/{pk}?_method=PUT", {"first_name": "New"}, {"change"}),
    ("DELETE", "/subscribers/{pk}", None, {"delete"}),
    (
        "PUT",
        "/subscribers/subscribers-property",
        {"property": "status", "value": "pending", "subscribers": ["{pk}"]},
        {"change"},
    ),
    ("POST", "/subscribers/sync-segments", {"type": "tags", "attach": ["gold"], "subscribers": ["{pk}"]}, {"change"}),
    ("POST", "/subscribers/bulk-add-update", {"contacts": [NEW]}, {"add", "change"}),
    ("GET", "/subscribers/search-contacts?search=a", None, {"view"}),
    ("GET", "/subscribers/changes", None, {"view"}),
    ("GET", "/subscribers/prev-next-ids?filter_type=simple&current_id={pk}", None, {"view"}),
    ("POST", "/subscribers/{pk}/tags", {"tags": ["gold"]}, {"change"}),
    ("POST", "/subscribers/{pk}/tags/detach", {"tags": ["gold"]}, {"change"}),
    ("POST", "/subscribers/{pk}/lists", {"lists": ["news"]}, {"change"}),
    ("POST", "/subscribers/{pk}/lists/detach", {"lists": ["news"]}, {"change"}),
]
ALL = {"view", "add", "change", "delete"}
by_route = pytest.mark.parametrize(
    ("method", "path", "body", "rights"), ROUTES, ids=[f"{method} {path}" for method, path, _, _ in ROUTES]
)


def with_rights(rights: set[str]) -> Api:
    """A client in a group that has these rights over contacts."""
    group = Group.objects.create(name="managers")
    group.permissions.set(Permission.objects.filter(codename__in=[f"{right}_subscriber" for right in rights]))
    user = UserFactory.create()
    user.groups.add(group)
    return Api(user)


def send(api: Api, method: str, path: str, body: Any) -> Any:
    TagFactory.create(slug="gold")
    pk = str(SubscriberFactory.create(first_name="Kept").pk)
    if isinstance(body, dict):
        body = {key: [pk] if value == ["{pk}"] else value for key, value in body.items()}
    return api.send(method, path.format(pk=pk), body)


@by_route
def test_it_takes_these_rights_and_no_other(db: None, method: str, path: str, body: Any, rights: set[str]) -> None:
    assert send(with_rights(rights), method, path, body).status_code == 200


@by_route
def test_it_refuses_whoever_lacks_one_of_them(db: None, method: str, path: str, body: Any, rights: set[str]) -> None:
    for lacking in sorted(rights):
        Group.objects.all().delete()
        Subscriber.objects.all().delete()
        TagFactory._meta.model.objects.all().delete()
        answer = send(with_rights(ALL - {lacking}), method, path, body)
        assert answer.status_code == 403
        if method != "HEAD":
            assert answer.json() == FORBIDDEN
        contact = Subscriber.objects.get()
        assert (contact.first_name, contact.status, contact.tags.count()) == ("Kept", "subscribed", 0)


@by_route
def test_it_refuses_whoever_sends_no_credentials(
    anonymous: Api, method: str, path: str, body: Any, rights: set[str]
) -> None:
    answer = send(anonymous, method, path, body)
    assert answer.status_code == 401
    if method != "HEAD":
        assert answer.json() == UNAUTHENTICATED
    assert Subscriber.objects.get().first_name == "Kept"


def test_it_lets_a_manager_read_and_not_delete(db: None) -> None:
    manager = with_rights({"view"})
    contact = SubscriberFactory.create()
    assert manager.get(f"/subscribers/{contact.pk}").status_code == 200
    assert manager.delete(f"/subscribers/{contact.pk}").json() == FORBIDDEN
    assert Subscriber.objects.exists()
