"""/campaigns: what is written."""

from typing import Any

import pytest

from campaigns.models import Campaign
from changes.models import Change
from emails.models import Mailing
from labels.services import set_labels
from tests.campaigns.factories import make_campaign
from tests.client import Api
from tests.factories import SubscriberFactory, UserFactory
from tests.labels.factories import LabelFactory
from tests.threads import at_once, two_writers


def titles(answer: Any) -> list[str]:
    return [campaign["title"] for campaign in answer.json()["campaigns"]["data"]]


def test_a_new_one_is_a_draft_to_everybody(api: Api) -> None:
    answer = api.post("/campaigns", {"title": "Spring sale"}).json()
    campaign = Campaign.objects.get()
    assert (answer["id"], answer["slug"], answer["status"]) == (campaign.pk, "spring-sale", "draft")
    assert answer["settings"]["subscribers"] == [{"list": "all", "tag": "all"}]
    assert campaign.pk == campaign.mailing.pk
    assert Change.objects.get().event == "campaign_created"


@pytest.mark.parametrize("title", ["", " ", None, [], "x" * 193, "\x00"])
def test_it_refuses_a_title_that_is_none(api: Api, title: Any) -> None:
    assert api.post("/campaigns", {"title": title}).status_code in (400, 422)
    assert not Mailing.objects.exists()


def test_it_refuses_a_title_that_another_campaign_has(api: Api) -> None:
    make_campaign("Spring sale")
    answer = api.post("/campaigns", {"title": "Spring sale"})
    assert answer.status_code == 422
    assert answer.json()["title"].keys() == {"unique"}


@two_writers
@pytest.mark.django_db(transaction=True)
def test_of_two_with_one_title_at_once_one_is_made() -> None:
    api = Api(UserFactory.create(is_superuser=True))
    answers = at_once(*(lambda: api.post("/campaigns", {"title": "Spring"}).status_code for _ in range(4)))
    assert sorted(answers) == [200, 422, 422, 422]
    assert Campaign.objects.count() == 1


def test_a_campaign_that_exists_may_get_a_title_that_another_one_has(api: Api) -> None:
    """As recorded, the title is only checked on create: two copies of a campaign have the same one."""
    first = make_campaign().pk
    copies = [api.post(f"/campaigns/{first}/duplicate").json()["campaign"]["id"] for _ in range(2)]
    assert api.put(f"/campaigns/{copies[0]}", {"title": "[Duplicate] Spring sale"}).status_code == 200
    assert api.put(f"/campaigns/{copies[1]}/title", {"title": "Spring sale"}).status_code == 200
    sent = {"campaign_id": copies[0], "title": "Spring sale"}
    assert api.post("/campaigns/update-single-campaign", sent).status_code == 200
    assert Mailing.objects.filter(title="Spring sale").count() == 3


def test_it_changes_only_what_is_sent(api: Api) -> None:
    campaign = make_campaign()
    before = api.get(f"/campaigns/{campaign.pk}").json()["campaign"]
    sent = {"title": "Spring", "email_pre_header": "Only now", "utm_status": 1, "utm_source": "mail"}
    api.put(f"/campaigns/{campaign.pk}", sent)
    after = api.get(f"/campaigns/{campaign.pk}").json()["campaign"]
    changed = {name for name in after if after[name] != before[name]} - {"updated_at", "server_time"}
    assert changed == {"title", "email_pre_header", "utm_status", "utm_source"}
    assert after["settings"] == before["settings"]


def test_it_takes_back_the_settings_that_it_answered(api: Api) -> None:
    campaign = make_campaign()
    shown = api.get(f"/campaigns/{campaign.pk}").json()["campaign"]
    answer = api.put(f"/campaigns/{campaign.pk}", {**shown, "settings": {**shown["settings"], "evil": 1}})
    assert answer.status_code == 200
    assert answer.json()["campaign"]["settings"] == shown["settings"]


def test_it_keeps_its_own_sender_and_subjects(api: Api) -> None:
    campaign = make_campaign()
    mailer = {"from_name": "Shop", "from_email": "shop@example.com", "is_custom": "yes"}
    sent = {
        "title": "Spring",
        "settings": {"mailer_settings": mailer},
        "update_subjects": True,
        "subjects": [{"key": "70", "value": "A"}, {"key": 30, "value": "B"}],
    }
    assert api.put(f"/campaigns/{campaign.pk}", sent).status_code == 200
    shown = api.get(f"/campaigns/{campaign.pk}?with[]=subjects").json()["campaign"]
    assert shown["settings"]["mailer_settings"]["from_email"] == "shop@example.com"
    assert [(one["key"], one["value"]) for one in shown["subjects"]] == [("70", "A"), ("30", "B")]


@pytest.mark.parametrize(
    "sent",
    [
        {"settings": {"mailer_settings": {"from_email": "nobody"}}},
        {"settings": {"footer_settings": {"custom_footer": "maybe"}}},
        {"settings": {"subscribers": [{"list": "x"}]}},
        {"settings": "x"},
        {"email_body": 1},
        {"email_subject": "x" * 501},
        {"template_id": "x"},
        {"next_step": -1},
        {"subjects": [{"key": 0, "value": "A"}]},
        {"subjects": [{"key": 1}]},
        {"utm_source": []},
    ],
)
def test_it_names_what_is_wrong_and_changes_nothing(api: Api, sent: dict[str, Any]) -> None:
    campaign = make_campaign()
    before = Mailing.objects.values().get()
    answer = api.put(f"/campaigns/{campaign.pk}", {"title": "New", **sent})
    assert answer.status_code == 400, answer.content
    assert Mailing.objects.values().get() == before


