"""Sequences in the admin."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from changes.models import Change
from emails.models import Message
from sequences.models import EmailSequence, SequenceMail, SequenceTracker
from sequences.services.enrolling import enrol, leave
from sequences.services.stepping import step_due
from staff.change_words import describe
from tests.emails.smtp import Mailbox
from tests.factories import SubscriberFactory
from tests.sequences.factories import EmailSequenceFactory, SequenceMailFactory, SequenceTrackerFactory

SEQUENCES, MAILS, TRACKERS = (
    f"/admin/sequences/{name}/" for name in ("emailsequence", "sequencemail", "sequencetracker")
)


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def form(sequence: EmailSequence, **values: Any) -> dict[str, Any]:
    sent = {"sequence": sequence.pk, "delay_amount": 2, "delay_unit": "days", "starts_at": "09:00", "ends_at": ""}
    words = {"title": "", "subject": "Hello", "pre_header": "", "body": "<p>Hi {{contact.first_name|you}}</p>"}
    return {**sent, "days": ["Mon", "Fri"], **words, "design": "simple", **values}


@pytest.mark.parametrize("sequences", [2, 30])
def test_it_lists_with_numbers_and_a_constant_number_of_statements(
    browser: Client, django_assert_max_num_queries: Any, sequences: int
) -> None:
    for _ in range(sequences):
        SequenceTrackerFactory.create(sequence=SequenceMailFactory.create().sequence)
    with django_assert_max_num_queries(8):
        page = browser.get(SEQUENCES).content.decode()
    assert len(re.findall("field-(?:mail|contact)_count [^>]*>1<", page)) == 2 * sequences


def test_it_finds_by_title(browser: Client) -> None:
    EmailSequenceFactory.create(title="Find me")
    EmailSequenceFactory.create(title="Not this one")
    page = browser.get(f"{SEQUENCES}?q=find").content.decode()
    assert "Find me" in page
    assert "Not this one" not in page


def test_it_makes_a_sequence_and_its_mails(browser: Client, admin: User) -> None:
    assert "Save the sequence first." in browser.get(f"{SEQUENCES}add/").content.decode()
    browser.post(f"{SEQUENCES}add/", {"title": "<b>Welcome</b>", "status": "published"})
    sequence = EmailSequence.objects.get()
    assert (sequence.title, sequence.created_by) == ("Welcome", admin)
    assert browser.post(f"{MAILS}add/", form(sequence)).status_code == 302
    mail = SequenceMail.objects.select_related("mailing").get()
    assert (mail.delay, mail.days, str(mail.starts_at), mail.ends_at) == (172800, ["Mon", "Fri"], "09:00:00", None)
    assert (mail.mailing.title, mail.mailing.subject, mail.mailing.created_by) == ("Hello", "Hello", admin)
    assert mail.mailing.kind == "sequence"
    page = browser.get(f"{SEQUENCES}{sequence.pk}/change/").content.decode()
    assert f'<td><a href="{MAILS}{mail.pk}/change/">Hello</a></td><td>after 2 days</td><td>0</td>' in page
    assert {change.event for change in Change.objects.all()} == {"sequence_created", "sequence_updated"}


def test_it_changes_a_mail_and_shows_its_words(browser: Client) -> None:
    mail = SequenceMailFactory.create(mailing__subject="Before", mailing__body="<p>Old</p>")
    page = browser.get(f"{MAILS}{mail.pk}/change/").content.decode()
    assert "Before" in page
    assert "&lt;p&gt;Old&lt;/p&gt;" in page
    assert browser.post(f"{MAILS}{mail.pk}/change/", form(mail.sequence, subject="After")).status_code == 302
    mail.mailing.refresh_from_db()
    assert mail.mailing.subject == "After"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"body": "<p>" * 10_001}, "The body may not have more than 10000 elements."),
        ({"starts_at": "", "ends_at": "10:00"}, "Choose from when it may leave, too."),
        ({"delay_amount": 999_999, "delay_unit": "weeks"}, "The delay must be at most ten years."),
        ({"days": ["Someday"]}, "Select a valid choice."),
        ({"subject": ""}, "This field is required."),
    ],
)
def test_it_refuses_what_the_api_refuses(browser: Client, sequence: EmailSequence, wrong: Any, error: str) -> None:
    assert error in browser.post(f"{MAILS}add/", form(sequence, **wrong)).content.decode()
    assert not SequenceMail.objects.exists()


def test_it_shows_a_mail_as_its_reader_would_get_it(browser: Client, admin: User) -> None:
    SubscriberFactory.create(email=admin.email, first_name="Ada")
    mail = SequenceMailFactory.create(mailing__body="<p>Hi {{contact.first_name}}</p>")
    answer = browser.get(f"{MAILS}{mail.pk}/preview/")
    assert "Hi Ada" in answer.content.decode()
    assert "sandbox" in answer["Content-Security-Policy"]
    assert browser.get(f"{MAILS}999/preview/").status_code == 404


def test_it_sends_a_test_to_whoever_is_signed_in(browser: Client, admin: User, mailbox: Mailbox) -> None:
    mail = SequenceMailFactory.create()
    answer = browser.post(f"{MAILS}{mail.pk}/change/", form(mail.sequence, _test="1"), follow=True)
    assert f"A test was sent to {admin.email}." in answer.content.decode()
    message = mailbox.only()
    assert (message["To"], message["Subject"]) == (admin.email, "Hello")
    assert message["List-Unsubscribe"] is None
    assert not Message.objects.exists()


def test_it_says_why_no_test_was_sent(browser: Client, admin: User, mailbox: Mailbox) -> None:
    mail = SequenceMailFactory.create()
    mailbox.at_rcpt[admin.email] = "550 5.1.1 No such mailbox"
    answer = browser.post(f"{MAILS}{mail.pk}/change/", form(mail.sequence, _test="1"), follow=True)
    assert "No test was sent" in answer.content.decode()
    User.objects.update(email="")
    answer = browser.post(f"{MAILS}{mail.pk}/change/", form(mail.sequence, _test="1"), follow=True)
    assert "your user has no e-mail address" in answer.content.decode()
    assert mailbox.addresses == []


def test_it_pauses_and_goes_on(browser: Client, sequence: EmailSequence) -> None:
    for action, status in (("pause", "draft"), ("go_on", "published")):
        browser.post(SEQUENCES, {"action": action, "_selected_action": [sequence.pk]})
        sequence.refresh_from_db()
        assert sequence.status == status


def test_it_deletes_a_mail_and_a_sequence(browser: Client) -> None:
    mail = SequenceMailFactory.create()
    browser.post(f"{MAILS}{mail.pk}/delete/", {"post": "yes"})
    assert not SequenceMail.objects.exists()
    browser.post(f"{SEQUENCES}{mail.sequence_id}/delete/", {"post": "yes"})
    assert not EmailSequence.objects.exists()


@pytest.mark.parametrize("contacts", [2, 30])
def test_it_shows_who_is_where(browser: Client, django_assert_max_num_queries: Any, contacts: int) -> None:
    mail = SequenceMailFactory.create(mailing__title="First mail")
    SequenceMailFactory.create(sequence=mail.sequence, delay_amount=1, mailing__title="Second mail")
    enrol(mail.sequence_id, [contact.pk for contact in SubscriberFactory.create_batch(contacts)])
    step_due()
    with django_assert_max_num_queries(9):
        page = browser.get(f"{TRACKERS}?sequence__id__exact={mail.sequence_id}").content.decode()
    assert page.count("Second mail") == contacts


def test_it_finds_where_a_contact_is(browser: Client) -> None:
    one, other = SubscriberFactory.create(email="ada@example.com"), SubscriberFactory.create(email="bob@example.com")
    for contact in (one, other):
        SequenceTrackerFactory.create(subscriber=contact)
    page = browser.get(f"{TRACKERS}?q=ada").content.decode()
    assert "ada@example.com" in page
    assert "bob@example.com" not in page


def test_history_names_the_sequence(db: None) -> None:
    mail = SequenceMailFactory.create(sequence__title="Welcome", delay_amount=1)
    contact = SubscriberFactory.create()
    enrol(mail.sequence_id, [contact.pk])
    leave(mail.sequence_id, [contact.pk], "Bought it.")
    described = describe(Change.objects.order_by("pk"))
    assert [entry.what for entry in described] == [
        "Entered a sequence: Welcome",
        "Left a sequence: Welcome (Bought it.)",
    ]


def test_a_mail_stays_in_its_sequence(browser: Client, sequence: EmailSequence) -> None:
    mail = SequenceMailFactory.create()
    assert browser.post(f"{MAILS}{mail.pk}/change/", form(sequence)).status_code == 302
    assert SequenceMail.objects.get().sequence == mail.sequence


def test_it_stops_contacts_and_takes_them_out(browser: Client) -> None:
    mail = SequenceMailFactory.create(delay_amount=1)
    contacts = SubscriberFactory.create_batch(2)
    enrol(mail.sequence_id, [contact.pk for contact in contacts])
    trackers = list(SequenceTracker.objects.order_by("pk"))
    sent = {"action": "stop", "_selected_action": [trackers[0].pk]}
    page = browser.post(TRACKERS, sent)
    confirmed = page.context["sent"]
    browser.post(TRACKERS, sent | {name: value for name, value in confirmed if name == "confirmed"})
    trackers[0].refresh_from_db()
    assert (trackers[0].status, trackers[0].reason) == ("cancelled", "Stopped by staff.")
    browser.post(f"{TRACKERS}{trackers[1].pk}/delete/", {"post": "yes"})
    assert list(SequenceTracker.objects.all()) == [trackers[0]]
