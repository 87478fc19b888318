"""Deliveries: signed, in order, tried again, in batches; what is paused and disabled. One file, as its tests share one set-up."""

import base64
import hashlib
import hmac
import json
import socket
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from standardwebhooks import Webhook

from changes.models import Change
from changes.services import Entry, record
from jobs.turns import stopping
from tests.factories import SubscriberFactory, UserFactory
from tests.webhooks.endpoints import SECRET, lane_of, make_endpoint, run, send_all
from tests.webhooks.receiver import Got, Receiver, Reply
from tests.webhooks.test_outgoing import server
from webhooks.models import Attempt, Delivery, Endpoint, Event, Lane
from webhooks.services import sending
from webhooks.services.endpoints import delete_endpoints, give_secret, save_endpoint, send_again
from webhooks.services.posting import ATTEMPT_SECONDS, NewEvent, Post, queue_posts, write_events
from webhooks.services.retention import remove_old_events
from webhooks.services.sending import send_due, work_lane

pytestmark = pytest.mark.django_db(transaction=True)
FAILS: Reply = (503, b"later", {})


def write(endpoint: Endpoint, *contacts: int | None) -> list[int]:
    """Deliveries of an event for each of the contacts."""
    return write_events(
        [
            NewEvent("contact.updated", timezone.now(), contact, json.dumps({"n": number}), [endpoint.pk])
            for number, contact in enumerate(contacts)
        ]
    )


def pass_time(seconds: float) -> None:
    """Let what waits for so long be due."""
    earlier = timedelta(seconds=seconds)
    Delivery.objects.update(due=F("due") - earlier)
    Lane.objects.update(due=F("due") - earlier, claimed_until=F("claimed_until") - earlier)


def numbers(receiver: Receiver) -> list[int]:
    return [got.json["data"]["n"] for got in receiver.got]


def test_it_is_signed_both_ways(receiver: Receiver) -> None:
    make_endpoint(receiver.url)
    contact = SubscriberFactory.create(email="ada@example.com")
    record([Entry("created", [contact.pk])])
    run()
    [got] = receiver.got
    body = got.json
    assert body.keys() == {"id", "type", "timestamp", "data"}
    assert body["id"].startswith("evt_")
    assert body["type"] == "contact.created"
    assert body["data"]["contact"]["email"] == "ada@example.com"
    assert Webhook(SECRET).verify(got.raw, got.headers) == body
    assert got.headers["webhook-id"] == body["id"]
    signed = got.headers["x-fluenzr-timestamp"].encode() + b"." + got.raw
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert got.headers["x-fluenzr-signature"] == f"sha256={digest}"
    assert got.headers["content-type"] == "application/json"
    [delivery] = Delivery.objects.all()
    assert (delivery.state, delivery.status_code, delivery.attempts) == ("delivered", 200, 1)
    [attempt] = Attempt.objects.all()
    assert (attempt.status_code, attempt.answer, attempt.error) == (200, "thanks", "")


def test_any_secret_signs(receiver: Receiver) -> None:
    write(make_endpoint(receiver.url, secret="correct horse"), 1)
    send_all()
    key = base64.b64encode(b"correct horse").decode()
    assert Webhook(key).verify(receiver.got[0].raw, receiver.got[0].headers)


def test_for_a_day_two_secrets_are_valid(receiver: Receiver) -> None:
    endpoint = make_endpoint(receiver.url)
    give_secret(endpoint)
    save_endpoint(endpoint)
    assert endpoint.secret != SECRET
    write(endpoint, 1)
    send_all()
    got = receiver.got[0]
    for secret in (SECRET, endpoint.secret):
        assert Webhook(secret).verify(got.raw, got.headers)
    signed = got.headers["x-fluenzr-timestamp"].encode() + b"." + got.raw
    former = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert got.headers["x-fluenzr-signature-former"] == f"sha256={former}"
    Endpoint.objects.update(former_until=timezone.now())
    write(endpoint, 1)
    send_all()
    assert "x-fluenzr-signature-former" not in receiver.got[1].headers


def test_it_is_tried_again_five_times_in_all_with_the_same_id(receiver: Receiver) -> None:
    receiver.reply = FAILS
    write(make_endpoint(receiver.url), 1)
    for number, wait in enumerate((60, 300, 1800, 7200), start=1):
        send_all()
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.attempts, len(receiver.got)) == ("pending", number, number)
        seconds = (delivery.due - timezone.now()).total_seconds()
        assert wait - 30 < seconds <= wait
        pass_time(wait)
    send_all()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.status_code) == ("failed", 5, 503)
    pass_time(10**6)
    send_all()
    assert len(receiver.got) == 5
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len({got.raw for got in receiver.got}) == 1
    assert list(Attempt.objects.values_list("answer", flat=True)) == ["later"] * 5


@pytest.mark.parametrize(("status", "state"), [(400, "failed"), (410, "failed"), (302, "pending"), (500, "pending")])
def test_a_4xx_is_final(receiver: Receiver, status: int, state: str) -> None:
    receiver.reply = (status, b"", {})
    write(make_endpoint(receiver.url), 1)
    send_all()
    assert Delivery.objects.get().state == state


