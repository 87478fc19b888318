"""Jobs in the admin: a bar that moves, a button that cancels; large actions on contacts become jobs by themselves."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from changes.models import Change
from jobs.models import Job
from subscribers.models import Subscriber, SubscriberTag
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory
from tests.jobs.factories import JobFactory
from tests.jobs.queue import run_tasks
from tests.staff.test_contact_actions import confirm, run

LIST = "/admin/jobs/job/"


@pytest.fixture
def browser(admin: User) -> Client:
    return signed_in(admin)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def staff_with(*names: str) -> User:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def test_it_shows_how_far_jobs_are(browser: Client) -> None:
    started = timezone.now() - timedelta(seconds=60)
    JobFactory.create(title="Attach tag “VIP”", state="running", done=1500, total=6000, started_at=started)
    page = browser.get(LIST)
    text = page.content.decode()
    assert '<progress value="1500" max="6000"></progress> <span class="nowrap">1,500 of 6,000</span>' in text
    assert "Attach tag “VIP”" in text
    assert "3 min" in text
    assert page["Refresh"] == "3"


def test_it_is_not_loaded_again_when_all_is_over(browser: Client) -> None:
    job = JobFactory.create(state="done", done=3, result={"completed_contacts": 3, "last_contact_id": 9})
    assert "Refresh" not in browser.get(LIST)
    page = browser.get(f"{LIST}{job.pk}/change/")
    assert "job-goes-on" not in page.content.decode()
    assert "3 completed contacts" in page.content.decode()
    assert "Cancel the job" not in page.content.decode()


def test_an_empty_job_that_is_done_has_a_full_bar(browser: Client) -> None:
    JobFactory.create(state="done", total=0)
    assert '<progress value="1" max="1"></progress>' in browser.get(LIST).content.decode()


def test_its_page_cancels(browser: Client) -> None:
    job = JobFactory.create()
    page = browser.get(f"{LIST}{job.pk}/change/")
    assert "Refresh" not in page
    # Both in the form: there the button is sent, and there the page is loaded again.
    text = page.content.decode()
    form = text[text.index('id="job_form"') :].partition("</form>")[0]
    assert 'id="job-goes-on"' in form
    assert "Cancel the job" in form
    answer = browser.post(f"{LIST}{job.pk}/change/", {"_cancel": "Cancel the job"})
    assert answer.status_code == 302
    assert [str(said) for said in get_messages(answer.wsgi_request)] == ["Cancelled: 1 job. What was done stays done."]
    assert Job.objects.get().state == "cancelled"


def test_the_list_cancels_those_that_are_not_over(browser: Client) -> None:
    JobFactory.create(state="done")
    jobs = [*JobFactory.create_batch(2), Job.objects.get(state="done")]
    asked = browser.post(LIST, {"action": "cancel", "index": "0", "_selected_action": [job.pk for job in jobs]})
    sent: dict[str, list[str]] = {}
    for name, value in asked.context["sent"]:
        sent.setdefault(name, []).append(value)
    browser.post(LIST, sent)
    assert sorted(Job.objects.values_list("state", flat=True)) == ["cancelled", "cancelled", "done"]


def test_staff_see_and_cancel_their_own_and_managers_everybodys(db: None) -> None:
    editor, viewer = staff_with("change_subscriber"), staff_with("view_job")
    mine = JobFactory.create(user=editor, title="Mine")
    other = JobFactory.create(title="Somebody’s")
    page = signed_in(editor).get(LIST).content.decode()
    assert "Mine" in page
    assert "Somebody’s" not in page
    assert signed_in(editor).get(f"{LIST}{other.pk}/change/").status_code == 302  # back to the index, as Django has it
    assert "Somebody’s" in signed_in(viewer).get(LIST).content.decode()
    assert "Cancel the job" not in signed_in(viewer).get(f"{LIST}{other.pk}/change/").content.decode()
    for browser, job in ((signed_in(viewer), other), (signed_in(editor), other), (signed_in(editor), mine)):
        browser.post(f"{LIST}{job.pk}/change/", {"_cancel": "1"})
    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "queued"]


def test_staff_who_may_start_no_job_see_none(db: None) -> None:
    browser = signed_in(staff_with("view_subscriber"))
    assert browser.get(LIST).status_code == 403
    assert LIST not in browser.get("/admin/").content.decode()


def test_nobody_adds_changes_or_deletes_one(browser: Client) -> None:
    job = JobFactory.create()
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.post(f"{LIST}{job.pk}/change/", {"title": "x"}).status_code == 403
    assert browser.post(f"{LIST}{job.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Job.objects.get().title == "Add to tags"


def test_the_queue_itself_is_not_shown(browser: Client) -> None:
    assert "task" not in browser.get("/admin/").content.decode().lower()


def test_it_takes_as_many_statements_for_many_jobs_as_for_few(browser: Client) -> None:
    counts = []
    for size in (2, 30):
        JobFactory.create_batch(size, user=UserFactory.create(), options={"ids": [1]})
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(LIST).status_code == 200
        counts.append(len(queries))
        assert not any('"jobs_job"."options"' in query["sql"] for query in queries)
    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize(
    ("action", "title"),
    [
        ("attach_tag", "Attach tag “It”"),
        ("detach_tag", "Detach tag “It”"),
        ("attach_list", "Attach list “It”"),
        ("detach_list", "Detach list “It”"),
        ("change_status", "Change the status to pending"),
        ("delete_selected", "Delete contacts"),
    ],
)
def test_an_action_on_more_than_a_chunk_is_a_job(
    browser: Client, admin: User, settings: Settings, action: str, title: str
) -> None:
    settings.BULK_CHUNK = 2
    tag, one = TagFactory.create(title="It"), ContactListFactory.create(title="It")
    linked = {"tags": [tag], "lists": [one]} if action.startswith("detach") else {}
    contacts = SubscriberFactory.create_batch(5, **linked)
    chosen: Any = {"tag": tag.pk, "contact_list": one.pk, "status": "pending"}
    sent = [contact.pk for contact in contacts]
    answer = run(browser, action, sent, **chosen)
    if answer.status_code == 200:
        answer = confirm(browser, answer, **chosen)
    job = Job.objects.get()
    assert answer["Location"] == f"/admin/jobs/job/{job.pk}/change/"
    assert [str(said) for said in get_messages(answer.wsgi_request)] == [
        f"{title}: 5 contacts. It goes on in the background; this page shows how far it is."
    ]
    assert not Change.objects.exists()
    run_tasks()
    job.refresh_from_db()
    assert (job.title, job.state, job.done, job.total, job.user) == (title, "done", 5, 5, admin)
    changed = [pk for entry in Change.objects.all() for pk in entry.changed.values_list("contact_id", flat=True)]
    assert sorted(changed) == sent
    assert {(entry.channel, entry.user) for entry in Change.objects.all()} == {("admin", admin)}
    assert Subscriber.objects.count() == (0 if action == "delete_selected" else 5)


def test_an_action_on_a_chunk_is_done_at_once(browser: Client, settings: Settings) -> None:
    settings.BULK_CHUNK = 2
    tag = TagFactory.create()
    run(browser, "attach_tag", [contact.pk for contact in SubscriberFactory.create_batch(2)], tag=tag.pk)
    assert SubscriberTag.objects.count() == 2
    assert not Job.objects.exists()
