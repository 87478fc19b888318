"""The columns of the list of contacts, which each user chooses."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import Company
from custom_fields.models import CustomField
from options.models import Preference
from options.preferences import keep_preference, read_preference
from staff.contact_columns import HEADINGS, STANDARD
from tests.factories import SubscriberFactory, TagFactory, UserFactory

LIST = "/admin/subscribers/subscriber/"
COLUMNS = f"{LIST}columns/"


def test_a_user_chooses_columns_and_their_order(browser: Client) -> None:
    CustomField.objects.create(slug="size", label="Shirt size", type="select-multi", options=["S", "M"])
    company = Company.objects.create(name="Acme")
    SubscriberFactory.create(city="Leeds", custom_values={"size": ["S", "M"]}, company=company, tags=[TagFactory()])
    sent = {"column": ["custom:size", "city", "company_name", "changed_on", "city", "nothing"]}
    answer = browser.post(f"{COLUMNS}?status=subscribed&o=2", sent)
    assert answer["Location"] == f"{LIST}?status=subscribed"
    page = browser.get(LIST).content.decode().partition('id="result_list"')[2].partition("</table>")[0]
    assert [part in page for part in ("Shirt size", "S, M", "Leeds", "Acme", "Status")] == [True] * 4 + [False]
    assert page.index("S, M") < page.index("Leeds") < page.index("Acme")
    assert [row["name"] for row in browser.get(LIST).context["columns"]][:4] == sent["column"][:4]
    browser.post(COLUMNS, {"_standard": "1"})
    assert not Preference.objects.exists()
    assert [row["name"] for row in browser.get(LIST).context["columns"] if row["shown"]] == list(STANDARD)


def test_each_column_can_be_shown(browser: Client) -> None:
    SubscriberFactory.create(date_of_birth="1990-01-02", last_activity=None)
    browser.post(COLUMNS, {"column": list(HEADINGS)})
    answer = browser.get(LIST)
    assert answer.status_code == 200
    assert all(row["shown"] for row in answer.context["columns"])


def test_a_field_that_was_deleted_is_no_column(browser: Client, admin: Any) -> None:
    keep_preference(admin.pk, "contact_columns", ["custom:gone", "city"])
    SubscriberFactory.create()
    shown = [row["name"] for row in browser.get(LIST).context["columns"] if row["shown"]]
    assert shown == ["city"]


@pytest.mark.parametrize("kept", [5, "city", {"city": 1}, [["city"], 7, None]])
def test_a_preference_of_another_form_does_no_harm(browser: Client, admin: Any, kept: Any) -> None:
    keep_preference(admin.pk, "contact_columns", kept)
    SubscriberFactory.create()
    assert browser.get(LIST).status_code == 200


def test_each_user_has_their_own(browser: Client, admin: Any) -> None:
    other = UserFactory.create()
    keep_preference(other.pk, "contact_columns", ["city"])
    keep_preference(admin.pk, "contact_columns", ["phone"])
    keep_preference(admin.pk, "contact_columns", ["state"])
    assert read_preference(other.pk, "contact_columns") == ["city"]
    assert read_preference(admin.pk, "contact_columns") == ["state"]
    assert read_preference(admin.pk, "elsewhere") is None


@pytest.mark.django_db
def test_it_is_for_those_who_may_see_contacts() -> None:
    user = UserFactory.create(is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.post(COLUMNS, {"column": "city"}).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_subscriber"))
    assert client.get(COLUMNS).status_code == 405
    assert client.post(COLUMNS, {"column": "city"}).status_code == 302
    assert read_preference(user.pk, "contact_columns") == ["city"]


def test_columns_cost_no_statement_for_each_contact(browser: Client) -> None:
    browser.post(COLUMNS, {"column": list(HEADINGS)})
    company, tag = Company.objects.create(name="Acme"), TagFactory.create()
    counts = []
    for size in (3, 20):
        SubscriberFactory.create_batch(size, company=company, tags=[tag])
        with CaptureQueriesContext(connection) as asked:
            browser.get(LIST)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_each_contact_has_a_box_of_its_own(browser: Client) -> None:
    first, second = (SubscriberFactory.create(email=email) for email in ("a&b@example.com", "c@example.com"))
    page = browser.get(LIST).content.decode()
    assert [f'name="_selected_action" value="{contact.pk}"' in page for contact in (first, second)] == [True, True]
    assert 'aria-label="Select a&amp;b@example.com for an action"' in page
    assert "contact-id" not in page
    assert " checked>" not in page.partition('id="result_list"')[2].partition("</table>")[0]
