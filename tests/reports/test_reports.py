"""/reports/ping, /reports/options and /reports/dashboard-stats (recording reports-and-options.json)."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscribers.models import Subscriber
from tests.client import Api
from tests.emails.factories import MessageFactory, TemplateFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from tests.sequences.factories import EmailSequenceFactory

FIELDS = (
    "tags,lists,statuses,countries,contact_types,custom_fields,editable_statuses,profile_sections,campaigns,roles,"
    "email_sequences"
)


@pytest.fixture
def reader(db: None) -> Api:
    """A client that may see contacts and nothing else."""
    user = UserFactory.create()
    user.user_permissions.add(Permission.objects.get(codename="view_subscriber"))
    return Api(user)


def options(api: Api, query: str) -> Any:
    answer = api.get(f"/reports/options?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["options"]


def test_it_says_whether_credentials_are_right(api: Api, anonymous: Api, reader: Api) -> None:
    assert api.get("/reports/ping").json() == {"message": "pong"}
    assert reader.get("/reports/ping").status_code == 200
    assert anonymous.get("/reports/ping").status_code == 401
    assert Api(UserFactory.create()).get("/reports/ping").status_code == 403


def test_it_tells_tags_and_lists_as_recorded(api: Api) -> None:
    tag, one = TagFactory.create(title="VIP", slug="vip"), ContactListFactory.create(title="News", slug="news")
    assert options(api, "fields=tags,lists") == {
        "tags": [{"id": tag.pk, "slug": "vip", "title": "VIP", "value": str(tag.pk), "label": "VIP"}],
        "lists": [{"id": one.pk, "slug": "news", "title": "News"}],
    }


def test_it_tells_words(api: Api) -> None:
    told = options(api, "fields[]=statuses&fields[]=editable_statuses&fields[]=contact_types")
    assert told["statuses"][0] == {"id": "subscribed", "slug": "subscribed", "title": "Subscribed"}
    assert [one["id"] for one in told["statuses"]] == (
        "subscribed pending unsubscribed transactional bounced complained spammed".split()
    )
    assert [one["id"] for one in told["editable_statuses"]] == ("subscribed pending unsubscribed transactional".split())
    assert told["contact_types"] == [
        {"id": "lead", "slug": "lead", "title": "Lead"},
        {"id": "customer", "slug": "customer", "title": "Customer"},
    ]


def test_it_tells_the_rest(api: Api) -> None:
    CustomFieldFactory.create(slug="plan", label="Plan")
    CustomFieldFactory.create(slug="vat", scope="company")
    sequence = EmailSequenceFactory.create(title="Welcome")
    told = options(api, f"fields={FIELDS}")
    assert [one["slug"] for one in told["custom_fields"]] == ["plan"]
    assert len(told["countries"]) == 250
    assert {"code": "CZ", "title": "Czechia (Czech Republic)", "id": "CZ", "slug": "CZ"} in told["countries"]
    assert list(told["profile_sections"]) == ["subscriber", "subscriber_emails", "subscriber_notes"]
    assert told["roles"]["subscriber"] == {"name": "Subscriber", "capabilities": {"read": True, "level_0": True}}
    assert told["campaigns"] == []
    assert told["email_sequences"] == [{"id": sequence.pk, "title": "Welcome"}]


def test_it_counts_the_subscribed_contacts_of_lists(api: Api) -> None:
    full, empty = ContactListFactory.create_batch(2)
    SubscriberFactory.create_batch(2, lists=[full])
    SubscriberFactory.create(lists=[full], status="pending")
    told = options(api, "fields=lists&with_count[]=lists")["lists"]
    assert [(one["id"], one["subscribersCount"]) for one in told] == [(full.pk, 2), (empty.pk, 0)]


def test_names_that_it_does_not_know_are_left_out(api: Api) -> None:
    assert options(api, "fields=webhooks,tags,__class__") == {"tags": []}


def test_the_names_are_due(api: Api) -> None:
    answer = api.get("/reports/options")
    assert (answer.status_code, answer.json()["fields"]) == (422, {"required": "The fields field is required."})


def test_options_take_the_rights_to_all_that_they_tell(reader: Api) -> None:
    assert reader.get("/reports/options?fields=statuses").status_code == 403


def test_the_dashboard_counts(api: Api) -> None:
    before = api.get("/reports/dashboard-stats").json()
    assert before["onboarding"]["completed"] == 0
    TagFactory.create_batch(3)
    for status in ("subscribed", "subscribed", "pending", "bounced"):
        SubscriberFactory.create(status=status)
    TemplateFactory.create_batch(2)
    for state in ("sent", "sent", "failed"):
        MessageFactory.create(state=state, subscriber=Subscriber.objects.first())
    MessageFactory.create(state="sent", kind="double_optin", subscriber=Subscriber.objects.first())
    told = api.get("/reports/dashboard-stats").json()
    assert {name: one["count"] for name, one in told["stats"].items()} == {
        "total_subscribers": 2,
        "total_campaigns": 0,
        "email_sent": 2,
        "tags": 3,
        "total_templates": 2,
        "total_automations": 0,
    }
    assert told["stats"]["tags"] == {"title": "Tags", "count": 3, "route": {"name": "tags"}}
    assert told["onboarding"]["completed"] == 2
    assert (told["sales"], told["recommendation"], told["system_tips"]) == ([], False, "")


def test_every_quick_link_leads_somewhere(api: Api, admin: Any) -> None:
    told = api.get("/reports/dashboard-stats").json()
    api.client.force_login(admin)
    links = [*(one["url"] for one in told["quick_links"]), told["ff_config"]["create_form_link"]]
    assert [api.client.get(link.removeprefix("http://127.0.0.1:8000")).status_code for link in links] == [200] * 5


@pytest.mark.parametrize(
    ("path", "budget"),
    [
        ("/reports/ping", 1),
        ("/reports/dashboard-stats", 6),
        (f"/reports/options?fields={FIELDS}", 5),  # tags, lists, custom fields, sequences
        ("/reports/options?fields=lists&with_count[]=lists", 3),
    ],
)
def test_many_cost_as_many_statements_as_few(api: Api, path: str, budget: int) -> None:
    api.get(path)
    for count in (1, 20):
        SubscriberFactory.create_batch(
            count, lists=ContactListFactory.create_batch(count), tags=TagFactory.create_batch(count)
        )
        with CaptureQueriesContext(connection) as queries:
            assert json.loads(api.get(path).content)
        assert len(queries) == budget