def test_a_mail_with_a_footer_of_its_own_must_show_the_way_out(api: Api) -> None:
    campaign = make_campaign()
    footer = {"footer_settings": {"custom_footer": "yes", "footer_content": "<p>Bye</p>"}}
    answer = api.put(f"/campaigns/{campaign.pk}", {"title": "New", "settings": footer})
    assert (answer.status_code, answer.json()["compliance_failed"]) == (422, True)
    footer["footer_settings"]["footer_content"] = '<a href="##crm.unsubscribe_url##">Leave</a>'
    assert api.put(f"/campaigns/{campaign.pk}", {"title": "New", "settings": footer}).status_code == 200
    assert api.put(f"/campaigns/{campaign.pk}", {"title": "New", "design_template": "raw_html"}).status_code == 422


@pytest.mark.parametrize("status", ["scheduled", "processing", "working", "paused", "archived"])
def test_what_is_being_sent_keeps_its_text_but_not_its_title(api: Api, status: str) -> None:
    campaign = make_campaign(status=status)
    assert api.put(f"/campaigns/{campaign.pk}", {"title": "New", "email_subject": "Other"}).status_code == 422
    assert api.post(f"/campaigns/{campaign.pk}/draft-recipients", {"subscribers": [{"list": "1"}]}).status_code == 422
    assert api.put(f"/campaigns/{campaign.pk}/title", {"title": "New"}).status_code == 200
    assert Mailing.objects.get().title == "New"


def test_it_lists_searches_sorts_and_filters(api: Api) -> None:
    for title, status in (("Bed", "draft"), ("älg", "archived"), ("Ape", "draft")):
        make_campaign(title, status=status)
    assert titles(api.get("/campaigns")) == ["Ape", "älg", "Bed"]
    assert titles(api.get("/campaigns?sort_by=title&sort_type=ASC")) == ["älg", "Ape", "Bed"]
    assert titles(api.get("/campaigns?searchBy=ÄLG")) == ["älg"]
    assert titles(api.get("/campaigns?statuses[]=archived")) == ["älg"]
    assert titles(api.get("/campaigns?statuses[]=unknown")) == []


def test_it_finds_by_label(api: Api) -> None:
    first, _ = make_campaign("One"), make_campaign("Two")
    label = LabelFactory.create()
    api.put(f"/campaigns/{first.pk}/update-labels", {"action": "attach", "label_ids": [label.pk]})
    assert titles(api.get(f"/campaigns?labels[]={label.pk}")) == ["One"]
    api.put(f"/campaigns/{first.pk}/update-labels", {"action": "detach", "label_ids": [label.pk]})
    assert titles(api.get(f"/campaigns?labels[]={label.pk}")) == []


@pytest.mark.parametrize("campaigns", [1, 12])
def test_its_list_takes_a_constant_number_of_statements(
    api: Api, django_assert_num_queries: Any, campaigns: int
) -> None:
    label = LabelFactory.create()
    for number in range(campaigns):
        set_labels("campaign", make_campaign(f"Sale {number}").pk, [label.pk], "attach")
    api.get("/campaigns?with[]=stats")
    with django_assert_num_queries(5):
        assert len(titles(api.get("/campaigns?with[]=stats"))) == campaigns


def test_a_copy_is_a_draft_to_the_same_choice(api: Api) -> None:
    campaign = make_campaign(status="archived", recipients_count=9)
    copy = api.post(f"/campaigns/{campaign.pk}/duplicate").json()["campaign"]
    made = Campaign.objects.get(pk=copy["id"])
    assert (made.status, made.recipients_count, made.recipients) == ("draft", 0, campaign.recipients)
    assert made.share_hash != campaign.share_hash


def test_it_sends_a_test_that_counts_for_nobody(api: Api, mailoutbox: list[Any]) -> None:
    SubscriberFactory.create(email="ada@example.com", first_name="Ada")
    campaign = make_campaign()
    sent = {"campaign_id": campaign.pk, "email": "ada@example.com"}
    assert api.post("/campaigns/send-test-email", sent).json()["result"] is True
    [mail] = mailoutbox
    assert (mail.subject, mail.envelope[1]) == ("Hello Ada", "ada@example.com")
    assert "List-Unsubscribe" not in mail.extra_headers
    assert "https://shop.example.com/offer" in mail.html
    assert not campaign.mailing.messages.exists()
    assert Mailing.objects.count() == 1


def test_it_shows_what_is_not_saved(api: Api) -> None:
    contact, campaign = SubscriberFactory.create(first_name="Ada"), make_campaign()
    body = {"email_body": "<p>Dear {{contact.first_name|you}}</p>"}
    sent = {"campaign_id": campaign.pk, "contact_id": contact.pk, "campaign": body}
    assert "Dear Ada" in api.post("/campaigns/email-preview-html", sent).json()["preview_html"]
    shown = api.post("/campaigns/email-preview-html", {**sent, "disable_subscriber": "yes"}).json()["preview_html"]
    assert "Dear you" in shown


def test_its_page_is_for_everybody_who_has_the_address(api: Api, client: Any) -> None:
    campaign = make_campaign()
    address = api.get(f"/campaigns/{campaign.pk}/share-url").json()["sharable_url"]
    page = client.get("/" + address.partition("://")[2].partition("/")[2])
    assert page.status_code == 200
    assert "<title>Hello there</title>" in page.content.decode()
    assert "script" not in page["Content-Security-Policy"].replace("default-src", "")
    assert client.get("/mail/shared/wrong").status_code == 404
    assert client.post("/mail/shared/wrong").status_code == 405
