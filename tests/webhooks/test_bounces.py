"""POST /public/bounce_handler/{service}/handle/{code}: what mail services say of mail that did not arrive. One file, as it is one endpoint."""

import json
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from changes.models import Change, ChangedContact
from emails.models import Message
from subscribers.models import Status, Subscriber
from subscribers.services import set_status
from tests.client import FLUENTCRM, Api
from tests.emails.factories import MessageFactory
from tests.factories import SubscriberFactory
from webhooks.models import BounceReport
from webhooks.services import REMEMBERED, bounce_code

pytestmark = pytest.mark.django_db
EMAIL = "ada@example.com"


def report(service: str, body: Any, **options: Any) -> Any:
    """Post a body, as JSON unless it is a text, to a service's address; the answer."""
    options = {"data": body, "content_type": "application/json"} | options
    if not isinstance(body, str):
        options["data"] = json.dumps(body)
    path = f"{FLUENTCRM}/public/bounce_handler/{service}/handle/{bounce_code()}"
    return Client().generic("POST", path, **options)


def mailgun(event: str, **more: Any) -> dict[str, Any]:
    return {"signature": {"token": more.pop("token", "t1")}, "event-data": {"event": event, "recipient": EMAIL, **more}}


def ses(kind: str, told: dict[str, Any], key: str = "notificationType") -> dict[str, Any]:
    message = {key: kind, kind.lower(): told, "mail": {"messageId": "m1"}}
    return {"Type": "Notification", "MessageId": "n1", "Message": json.dumps(message)}


