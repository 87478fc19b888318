"""Idempotency-Key on both APIs: a request that is sent again does nothing again, and is answered as before. One file, as its tests share one set-up."""

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import import_string

from emails.models import Message
from fluenzr.dialect import FluenzrView
from fluenzr.ids import WEBHOOK, encode
from retries.models import KeptAnswer
from retries.services import Asked, find_answer, keeping, remove_old_answers
from segments.models import Tag
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory, UserFactory
from tests.fluenzr.client import Fluenzr
from tests.threads import Worker, two_writers
from tests.webhooks.endpoints import make_endpoint
from webhooks.models import Delivery
from wp_rest.views import RestView

SECONDS = 60
KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}
JANE = {"email": "jane@example.com", "status": "subscribed", "tags": ["VIP"]}
MARY = {"email": "mary@example.com", "tags": ["VIP"]}


@pytest.fixture(params=["fluentcrm", "fluenzr"])
def create(request: pytest.FixtureRequest, admin: User) -> Any:
    """Creates a contact through one of the APIs, with a key unless `headers` say otherwise."""
    client: Any
    client, path, contact = (
        (Api(admin), "/subscribers", JANE) if request.param == "fluentcrm" else (Fluenzr(admin), "/contacts", MARY)
    )

    def send(headers: dict[str, str] = KEY, **changes: Any) -> Any:
        return client.post(path, contact | changes, headers=headers)

    return send


def test_it_answers_a_retry_as_the_first_request_and_does_nothing(create: Any) -> None:
    first, second = create(), create()
    assert first.status_code in (200, 201)
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert (second["Content-Type"], second["Idempotency-Replayed"]) == ("application/json", "true")
    assert "Idempotency-Replayed" not in first.headers
    assert Subscriber.objects.count() == KeptAnswer.objects.count() == Tag.objects.count() == 1


def test_it_refuses_the_key_for_another_request(create: Any) -> None:
    create()
    answer = create(email="other@example.com")
    assert answer.status_code == 422
    assert b"This Idempotency-Key was used for another request." in answer.content
    assert Subscriber.objects.count() == 1


def test_another_key_is_another_request(create: Any) -> None:
    create()
    assert create({"Idempotency-Key": "2"}).status_code == 409


@pytest.mark.parametrize("key", ["", " ", "a b", "ž", "a" * 256, "a\tb", "\x7f"])
def test_it_refuses_what_is_no_key(create: Any, key: str) -> None:
    answer = create({"Idempotency-Key": key})
    assert answer.status_code == 400
    assert not Subscriber.objects.exists()


def test_it_takes_keys_of_255_letters_and_signs(create: Any) -> None:
    key = {"Idempotency-Key": '"~!' + "a" * 252}
    assert create(key).content == create(key).content
    assert Subscriber.objects.count() == 1


def test_it_keeps_no_answer_of_an_error(create: Any) -> None:
    """What was wrong can be put right under the same key."""
    assert create(email="no address").status_code == 400
    assert not KeptAnswer.objects.exists()
    assert create().status_code in (200, 201)