def test_events_of_a_contact_wait_for_those_before_and_hold_up_nobody_else(receiver: Receiver) -> None:
    def reply(got: Got) -> Reply:
        return FAILS if got.json["data"]["n"] == 1 and len(receiver.got) < 5 else (200, b"", {})

    receiver.reply = reply
    endpoint = make_endpoint(receiver.url)
    write(endpoint, 7, 7, 7, 8)
    send_all()
    assert sorted(numbers(receiver)) == [0, 1, 3]
    # Later events of that contact wait, too.
    write(endpoint, 7)
    send_all()
    assert sorted(numbers(receiver)) == [0, 1, 3]
    pass_time(60)
    receiver.got.clear()
    receiver.reply = (200, b"", {})
    send_all()
    assert numbers(receiver) == [1, 2, 0]


def test_no_event_overtakes_one_that_came_while_another_waited(receiver: Receiver) -> None:
    endpoint = make_endpoint(receiver.url)
    write(endpoint, 7, 7, 7)
    first, second, third = Delivery.objects.order_by("pk")
    now = timezone.now()
    # The first one was put off, the second came before it was due again, the third afterwards.
    for delivery, seconds in ((first, 20), (second, 30), (third, 10)):
        Delivery.objects.filter(pk=delivery.pk).update(due=now - timedelta(seconds=seconds))
    send_all()
    assert numbers(receiver) == [0, 1, 2]


def test_one_that_failed_for_good_holds_up_nothing(receiver: Receiver) -> None:
    receiver.reply = lambda got: (400 if got.json["data"]["n"] == 0 else 200, b"", {})
    write(make_endpoint(receiver.url), 7, 7)
    send_all()
    assert numbers(receiver) == [0, 1]
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "delivered"]


def test_a_receiver_that_wants_batches_gets_them_in_order(receiver: Receiver) -> None:
    write(make_endpoint(receiver.url, batch=3), *([7, 8] * 4))
    send_all()
    bodies = [got.json for got in receiver.got]
    assert [body["type"] for body in bodies] == ["batch"] * 3
    assert [[one["data"]["n"] for one in body["data"]["events"]] for body in bodies] == [[0, 1, 2], [3, 4, 5], [6, 7]]
    for got, body in zip(receiver.got, bodies, strict=True):
        assert Webhook(SECRET).verify(got.raw, got.headers) == body
        assert body["id"] == got.headers["webhook-id"]
    assert len({one["id"] for body in bodies for one in body["data"]["events"]}) == 8
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_a_batch_that_fails_holds_up_the_next_ones(receiver: Receiver) -> None:
    receiver.reply = FAILS
    write(make_endpoint(receiver.url, batch=2), 1, 2, 1, 2)
    send_all()
    assert len(receiver.got) == 1
    receiver.reply = (200, b"", {})
    pass_time(60)
    send_all()
    events = [one["data"]["n"] for got in receiver.got[1:] for one in got.json["data"]["events"]]
    assert events == [0, 1, 2, 3]


# --- The circuit breaker ----------------------------------------------------------------------------


def test_an_endpoint_that_answers_nothing_is_left_alone_and_asked_with_one(receiver: Receiver) -> None:
    receiver.reply = FAILS
    endpoint = make_endpoint(receiver.url)
    write(endpoint, *range(100))
    send_all()
    asked = len(receiver.got)
    assert 5 <= asked < 20
    lane = lane_of(endpoint)
    assert lane.pauses == 1
    assert lane.failing_since is not None
    pass_time(59)
    send_all()
    assert len(receiver.got) == asked
    for pauses in (2, 3):
        pass_time(301)
        send_all()
        asked += 1
        assert (len(receiver.got), lane_of(endpoint).pauses) == (asked, pauses)
    receiver.reply = (200, b"", {})
    pass_time(301)
    send_all()
    lane = lane_of(endpoint)
    assert (lane.pauses, lane.failing_since) == (0, None)
    pass_time(10**5)
    send_all()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_one_receiver_does_not_hold_up_another(receiver: Receiver) -> None:
    write(make_endpoint("http://127.0.0.1:1/"), *range(20))
    write(make_endpoint(receiver.url), *range(20))
    posts = [Post("http://127.0.0.1:1/", "x", {"n": 0})] * 20 + [Post(receiver.url, "x", {"data": {"n": 0}})] * 20
    Lane.objects.create()
    queue_posts(posts)
    send_all()
    assert len(receiver.got) == 40
    errors = Delivery.objects.exclude(error="").values_list("error", flat=True)
    assert set(errors) == {"127.0.0.1 cannot be reached."}


def test_a_server_that_is_away_holds_up_no_post_behind(receiver: Receiver) -> None:
    Lane.objects.create()
    queue_posts([Post("http://127.0.0.1:1/", "x", {})] * 500 + [Post(receiver.url, "x", {})])
    send_all()
    assert len(receiver.got) == 1
    # Few were tried, and the others lost no attempt.
    assert Delivery.objects.filter(attempts=1, state="pending").count() < 100
    assert Delivery.objects.filter(attempts=0, state="pending").count() > 400


