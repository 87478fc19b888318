"""What all of the pages that mails lead to have in common."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from emails.models import Message
from emails.pages.visitors import FORMS_A_MINUTE
from tests.client import Api
from tests.emails.consent import asked, path_of
from tests.emails.factories import MessageFactory
from tests.factories import ContactListFactory, SubscriberFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_folder")]
PURPOSES = ("confirm", "unsubscribe", "manage", "view")
PICTURE = b"\x89PNG\r\n\x1a\n"


def addresses() -> dict[str, str]:
    """A right address of each page, and of each a wrong one."""
    ContactListFactory.create(is_public=True)
    message = MessageFactory.create(subscriber__status="subscribed")
    paths = {purpose: path_of(purpose, message) for purpose in ("unsubscribe", "manage", "view")}
    paths["confirm"] = path_of("confirm", asked())
    return paths | {f"wrong {purpose}": f"/mail/{purpose}/1-1-0:x" for purpose in PURPOSES}


def test_no_page_loads_anything_or_is_kept_or_told_about() -> None:
    for name, path in addresses().items():
        answer = Client().get(path)
        assert answer.status_code == (404 if name.startswith("wrong") else 200), name
        assert answer["Content-Type"] == "text/html; charset=utf-8"
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert not answer.cookies
        page = answer.content.decode()
        assert "<script" not in page
        # The mail itself points to where staff say.
        if name != "view":
            assert not re.findall(r'(?:src|href|action)="(?!/mail/|http://127\.0\.0\.1:8000/mail/)', page)
            assert '<meta name="viewport"' in page
            assert "unsafe" not in answer["Content-Security-Policy"]


def test_a_page_is_one_whoever_asks() -> None:
    """Programs get no JSON: a link in a mail is for people."""
    for path in addresses().values():
        assert Client().get(path, headers={"Accept": "application/json"})["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_token_of_one_page_opens_no_other(purpose: str) -> None:
    message = asked()
    others = {path_of(other, message) for other in ("open", "click", *PURPOSES)} - {path_of(purpose, message)}
    for other in others:
        token = other.rpartition("/")[2]
        assert Client().get(f"/mail/{purpose}/{token}").status_code == 404
        assert Client().post(f"/mail/{purpose}/{token}").status_code in (404, 405)
    assert Message.objects.get().subscriber.status == "pending"


@pytest.mark.parametrize("token", ["x", "1-1-0:", "%00", "é", "x" * 500, "1-1-0:" + "A" * 43])
def test_it_says_that_a_wrong_link_is_wrong(token: str) -> None:
    answer = Client().get(f"/mail/confirm/{token}")
    assert answer.status_code == 404
    assert "This link is not right" in answer.content.decode()


def test_who_guesses_is_slowed_and_right_links_go_on(settings: Any) -> None:
    settings.FAILED_LOGINS_A_MINUTE = 3
    path = path_of("unsubscribe", MessageFactory.create())
    answers = [Client().get(f"/mail/manage/{number}") for number in range(5)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert Client().get(path).status_code == 200
    assert Client().get("/mail/manage/x", REMOTE_ADDR="203.0.113.7").status_code == 404


def test_one_contact_sends_so_many_forms_a_minute() -> None:
    message, other = MessageFactory.create_batch(2)
    for _ in range(FORMS_A_MINUTE):
        assert Client().post(path_of("manage", message)).status_code == 200
    refused = Client().post(path_of("unsubscribe", message))
    assert refused.status_code == 429
    assert refused.has_header("Retry-After")
    assert Client().get(path_of("manage", message)).status_code == 200
    assert Client().post(path_of("manage", other)).status_code == 200


def test_other_methods_are_refused() -> None:
    for path in addresses().values():
        assert Client().put(path).status_code == 405


def test_a_form_needs_no_token_and_no_cookie() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(path_of("unsubscribe", MessageFactory.create())).status_code == 200
    assert not client.cookies


@pytest.mark.parametrize("route", ["confirmation", "unsubscribe", "manage_subscription"])
def test_fluentcrms_own_links_say_that_they_are_wrong(route: str) -> None:
    contact = SubscriberFactory.create(status="pending")
    for secure_hash in ("0", contact.hash):
        query = f"/?fluentcrm=1&route={route}&hash={contact.hash}&secure_hash={secure_hash}"
        for send in (Client().get, Client(enforce_csrf_checks=True).post):
            answer = send(query)
            assert answer.status_code == 404
            assert "This link is not right" in answer.content.decode()
    contact.refresh_from_db()
    assert contact.status == "pending"


def test_another_query_finds_the_first_page(api: Api) -> None:
    for query in ("?route=confirmation", "?fluentcrm=1", "?fluentcrm=1&route=unknown"):
        assert api.client.get(f"/{query}").json()["name"] == "FluentCRM API"


# --- The site's name and logo -----------------------------------------------------------------------


def test_it_names_the_site(settings: Any) -> None:
    settings.SITE_NAME = "Shop & <Co>"
    assert '<p class="site">Shop &amp; &lt;Co&gt;</p>' in Client().get("/mail/manage/x").content.decode()
    assert Client().get("/mail/logo").status_code == 404


@pytest.mark.parametrize(("name", "kind"), [("logo.png", "image/png"), ("logo.svg", "image/svg+xml")])
def test_it_shows_the_logo(settings: Any, tmp_path: Path, name: str, kind: str) -> None:
    file = tmp_path / name
    file.write_bytes(PICTURE)
    settings.SITE_LOGO = str(file)
    assert '<img src="/mail/logo" alt="FluentCRM API">' in Client().get("/mail/manage/x").content.decode()
    answer: Any = Client().get("/mail/logo")
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == PICTURE


def test_it_lives_without_a_logo_that_is_gone(settings: Any, tmp_path: Path) -> None:
    settings.SITE_LOGO = str(tmp_path / "gone.png")
    assert Client().get("/mail/logo").status_code == 404


# --- The mail in the browser -------------------------------------------------------------------------


def test_it_shows_the_mail_without_what_counts() -> None:
    message = MessageFactory.create(subscriber__first_name="Ada")
    answer = Client().get(path_of("view", message))
    page = answer.content.decode()
    assert "Hi Ada" in page
    assert 'href="https://shop.example.com/a"' in page
    assert "/mail/open/" not in page
    assert "/mail/click/" not in page
    assert "sandbox" in answer["Content-Security-Policy"]
    message.refresh_from_db()
    assert (message.opens, message.clicks, message.opened_at) == (0, 0, None)


def test_it_says_so_where_the_mail_was_deleted() -> None:
    message = MessageFactory.create()
    path = path_of("view", message)
    message.delete()
    answer = Client().get(path)
    assert answer.status_code == 404
    assert "leads nowhere" in answer.content.decode()
