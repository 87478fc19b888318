"""Incoming hooks in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from changes.models import Change
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, TagFactory, UserFactory
from webhooks.models import Webhook

LIST = "/admin/webhooks/webhook/"


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def form_of(answer: Any) -> Any:
    assert answer.status_code == 200
    return answer.context["adminform"].form


def test_it_makes_one_with_rows_that_are_chosen_by_name(browser: Client) -> None:
    tags, one, company = TagFactory.create_batch(2), ContactListFactory.create(), CompanyFactory.create()
    sent = {"name": " Shop ", "status": "pending", "tags": [tag.pk for tag in tags], "lists": [one.pk]}
    assert browser.post(f"{LIST}add/", sent | {"companies": [company.pk]}).status_code == 302
    hook = Webhook.objects.get()
    assert (hook.name, hook.status) == ("Shop", "pending")
    assert (hook.tags, hook.lists, hook.companies) == ([tag.pk for tag in tags], [one.pk], [company.pk])
    entry = Change.objects.get()
    assert (entry.event, entry.channel, entry.subject_id) == ("webhook_created", "admin", hook.pk)


def test_it_shows_the_address_to_copy(browser: Client) -> None:
    tag = TagFactory.create()
    hook = Webhook.objects.create(name="Shop", tags=[tag.pk, 10**9])
    for path in (LIST, f"{LIST}{hook.pk}/change/"):
        page = browser.get(path).content.decode()
        assert f"http://127.0.0.1:8000/?fluentcrm=1&amp;route=contact&amp;hash={hook.hash}" in page
    assert tag.title in browser.get(f"{LIST}{hook.pk}/change/").content.decode()


def test_it_keeps_the_address_when_it_changes_one(browser: Client) -> None:
    hook = Webhook.objects.create(name="Shop", tags=[TagFactory.create().pk])
    assert browser.post(f"{LIST}{hook.pk}/change/", {"name": "Form", "status": "subscribed"}).status_code == 302
    changed = Webhook.objects.get()
    assert (changed.name, changed.tags, changed.hash) == ("Form", [], hook.hash)


@pytest.mark.parametrize(("name", "status"), [("", "pending"), ("<b></b>", "pending"), ("Shop", "bounced")])
def test_it_holds_to_the_rules_of_the_api(browser: Client, name: str, status: str) -> None:
    form = form_of(browser.post(f"{LIST}add/", {"name": name, "status": status}))
    assert list(form.errors) == (["status"] if status == "bounced" else ["name"])
    assert not Webhook.objects.exists()


def test_it_searches_and_deletes(browser: Client) -> None:
    hooks = [Webhook.objects.create(name=name) for name in ("Ärger", "Shop")]
    assert list(browser.get(LIST, {"q": "arg"}).context["cl"].result_list) == hooks[:1]
    assert browser.post(f"{LIST}{hooks[0].pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Webhook.objects.all()) == hooks[1:]
    assert Change.objects.get().event == "webhook_deleted"


def test_the_secret_cannot_be_found_out_by_filters(browser: Client) -> None:
    hook = Webhook.objects.create(name="Shop")
    assert browser.get(LIST, {"hash__startswith": hook.hash[:1]}).status_code != 200


def test_it_takes_a_right(db: None) -> None:
    browser = Client()
    browser.force_login(UserFactory.create(is_staff=True))
    assert browser.get(LIST).status_code == 403
