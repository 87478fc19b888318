"""Viewsets and their router: which routes and verbs there are, and that a lost race is run again by one loop."""

from typing import Any, ClassVar

import psycopg.errors
import pytest
from django.db import DatabaseError
from django.urls import URLPattern
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rest.transactions import ATTEMPTS
from segments.models import Tag
from subscribers import services
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory
from wp_rest.index import walk
from wp_rest.routers import WordPressRouter
from wp_rest.viewsets import RestViewSet


class BoxViewSet(RestViewSet):
    lookup_url_kwarg = "box_pk"
    rights: ClassVar = {"list": None, "replace": "x.change_box", "destroy": "x.delete_box", "lid": ("x.a", "x.b")}

    def list(self, request: Request, pk: int) -> Response:
        return Response([])

    def replace(self, request: Request, pk: int) -> Response:
        return Response([])

    def retrieve(self, request: Request, pk: int, box_pk: int) -> Response:
        raise AssertionError("No right names it.")

    def destroy(self, request: Request, pk: int, box_pk: int) -> Response:
        return Response(None)

    @action(detail=True, methods=["post", "put"], url_path="lid/open")
    def lid(self, request: Request, pk: int, box_pk: int) -> Response:
        return Response(None)

    @action(detail=False)
    def unnamed(self, request: Request, pk: int) -> Response:
        raise AssertionError("No right names it.")


def urls() -> list[Any]:
    router = WordPressRouter()
    router.register("rooms/<id:pk>/boxes", BoxViewSet, basename="box")
    found: list[Any] = router.urls
    return found


def test_it_has_a_route_for_each_action_that_rights_name() -> None:
    assert {route.path: dict(route.verbs) for route in walk(urls())} == {
        "rooms/<id:pk>/boxes": {"get": "list", "put": "replace"},
        "rooms/<id:pk>/boxes/<id:box_pk>": {"delete": "destroy"},
        "rooms/<id:pk>/boxes/<id:box_pk>/lid/open": {"post": "lid", "put": "lid"},
    }


def test_it_tells_the_rights_of_each_verb() -> None:
    listed, _, lid = walk(urls())
    assert listed.rights("get") == ()
    assert listed.rights("put") == ("x.change_box",)
    assert lid.rights("post") == lid.rights("put") == ("x.a", "x.b")


@pytest.mark.parametrize("path", ["rooms/1/boxes/", "rooms/1/boxes/a", "rooms/1/boxes/1234567890123456789"])
def test_it_takes_no_slash_at_the_end_and_only_ids_of_digits(path: str) -> None:
    patterns: list[URLPattern] = urls()
    assert all(pattern.resolve(path) is None for pattern in patterns)
    assert any(pattern.resolve("rooms/1/boxes/123456789012345678") for pattern in patterns)


def test_each_route_of_a_resource_has_its_own_verbs(api: Api) -> None:
    tag = TagFactory.create()
    assert api.send("OPTIONS", "/tags").json()["methods"] == ["GET", "POST"]
    assert api.send("OPTIONS", f"/tags/{tag.pk}").json()["methods"] == ["GET", "PUT", "DELETE"]
    assert api.get("/tags")["Allow"] == "GET, POST"
    assert api.get("/tags/do-bulk-action").json()["code"] == "rest_no_route"
    assert api.send("PATCH", f"/tags/{tag.pk}").json()["code"] == "rest_no_route"
    assert api.send("HEAD", f"/tags/{tag.pk}").status_code == 200
    assert api.send("HEAD", "/tags/bulk").status_code == 404


def test_an_overriding_verb_chooses_the_action(api: Api) -> None:
    tag = TagFactory.create()
    assert api.post(f"/tags/{tag.pk}?_method=PUT", {"title": "New"}).status_code == 200
    assert Tag.objects.get().title == "New"
    assert api.post(f"/tags/{tag.pk}", {"_method": "DELETE"}).status_code == 200
    assert not Tag.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["POST", "PUT"])
def test_a_bulk_action_that_loses_each_time_is_tried_as_often_as_any_write(
    api: Api, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    calls: list[int] = []

    def lose(*_: Any, **__: Any) -> None:
        calls.append(1)
        raise DatabaseError from psycopg.errors.DeadlockDetected()

    monkeypatch.setattr(services, "delete_contacts", lose)
    body = {"action_name": "delete_contacts", "subscriber_ids": [SubscriberFactory.create().pk]}
    assert api.send(verb, "/subscribers/do-bulk-action", body).status_code == 503
    assert len(calls) == ATTEMPTS
