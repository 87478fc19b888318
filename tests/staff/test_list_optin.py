"""The words of double opt-in that a list has of its own, in the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from emails.double_optin import general_settings, list_settings, save_general_settings
from segments.models import ContactList
from tests.factories import ContactListFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/segments/contactlist/"
BODY = "<p>Join us? {{crm.activate_button|Yes}}</p>"


def page(contact_list: ContactList) -> str:
    return f"{LIST}{contact_list.pk}/double-optin/"


def form(**given: Any) -> dict[str, Any]:
    """A form as it is sent: the general words, and what is given."""
    shown = general_settings().shown()
    names = ("email_subject", "email_pre_header", "email_body", "after_confirmation_type", "after_confirm_message")
    return {**{name: shown[name] for name in names}, "after_conf_redirect_url": ""} | given


def test_a_list_gets_words_of_its_own(browser: Client) -> None:
    contact_list = ContactListFactory.create()
    text = browser.get(f"{LIST}{contact_list.pk}/change/").content.decode()
    assert "As for all contacts" in text
    assert page(contact_list) in text
    assert browser.get(page(contact_list)).status_code == 200
    sent = form(own="on", email_subject="Join the list?", email_body=BODY)
    assert browser.post(page(contact_list), sent).status_code == 302
    settings, own = list_settings(contact_list.pk)
    assert (own, settings.email_subject, settings.email_body) == (True, "Join the list?", BODY)
    assert LogEntry.objects.get().change_message == "Changed the words of double opt-in."
    # From now on it does not follow.
    save_general_settings({"email_pre_header": "New"})
    assert list_settings(contact_list.pk)[0].email_pre_header == ""
    assert "words of its own" in browser.get(f"{LIST}{contact_list.pk}/change/").content.decode()
    assert "Join the list?" in browser.get(page(contact_list)).content.decode()
    assert browser.post(page(contact_list), sent).status_code == 302
    assert LogEntry.objects.count() == 1


def test_a_list_follows_again(browser: Client) -> None:
    contact_list = ContactListFactory.create()
    browser.post(page(contact_list), form(own="on", email_subject="Join the list?"))
    # Nothing is checked that does not hold.
    assert browser.post(page(contact_list), form(email_subject="")).status_code == 302
    settings, own = list_settings(contact_list.pk)
    assert (own, settings.email_subject) == (False, general_settings().email_subject)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email_subject": ""}, "email_subject"),
        ({"email_body": "<p>No button</p>"}, "email_body"),
        ({"after_confirmation_type": "redirect"}, "after_conf_redirect_url"),
    ],
)
def test_it_holds_to_the_rules_of_the_api(browser: Client, given: dict[str, str], field: str) -> None:
    contact_list = ContactListFactory.create()
    answer = browser.post(page(contact_list), form(own="on", **given))
    assert list(answer.context["adminform"].form.errors) == [field]
    assert list_settings(contact_list.pk)[1] is False


def test_it_is_for_who_may_change_settings(viewer_of: Callable[..., Client]) -> None:
    contact_list = ContactListFactory.create()
    lists = ("segments.view_contactlist", "segments.change_contactlist")
    for rights, get, post in (
        (lists, 403, 403),
        (("options.view_option", "options.change_option"), 403, 403),
        ((*lists, "options.view_option"), 200, 403),
        ((*lists, "options.change_option"), 200, 302),
    ):
        staff = viewer_of(*rights)
        assert staff.get(page(contact_list)).status_code == get
        if rights != ("options.view_option", "options.change_option"):
            shown = staff.get(f"{LIST}{contact_list.pk}/change/").content.decode()
            assert (page(contact_list) in shown) is (get == 200)
        assert list_settings(contact_list.pk)[1] is False
        assert staff.post(page(contact_list), form(own="on")).status_code == post
    assert list_settings(contact_list.pk)[1] is True


def test_there_is_none_for_a_list_that_is_gone(browser: Client) -> None:
    assert browser.get(f"{LIST}999999/double-optin/").status_code == 404
