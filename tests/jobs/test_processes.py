"""Workers as they run: killed at any moment, stopped, several at once. What was asked for is done, once."""

import signal
import time
from pathlib import Path

from tests.fluentcrm_api.running import children
from tests.jobs.conftest import CHUNK, CONTACTS
from tests.jobs.working import Site, check_all_is_done_once, kill_again_and_again, kill_workers, working
from tests.processes import manage

# The workers that had a task.
RAN = "SELECT CAST(worker_ids AS text) FROM django_tasks_database_dbtaskresult WHERE status <> 'READY'"


def test_a_job_whose_workers_are_killed_again_and_again_is_done_once(running: Site) -> None:
    with working(running.environment) as process:
        number, tag = running.tag_everybody()
        assert kill_again_and_again(running, process, number, times=3) > 1
        running.wait_for(number)
    check_all_is_done_once(running, number, tag, CONTACTS, CHUNK)


def test_an_undo_whose_workers_are_killed_again_and_again_is_done_once(running: Site) -> None:
    with working(running.environment) as process:
        number, tag = running.tag_everybody()
        running.wait_for(number)
        code = f"from bulk_actions.background import undo_job; print(undo_job({number}).pk)"
        undo = int(manage(running.environment, "shell", "-c", code).stdout.split()[-1])
        assert kill_again_and_again(running, process, undo, times=3) > 1
        job = running.wait_for(undo)
    assert (job["state"], job["done"], job["error"]) == ("done", CONTACTS, "")
    assert job["result"] == {"undone_contacts": CONTACTS}
    assert running.tagged(tag) == 0
    detached = f"FROM changes_change WHERE event = 'tags_detached' AND subject_id = {tag} AND job_id = {undo}"
    assert running.rows(f"SELECT count(*), sum(contacts) {detached}") == [(-(-CONTACTS // CHUNK), CONTACTS)]


def test_it_goes_on_where_a_worker_was_told_to_stop(running: Site) -> None:
    number, tag = running.tag_everybody()
    with working(running.environment | {"JOB_LEASE": "600"}) as process:
        running.wait_for(number, beyond=0)
        process.terminate()
        assert process.wait(30) == 0
    # It was given back: nobody waits for the lease to end.
    assert running.job(number)["state"] == "queued"
    with working(running.environment):
        running.wait_for(number)
    check_all_is_done_once(running, number, tag, CONTACTS, CHUNK)


def test_several_workers_share_the_jobs(running: Site) -> None:
    started = [running.tag_everybody() for _ in range(3)]
    before = set(running.rows(RAN))
    with working(running.environment, 2) as one, working(running.environment) as other:
        assert len(children(one.pid)) == 2
        for number, _ in started:
            assert running.wait_for(number)["state"] == "done"
    assert [running.tagged(tag) for _, tag in started] == [CONTACTS] * 3
    assert len(set(running.rows(RAN)) - before) > 1, "One worker did it all."
    assert (one.wait(30), other.wait(30)) == (0, 0)


def test_a_job_that_is_cancelled_stops_at_once(running: Site) -> None:
    with working(running.environment):
        number, tag = running.tag_everybody()
        running.wait_for(number, beyond=0)
        job = running.call("POST", f"/jobs/{number}/cancel")["job"]
        assert job["state"] == "cancelled"
        other, _ = running.tag_everybody()
        assert running.wait_for(other)["state"] == "done"
    assert 0 < job["done"] < CONTACTS
    assert running.job(number)["done"] == job["done"] == running.tagged(tag)


def test_serve_starts_a_worker_replaces_it_and_stops_it(running: Site) -> None:
    with running.again(worker=True) as server:
        before = children(server.process.pid)
        assert len(before) == 3
        kill_workers(server.process, signal.SIGKILL)
        started = time.monotonic()
        number, tag = server.tag_everybody()
        server.wait_for(number, beyond=0)
        assert time.monotonic() - started < 20
        server.wait_for(number)
        check_all_is_done_once(server, number, tag, CONTACTS, CHUNK)
        after = children(server.process.pid)
        assert len(after) == 3
        assert not set(before) & set(after)
        server.process.terminate()
        assert server.process.wait(30) == 0


def test_it_says_in_one_sentence_what_keeps_it_from_working(running: Site, tmp_path: Path) -> None:
    for variables, arguments, said in (
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, [], "DATABASE_URL: the database none on 127.0.0.1"),
        ({"DATABASE_URL": "sqlite://:memory:"}, [], "DATABASE_URL must name a file"),
        (
            {"DATABASE_URL": f"sqlite:///{tmp_path}/new"},
            [],
            "The database is not up to date: run `manage.py migrate` first.",
        ),
        ({}, ["--workers", "0"], "--workers 0 must be 1 or more."),
    ):
        done = manage(running.environment | variables, "work", *arguments)
        assert done.returncode == 1
        assert done.stderr.startswith(f"CommandError: {said}")
        assert done.stderr.count("\n") == 1