RECIPIENTS = [{"emailAddress": EMAIL, "diagnosticCode": "550 5.1.1 no such user"}]
HARD: dict[str, tuple[str, Any]] = {
    "mailgun": ("mailgun", mailgun("failed", severity="permanent")),
    "mailgun, already suppressed": ("mailgun", mailgun("failed", severity="permanent", reason="suppress-bounce")),
    "sendgrid": ("sendgrid", [{"email": EMAIL, "event": "bounce", "type": "bounce", "sg_event_id": "s1"}]),
    "sendgrid, dropped": ("sendgrid", [{"email": EMAIL, "event": "dropped", "reason": "Bounced Address"}]),
    "postmark": ("postmark", {"RecordType": "Bounce", "Type": "HardBounce", "Email": EMAIL, "ID": 42}),
    "postmark, bad address": ("postmark", {"RecordType": "Bounce", "Type": "BadEmailAddress", "Email": EMAIL}),
    "ses": ("ses", ses("Bounce", {"bounceType": "Permanent", "bouncedRecipients": RECIPIENTS})),
    "ses, an event": ("ses", ses("Bounce", {"bounceType": "Permanent", "bouncedRecipients": RECIPIENTS}, "eventType")),
    "ses, raw": (
        "ses",
        {"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": RECIPIENTS}},
    ),
    "form": ("form", {"email": EMAIL}),
    "form, in capitals": ("form", {"email": EMAIL.upper(), "type": "HARD"}),
}
COMPLAINTS: dict[str, tuple[str, Any]] = {
    "mailgun": ("mailgun", mailgun("complained")),
    "mailgun, suppressed": ("mailgun", mailgun("failed", severity="permanent", reason="suppress-complaint")),
    "sendgrid": ("sendgrid", [{"email": EMAIL, "event": "spamreport"}]),
    "sendgrid, dropped": ("sendgrid", [{"email": EMAIL, "event": "dropped", "reason": "Spam Reporting Address"}]),
    "postmark": ("postmark", {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Email": EMAIL}),
    "ses": ("ses", ses("Complaint", {"complainedRecipients": [{"emailAddress": EMAIL}]})),
    "form": ("form", {"email": EMAIL, "type": "complaint"}),
}
SOFT: dict[str, tuple[str, Any]] = {
    "mailgun": ("mailgun", mailgun("failed", severity="temporary")),
    "sendgrid": ("sendgrid", [{"email": EMAIL, "event": "deferred", "response": "421 later"}]),
    "sendgrid, blocked": ("sendgrid", [{"email": EMAIL, "event": "bounce", "type": "blocked"}]),
    "postmark": ("postmark", {"RecordType": "Bounce", "Type": "SoftBounce", "Email": EMAIL}),
    "ses": ("ses", ses("Bounce", {"bounceType": "Transient", "bouncedRecipients": RECIPIENTS})),
    "form": ("form", {"email": EMAIL, "type": "soft"}),
}
NONSENSE: list[Any] = [
    [],
    [[]],
    [None, 1, "x"],
    {"event-data": [1]},
    {"Message": "{"},
    {"Message": "[1]"},
    {"Message": {"notificationType": {}}},
    {"notificationType": "Bounce", "bounce": {"bouncedRecipients": {"a": 1}}},
    {"email": ["x"], "event": {"y": 1}, "Type": 5},
    {"email": "no address", "event": "bounce"},
    {"Email": "a\x00@example.com", "Type": "HardBounce"},
]
OTHER_NEWS: dict[str, tuple[str, Any]] = {
    "mailgun, delivered": ("mailgun", mailgun("delivered")),
    "mailgun, of one who unsubscribed": (
        "mailgun",
        mailgun("failed", severity="permanent", reason="suppress-unsubscribe"),
    ),
    "sendgrid, opened": ("sendgrid", [{"email": EMAIL, "event": "open"}, {"email": EMAIL, "event": "processed"}]),
    "postmark, delivered": ("postmark", {"RecordType": "Delivery", "Email": EMAIL, "Recipient": EMAIL}),
    "ses, no spam after all": (
        "ses",
        ses("Complaint", {"complaintFeedbackType": "not-spam", "complainedRecipients": [{"emailAddress": EMAIL}]}),
    ),
    "ses, delivered": ("ses", ses("Delivery", {"recipients": [EMAIL]})),
    "form, of another type": ("form", {"email": EMAIL, "type": "rain"}),
    "nothing": ("postmark", {}),
    **{
        f"{service}: {body}": (service, body)
        for service in ("ses", "mailgun", "postmark", "sendgrid", "form")
        for body in NONSENSE
    },
}


@pytest.mark.parametrize("name", HARD)
def test_a_hard_bounce_makes_its_contact_bounced(name: str) -> None:
    contact = SubscriberFactory.create(email=EMAIL)
    assert report(*HARD[name]).status_code == 200
    contact.refresh_from_db()
    assert (contact.status, bool(contact.unsubscribe_reason)) == ("bounced", True)
    assert contact.unsubscribe_date is not None


@pytest.mark.parametrize("name", COMPLAINTS)
def test_a_complaint_makes_its_contact_complained(name: str) -> None:
    contact = SubscriberFactory.create(email=EMAIL, status="bounced")
    assert report(*COMPLAINTS[name]).status_code == 200
    contact.refresh_from_db()
    assert (contact.status, bool(contact.unsubscribe_reason)) == ("complained", True)


@pytest.mark.parametrize("name", SOFT)
def test_a_soft_bounce_is_history_alone(name: str) -> None:
    contact = SubscriberFactory.create(email=EMAIL)
    for _ in range(2):
        assert report(*SOFT[name]).status_code == 200
    contact.refresh_from_db()
    assert contact.status == "subscribed"
    entry = Change.objects.get()
    assert (entry.event, entry.channel, entry.details["service"]) == ("soft_bounced", "hook", SOFT[name][0])
    assert entry.details["reason"]
    assert ChangedContact.objects.get().contact_id == contact.pk


def test_a_soft_bounce_of_nobody_makes_nobody() -> None:
    report(*SOFT["form"])
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("name", OTHER_NEWS)
def test_other_news_and_nonsense_change_nothing(name: str) -> None:
    contact = SubscriberFactory.create(email=EMAIL)
    service, body = OTHER_NEWS[name]
    answer = report(service, body)
    assert (answer.status_code, answer.json().get("result", False)) == (200, False)
    contact.refresh_from_db()
    assert contact.status == "subscribed"
    assert not Change.objects.exists()
    assert not BounceReport.objects.exists()


def test_it_answers_as_recorded() -> None:
    with time_machine.travel(1_800_000_000, tick=False):
        answer = report(*HARD["mailgun"]).json()
    expected = {"success": 1, "message": "recorded", "service": "mailgun", "result": True, "time": 1_800_000_000}
    assert answer == expected
    assert report(*HARD["ses"]).json() == {"status": 200, "message": "success"}


def test_an_address_that_no_contact_has_is_kept_as_bounced() -> None:
    report("form", {"email": "Nobody@example.com", "reason": " No\nsuch <b>mailbox</b> "})
    contact = Subscriber.objects.get()
    assert (contact.email, contact.status) == ("Nobody@example.com", "bounced")
    assert contact.unsubscribe_reason == "No such <b>mailbox</b>"


@pytest.mark.parametrize("before", Status.values)
@pytest.mark.parametrize(("kind", "status"), [("hard", "bounced"), ("complaint", "complained")])
def test_whoever_complained_stays_so(before: str, kind: str, status: str) -> None:
    contact = SubscriberFactory.create(email=EMAIL, status=before)
    report("form", {"email": EMAIL, "type": kind})
    contact.refresh_from_db()
    kept = kind == "hard" and before in ("complained", "spammed")
    assert contact.status == (before if kept else status)


def test_a_repeat_does_nothing_though_staff_have_changed_the_status() -> None:
    contact = SubscriberFactory.create(email=EMAIL)
    report(*HARD["mailgun"])
    set_status([contact.pk], "subscribed")
    before = Change.objects.count()
    assert report(*HARD["mailgun"]).json()["result"] is True
    contact.refresh_from_db()
    assert (contact.status, Change.objects.count()) == ("subscribed", before)


def test_the_same_words_are_news_again_after_a_week() -> None:
    contact = SubscriberFactory.create(email=EMAIL)
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as clock:
        report(*HARD["form"])
        set_status([contact.pk], "subscribed")
        clock.shift(REMEMBERED.total_seconds() + 1)
        report(*HARD["form"])
        assert BounceReport.objects.count() == 1
    contact.refresh_from_db()
    assert contact.status == "bounced"


def test_another_event_of_the_same_contact_is_no_repeat() -> None:
    contact = SubscriberFactory.create(email=EMAIL)
    report("mailgun", mailgun("failed", severity="permanent", token="t1"))
    set_status([contact.pk], "subscribed")
    report("mailgun", mailgun("failed", severity="permanent", token="t2"))
    contact.refresh_from_db()
    assert contact.status == "bounced"


def test_one_notification_is_about_each_of_its_recipients() -> None:
    pair = [{"emailAddress": f"{name}@example.com"} for name in ("one", "two")]
    told = {"bounceType": "Permanent", "feedbackId": "f1", "bouncedRecipients": pair}
    report("ses", ses("Bounce", told))
    assert sorted(Subscriber.objects.values_list("email", "status")) == [
        ("one@example.com", "bounced"),
        ("two@example.com", "bounced"),
    ]


def test_of_a_bounce_and_a_complaint_at_once_the_complaint_counts() -> None:
    SubscriberFactory.create(email=EMAIL)
    events = [{"email": EMAIL, "event": "spamreport"}, {"email": EMAIL.upper(), "event": "bounce"}]
    report("sendgrid", events)
    assert Subscriber.objects.get().status == "complained"


def test_a_form_may_be_a_form() -> None:
    report(
        "form", "email=ada%40example.com&type=complaint&reason=Spam", content_type="application/x-www-form-urlencoded"
    )
    assert Subscriber.objects.get().status == "complained"


def test_a_code_that_is_wrong_is_refused() -> None:
    contact = SubscriberFactory.create(email=EMAIL)
    for code in ("wrong-code", "fcrm_", bounce_code()[:-1], bounce_code() + "0", "é"):
        for path in ("/public/bounce_handler/form/handle/", "/public/bounce_handler/form/"):
            answer = Client().post(f"{FLUENTCRM}{path}{code}", {"email": EMAIL})
            refused = {"status": False, "message": "Invalid Data or Security Code"}
            assert (answer.status_code, answer.json()) == (401, refused)
    contact.refresh_from_db()
    assert contact.status == "subscribed"


def test_a_service_that_is_not_known_is_404_and_so_is_another_verb() -> None:
    path = f"{FLUENTCRM}/public/bounce_handler"
    assert Client().post(f"{path}/unknown/handle/{bounce_code()}").status_code == 404
    assert Client().get(f"{path}/form/handle/{bounce_code()}").status_code == 404


def test_the_addresses_that_are_shown_are_those_that_work(api: Api, settings: Any) -> None:
    settings.SITE_URL = "https://crm.example.com"
    shown = api.get("/setting/bounce_configs").json()["bounce_settings"]
    assert list(shown) == ["ses", "mailgun", "postmark", "sendgrid", "form"]
    for service, one in shown.items():
        site, path = one["webhook_url"][:23], one["webhook_url"][23:]
        assert site == settings.SITE_URL
        answer = Client().post(path, json.dumps({"email": "x"}), content_type="application/json")
        assert answer.status_code == 200, service


def test_many_cost_as_many_statements_as_few() -> None:
    costs = []
    for count in (2, 40):
        emails = [contact.email for contact in SubscriberFactory.create_batch(count)]
        events = [{"email": email, "event": event} for email in emails for event in ("bounce", "deferred")]
        with CaptureQueriesContext(connection) as queries:
            report("sendgrid", events)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_it_marks_the_message_that_came_back() -> None:
    contact = SubscriberFactory.create(email=EMAIL)
    returned, other = (MessageFactory.create(subscriber=contact, state="sent") for _ in range(2))
    headers = {"message-id": f"{returned.hash}@crm.example.com"}
    body = mailgun("failed", severity="permanent", message={"headers": headers}, reason="No such user")
    report("mailgun", body)
    report("postmark", {"RecordType": "Bounce", "Type": "HardBounce", "Email": EMAIL, "ID": 1, "MessageID": "theirs"})
    states = dict(Message.objects.values_list("pk", "state"))
    assert states == {returned.pk: "bounced", other.pk: "sent"}


def test_a_temporary_failure_marks_no_message() -> None:
    message = MessageFactory.create(subscriber=SubscriberFactory.create(email=EMAIL), state="sent")
    headers = {"message-id": f"<{message.hash}@crm.example.com>"}
    report("mailgun", mailgun("failed", severity="temporary", message={"headers": headers}))
    message.refresh_from_db()
    assert message.state == "sent"
