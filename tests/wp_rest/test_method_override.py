"""A POST that stands for another verb, by header, query or body: with that verb's rights, no others."""

import pytest
from django.contrib.auth.models import Permission

from segments.models import Tag
from tests.client import Api
from tests.factories import TagFactory, UserFactory

FORM = "application/x-www-form-urlencoded"


def with_rights(*names: str) -> Api:
    """A client whose user has just these rights on tags."""
    user = UserFactory.create()
    user.user_permissions.set(Permission.objects.filter(codename__in=names, content_type__app_label="segments"))
    return Api(user)


@pytest.mark.parametrize("verb", ["PUT", "put", " Put "])
def test_it_takes_the_verb_from_the_header(api: Api, verb: str) -> None:
    tag = TagFactory.create()
    answer = api.post(f"/tags/{tag.pk}", {"title": "Put"}, headers={"X-HTTP-Method-Override": verb})
    assert answer.status_code == 200
    tag.refresh_from_db()
    assert tag.title == "Put"


def test_it_takes_the_verb_from_the_query(api: Api) -> None:
    tag = TagFactory.create()
    assert api.post(f"/tags/{tag.pk}?_method=PUT", {"title": "Put"}).status_code == 200
    tag.refresh_from_db()
    assert tag.title == "Put"


def test_it_takes_the_verb_from_a_json_body(api: Api) -> None:
    tag = TagFactory.create()
    assert api.post(f"/tags/{tag.pk}", {"_method": "DELETE"}).status_code == 200
    assert not Tag.objects.exists()


def test_it_takes_the_verb_from_a_form(api: Api) -> None:
    tag = TagFactory.create()
    assert api.post(f"/tags/{tag.pk}", "_method=PUT&title=Put", content_type=FORM).status_code == 200
    tag.refresh_from_db()
    assert tag.title == "Put"


def test_it_reads_with_a_post_that_stands_for_get(api: Api) -> None:
    TagFactory.create(title="Read me")
    TagFactory.create(title="Not me")
    answer = api.post("/tags?_method=GET", {"search": "read"})
    assert [row["title"] for row in answer.json()["tags"]["data"]] == ["Read me"]
    assert Tag.objects.count() == 2


def test_it_prefers_the_header_to_the_query_and_the_query_to_the_body(api: Api) -> None:
    tag = TagFactory.create()
    answer = api.post(f"/tags/{tag.pk}?_method=DELETE", {"title": "Put"}, headers={"X-HTTP-Method-Override": "PUT"})
    assert answer.json() == {"lists": 1, "message": "Successfully saved the tag."}
    answer = api.post(f"/tags/{tag.pk}?_method=PUT", {"title": "Put again", "_method": "DELETE"})
    assert answer.json() == {"lists": 1, "message": "Successfully saved the tag."}


@pytest.mark.parametrize("verb", ["PATCH", "NONSENSE", "__class__"])
def test_it_answers_a_verb_that_the_route_has_not_as_no_route(api: Api, verb: str) -> None:
    tag = TagFactory.create()
    answer = api.post(f"/tags/{tag.pk}", {"title": "x"}, headers={"X-HTTP-Method-Override": verb})
    assert answer.status_code == 404
    assert answer.json()["code"] == "rest_no_route"


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_it_lets_no_other_method_than_post_stand_for_a_verb(api: Api, method: str) -> None:
    tag = TagFactory.create()
    api.send(method, f"/tags/{tag.pk}?_method=DELETE", {"title": "x"}, headers={"X-HTTP-Method-Override": "DELETE"})
    assert Tag.objects.filter(pk=tag.pk).exists()


@pytest.mark.parametrize("way", ["header", "query", "body"])
def test_it_asks_for_the_right_of_the_verb_that_is_meant(db: None, way: str) -> None:
    tag = TagFactory.create()

    def delete(client: Api) -> int:
        headers = {"X-HTTP-Method-Override": "DELETE"} if way == "header" else {}
        query = "?_method=DELETE" if way == "query" else ""
        body = {"_method": "DELETE"} if way == "body" else {}
        return client.post(f"/tags/{tag.pk}{query}", body, headers=headers).status_code

    assert delete(with_rights("add_tag", "change_tag", "view_tag")) == 403
    assert Tag.objects.filter(pk=tag.pk).exists()
    assert delete(with_rights("delete_tag")) == 200
    assert not Tag.objects.filter(pk=tag.pk).exists()


def test_it_asks_for_credentials_as_the_verb_does(anonymous: Api) -> None:
    tag = TagFactory.create()
    assert anonymous.post(f"/tags/{tag.pk}?_method=DELETE").status_code == 401
    assert Tag.objects.exists()
