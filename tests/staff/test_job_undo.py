"""Taking back what a job did: the button on its page, the page that asks, and who may."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.groups import GROUPS
from bulk_actions.background import act_on_ids
from changes.actors import acting_as
from changes.models import Change
from jobs.claims import claim
from jobs.models import Job
from jobs.turns import run_chunk
from segments.models import Tag
from subscribers import services
from subscribers.models import Subscriber
from tests.factories import SubscriberFactory, TagFactory, UserFactory
from tests.jobs.factories import JobFactory
from tests.jobs.queue import finish, run_tasks
from tests.staff.test_groups import member, signed_in

LIST = "/admin/jobs/job/"
ASKED = (
    "Only contacts who are still as the action left them are changed, so it is safe to undo twice: those who were changed "
    "again in this respect since then, also by an undo that failed or was cancelled, stay as they are."
)


@pytest.fixture(autouse=True)
def chunks_of_two(settings: Settings) -> None:
    settings.BULK_CHUNK = 2


@pytest.fixture
def tag(db: None) -> Tag:
    return TagFactory.create(title="VIP")


def tagged_by(user: User, tag: Tag, number: int = 5) -> Any:
    """The job with which somebody gave contacts the tag."""
    ids = [contact.pk for contact in SubscriberFactory.create_batch(number)]
    with acting_as("admin", user_id=user.pk):
        return finish(act_on_ids("add_to_tags", ["tags", [tag.pk]], ids, title="Attach tag “VIP”"))


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def has_button(client: Client, job: Job) -> bool:
    page = client.get(f"{LIST}{job.pk}/change/").content.decode()
    # In the form, which is loaded again while a job goes on, not in the bar below the page.
    form = page[page.index('id="job_form"') :].partition("</form>")[0]
    return f'href="{LIST}{job.pk}/undo/"' in form


def test_it_asks_and_undoes_in_the_background(browser: Client, admin: User, tag: Tag) -> None:
    job = tagged_by(admin, tag)
    kept = tag.subscribers.first()
    assert kept
    services.detach_tags([kept.pk], [tag.pk])
    services.attach_tags([kept.pk], [tag.pk])
    assert has_button(browser, job)
    asked = browser.get(f"{LIST}{job.pk}/undo/")
    text = asked.content.decode()
    assert "Undo: Attach tag “VIP”" in text
    assert "<strong>5 contacts</strong>" in text
    assert ASKED in text
    assert tag.subscribers.count() == 5
    answer = browser.post(f"{LIST}{job.pk}/undo/", dict(asked.context["sent"]))
    undo = Job.objects.get(undoes=job)
    assert answer["Location"] == f"{LIST}{undo.pk}/change/"
    assert said(answer) == [
        "Undo: Attach tag “VIP”: 5 contacts. It goes on in the background; this page shows how far it is."
    ]
    assert LogEntry.objects.get().change_message == "Undone, in the background."
    run_tasks()
    undo.refresh_from_db()
    assert (undo.state, undo.done, undo.total, undo.user) == ("done", 5, 5, admin)
    assert list(tag.subscribers.all()) == [kept]
    assert {(entry.user, entry.channel) for entry in Change.objects.filter(job_id=undo.pk)} == {(admin, "admin")}
    assert "4 undone contacts" in browser.get(answer["Location"]).content.decode()
    # It is offered no more, and its page leads to the job that undid it.
    assert not has_button(browser, job)
    assert not has_button(browser, undo)
    assert f'href="{LIST}{undo.pk}/change/"' in browser.get(f"{LIST}{job.pk}/change/").content.decode()


def test_it_does_nothing_twice_or_unasked(browser: Client, admin: User, tag: Tag) -> None:
    job = tagged_by(admin, tag)
    address = f"{LIST}{job.pk}/undo/"
    assert browser.post(address).status_code == 200
    assert browser.post(address, {"confirmed": job.pk + 1}).status_code == 200
    assert not Job.objects.exclude(undoes=None).exists()
    browser.post(address, {"confirmed": job.pk})
    for answer in (browser.post(address, {"confirmed": job.pk}), browser.get(address)):
        assert answer["Location"] == f"{LIST}{job.pk}/change/"
        assert said(answer)[-1] == "This cannot be undone, or it was undone already."
    assert Job.objects.exclude(undoes=None).count() == 1


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_an_undo_that_did_not_come_to_its_end_is_started_again(
    browser: Client, admin: User, tag: Tag, state: str
) -> None:
    job = tagged_by(admin, tag)
    address = f"{LIST}{job.pk}/undo/"
    browser.post(address, {"confirmed": job.pk})
    first = Job.objects.get(undoes=job)
    assert not has_button(browser, job)
    claimed = claim(first.pk)
    assert claimed
    run_chunk(claimed)
    Job.objects.filter(pk=first.pk).update(state=state)
    assert tag.subscribers.count() == 3
    assert has_button(browser, job)
    assert f'href="{LIST}{first.pk}/change/"' in browser.get(f"{LIST}{job.pk}/change/").content.decode()
    assert ASKED in browser.get(address).content.decode()
    browser.post(address, {"confirmed": job.pk})
    second = Job.objects.exclude(pk=first.pk).get(undoes=job)
    run_tasks()
    assert not tag.subscribers.exists()
    page = browser.get(f"{LIST}{job.pk}/change/").content.decode()
    assert not has_button(browser, job)
    assert f'href="{LIST}{second.pk}/change/"' in page
    assert f'href="{LIST}{first.pk}/change/"' not in page
    assert "3 undone contacts" in browser.get(f"{LIST}{second.pk}/change/").content.decode()


@pytest.mark.parametrize("state", ["queued", "running"])
def test_what_goes_on_is_not_undone(browser: Client, admin: User, tag: Tag, state: str) -> None:
    job = tagged_by(admin, tag)
    Job.objects.filter(pk=job.pk).update(state=state)
    assert not has_button(browser, job)
    assert browser.get(f"{LIST}{job.pk}/undo/").status_code == 302


@pytest.mark.parametrize("pk", [0, 99, 2**63, 10**30])
def test_there_is_no_page_for_no_job(browser: Client, pk: int) -> None:
    assert browser.get(f"{LIST}{pk}/undo/").status_code == 404


@pytest.mark.parametrize("whose", ["their own", "somebody’s"])
@pytest.mark.parametrize("name", [*GROUPS])
def test_it_is_for_whom_the_group_allows_it(admin: User, tag: Tag, name: str, whose: str) -> None:
    user = member(name)
    job = tagged_by(user if whose == "their own" else admin, tag)
    may = user.has_perm("subscribers.change_subscriber")
    assert may is (name != "Viewers")
    client = signed_in(user)
    assert has_button(client, job) is may
    assert client.get(f"{LIST}{job.pk}/undo/").status_code == (200 if may else 403)
    answer = client.post(f"{LIST}{job.pk}/undo/", {"confirmed": job.pk})
    assert answer.status_code == (302 if may else 403)
    run_tasks()
    assert tag.subscribers.exists() is not may


def test_who_may_not_view_jobs_undoes_their_own_alone(admin: User, tag: Tag, viewer_of: Any) -> None:
    job = tagged_by(admin, tag)
    client = viewer_of("subscribers.view_subscriber", "subscribers.change_subscriber")
    assert client.post(f"{LIST}{job.pk}/undo/", {"confirmed": job.pk}).status_code == 404
    own = Job.objects.filter(pk=job.pk)
    own.update(user=UserFactory.create())
    assert client.get(f"{LIST}{job.pk}/undo/").status_code == 404
    own.update(user=client.session["_auth_user_id"])
    assert client.get(f"{LIST}{job.pk}/undo/").status_code == 200


def test_the_page_of_a_job_that_is_no_action_has_no_button(browser: Client) -> None:
    assert not has_button(browser, JobFactory.create(kind="test", state="done"))


def test_it_takes_as_many_statements_for_many_as_for_few(browser: Client, admin: User, tag: Tag) -> None:
    browser.get(f"{LIST}{tagged_by(admin, tag, 1).pk}/change/")  # what is read once for all is there
    counts = []
    for size in (3, 40):
        job = tagged_by(admin, tag, size)
        numbers = []
        for path in ("change/", "undo/"):
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(f"{LIST}{job.pk}/{path}").status_code == 200
            numbers.append(len(queries))
            assert not any('"jobs_job"."options", "jobs_job"' in query["sql"] for query in queries)
        counts.append(numbers)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 18
    assert Subscriber.objects.count() == 44
