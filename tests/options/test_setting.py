"""/setting, and what the settings do to mails."""

from typing import Any

import pytest

from emails.services.sending import send_due
from options.models import Option
from tests.client import Api
from tests.emails.factories import MessageFactory
from tests.emails.smtp import Mailbox

GROUPS = "settings_keys[]=email_settings&settings_keys[]=business_settings"
FOOTER = '<p>1 High St. <a href="##crm.unsubscribe_url##">Leave</a></p>'


def test_it_has_defaults(api: Api, settings: Any) -> None:
    settings.EMAIL_RATE = 9
    answer = api.get(f"/setting?{GROUPS}&settings_keys[]=unknown").json()
    assert answer.keys() == {"email_settings", "business_settings"}
    assert answer["email_settings"]["emails_per_second"] == 9
    assert "##crm.unsubscribe_url##" in answer["email_settings"]["email_footer"]
    assert answer["business_settings"]["business_name"] == settings.SITE_NAME
    assert api.get("/setting").json() == {}


def test_it_changes_only_what_is_sent(api: Api) -> None:
    sent = {"from_name": "Shop", "from_email": "shop@example.com", "email_footer": FOOTER}
    assert api.put("/setting", {"settings": {"email_settings": sent}}).json() == {"message": "Settings Updated"}
    api.put("/setting", {"settings": {"email_settings": {"from_name": "Other"}, "business_settings": {}}})
    shown = api.get(f"/setting?{GROUPS}").json()["email_settings"]
    assert (shown["from_name"], shown["from_email"], shown["email_footer"]) == ("Other", "shop@example.com", FOOTER)


@pytest.mark.parametrize(
    ("group", "field", "value"),
    [
        ("email_settings", "from_email", "nobody"),
        ("email_settings", "reply_to_email", "a@b"),
        ("email_settings", "emails_per_second", -1),
        ("email_settings", "emails_per_second", "many"),
        ("email_settings", "email_footer", "<p>No way out</p>"),
        ("email_settings", "email_footer", 1),
        ("business_settings", "business_name", ["x"]),
    ],
)
def test_it_names_what_is_wrong_and_keeps_nothing(api: Api, group: str, field: str, value: Any) -> None:
    answer = api.put("/setting", {"settings": {group: {field: value}}})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert not Option.objects.exists()


def test_it_refuses_settings_that_there_are_not(api: Api) -> None:
    sent = {"business_settings": {"business_name": "Shop"}, "no_such_setting": {"a": 1}}
    assert api.put("/setting", {"settings": sent}).status_code == 400
    assert api.put("/setting", {"settings": "x"}).status_code == 400
    assert not Option.objects.exists()


def test_mails_have_the_sender_the_footer_and_the_business(api: Api, mailbox: Mailbox) -> None:
    email = {
        "from_name": "Łódź Shop",
        "from_email": "shop@example.com",
        "reply_to_name": "Help",
        "reply_to_email": "help@example.com",
        "email_footer": FOOTER.replace("1 High St", "{{crm.business_name}}, {{crm.business_address}}"),
    }
    business = {"business_name": "Shop & Co", "business_address": "1 High St"}
    api.put("/setting", {"settings": {"email_settings": email, "business_settings": business}})
    MessageFactory.create()
    send_due()
    mail = mailbox.only()
    assert mail["From"] == "Łódź Shop <shop@example.com>"
    assert mail["Reply-To"] == "Help <help@example.com>"
    assert mail["Message-ID"].endswith("@example.com>")
    html = mail.get_body(("html",))
    assert html
    assert "Shop &amp; Co, 1 High St" in html.get_content()
