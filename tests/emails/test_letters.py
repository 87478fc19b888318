"""Letters of every script, and what would rather be a header, on their way to a real mail server."""

import pytest

from emails.services.queueing import queue
from emails.services.sending import send_due
from tests.emails.factories import MailingFactory, MessageFactory
from tests.emails.smtp import Mailbox
from tests.factories import SubscriberFactory

pytestmark = pytest.mark.django_db


LETTERS = ["Łukasz Ж", "李雷", "👩‍👩‍👧", "אברהם", "محمد", 'O"Brien, \\ <x@y.z>', "José"]


@pytest.mark.parametrize("name", LETTERS)
def test_letters_of_every_script_arrive(mailbox: Mailbox, name: str) -> None:
    MessageFactory.create(subscriber__first_name=name, subscriber__last_name="")
    send_due()
    mail = mailbox.only()
    assert mail["Subject"] == f"Hello {name}"
    assert [address.display_name for address in mail["To"].addresses] == [name]
    text = mail.get_body(("plain",))
    assert text
    assert f"Hi {name}," in text.get_content()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\u0085", "\x0b"])
def test_no_value_makes_a_header(mailbox: Mailbox, end: str) -> None:
    contact = SubscriberFactory.create(custom_values={"nick": f"Ada{end}Bcc: all@example.com"})
    # Past the checks of the API, as an import might.
    name = f"Eve{end}Bcc: all@example.com{end}{end}<p>"
    type(contact).objects.filter(pk=contact.pk).update(first_name=name)
    mailing = MailingFactory.create(subject="{{contact.custom.nick}}{{contact.first_name}}" + end)
    queue(mailing, [contact.pk])
    assert send_due() == 1
    mail = mailbox.only()
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == [contact.email]
    assert "Bcc: all@example.com" in mail["Subject"]


def test_a_body_with_long_lines_and_dots_arrives_as_it_is(mailbox: Mailbox) -> None:
    MessageFactory.create(mailing__body="<p>" + "x" * 5000 + "</p><pre>a\n.\n..\nb</pre>", mailing__design="raw_html")
    send_due()
    html = mailbox.only().get_body(("html",))
    assert html
    assert "x" * 5000 in html.get_content()
    assert html.get_content().partition("<pre>")[2].partition("</pre>")[0].splitlines() == ["a", ".", "..", "b"]
