"""GET and PUT /setting/double-optin."""

from typing import Any

import pytest

from emails.models import Message
from emails.services.asking import ask_consent
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory
from tests.subscribers.expected import NOT_FOUND

PATH = "/setting/double-optin"
DONE = {"message": "Double Opt-in settings has been updated"}
BODY = "<p>Hello {{contact.first_name}}</p><p>{{crm.activate_button|Yes, add me}}</p>"
# As recorded (double-optin.json).
RECORDED = {
    "design_template": "simple",
    "email_subject": "Please confirm",
    "email_pre_header": "One click",
    "email_body": BODY,
    "after_confirmation_type": "message",
    "after_confirm_message": "<h2>Thank you</h2>",
    "after_conf_redirect_url": "",
    "tag_based_redirect": "no",
    "tag_redirects": [],
}


def save(api: Api, settings: Any, **beside: Any) -> Any:
    return api.put(PATH, {"settings": settings, **beside})


def shown(api: Api, query: str = "") -> Any:
    answer = api.get(PATH + query)
    assert answer.status_code == 200
    return answer.json()


def test_it_has_settings_that_work_before_anybody_chose_some(api: Api) -> None:
    settings = shown(api)["settings"]
    assert settings.keys() == RECORDED.keys()
    assert save(api, settings).json() == DONE
    assert shown(api)["settings"] == settings


def test_it_keeps_what_is_sent(api: Api) -> None:
    assert save(api, RECORDED).json() == DONE
    assert shown(api) == {"settings": RECORDED}


def test_what_is_not_sent_stays(api: Api) -> None:
    save(api, RECORDED)
    save(api, {"email_subject": "Join us"})
    assert shown(api)["settings"] == RECORDED | {"email_subject": "Join us"}


def test_it_describes_the_fields_of_a_form(api: Api) -> None:
    answer = shown(api, "?with[]=settings_fields")
    assert answer["settings_fields"].keys() == answer["settings"].keys()


@pytest.mark.parametrize(
    "body",
    [
        "{{crm.activate_button}}",
        '<a href="#activate_link#">Yes</a>',
        '<a href="##crm.activate_link##">Yes</a>',
        "{{crm.activate_link}}",
    ],
)
def test_it_takes_every_form_of_the_link(api: Api, body: str) -> None:
    assert save(api, {"email_body": body}).status_code == 200


@pytest.mark.parametrize("body", ["", "<p>No button here</p>", "{{crm.unsubscribe_url}}", "activate_link"])
def test_it_refuses_a_mail_without_the_link(api: Api, body: str) -> None:
    answer = save(api, {"email_body": body})
    assert (answer.status_code, answer.json()["message"]) == (422, "Email Body need to contains activation link")


def test_it_refuses_a_mail_without_a_subject(api: Api) -> None:
    answer = save(api, {"email_subject": ""})
    assert answer.status_code == 422
    assert answer.json()["email_subject"] == {"required": "Email Subject is required"}


def test_it_refuses_a_redirect_without_an_address(api: Api) -> None:
    answer = save(api, {"after_confirmation_type": "redirect"})
    assert answer.status_code == 422
    assert answer.json()["after_conf_redirect_url"] == {"required": "Redirect URL is required"}


@pytest.mark.parametrize("body", [{}, {"settings": {}}, {"settings": None}, {"settings": []}])
def test_it_refuses_a_request_without_settings(api: Api, body: Any) -> None:
    assert api.put(PATH, body).status_code == 422


@pytest.mark.parametrize(
    "settings",
    [
        {"after_conf_redirect_url": "javascript:alert(1)"},
        {"tag_redirects": [{"field_key": [1], "field_value": "ftp://example.com"}]},
        {"tag_redirects": [{"field_key": ["x", 1], "field_value": ""}]},
        {"tag_redirects": [{"field_key": [], "field_value": ""}] * 101},
        {"tag_based_redirect": "maybe"},
        {"email_body": 1},
        {"email_subject": "x" * 501},
    ],
)
def test_it_refuses_what_no_setting_may_be(api: Api, settings: dict[str, Any]) -> None:
    before = shown(api)
    answer = save(api, settings)
    assert answer.status_code == 400
    assert set(settings) <= {name.partition(".")[0] for name in answer.json()}
    assert shown(api) == before


def test_it_keeps_nothing_that_runs_on_the_page(api: Api) -> None:
    save(api, {"after_confirm_message": "<p onclick=x()>Thanks</p><script>x()</script>"})
    assert shown(api)["settings"]["after_confirm_message"] == "<p>Thanks</p>"


# --- Those of a list ----------------------------------------------------------------------------


def test_a_list_follows_the_general_settings(api: Api) -> None:
    one = ContactListFactory.create()
    save(api, RECORDED)
    assert shown(api, f"?list_id={one.pk}") == {"settings": RECORDED, "global_double_optin": "yes"}


def test_a_list_has_settings_of_its_own(api: Api) -> None:
    one, other = ContactListFactory.create_batch(2)
    own = RECORDED | {"email_subject": "Confirm List 1"}
    assert save(api, own, list_id=one.pk, global_double_optin="no").json() == DONE
    save(api, RECORDED | {"email_subject": "General"})
    assert shown(api, f"?list_id={one.pk}") == {"settings": own, "global_double_optin": "no"}
    assert shown(api, f"?list_id={other.pk}")["settings"]["email_subject"] == "General"
    save(api, own, list_id=one.pk, global_double_optin="yes")
    assert shown(api, f"?list_id={one.pk}")["settings"]["email_subject"] == "General"


@pytest.mark.parametrize("list_id", [999, "x", 0])
def test_it_answers_404_for_no_list(api: Api, list_id: Any) -> None:
    assert api.get(f"{PATH}?list_id={list_id}").json() == NOT_FOUND
    assert save(api, RECORDED, list_id=list_id).json() == NOT_FOUND


def test_each_contact_is_asked_in_the_words_of_its_own_list(api: Api) -> None:
    plain, first, second = ContactListFactory.create_batch(3)
    for one in (first, second):
        save(api, {"email_subject": one.title}, list_id=one.pk, global_double_optin="no")
    save(api, {"email_subject": "General"})
    lists = {"nobody": [], "plain": [plain], "first": [plain, second, first], "second": [second]}
    contacts = [
        SubscriberFactory.create(email=f"{word}@example.com", status="pending", lists=chosen)
        for word, chosen in lists.items()
    ]
    ask_consent([contact.pk for contact in contacts])
    subjects = dict(Message.objects.values_list("email", "mailing__subject"))
    # Of several lists with words of their own the oldest one's.
    assert subjects == {
        "nobody@example.com": "General",
        "plain@example.com": "General",
        "first@example.com": first.title,
        "second@example.com": second.title,
    }
