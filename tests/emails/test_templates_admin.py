"""Templates in the admin."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from changes.models import Change
from emails.models import Template
from tests.emails.factories import TemplateFactory

LIST = "/admin/emails/template/"


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def form(**values: str) -> dict[str, str]:
    sent = {"title": "Newsletter", "subject": "News", "pre_header": "", "body": "<p>Hi</p>"}
    return sent | {"design": "simple", "status": "draft"} | values


def test_it_lists_and_searches_templates(browser: Client) -> None:
    TemplateFactory.create(title="Find me")
    TemplateFactory.create(title="Not this one")
    page = browser.get(f"{LIST}?q=find").content.decode()
    assert "Find me" in page
    assert "Not this one" not in page


@pytest.mark.parametrize("templates", [2, 30])
def test_it_lists_with_a_constant_number_of_statements(
    browser: Client, django_assert_max_num_queries: DjangoAssertNumQueries, templates: int
) -> None:
    TemplateFactory.create_batch(templates)
    with django_assert_max_num_queries(5):
        assert browser.get(LIST).status_code == 200


def test_it_makes_and_changes_a_template_and_records_it(browser: Client, admin: User) -> None:
    body = "<style>p { color: red }</style><table><tr><td>Hello {{contact.first_name}}</td></tr></table>"
    assert browser.post(f"{LIST}add/", form(title="<b>News</b>", body=body)).status_code == 302
    template = Template.objects.get()
    assert (template.title, template.body, template.created_by) == ("News", body, admin)
    assert browser.post(f"{LIST}{template.pk}/change/", form(title="")).status_code == 302
    template.refresh_from_db()
    assert template.title == "Untitled template"
    assert list(Change.objects.order_by("pk").values_list("event", "channel")) == [
        ("template_created", "admin"),
        ("template_updated", "admin"),
    ]


def test_it_refuses_what_the_api_refuses(browser: Client) -> None:
    answer = browser.post(f"{LIST}add/", form(body="<p>" * 10_001))
    assert "The body may not have more than 10000 elements." in answer.content.decode()
    assert not Template.objects.exists()


def test_it_deletes_templates(browser: Client) -> None:
    kept, gone, other = TemplateFactory.create_batch(3)
    sent = {"action": "delete_selected", "_selected_action": str(gone.pk)}
    asked = browser.post(LIST, sent)
    assert browser.post(LIST, dict(asked.context["sent"])).status_code == 302
    assert browser.post(f"{LIST}{other.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Template.objects.all()) == [kept]
    assert Change.objects.filter(event="template_deleted").count() == 2
