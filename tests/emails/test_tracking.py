"""The addresses in mails: signed, counted, and leading only where the mail pointed. One file, as its tests share one set-up."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.signing import Signer
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from emails.links import PURPOSES, Target, address, read_token
from emails.models import Click, Link, Message
from emails.services.sending import send_due
from subscribers.models import Subscriber
from tests.emails.factories import MailingFactory, MessageFactory
from tests.emails.smtp import Mailbox

pytestmark = pytest.mark.django_db
Visit = Callable[..., Any]


@pytest.fixture
def visit(settings: Any) -> Visit:
    """A stranger's browser that takes whole addresses."""
    client = Client()

    def visit(url: str, method: str = "GET", **headers: str) -> Any:
        assert url.startswith(settings.SITE_URL)
        return client.generic(method, url.removeprefix(settings.SITE_URL), headers=headers)

    return visit


@pytest.fixture
def message() -> Message:
    message: Message = MessageFactory.create(state="sent", sent_at=timezone.now() - timedelta(hours=1))
    return message


@pytest.fixture
def link(message: Message) -> Link:
    return Link.objects.create(mailing=message.mailing, url="https://shop.example.com/a?b=ž", digest="x")


def target(message: Message, link: Link | None = None) -> Target:
    return Target(message.subscriber_id, message.pk, link.pk if link else 0)


def counts(message: Message) -> tuple[int, int]:
    return Message.objects.values_list("opens", "clicks").get(pk=message.pk)


# --- Tokens -------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_says_what_was_put_in_and_is_short(purpose: str) -> None:
    for put in (Target(1, 2), Target(10**15, 10**15, 10**15)):
        token = address(purpose, put).rpartition("/")[2]
        assert read_token(purpose, token) == put
        assert len(token) < 80


def test_a_token_is_django_s() -> None:
    token = address("open", Target(1, 2)).rpartition("/")[2]
    assert Signer(salt="emails.open").unsign(token) == "1-2"


def test_a_token_is_good_for_one_purpose_and_this_server_alone(settings: Any) -> None:
    token = address("open", Target(1, 2)).rpartition("/")[2]
    assert [purpose for purpose in PURPOSES if read_token(purpose, token)] == ["open"]
    settings.SECRET_KEY = "another"
    assert read_token("open", token) is None


@pytest.mark.parametrize("token", ["", "1-2", ":", "1-2:", "1-2:x", "1:x", "-:-", "ž", "x" * 10_000, "1-2\x00:x"])
def test_other_tokens_are_nobody_s(token: str) -> None:
    assert read_token("click", token) is None


# --- Opening ------------------------------------------------------------------------------------


def test_opening_counts_and_moves_the_contact_s_last_activity(visit: Visit, message: Message) -> None:
    before = message.subscriber.updated_at
    answer = visit(address("open", target(message)))
    assert (answer.status_code, answer["Content-Type"], answer.content[:6]) == (200, "image/gif", b"GIF89a")
    assert "no-store" in answer["Cache-Control"]
    contact = Subscriber.objects.get()
    assert contact.last_activity
    assert contact.updated_at == before
    first = Message.objects.get().opened_at
    visit(address("open", target(message)))
    assert counts(message) == (2, 0)
    assert Message.objects.get().opened_at == first


def test_a_picture_is_shown_whatever_the_token(visit: Visit, settings: Any, message: Message) -> None:
    for token in ("x", "1-2:x"):
        assert visit(f"{settings.SITE_URL}/mail/open/{token}").status_code == 200
    own = address("open", target(message))
    message.delete()
    assert visit(own).status_code == 200


def test_opening_proves_that_an_unsure_mail_has_arrived(visit: Visit, message: Message) -> None:
    Message.objects.update(state="unsure", sent_at=None)
    visit(address("open", target(message)))
    opened = Message.objects.get()
    assert (opened.state, opened.opens) == ("sent", 1)
    assert opened.sent_at


PREFETCHES = [
    {"purpose": "prefetch"},
    {"sec-purpose": "prefetch;prerender"},
    {"x-moz": "prefetch"},
    {"x-purpose": "preview"},
]


@pytest.mark.parametrize("headers", PREFETCHES)
def test_machines_that_look_ahead_are_not_counted(
    visit: Visit, message: Message, link: Link, headers: dict[str, str]
) -> None:
    assert visit(address("open", target(message)), **headers).status_code == 200
    assert visit(address("click", target(message, link)), **headers).status_code == 307
    assert counts(message) == (0, 0)


def test_asking_for_the_headers_alone_is_not_counted(visit: Visit, message: Message, link: Link) -> None:
    assert visit(address("open", target(message)), "HEAD").status_code == 200
    assert visit(address("click", target(message, link)), "HEAD").status_code == 307
    assert counts(message) == (0, 0)


def test_a_mailbox_that_fetches_pictures_as_they_come_in_is_counted_later(visit: Visit, message: Message) -> None:
    proxy = {"user-agent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"}
    Message.objects.update(sent_at=timezone.now())
    visit(address("open", target(message)), **proxy)
    assert counts(message) == (0, 0)
    with time_machine.travel(timezone.now() + timedelta(seconds=6), tick=False):
        visit(address("open", target(message)), **proxy)
    assert counts(message) == (1, 0)


