"""Requests of other parts of the server."""

import socket
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.webhooks.receiver import Receiver
from webhooks.models import Delivery, Event
from webhooks.models.outgoing import make_secret
from webhooks.services.posting import Post, post_now, queue_posts


def test_it_posts_now_and_keeps_nothing(receiver: Receiver, db: None) -> None:
    secret = make_secret()
    answer = post_now(Post(receiver.url, "contact", {"email": "ada@example.com"}, secret, headers={"X-Shop": "7"}))
    assert (answer.status, answer.text, answer.error) == (200, "thanks", "")
    [got] = receiver.got
    assert got.json == {"email": "ada@example.com"}
    assert got.headers["x-shop"] == "7"
    assert got.headers["content-type"] == "application/json"
    assert Webhook(secret).verify(got.raw, got.headers) == got.json
    assert not Delivery.objects.exists()


def test_a_form_has_phps_brackets(receiver: Receiver) -> None:
    payload = {"email": "ada@example.com", "tags": ["a", {"b": True}], "city": None}
    assert post_now(Post(receiver.url, "contact", payload, form="form")).status == 200
    [got] = receiver.got
    assert got.headers["content-type"] == "application/x-www-form-urlencoded"
    assert got.raw == b"email=ada%40example.com&tags%5B0%5D=a&tags%5B1%5D%5Bb%5D=1&city="


def test_headers_of_others_neither_replace_ours_nor_split_the_request(receiver: Receiver) -> None:
    for headers in ({"Webhook-Id": "x", "Content-Length": "3", "Host": "example.com"}, {"X-A": "b"}):
        assert post_now(Post(receiver.url, "contact", {}, headers=headers)).status == 200
    assert receiver.got[0].headers["webhook-id"].startswith("evt_")
    assert receiver.got[0].headers["host"] == f"127.0.0.1:{receiver.port}"
    answer = post_now(Post(receiver.url, "contact", {}, headers={"X-A": "b\r\nX-C: d"}))
    assert (answer.status, answer.error) == (None, "The connection failed: ValueError.")
    assert len(receiver.got) == 2


def test_it_says_why_there_is_no_answer(settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    answer = post_now(Post(f"http://127.0.0.1:{port}/", "contact", {}))
    assert (answer.status, answer.text, answer.error) == (None, "", "127.0.0.1 cannot be reached.")


@pytest.mark.parametrize("text", ["\x00", "\ud800", "é", "x" * 100_000])
def test_it_keeps_posts_with_any_text(db: None, text: str) -> None:
    posts = [Post("https://example.com/", "contact", {"a": text}, contact_id=number) for number in range(3)]
    ids = queue_posts(posts)
    assert list(Delivery.objects.order_by("pk").values_list("pk", "contact_id")) == [
        (pk, number) for number, pk in enumerate(ids)
    ]
    assert Delivery.objects.values_list("request__url", flat=True)[0] == "https://example.com/"
    assert Event.objects.count() == 3


def test_it_queues_many_by_two_statements(db: None, django_assert_num_queries: Any) -> None:
    for number in (1, 500):
        with django_assert_num_queries(2):
            assert len(queue_posts([Post("https://example.com/", "x", {})] * number)) == number
