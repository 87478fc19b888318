"""GET /jobs, GET /jobs/{id} and POST /jobs/{id}/cancel: one's own jobs, and everybody's for managers."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Job
from tests.client import Api
from tests.factories import UserFactory
from tests.jobs.factories import JobFactory


def user_with(*names: str) -> User:
    user = UserFactory.create()
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.fixture
def editor(db: None) -> User:
    return user_with("change_subscriber")


def listed(api: Api, query: str = "") -> list[int]:
    answer = api.get(f"/jobs{query}")
    assert answer.status_code == 200, answer.content
    return [job["id"] for job in answer.json()["jobs"]["data"]]


def test_users_see_their_own_jobs_the_newest_first(editor: User) -> None:
    mine = JobFactory.create_batch(2, user=editor)
    others = JobFactory.create(user=UserFactory.create())
    api = Api(editor)
    assert listed(api) == [mine[1].pk, mine[0].pk]
    assert api.get(f"/jobs/{mine[0].pk}").status_code == 200
    assert api.get(f"/jobs/{others.pk}").status_code == 404
    assert api.post(f"/jobs/{others.pk}/cancel").status_code == 404


@pytest.mark.parametrize("right", ["change_subscriber", "delete_subscriber"])
def test_a_right_to_start_some_job_is_enough(db: None, right: str) -> None:
    user = user_with(right)
    job = JobFactory.create(user=user)
    assert listed(Api(user)) == [job.pk]
    assert Api(user).post(f"/jobs/{job.pk}/cancel").status_code == 200


def test_without_such_a_right_there_is_nothing_to_see(db: None) -> None:
    user = user_with("view_subscriber")
    job = JobFactory.create(user=user)
    for answer in (Api(user).get("/jobs"), Api(user).get(f"/jobs/{job.pk}"), Api(user).post(f"/jobs/{job.pk}/cancel")):
        assert answer.status_code == 403


def test_managers_see_all_and_cancel_with_the_right_to_change(db: None) -> None:
    job = JobFactory.create(user=UserFactory.create())
    viewer, manager = Api(user_with("view_job")), Api(user_with("view_job", "change_job"))
    assert listed(viewer) == listed(manager) == [job.pk]
    assert viewer.post(f"/jobs/{job.pk}/cancel").status_code == 403
    assert Job.objects.get().state == "queued"
    assert manager.post(f"/jobs/{job.pk}/cancel").status_code == 200
    assert Job.objects.get().state == "cancelled"


def test_it_narrows_by_state_and_kind(api: Api) -> None:
    done, failed = JobFactory.create(state="done"), JobFactory.create(state="failed")
    assert listed(api, "?state=done") == [done.pk]
    assert listed(api, "?kind=bulk_action&state=failed") == [failed.pk]
    assert api.get("/jobs?state=lost").json()["state"] == {
        "invalid": "The state must be one of: queued, running, done, failed, cancelled."
    }


def test_it_comes_in_pages(api: Api) -> None:
    JobFactory.create_batch(3)
    page = api.get("/jobs?per_page=2&state=queued").json()["jobs"]
    assert (page["total"], page["last_page"], len(page["data"])) == (3, 2, 2)
    assert page["next_page_url"] == "/wp-json/fluent-crm/v2/jobs?per_page=2&state=queued&page=2"


def test_it_tells_the_rate_and_the_time_left(api: Api) -> None:
    job = JobFactory.create(
        state="running", done=50, total=200, started_at=timezone.now() - timedelta(seconds=10), error="once"
    )
    shown = api.get(f"/jobs/{job.pk}").json()["job"]
    assert (shown["done"], shown["of"], shown["error"], shown["user"]) == (50, 200, "once", None)
    assert 4.5 < shown["rate"] <= 5.0
    assert 30 <= shown["seconds_left"] <= 34


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_nothing_is_left_of_a_job_that_is_over(api: Api, state: str) -> None:
    now = timezone.now()
    job = JobFactory.create(state=state, done=50, total=50, started_at=now - timedelta(seconds=10), finished_at=now)
    shown = api.get(f"/jobs/{job.pk}").json()["job"]
    assert (shown["rate"], shown["seconds_left"]) == (5.0, None)


def test_it_cancels_once_and_says_so_twice(api: Api) -> None:
    job = JobFactory.create(state="running", done=2, claimed_by="w", claimed_until=timezone.now())
    answers = [api.post(f"/jobs/{job.pk}/cancel").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["job"]["state"], answers[0]["job"]["done"]) == ("cancelled", 2)
    assert answers[0]["job"]["finished_at"]
    job.refresh_from_db()
    assert (job.claimed_by, job.claimed_until) == ("", None)


@pytest.mark.parametrize("state", ["done", "failed"])
def test_what_is_over_cannot_be_cancelled(api: Api, state: str) -> None:
    job = JobFactory.create(state=state)
    answer = api.post(f"/jobs/{job.pk}/cancel")
    assert answer.status_code == 422
    assert answer.json()["message"] == f"The job is over: it is {state}."
    assert Job.objects.get().state == state


def test_a_page_takes_as_many_statements_for_many_jobs_as_for_two(api: Api) -> None:
    api.get("/jobs")
    counts = []
    for size in (2, 30):
        JobFactory.create_batch(size, user=UserFactory.create(), options={"ids": list(range(1000))})
        with CaptureQueriesContext(connection) as queries:
            listed(api, "?per_page=100")
        counts.append(len(queries))
        read: Any = [query["sql"] for query in queries if '"jobs_job"."title"' in query["sql"]]
        assert not any('"jobs_job"."options"' in sql for sql in read)
    assert counts[0] == counts[1] <= 4
