"""/funnels: list, create, show, publish, rename, change the trigger, delete (recording funnels.json)."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from automations.models import Automation, Block, BlockRun, Enrolment
from changes.models import Change
from labels.models import Labelled
from labels.services import set_labels
from segments.models import Tag
from tests.automations.factories import AutomationFactory, BlockFactory, BlockRunFactory, EnrolmentFactory
from tests.client import Api
from tests.factories import SubscriberFactory, UserFactory
from tests.labels.factories import LabelFactory


def titles(answer: Any) -> list[str]:
    return [row["title"] for row in answer.json()["funnels"]["data"]]


def test_it_lists_them_the_newest_first(api: Api, admin: User) -> None:
    old = AutomationFactory.create(title="Old")
    new = AutomationFactory.create(title="New", created_by=admin, settings={"a": 1}, description="x")
    EnrolmentFactory.create(automation=new)
    label = LabelFactory.create(slug="promo")
    set_labels("automation", new.pk, [label.pk], "attach")
    page = api.get("/funnels").json()["funnels"]
    shown = page["data"][0]
    assert page["total"] == 2
    assert [row["id"] for row in page["data"]] == [new.pk, old.pk]
    assert shown["labels"] == [{"id": label.pk, "slug": "promo", "title": label.title, "color": "#ff0000"}]
    assert (shown["subscribers_count"], shown["created_by"], shown["description"]) == (1, str(admin.pk), "x")
    assert (page["data"][1]["subscribers_count"], page["data"][1]["created_by"]) == (0, "0")


def test_it_sorts_searches_and_filters(api: Api) -> None:
    rows = [AutomationFactory.create(title=title) for title in ("Ärger", "zebra", "Apple 100%")]
    label = LabelFactory.create()
    set_labels("automation", [rows[1].pk], [label.pk], "attach")
    assert titles(api.get("/funnels?sort_by=title&sort_type=ASC")) == ["Apple 100%", "Ärger", "zebra"]
    assert titles(api.get("/funnels?order_by=title&order=desc")) == ["zebra", "Ärger", "Apple 100%"]
    assert titles(api.get("/funnels?sort_by=nonsense&sort_type=ASC")) == ["Ärger", "zebra", "Apple 100%"]
    assert titles(api.get("/funnels?search=ARGER")) == ["Ärger"]
    assert titles(api.get("/funnels?search=%25")) == ["Apple 100%"]
    assert titles(api.get(f"/funnels?labels[]={label.pk}")) == ["zebra"]
    assert titles(api.get("/funnels?labels[]=999999")) == []


def test_it_lists_any_number_with_as_many_statements(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get("/funnels")
    for _ in range(2):
        for automation in AutomationFactory.create_batch(3):
            EnrolmentFactory.create(automation=automation)
        with django_assert_num_queries(5):
            api.get("/funnels")


def test_it_makes_a_draft(api: Api, admin: User) -> None:
    answer = api.post("/funnels", {"funnel": {"trigger_name": "user_register", "title": "A & B", "description": "x"}})
    automation = Automation.objects.get()
    assert answer.json()["message"] == "Funnel has been created. Please configure now"
    assert answer.json()["funnel"] == {
        "id": automation.pk,
        "type": "funnels",
        "title": "A & B",
        "trigger_name": "user_register",
        "status": "draft",
        "conditions": {},
        "settings": {},
        "created_by": admin.pk,
        "created_at": answer.json()["funnel"]["created_at"],
        "updated_at": answer.json()["funnel"]["updated_at"],
    }
    assert automation.description == "x"
    assert Change.objects.get().event == "automation_created"


def test_it_gives_one_without_a_title_one(api: Api) -> None:
    answer = api.post("/funnels", {"funnel": {"trigger_name": "user_register"}})
    assert answer.json()["funnel"]["title"].startswith("New User Sign Up")


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        ({}, 422, "funnel"),
        ({"funnel": {"title": "x"}}, 422, "trigger_name"),
        ({"funnel": {"trigger_name": "nonsense"}}, 400, "trigger_name"),
        ({"funnel": {"trigger_name": ["user_register"]}}, 400, "trigger_name"),
        ({"funnel": 5}, 400, "funnel"),
        ({"funnel": {"trigger_name": "user_register", "title": "x" * 256}}, 400, None),
        ({"funnel": {"trigger_name": "user_register", "title": {"a": 1}}}, 400, None),
    ],
)
def test_it_makes_none_of_what_is_wrong(api: Api, sent: Any, status: int, field: str | None) -> None:
    answer = api.post("/funnels", sent)
    assert answer.status_code == status, answer.content
    assert field is None or field in answer.json()["errors"]
    assert not Automation.objects.exists()


def test_it_shows_one_with_the_settings_of_its_trigger(api: Api, automation: Automation) -> None:
    shown = api.get(f"/funnels/{automation.pk}").json()
    assert list(shown) == ["funnel"]
    assert shown["funnel"]["settings"]["subscription_status"] == "subscribed"
    assert shown["funnel"]["conditions"]["update_type"] == "update"
    assert shown["funnel"]["trigger"]["label"] == "New User Sign Up"
    automation.refresh_from_db()
    assert automation.settings == {}


def test_it_shows_what_the_editor_needs(
    api: Api, automation: Automation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = f"/funnels/{automation.pk}?with[]=blocks&with[]=block_fields&with[]=funnel_sequences"
    api.get(path)
    for _ in range(2):
        BlockFactory.create_batch(3, automation=automation)
        with django_assert_num_queries(3):
            shown = api.get(path).json()
    assert len(shown["funnel_sequences"]) == 6
    assert shown["blocks"]["add_contact_to_tag"]["settings"] == {"tags": []}
    assert shown["block_fields"]["add_contact_to_tag"]["fields"] == {
        "tags": {"type": "option_selectors", "label": "Tags"}
    }


def test_it_publishes_and_makes_a_draft(api: Api, automation: Automation) -> None:
    answer = api.put(f"/funnels/{automation.pk}", {"status": "published"})
    automation.refresh_from_db()
    assert answer.json() == {"message": "Status has been updated to published"}
    assert automation.published_at
    api.put(f"/funnels/{automation.pk}", {"status": "draft"})
    paused = Automation.objects.get()
    assert (paused.status, paused.published_at) == ("draft", None)


def test_it_publishes_none_whose_blocks_lack_something(api: Api, automation: Automation) -> None:
    BlockFactory.create(automation=automation, title="Mark", settings={"tags": []})
    answer = api.put(f"/funnels/{automation.pk}", {"status": "published"})
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("Mark: ")
    bulk = {"action_name": "change_funnel_status", "funnel_ids": [automation.pk], "status": "published"}
    assert api.post("/funnels/do-bulk-action", bulk).status_code == 422
    automation.refresh_from_db()
    assert automation.status == "draft"


@pytest.mark.parametrize(("status", "code"), [("nonsense", 400), ("", 422), (None, 422), (["draft"], 400)])
def test_it_knows_no_other_status(api: Api, automation: Automation, status: Any, code: int) -> None:
    assert api.put(f"/funnels/{automation.pk}", {"status": status}).status_code == code


def test_it_renames_one(api: Api, automation: Automation) -> None:
    answer = api.put(f"/funnels/funnel/{automation.pk}/title", {"title": "New"})
    assert answer.json() == {"message": "Title has been updated to New"}
    assert api.put(f"/funnels/funnel/{automation.pk}/title", {"title": "  "}).status_code == 422
    automation.refresh_from_db()
    assert automation.title == "New"
    assert Change.objects.get().details == {"columns": ["title"]}


def test_it_changes_the_trigger_and_starts_with_its_settings(api: Api, automation: Automation) -> None:
    Automation.objects.filter(pk=automation.pk).update(settings={"a": 1}, conditions={"b": 1})
    sent = {"trigger_name": "fluentcrm_contact_added_to_tags", "title": "Tagged"}
    shown = api.put(f"/funnels/{automation.pk}/change-trigger", sent).json()["funnel"]
    automation.refresh_from_db()
    assert (automation.title, automation.trigger_name) == ("Tagged", "fluentcrm_contact_added_to_tags")
    assert (automation.settings, automation.conditions) == ({}, {})
    assert shown["settings"] == {"tags": [], "select_type": "any"}


def test_it_deletes_one_with_all_that_belongs_to_it(api: Api, automation: Automation) -> None:
    other = BlockRunFactory.create()
    run = BlockRunFactory.create(enrolment__automation=automation)
    label = LabelFactory.create()
    set_labels("automation", [automation.pk, other.enrolment.automation_id], [label.pk], "attach")
    assert api.delete(f"/funnels/{automation.pk}").json() == {"message": "Funnel has been deleted"}
    assert list(BlockRun.objects.all()) == [other]
    assert list(Enrolment.objects.all()) == [other.enrolment]
    assert list(Block.objects.all()) == [other.block]
    assert list(Labelled.objects.values_list("object_id", flat=True)) == [other.enrolment.automation_id]
    assert api.get(f"/subscribers/{run.enrolment.subscriber_id}").status_code == 200


def test_it_deletes_any_number_of_contacts_with_as_many_statements(api: Api) -> None:
    api.get("/funnels")
    counts = []
    for size in (2, 20):
        automation = AutomationFactory.create()
        for contact in SubscriberFactory.create_batch(size):
            EnrolmentFactory.create(automation=automation, subscriber=contact)
        with CaptureQueriesContext(connection) as seen:
            api.delete(f"/funnels/{automation.pk}")
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("GET", "", None),
        ("PUT", "", {"status": "draft"}),
        ("DELETE", "", None),
        ("PUT", "/change-trigger", {"trigger_name": "user_register", "title": "x"}),
        ("POST", "/clone", {}),
        ("PUT", "/update-labels", {"action": "detach", "label_ids": [1]}),
        ("POST", "/sequences", {"sequences": []}),
        ("POST", "/sequences/save-email-action", {"action_data": {"campaign": {"email_subject": "x"}}}),
        ("GET", "/subscribers", None),
        ("DELETE", "/subscribers", {"subscriber_ids": [1]}),
        ("GET", "/subscribers/1", None),
        ("PUT", "/subscribers/1/status", {"status": "cancelled"}),
        ("POST", "/subscribers/1/advance", {"sequence_id": 1}),
        ("GET", "/report", None),
        ("GET", "/email_reports", None),
        ("GET", "/syncable-counts", None),
        ("POST", "/sync-new-steps", {}),
    ],
)
def test_it_answers_404_for_one_that_is_not_there(api: Api, verb: str, path: str, body: Any) -> None:
    answer = api.send(verb, f"/funnels/999999{path}", body)
    assert (answer.status_code, answer.json()["data"]) == (404, {"status": 404})


def test_it_lists_its_triggers(api: Api) -> None:
    triggers = api.get("/funnels/triggers").json()["triggers"]
    assert set(triggers["user_register"]) == {"category", "label", "description", "icon"}
    assert api.get("/funnels?with[]=triggers").json()["triggers"] == triggers


def test_who_may_read_may_not_write(automation: Automation, tag: Tag) -> None:
    reader = UserFactory.create()
    reader.user_permissions.add(Permission.objects.get(codename="view_automation"))
    api = Api(reader)
    assert api.get("/funnels").status_code == 200
    assert api.get(f"/funnels/{automation.pk}/report").status_code == 200
    # Who is in it are contacts.
    assert api.get(f"/funnels/{automation.pk}/subscribers").status_code == 403
    assert api.put(f"/funnels/{automation.pk}", {"status": "draft"}).status_code == 403
    assert api.delete(f"/funnels/{automation.pk}").status_code == 403
    assert api.post(f"/funnels/{automation.pk}/clone", {}).status_code == 403
