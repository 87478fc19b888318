"""Consents in the admin: on the page of the contact, in its history, and by themselves."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from emails.models import Consent
from staff.dates import exact_time
from tests.emails.consent import asked, follow
from tests.factories import ContactListFactory, SubscriberFactory, UserFactory

pytestmark = pytest.mark.usefixtures("mail_folder")
LIST = "/admin/emails/consent/"


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def consent(db: None) -> Consent:
    message = asked(email="ada@example.com", lists=[ContactListFactory.create(title="News")])
    follow(message, headers={"User-Agent": "A <browser>"}, REMOTE_ADDR="203.0.113.7")
    return Consent.objects.get()


def page(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def contact_page(consent: Consent) -> str:
    return f"/admin/subscribers/subscriber/{consent.subscriber_id}/change/"


def test_the_page_of_a_contact_shows_when_it_confirmed(browser: Client, consent: Consent) -> None:
    shown = page(browser, contact_page(consent))
    assert f'<a href="{LIST}{consent.pk}/change/">{exact_time(consent.at)}</a> from 203.0.113.7' in shown


def test_a_contact_without_consent_has_none(browser: Client) -> None:
    contact = SubscriberFactory.create()
    assert "Not confirmed by double opt-in" in page(browser, f"/admin/subscribers/subscriber/{contact.pk}/change/")


def test_it_shows_the_text_as_it_was_written(browser: Client, consent: Consent) -> None:
    shown = page(browser, f"{LIST}{consent.pk}/change/")
    assert "{{crm.activate_button|Yes, subscribe me}}" in shown
    assert "&lt;h2&gt;Please confirm" in shown
    assert "A &lt;browser&gt;" in shown
    assert "News" in shown


def test_the_history_of_the_contact_tells_it(browser: Client, consent: Consent) -> None:
    shown = page(browser, contact_page(consent).replace("change/", "history/"))
    for told in ("Consent given", "Asked for consent", "the contact", "203.0.113.7", "A &lt;browser&gt;"):
        assert told in shown


@pytest.mark.parametrize("term", ["ADA@example.com", "{id}"])
def test_it_finds_those_of_a_contact(browser: Client, consent: Consent, term: str) -> None:
    follow(asked(email="other@example.com"))
    shown = page(browser, f"{LIST}?q={term.format(id=consent.subscriber_id)}")
    assert "ada@example.com" in shown
    assert "other@example.com" not in shown
    assert "No consents found" in page(browser, f"{LIST}?q=nobody@example.com")


def test_nobody_writes_or_deletes_one(browser: Client, consent: Consent) -> None:
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.get(f"{LIST}{consent.pk}/delete/").status_code == 403
    assert browser.post(f"{LIST}{consent.pk}/change/", {"email": "x@example.com"}).status_code == 403
    assert Consent.objects.get().email == "ada@example.com"


def test_who_may_not_view_consents_sees_none(consent: Consent) -> None:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_subscriber"))
    client = Client()
    client.force_login(user)
    assert "203.0.113.7" not in page(client, contact_page(consent))
    assert client.get(LIST).status_code == 403


def test_it_takes_as_many_statements_for_many_as_for_few(browser: Client) -> None:
    counts = []
    for number in (1, 5):
        for _ in range(number):
            follow(asked())
        with CaptureQueriesContext(connection) as queries:
            page(browser, LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]
