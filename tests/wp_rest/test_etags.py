"""ETag and If-None-Match on GET."""

from typing import Any

import pytest

from subscribers.services import set_status
from tests.client import Api
from tests.factories import SubscriberFactory


def get(api: Api, path: str, etag: str = "", method: str = "GET") -> Any:
    return api.send(method, path, headers={"If-None-Match": etag} if etag else {})


@pytest.mark.parametrize("path", ["/subscribers", "/subscribers/{pk}", "/tags", "/wp-json/wp/v2/users/me", "/wp-json/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_sends_no_body_again_that_the_client_has(api: Api, path: str, method: str) -> None:
    path = path.format(pk=SubscriberFactory.create().pk)
    api.get(path)
    first = get(api, path)
    etag = first["ETag"]
    assert etag.startswith('W/"')
    again = get(api, path, etag, method)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert "Content-Type" not in again.headers
    assert again["Cache-Control"] == first["Cache-Control"]


@pytest.mark.parametrize("form", ["{}", "*", '"x", {}', '{},W/"y"', "{strong}"])
def test_it_takes_lists_of_tags_weak_or_not(api: Api, form: str) -> None:
    etag = get(api, "/tags")["ETag"]
    assert get(api, "/tags", form.format(etag, strong=etag[2:])).status_code == 304


@pytest.mark.parametrize("etag", ["x", '"x"', 'W/"', "žé", '"' * 50])
def test_other_tags_get_the_answer(api: Api, etag: str) -> None:
    assert get(api, "/tags", etag).status_code == 200


def test_a_change_changes_the_tag(api: Api) -> None:
    contact = SubscriberFactory.create()
    path = f"/subscribers/{contact.pk}"
    etag = get(api, path)["ETag"]
    set_status([contact.pk], "pending")
    answer = get(api, path, etag)
    assert (answer.status_code, answer.json()["subscriber"]["status"]) == (200, "pending")
    assert answer["ETag"] != etag


def test_rights_come_before_the_tag(api: Api, anonymous: Api) -> None:
    etag = get(api, "/tags")["ETag"]
    assert get(anonymous, "/tags", etag).status_code == 401


def test_writes_and_errors_have_none(api: Api) -> None:
    assert "ETag" not in api.post("/tags", {"title": "VIP"}).headers
    assert "ETag" not in api.get("/subscribers/999").headers
    assert get(api, "/subscribers/999", "*").status_code == 404


def test_it_tags_wrapped_answers_as_they_are_sent(api: Api) -> None:
    plain, wrapped = (get(api, f"/tags{query}")["ETag"] for query in ("", "?_jsonp=show"))
    assert plain != wrapped
    assert get(api, "/tags?_jsonp=show", wrapped).status_code == 304
