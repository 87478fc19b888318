"""Double opt-in from end to end: over HTTP, by a real mail server, with transactions that commit."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from emails.models import Consent, Message
from emails.services.sending import send_due
from tests.client import Api
from tests.emails.consent import confirm_link, status_of
from tests.emails.smtp import Mailbox
from tests.factories import ContactListFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_counters(settings: Any, tmp_path: Path) -> None:
    settings.RATE_LIMIT_FILE = tmp_path / "rate_limits"


def create(api: Api, **body: Any) -> int:
    answer = api.post("/subscribers", {"email": "ada@example.com", "first_name": "Ada", "status": "pending", **body})
    assert answer.status_code == 200
    pk: int = answer.json()["contact"]["id"]
    return pk


def test_a_contact_is_made_confirms_and_is_subscribed(api: Api, mailbox: Mailbox) -> None:
    news = ContactListFactory.create(title="News")
    body = "<p>Hello {{contact.first_name}}</p><p>{{crm.activate_button|Yes, add me}}</p>"
    api.put("/setting/double-optin", {"settings": {"email_subject": "Please confirm", "email_body": body}})
    pk = create(api, double_optin="yes", lists=[news.pk])
    # Somebody waits for it: it left with the answer, by no worker.
    mail = mailbox.only()
    assert (mail["To"], mail["Subject"]) == ("Ada <ada@example.com>", "Please confirm")
    assert "Hello Ada" in str(mail)
    # A request for consent is no bulk mail that one could leave.
    assert not any(mail[name] for name in ("List-Unsubscribe", "Precedence"))
    assert status_of(pk) == "pending"
    page = Client().get(confirm_link(mail, "Yes, add me"), headers={"User-Agent": "Browser"})
    assert page.status_code == 200
    assert api.get(f"/subscribers/{pk}").json()["subscriber"]["status"] == "subscribed"
    consent = Consent.objects.get(subscriber=pk)
    assert (consent.email, consent.user_agent, consent.mailing.body) == ("ada@example.com", "Browser", body)
    assert consent.lists == [{"id": news.pk, "title": "News"}]
    # The worker finds nothing left to do.
    assert send_due() == 0


def test_wp_fusions_flow(api: Api, mailbox: Mailbox) -> None:
    pk = create(api)
    assert mailbox.arrived == []
    for _ in range(2):
        assert api.post(f"/subscribers/{pk}/send-double-optin").status_code == 200
    assert Client().get(confirm_link(mailbox.only())).status_code == 200
    assert status_of(pk) == "subscribed"


def test_a_mail_server_that_is_away_delays_the_mail_and_fails_nothing(
    api: Api, mailbox: Mailbox, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    pk = create(api, double_optin="yes")
    message = Message.objects.get()
    assert (message.state, message.attempts) == ("scheduled", 1)
    settings.EMAIL_PORT = port
    with time_machine.travel(message.due + timedelta(minutes=1), tick=False):
        assert send_due() == 1
    assert Client().get(confirm_link(mailbox.only())).status_code == 200
    assert status_of(pk) == "subscribed"


def test_many_mails_wait_for_the_worker(api: Api, mailbox: Mailbox) -> None:
    rows = [{"email": f"contact{number}@example.com", "status": "pending"} for number in range(3)]
    answer = api.post("/subscribers/bulk-add-update", {"contacts": rows, "double_optin": "yes"}).json()
    assert answer["double_optin"] == {"sent": 3, "not_sent": {}}
    assert mailbox.arrived == []
    assert send_due() == 3
    for _, mail in mailbox.arrived:
        assert Client().get(confirm_link(mail)).status_code == 200
    assert {status_of(one["id"]) for one in answer["created"]} == {"subscribed"}


def test_the_way_back_from_a_mail(api: Api, mailbox: Mailbox) -> None:
    """A mail's own links: out, to the preferences, and back by the mail that they send."""
    pk = create(api, status="subscribed")
    mail = {"email_subject": "News", "email_body": "<p>News</p>"}
    assert api.post(f"/subscribers/{pk}/emails/send", {"campaign": mail}).status_code == 200
    links = mailbox.only()
    assert (
        Client().post(str(links["List-Unsubscribe"]).strip("<>"), {"List-Unsubscribe": "One-Click"}).status_code == 200
    )
    assert status_of(pk) == "unsubscribed"
    page = Client().post(confirm_link(links, "Manage your preferences"), {"action": "subscribe"})
    assert page.status_code == 200
    [_, (_, request)] = mailbox.arrived
    assert Client().get(confirm_link(request)).status_code == 200
    assert status_of(pk) == "subscribed"