def test_after_days_of_failure_it_is_disabled_and_its_author_told(receiver: Receiver) -> None:
    receiver.reply = FAILS
    author = UserFactory.create(email="staff@example.com")
    endpoint = make_endpoint(receiver.url, created_by=author)
    write(endpoint, 1)
    send_all()
    Lane.objects.update(failing_since=timezone.now() - timedelta(days=5, seconds=1))
    pass_time(60)
    send_all()
    endpoint.refresh_from_db()
    assert endpoint.is_disabled
    [told] = mail.outbox
    assert told.to == ["staff@example.com"]
    assert receiver.url in told.body
    change = Change.objects.get(event="endpoint_updated")
    assert (change.subject_id, change.details, change.channel) == (endpoint.pk, {"columns": ["is_disabled"]}, "system")
    pass_time(10**6)
    asked = len(receiver.got)
    send_all()
    assert len(receiver.got) == asked
    # Enabled again, it goes on with what waits.
    receiver.reply = (200, b"", {})
    endpoint.is_disabled = False
    save_endpoint(endpoint)
    send_all()
    assert len(receiver.got) == asked + 1


def test_a_success_ends_the_days(receiver: Receiver) -> None:
    endpoint = make_endpoint(receiver.url)
    Lane.objects.update(failing_since=timezone.now() - timedelta(days=50))
    write(endpoint, 1)
    send_all()
    assert lane_of(endpoint).failing_since is None
    endpoint.refresh_from_db()
    assert not endpoint.is_disabled


def test_a_worker_that_is_told_to_stop_waits_for_nobody_who_says_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hear_out(line: socket.socket) -> None:
        stopping.set()
        while line.recv(1000):
            pass

    monkeypatch.setattr(sending, "STOP_SECONDS", 0.0)
    monkeypatch.setattr(sending, "ROUND_SECONDS", 1.0)
    with server(hear_out) as port:
        write(make_endpoint(f"http://127.0.0.1:{port}/"), 1, 1)
        start = time.monotonic()
        try:
            sending.send_due()
        finally:
            stopping.clear()
        assert time.monotonic() - start < ATTEMPT_SECONDS / 2
    assert list(Delivery.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0]


# --- Again, and away ----------------------------------------------------------------------------------


def test_it_is_sent_again_with_the_same_id(receiver: Receiver) -> None:
    [pk] = write(make_endpoint(receiver.url), 1)
    send_all()
    assert send_again([pk]) == 1
    assert send_again([pk]) == 0  # it waits already
    send_all()
    assert len({got.raw for got in receiver.got}) == 1
    assert Attempt.objects.filter(delivery=pk).count() == 2


def test_a_lane_is_one_workers(receiver: Receiver) -> None:
    endpoint = make_endpoint(receiver.url)
    write(endpoint, 1)
    lane = lane_of(endpoint)
    Lane.objects.update(claimed_by="another", claimed_until=timezone.now() + timedelta(seconds=60))
    assert not send_due()
    assert not work_lane(lane.pk)
    # It is gone: its claim ends.
    pass_time(61)
    assert send_due()
    assert len(receiver.got) == 1


def test_a_deleted_endpoint_gets_nothing(receiver: Receiver) -> None:
    endpoint = make_endpoint(receiver.url)
    write(endpoint, 1)
    assert delete_endpoints([endpoint.pk, endpoint.pk + 1]) == 1
    send_all()
    assert not receiver.got
    assert not Lane.objects.filter(endpoint=endpoint.pk).exists()


def test_private_addresses_are_refused_when_sending(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    write(make_endpoint(receiver.url), 1)
    send_all()
    assert Delivery.objects.get().error == "127.0.0.1 has a private address."
    assert not receiver.got


def test_old_events_are_removed(receiver: Receiver, settings: Any) -> None:
    endpoint = make_endpoint(receiver.url)
    write(endpoint, 1, 2, 3)
    send_all()
    Event.objects.filter(contact_id__in=[1, 2]).update(at=timezone.now() - timedelta(days=31))
    assert remove_old_events(batch=1)
    assert not remove_old_events()
    assert list(Delivery.objects.values_list("contact_id", flat=True)) == [3]
    assert Attempt.objects.count() == Event.objects.count() == 1
    Event.objects.update(at=timezone.now() - timedelta(days=31))
    settings.WEBHOOK_RETENTION_DAYS = 0
    assert not remove_old_events()
    assert Event.objects.count() == 1


def test_a_round_costs_as_much_for_many_as_for_few(receiver: Receiver) -> None:
    costs = []
    for number in (2, 150):
        endpoint = make_endpoint(receiver.url)
        write(endpoint, *range(number))
        with CaptureQueriesContext(connection) as captured:
            assert work_lane(lane_of(endpoint).pk)
        costs.append(len(captured))
        assert not Delivery.objects.filter(state="pending").exists()
    assert costs[0] == costs[1]
