"""The site's settings in the admin: what the API would refuse is refused, and only what was changed is kept."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from emails.double_optin import general_settings
from emails.settings import read_settings
from options.models import Option
from options.services import write_option
from staff.settings_form import current_values
from tests.factories import UserFactory

PAGE = "/admin/options/option/"


def staff_with(*names: str) -> Client:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


def sent(**changed: Any) -> dict[str, Any]:
    names = [
        name for name in current_values() if name not in ("design_template", "tag_based_redirect", "tag_redirects")
    ]
    return {name: current_values()[name] for name in names} | changed


def test_it_shows_what_holds(browser: Client) -> None:
    write_option("email_settings", {"from_name": "Ada & Co"})
    page = browser.get(PAGE).content.decode()
    assert 'value="Ada &amp; Co"' in page
    assert "Please confirm your subscription" in page
    assert f'href="{PAGE}"' in browser.get("/admin/").content.decode()


def test_it_keeps_what_was_changed_alone(browser: Client) -> None:
    answer = browser.post(PAGE, sent(from_name="Ada", emails_per_second="7", email_subject="Really?"))
    assert answer.status_code == 302
    assert (read_settings().from_name, read_settings().emails_per_second) == ("Ada", 7)
    assert general_settings().email_subject == "Really?"
    assert dict(Option.objects.values_list("name", "value")) == {
        "email_settings": {"from_name": "Ada", "emails_per_second": 7},
        "double_optin": {"email_subject": "Really?"},
    }
    page = browser.get("/admin/").content.decode()
    assert "Changed Sender&#x27;s name, Mails a second, Subject." in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"from_email": "nobody"}, "This must be a valid email address."),
        ({"email_footer": "Bye"}, "This must hold ##crm.unsubscribe_url##"),
        ({"emails_per_second": "-1"}, "greater than or equal to 0"),
        ({"emails_per_second": "99999999999999999999"}, "less than or equal to 10000"),
        ({"emails_per_second": ""}, "This field is required."),
        ({"email_subject": ""}, "Email Subject is required"),
        ({"email_body": "Hello"}, "activation link"),
        ({"after_confirmation_type": "redirect"}, "Redirect URL is required"),
        ({"after_confirmation_type": "other"}, "Select a valid choice."),
        ({"from_name": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_it_refuses_what_the_api_refuses_and_keeps_nothing(
    browser: Client, changed: dict[str, Any], words: str
) -> None:
    answer = browser.post(PAGE, sent(**{"business_name": "New", **changed}))
    assert answer.status_code == 200
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert not Option.objects.exists()


def test_what_somebody_else_changes_meanwhile_stays(browser: Client) -> None:
    form = sent(from_name="Ada")
    write_option("email_settings", {"reply_to_name": "Grace"})
    browser.post(PAGE, {**form, "reply_to_name": "Grace"})
    assert Option.objects.get().value == {"from_name": "Ada", "reply_to_name": "Grace"}


def test_lines_end_as_they_did(browser: Client) -> None:
    write_option("business_settings", {"business_address": "1 Road\nLondon"})
    browser.post(PAGE, sent(business_address="1 Road\r\nLondon", business_name="New"))
    assert Option.objects.get().value == {"business_address": "1 Road\nLondon", "business_name": "New"}
    assert "Changed Name." in browser.get("/admin/").content.decode()


def test_who_may_only_view_them_changes_nothing(db: None) -> None:
    viewer = staff_with("view_option")
    page = viewer.get(PAGE).content.decode()
    assert 'name="_save"' not in page
    assert viewer.post(PAGE, sent(from_name="Ada")).status_code == 403
    assert not Option.objects.exists()
    nobody = staff_with("view_note")
    assert nobody.get(PAGE).status_code == 403
    assert nobody.get(f"{PAGE}email_settings/change/").status_code == 403


def test_there_is_no_page_of_one_option(browser: Client) -> None:
    write_option("email_settings", {})
    assert browser.get(f"{PAGE}email_settings/change/").headers["Location"] == PAGE
    assert browser.post(f"{PAGE}email_settings/change/", {"name": "x"}).status_code == 403


def test_it_takes_a_few_statements(browser: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        browser.get(PAGE)
    assert len(queries) <= 4
    form = sent(from_name="Ada", business_name="Ada", email_subject="Really?")
    with CaptureQueriesContext(connection) as queries:
        browser.post(PAGE, form)
    assert len(queries) <= 40
