"""Workers as they run: killed at any moment, stopped, several at once. What was asked for is done, once."""

import random
import signal
import time

from tests.fluentcrm_api.running import children
from tests.jobs.working import Site, kill_workers, site, working
from tests.processes import manage

CONTACTS = 3_000
KILLS = 4


def check_all_is_done_once(running: Site, number: int, contacts: int) -> None:
    """By the job's own counts, by the links, and by history: a chunk done twice would change nobody the second time."""
    job = running.job(number)
    assert (job["state"], job["done"], job["of"], job["error"]) == ("done", contacts, contacts, "")
    assert job["result"] == {
        "last_contact_id": running.rows("SELECT max(id) FROM subscribers_subscriber")[0][0],
        "completed_contacts": contacts,
    }
    assert running.rows("SELECT count(*) FROM subscribers_subscribertag") == [(contacts,)]
    attached = "FROM changes_change WHERE event = 'tags_attached'"
    chunks = -(-contacts // int(running.environment["BULK_CHUNK"]))
    assert running.rows(f"SELECT count(*), sum(contacts) {attached}") == [(chunks, contacts)]
    # History names who asked for it, though another process did it.
    [actor] = running.rows(f"SELECT DISTINCT channel, actor_kind, user_id {attached}")
    assert tuple(actor) == ("api", "application_password", running.rows("SELECT id FROM auth_user")[0][0])


def test_a_job_whose_workers_are_killed_again_and_again_is_done_once(environment: dict[str, str]) -> None:
    seed = random.randrange(10**6)
    print("The moments are those of random.Random of", seed)
    moments = random.Random(seed)
    with site(environment) as running:
        running.make_contacts(CONTACTS)
        with working(environment) as process:
            number = running.tag_everybody()
            done = kills = 0
            for _ in range(KILLS):
                job = running.wait_for(number, beyond=done)
                done = job["done"]
                if job["state"] != "running":
                    break
                time.sleep(moments.uniform(0, 0.1))
                kill_workers(process, signal.SIGKILL)
                kills += 1
            assert kills > 1
            running.wait_for(number)
        check_all_is_done_once(running, number, CONTACTS)


def test_it_goes_on_where_a_worker_was_told_to_stop(environment: dict[str, str]) -> None:
    with site(environment | {"JOB_LEASE": "600"}) as running:
        running.make_contacts(CONTACTS)
        number = running.tag_everybody()
        with working(environment | {"JOB_LEASE": "600"}) as process:
            running.wait_for(number, beyond=0)
            process.terminate()
            assert process.wait(30) == 0
        # It was given back: nobody waits for the lease to end.
        assert running.job(number)["state"] == "queued"
        with working(environment):
            running.wait_for(number)
        check_all_is_done_once(running, number, CONTACTS)


def test_several_workers_share_the_jobs(environment: dict[str, str]) -> None:
    with site(environment) as running:
        running.make_contacts(1_000)
        numbers = [running.tag_everybody(title) for title in ("Red", "Green", "Blue")]
        with working(environment, 2) as one, working(environment) as other:
            assert len(children(one.pid)) == 2
            for number in numbers:
                assert running.wait_for(number)["state"] == "done"
        ran = running.rows("SELECT DISTINCT worker_ids FROM django_tasks_database_dbtaskresult WHERE status <> 'READY'")
        assert len(ran) > 1, "One worker did it all."
        assert running.rows("SELECT count(*) FROM subscribers_subscribertag") == [(3_000,)]
        assert one.poll() is other.poll() is not None


def test_a_job_that_is_cancelled_stops_at_once(environment: dict[str, str]) -> None:
    with site(environment) as running:
        running.make_contacts(CONTACTS)
        with working(environment):
            number = running.tag_everybody()
            running.wait_for(number, beyond=0)
            job = running.call("POST", f"/jobs/{number}/cancel")["job"]
            assert job["state"] == "cancelled"
            other = running.tag_everybody("Other")
            assert running.wait_for(other)["state"] == "done"
        assert running.job(number)["done"] == job["done"]
        assert 0 < job["done"] < CONTACTS
        tagged = "SELECT count(*) FROM subscribers_subscribertag WHERE tag_id = 1"
        assert running.rows(tagged) == [(job["done"],)]


def test_serve_starts_a_worker_and_stops_it(environment: dict[str, str]) -> None:
    with site(environment, worker=True) as running:
        workers = children(running.process.pid)
        assert len(workers) == 3
        running.make_contacts(200)
        started = time.monotonic()
        number = running.tag_everybody()
        running.wait_for(number, beyond=0)
        assert time.monotonic() - started < 10
        running.wait_for(number)
        check_all_is_done_once(running, number, 200)
        running.process.terminate()
        assert running.process.wait(30) == 0


def test_a_worker_that_is_killed_beside_the_server_is_replaced(environment: dict[str, str]) -> None:
    with site(environment, worker=True) as running:
        running.make_contacts(100)
        kill_workers(running.process, signal.SIGKILL)
        assert running.wait_for(running.tag_everybody())["state"] == "done"


def test_it_says_in_one_sentence_what_keeps_it_from_working(environment: dict[str, str]) -> None:
    for variables, arguments, said in (
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, [], "DATABASE_URL: the database none on 127.0.0.1"),
        ({}, [], "The database is not up to date: run `manage.py migrate` first."),
        ({}, ["--workers", "0"], "--workers 0 must be 1 or more."),
    ):
        done = manage(environment | variables, "work", *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith(f"CommandError: {said}")
        assert done.stderr.count("\n") == 1