# --- Clicking -----------------------------------------------------------------------------------


def test_a_click_leads_where_the_mail_pointed_and_counts(visit: Visit, message: Message, link: Link) -> None:
    answer = visit(address("click", target(message, link)))
    assert (answer.status_code, answer["Location"]) == (307, "https://shop.example.com/a?b=%C5%BE")
    visit(address("click", target(message, link)) + "?url=https://evil.example.com")
    assert counts(message) == (0, 2)
    clicked = Message.objects.get()
    assert clicked.opened_at
    assert clicked.clicked_at
    assert Click.objects.values_list("link", "count").get() == (link.pk, 2)


def test_a_click_still_leads_there_when_the_message_is_deleted(visit: Visit, message: Message, link: Link) -> None:
    url = address("click", target(message, link))
    message.delete()
    assert visit(url)["Location"].startswith("https://shop.example.com/")
    assert not Click.objects.exists()


def test_a_click_that_leads_nowhere_is_404(visit: Visit, settings: Any, message: Message, link: Link) -> None:
    url = address("click", target(message, link))
    assert visit(url[:-1] + ("A" if url[-1] != "A" else "B")).status_code == 404
    assert visit(address("click", target(message))).status_code == 404
    link.delete()
    assert visit(url).status_code == 404


def test_whoever_cannot_be_counted_gets_on_all_the_same(
    visit: Visit, message: Message, link: Link, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: Any, **options: Any) -> None:
        raise OperationalError("deadlock detected")

    monkeypatch.setattr("emails.services.tracking.seen", fail)
    assert visit(address("open", target(message))).status_code == 200
    assert visit(address("click", target(message, link))).status_code == 307
    assert caplog.text.count("could not be counted") == 2
    assert counts(message) == (0, 0)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_else_can_be_done_there(visit: Visit, message: Message, link: Link, method: str) -> None:
    for url in (address("open", target(message)), address("click", target(message, link))):
        assert visit(url, method).status_code == 405
    assert counts(message) == (0, 0)


def test_they_take_few_statements(
    visit: Visit, message: Message, link: Link, django_assert_max_num_queries: Any
) -> None:
    opened, clicked = address("open", target(message)), address("click", target(message, link))
    # Two of them a transaction's, and two history's, which only has the first time.
    with django_assert_max_num_queries(7):
        visit(opened)
    with django_assert_max_num_queries(5):
        visit(opened)
    with django_assert_max_num_queries(10):
        visit(clicked)
    with django_assert_max_num_queries(7):
        visit(clicked)


# --- In mails -----------------------------------------------------------------------------------


def addresses_in(mailbox: Mailbox) -> list[str]:
    html = mailbox.only().get_body(("html",))
    assert html
    return [unescape(url) for url in re.findall(r'(?:href|src)="([^"]*)"', html.get_content())]


def test_the_addresses_of_a_mail_work(mailbox: Mailbox, visit: Visit) -> None:
    body = (
        '<a href="https://shop.example.com/a">1</a> <a href="https://shop.example.com/?e={{contact.email}}">2</a>'
        '<a href="https://shop.example.com/a">3</a> <a href="##crm.unsubscribe_url##">4</a>'
    )
    message = MessageFactory.create(
        mailing=MailingFactory.create(body=body, design="raw_html"), subscriber__email="a+b@example.com"
    )
    send_due()
    *links, unsubscribe, picture = addresses_in(mailbox)
    assert [visit(url)["Location"] for url in links] == [
        "https://shop.example.com/a",
        "https://shop.example.com/?e=a%2Bb%40example.com",
        "https://shop.example.com/a",
    ]
    assert visit(picture).status_code == 200
    assert counts(message) == (1, 3)
    assert sorted(Click.objects.values_list("count", flat=True)) == [1, 2]
    token = unsubscribe.rpartition("/")[2]
    assert read_token("unsubscribe", token) == Target(message.subscriber_id, message.pk)


def test_a_link_stays_what_it_was_when_the_mailing_is_changed(mailbox: Mailbox, visit: Visit) -> None:
    message = MessageFactory.create()
    send_due()
    [link, *_] = addresses_in(mailbox)
    message.mailing.body = '<a href="https://evil.example.com">x</a>'
    message.mailing.save()
    assert visit(link)["Location"] == "https://shop.example.com/a"


def test_a_click_that_leads_nowhere_shows_a_page(db: None) -> None:
    answer = Client().get("/mail/click/1-1-1:cut-off")
    assert answer.status_code == 404
    assert "This link is not right" in answer.content.decode()


@pytest.mark.parametrize("purpose", ["open", "click"])
def test_they_take_no_other_method(db: None, purpose: str) -> None:
    """And say so to anyone: a check of forms would log each stranger."""
    assert Client(enforce_csrf_checks=True).post(f"/mail/{purpose}/1-1:x").status_code == 405
