"""What a mailing's own settings do: its sender, words in its links, several subjects, and who may get it."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from emails.links import Target, address
from emails.models import Kind, Link, Mailing, Message
from emails.services.campaigns import queue_selected, release
from emails.services.composing import as_seen
from emails.services.numbers import numbers_by_subject
from emails.services.sending import send_due
from emails.services.tracking import record_open
from emails.written_settings import choose, subjects_of, utm_of, with_utm
from options.services import write_option
from subscribers.models import Status, Subscriber
from tests.emails.factories import MailingFactory, MessageFactory
from tests.emails.smtp import Mailbox
from tests.factories import SubscriberFactory

pytestmark = pytest.mark.django_db
SITE = {"from_name": "Site", "from_email": "site@example.com", "reply_to_name": "", "reply_to_email": ""}
OWN = {
    "from_name": "Žofie",
    "from_email": "zofie@example.com",
    "reply_to_name": "Help",
    "reply_to_email": "help@example.com",
    "is_custom": "yes",
}


def sent(mailbox: Mailbox, **settings: Any) -> Any:
    """The mail of a mailing with those settings."""
    MessageFactory.create(mailing__settings=settings)
    assert send_due() == 1
    return mailbox.only()


# --- The sender ---------------------------------------------------------------------------------


def test_a_mailing_has_a_sender_of_its_own(mailbox: Mailbox) -> None:
    write_option("email_settings", SITE)
    mail = sent(mailbox, mailer_settings=OWN)
    assert (mail["From"], mail["Reply-To"]) == ("Žofie <zofie@example.com>", "Help <help@example.com>")
    assert mail["Message-ID"].endswith("@example.com>")


def test_what_it_does_not_say_is_the_site_s(mailbox: Mailbox) -> None:
    write_option("email_settings", SITE)
    mail = sent(mailbox, mailer_settings={"from_name": "Ada", "is_custom": "yes"})
    assert (mail["From"], mail["Reply-To"]) == ("Ada <site@example.com>", None)


@pytest.mark.parametrize("own", [OWN | {"is_custom": "no"}, [], "x", None, {"is_custom": "yes", "from_email": 7}])
def test_without_one_the_site_sends(mailbox: Mailbox, own: Any) -> None:
    write_option("email_settings", SITE)
    assert sent(mailbox, mailer_settings=own)["From"] == "Site <site@example.com>"


def test_a_sender_of_several_lines_adds_no_header(mailbox: Mailbox) -> None:
    mail = sent(mailbox, mailer_settings=OWN | {"from_name": "A\r\nBcc: eve@example.com", "reply_to_email": ""})
    assert "Bcc" not in mail
    assert mail["From"] == '"A Bcc: eve@example.com" <zofie@example.com>'


# --- Links --------------------------------------------------------------------------------------


def test_a_click_leads_on_with_the_mailing_s_words(mailbox: Mailbox, settings: Any) -> None:
    message = MessageFactory.create(
        mailing__settings={"utm_status": 1, "utm_source": "mail", "utm_medium": None, "utm_campaign": "spring"}
    )
    send_due()
    link = Link.objects.get()
    assert link.url == "https://shop.example.com/a"
    url = address("click", Target(message.subscriber_id, message.pk, link.pk))
    answer = Client().get(url.removeprefix(settings.SITE_URL))
    assert answer["Location"] == "https://shop.example.com/a?utm_source=mail&utm_campaign=spring"
    text = mailbox.only().get_body(("plain",))
    assert text
    assert "https://shop.example.com/a?utm_source=mail&utm_campaign=spring" in text.get_content()
    assert "utm_source=mail" in as_seen(Message.objects.get()).html


def test_this_server_s_own_links_stay_as_they_are(mailbox: Mailbox) -> None:
    MessageFactory.create(
        mailing__settings={"utm_status": "1", "utm_source": "mail"},
        mailing__body='<a href="##crm.unsubscribe_url##">leave</a> <a href="mailto:a@example.com">us</a>',
    )
    send_due()
    html = mailbox.only().get_body(("html",))
    assert html
    assert "utm_source" not in html.get_content()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", "https://a.example?utm_source=m+%26"),
        ("https://a.example/?", "https://a.example/?utm_source=m+%26"),
        ("https://a.example/?b=1#c", "https://a.example/?b=1&utm_source=m+%26#c"),
        ("https://a.example/?utm_source=own", "https://a.example/?utm_source=own"),
        ("https://a.example/?utm_source=", "https://a.example/?utm_source="),
        ("mailto:a@example.com", "mailto:a@example.com"),
        ("https://[/?b", "https://[/?b&utm_source=m+%26"),
    ],
)
def test_words_are_added_behind_those_of_the_address(url: str, expected: str) -> None:
    assert with_utm(url, {"utm_source": "m &"}) == expected


@pytest.mark.parametrize("status", [0, "0", "", None, [], "yes", {"a": 1}])
def test_without_the_status_nothing_is_added(status: Any) -> None:
    assert utm_of({"utm_status": status, "utm_source": "mail"}) == {}


# --- Subjects -----------------------------------------------------------------------------------

SUBJECTS = [
    {"id": 4, "key": "75", "value": "First for {{contact.first_name}}"},
    {"id": 9, "key": 25, "value": "Second"},
]


def test_each_message_has_one_of_the_subjects_and_keeps_it(mailbox: Mailbox) -> None:
    mailing = MailingFactory.create(kind=Kind.CAMPAIGN, settings={"subjects": SUBJECTS})
    for place in range(8):
        # Every eighth of all names.
        MessageFactory.create(mailing=mailing, hash=f"{place * 2:x}" + "0" * 31, subscriber__first_name="Ada")
    assert send_due() == 8
    found = Counter(Message.objects.values_list("variant", "subject"))
    assert found == {(4, "First for Ada"): 6, (9, "Second"): 2}
    assert Counter(str(mail["Subject"]) for _, mail in mailbox.arrived) == {"First for Ada": 6, "Second": 2}
    message = Message.objects.filter(variant=9)[0]
    record_open(Target(message.subscriber_id, message.pk))
    numbers = numbers_by_subject(mailing.pk)
    assert {pk: (one.sent, one.opened) for pk, one in numbers.items() if one.total} == {4: (6, 0), 9: (2, 1)}
    mailing.settings = {"subjects": [SUBJECTS[1], SUBJECTS[0]]}
    mailing.save()
    assert as_seen(message).subject == "Second"


def test_a_subject_that_is_gone_is_chosen_anew() -> None:
    message = MessageFactory.create(mailing__settings={"subjects": SUBJECTS}, variant=7)
    assert as_seen(message).subject in {"Second", f"First for {message.subscriber.first_name}"}


@pytest.mark.parametrize(
    "subjects",
    [
        None,
        "x",
        {"id": 1},
        [None, 3, "x"],
        [{"id": 1, "key": 0, "value": "x"}, {"id": 0, "key": 5, "value": "x"}, {"id": 1, "key": 5, "value": ""}],
        [
            {"id": 1, "key": "many", "value": "x"},
            {"id": 10**30, "key": 1, "value": "x"},
            {"id": 1, "key": "nan", "value": "x"},
        ],
    ],
)
def test_what_is_no_subject_is_left_out(subjects: Any) -> None:
    assert subjects_of(Mailing(settings={"subjects": subjects})) == []


@pytest.mark.parametrize("name", ["0" * 32, "f" * 32])
def test_every_name_has_a_subject(name: str) -> None:
    subjects = subjects_of(Mailing(settings={"subjects": SUBJECTS}))
    assert choose(subjects, name) == subjects[0 if name[0] == "0" else 1]


# --- Transactional campaigns --------------------------------------------------------------------


def test_a_transactional_campaign_also_reaches_transactional_contacts(mailbox: Mailbox) -> None:
    for status in Status.values:
        SubscriberFactory.create(status=status)
    for word, expected in (("no", 1), ("yes", 2)):
        mailing = MailingFactory.create(kind=Kind.CAMPAIGN, settings={"is_transactional": word})
        assert queue_selected(mailing, Subscriber.objects.all(), timezone.now()) == expected
        release(mailing.pk)
        assert send_due() == expected


def test_a_mailing_that_is_deleted_meanwhile_sends_nothing(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    MessageFactory.create()
    monkeypatch.setattr(Mailing.objects, "in_bulk", lambda _: {})
    assert send_due() == 0
    assert Message.objects.values_list("state", "error").get() == ("cancelled", "The mailing is not there any more.")


def test_a_mailing_that_cannot_be_read_stops_no_other(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = MessageFactory.create_batch(2)
    Mailing.objects.filter(pk=bad.mailing_id).update(settings=[])
    assert send_due() == 1
    assert mailbox.addresses == [good.email]
    assert Message.objects.get(pk=bad.pk).state == "failed"