def test_a_request_that_fails_leaves_nothing_and_may_be_sent_again(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        # After the contact was written.
        broken.setattr("subscribers.api.viewsets.requests.show_one", fail)
        assert api.post("/subscribers", JANE, headers=KEY).status_code == 500
    assert not Subscriber.objects.exists()
    assert not Tag.objects.exists()
    assert api.post("/subscribers", JANE, headers=KEY).status_code == 200
    assert "Unexpected error" in caplog.text


@pytest.mark.parametrize("view", [RestView, FluenzrView])
def test_it_answers_after_a_crash_between_commit_and_answer(
    admin: User, monkeypatch: pytest.MonkeyPatch, view: Any
) -> None:
    class Killed(BaseException):
        pass

    def kill(*args: Any, **kwargs: Any) -> None:
        raise Killed

    client: Any = Api(admin) if view is RestView else Fluenzr(admin)
    path, contact = ("/subscribers", JANE) if view is RestView else ("/contacts", MARY)
    with monkeypatch.context() as broken:
        broken.setattr(view, "finalize_response", kill)
        with pytest.raises(Killed):
            client.post(path, contact, headers=KEY)
    assert Subscriber.objects.count() == 1
    answer = client.post(path, contact, headers=KEY)
    assert answer.status_code in (200, 201)
    assert answer["Idempotency-Replayed"] == "true"


def test_each_user_has_keys_of_their_own(admin: User) -> None:
    other = UserFactory.create(is_superuser=True)
    assert Api(admin).post("/subscribers", JANE, headers=KEY).status_code == 200
    # Not the answer to somebody else's request.
    assert Api(other).post("/subscribers", JANE, headers=KEY).status_code == 409


def test_it_checks_the_rights_before_it_answers_again(admin: User) -> None:
    client = Api(admin)
    client.post("/subscribers", JANE, headers=KEY)
    User.objects.filter(pk=admin.pk).update(is_superuser=False)
    assert client.post("/subscribers", JANE, headers=KEY).status_code == 403


def test_it_works_with_put_and_keeps_the_headers(api: Api) -> None:
    pk = SubscriberFactory.create().pk
    body = {"action_name": "delete_contacts", "subscriber_ids": [pk], "background": True}
    first, second = (api.put("/subscribers/do-bulk-action", body, headers=KEY) for _ in range(2))
    assert first.status_code == second.status_code == 202
    assert second["Location"] == first["Location"]
    assert second.json() == first.json()


@pytest.mark.parametrize(
    ("method", "headers"), [("GET", {}), ("DELETE", {}), ("POST", {"X-HTTP-Method-Override": "DELETE"})]
)
def test_other_verbs_do_without(api: Api, method: str, headers: dict[str, str]) -> None:
    contact = SubscriberFactory.create()
    answer = api.send(method, f"/subscribers/{contact.pk}", headers={**KEY, **headers})
    assert answer.status_code == 200
    assert not KeptAnswer.objects.exists()


def test_it_reads_forms_and_wraps_answers_as_ever(api: Api) -> None:
    form = {"content_type": "application/x-www-form-urlencoded", "headers": KEY}
    body = "email=a%40example.com&status=subscribed&tags[]=VIP"
    first, second = (api.post("/subscribers?_envelope=1", body, **form) for _ in range(2))
    assert first.json()["body"]["subscriber"]["tags"][0]["title"] == "VIP"
    assert second.content == first.content


def test_it_reads_multipart_forms(api: Api) -> None:
    form = {"content_type": MULTIPART_CONTENT, "headers": KEY}
    body = encode_multipart(BOUNDARY, {"email": "a@example.com", "status": "subscribed", "tags[]": "VIP"})
    first, second = (api.post("/subscribers", body, **form) for _ in range(2))
    assert first.json()["subscriber"]["tags"][0]["title"] == "VIP"
    assert second.content == first.content


def test_the_time_of_a_key_ends_after_24_hours(api: Api) -> None:
    api.post("/subscribers", JANE, headers=KEY)
    KeptAnswer.objects.update(at=timezone.now() - timedelta(hours=23, minutes=59))
    assert remove_old_answers() is False
    assert api.post("/subscribers", JANE, headers=KEY).status_code == 200
    KeptAnswer.objects.update(at=timezone.now() - timedelta(hours=24, seconds=1))
    # Also where nobody has removed it yet.
    assert api.post("/subscribers", JANE, headers=KEY).status_code == 409
    remove_old_answers()
    assert not KeptAnswer.objects.exists()
    Subscriber.objects.all().delete()
    assert api.post("/subscribers", JANE, headers=KEY).status_code == 200


def test_a_key_whose_time_has_ended_is_as_new(api: Api) -> None:
    api.post("/subscribers", JANE, headers=KEY)
    KeptAnswer.objects.update(at=timezone.now() - timedelta(days=2))
    assert api.post("/subscribers", JANE | {"email": "b@example.com"}, headers=KEY).status_code == 200
    assert "b@example.com" in bytes(KeptAnswer.objects.get().body).decode()


@pytest.mark.parametrize("contacts", [1, 50])
def test_it_takes_three_statements_and_none_without_a_key(api: Api, contacts: int) -> None:
    ids = [contact.pk for contact in SubscriberFactory.create_batch(contacts)]
    body = {"property": "status", "value": "pending", "subscribers": ids}

    def statements(headers: dict[str, str], status: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = api.put("/subscribers/subscribers-property", body | {"value": status}, headers=headers)
        assert answer.status_code == 200
        return sum("SAVEPOINT" not in query["sql"] for query in captured)

    statements({}, "unsubscribed")
    without, with_key = statements({}, "pending"), statements(KEY, "subscribed")
    assert with_key - without == (3 if connection.vendor == "postgresql" else 2)


@two_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("face", ["fluentcrm", "fluenzr"])
def test_it_says_that_the_first_request_is_under_way(admin: User, monkeypatch: pytest.MonkeyPatch, face: str) -> None:
    began, may_end = Event(), Event()
    name = "subscribers.services.create_contacts" if face == "fluentcrm" else "fluenzr.services.create_contact"
    create = import_string(name)

    def slowly(*args: Any, **kwargs: Any) -> Any:
        began.set()
        assert may_end.wait(SECONDS)
        return create(*args, **kwargs)

    client: Any = Api(admin) if face == "fluentcrm" else Fluenzr(admin)
    path, contact = ("/subscribers", JANE) if face == "fluentcrm" else ("/contacts", MARY)
    monkeypatch.setattr(name, slowly)
    first = Worker(lambda: client.post(path, contact, headers=KEY))
    assert began.wait(SECONDS)
    second = client.post(path, contact, headers=KEY)
    may_end.set()
    done = first.finish()
    assert (second.status_code, second["Retry-After"]) == (409, "1")
    assert b"still under way" in second.content
    assert client.post(path, contact, headers=KEY).content == done.content
    assert Subscriber.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_mail_leaves_after_the_commit_and_once(api: Api, mailoutbox: list[Any], settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    pk = SubscriberFactory.create().pk
    mail = {"campaign": {"email_subject": "Hello", "email_body": "Hi"}}
    first, second = (api.post(f"/subscribers/{pk}/emails/send", mail, headers=KEY) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert len(mailoutbox) == Message.objects.filter(state="sent").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_test_leaves_after_the_commit_and_once(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[bool] = []

    def leave(*_: Any) -> Any:
        left.append(connection.in_atomic_block)
        return "It was refused."

    for name in (
        "campaigns.api.viewsets.looks.send_test",
        "automations.api.viewsets.reports.post_now",
        "webhooks.services.endpoints.send_one",
    ):
        monkeypatch.setattr(name, leave)
    endpoint = encode(WEBHOOK, make_endpoint().pk)
    mail = {"title": "Test", "email_subject": "Hello", "email_body": "<p>Hi</p>"}
    sent: list[tuple[Any, str, Any]] = [
        (
            Api(admin),
            "/campaigns/send-test-email",
            {"campaign": mail, "test_campaign": "yes", "email": "t@example.com"},
        ),
        (Api(admin), "/funnels/send-test-webhook", {"data": {"remote_url": "https://example.com/hook"}}),
        (Fluenzr(admin), f"/webhooks/{endpoint}/test", {}),
    ]
    for number, (client, path, body) in enumerate(sent):
        first, second = (client.post(path, body, headers={"Idempotency-Key": str(number)}) for _ in range(2))
        assert (first.status_code, second.content) == (200, first.content), path
        assert second["Idempotency-Replayed"] == "true"
        assert left == [False] * (number + 1)
    assert Delivery.objects.get().state == "pending"


def test_a_look_outside_finds_nothing(admin: User) -> None:
    with keeping():
        assert find_answer(Asked(admin.pk, "x", "y")) is None
