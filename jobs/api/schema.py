"""What the routes of jobs take and answer (see rest.openapi)."""

from dataclasses import replace
from typing import Any

from jobs.api.filters import JobFilter
from jobs.models import State
from rest.openapi import (
    ANYTHING,
    COUNT,
    ID,
    TEXT,
    Operation,
    Routes,
    Schema,
    mapped,
    nullable,
    obj,
    one_of,
    ref,
    say,
)
from wp_rest.filters import parameters_of
from wp_rest.openapi import DATETIME, FORBIDDEN_TO, INVALID, NOT_FOUND, page_example, page_of, pages, refused

TOPIC = "Jobs"
STATE = one_of(*State.values, title="JobState")
COMPONENTS: dict[str, Schema] = {
    "Job": obj(
        {
            "id": ID,
            "kind": say(TEXT, "The kind of job, for example `bulk_action`."),
            "title": say(TEXT, "What the job does, in words."),
            "state": say(STATE, "`queued` and `running` jobs are not over yet."),
            "done": say(COUNT, "How many contacts are done."),
            "of": say(COUNT, "How many contacts there are. The same as `done` when the state is `done`."),
            "rate": say(nullable({"type": "number"}), "Contacts a second, from the start until now or the end."),
            "seconds_left": say(nullable(COUNT), "The time left at this rate, in seconds; null if it is not known."),
            "result": mapped(
                ANYTHING,
                description="What the job has done so far. For a bulk action `completed_contacts` (contacts that exist), "
                "`last_contact_id` and, if something that was sent does not exist, `ignored`.",
            ),
            "error": say(TEXT, "Why the job, or its last attempt, failed. Empty if nothing failed."),
            "user": say(
                nullable(obj({"ID": ID, "display_name": TEXT}, title="JobUser")),
                "The user who started the job; null if the user no longer exists.",
            ),
            "created_at": DATETIME,
            "started_at": say(nullable(DATETIME), "Null until the job starts."),
            "finished_at": say(nullable(DATETIME), "Null until the job is over."),
        }
    ),
}
JOB: dict[str, Any] = {
    "id": 12,
    "kind": "bulk_action",
    "title": "Add to tags: VIP",
    "state": "running",
    "done": 120000,
    "of": 200000,
    "rate": 18512.4,
    "seconds_left": 5,
    "result": {"last_contact_id": 120000, "completed_contacts": 120000},
    "error": "",
    "user": {"ID": 1, "display_name": "Grace Hopper"},
    "created_at": "2026-01-31 09:05:00",
    "started_at": "2026-01-31 09:05:01",
    "finished_at": None,
}
ROUTES: Routes = {
    "/fluent-crm/v2/jobs": {
        "GET": Operation(
            name="listJobs",
            topic=TOPIC,
            summary="List jobs",
            description="Returns a page of jobs, the newest first. Users who may change or delete contacts see their own "
            "jobs; users with the permission to view jobs see all. Jobs that are over are kept for 30 days, unless the site has another limit.\n\nThe routes of "
            "jobs are an addition of this server.",
            parameters=[*parameters_of(JobFilter, {"state": STATE}), *pages()],
            answer=obj({"jobs": page_of(ref("Job"))}),
            example={"jobs": page_example(JOB)},
            refusals={400: replace(INVALID, when="A parameter has a wrong value."), 403: FORBIDDEN_TO},
        )
    },
    "/fluent-crm/v2/jobs/{id}": {
        "GET": Operation(
            name="getJob",
            topic=TOPIC,
            summary="Get a job",
            description="Returns how far the job is. Ask again every second or less often.",
            ids={"id": "The id of the job."},
            answer=obj({"job": ref("Job")}),
            example={"job": JOB},
            refusals={403: FORBIDDEN_TO, 404: NOT_FOUND},
        )
    },
    "/fluent-crm/v2/jobs/{id}/cancel": {
        "POST": Operation(
            name="cancelJob",
            topic=TOPIC,
            summary="Cancel a job",
            description="Stops the job at once. What is done stays done. To cancel a job twice is no error.\n\nUsers can cancel "
            "their own jobs. Other jobs need the permission to change jobs.",
            ids={"id": "The id of the job."},
            answer=obj({"message": TEXT, "job": ref("Job")}),
            example={
                "message": "The job was cancelled. What it has done stays done.",
                "job": JOB | {"state": "cancelled", "seconds_left": None, "finished_at": "2026-01-31 09:05:07"},
            },
            refusals={
                403: FORBIDDEN_TO,
                404: NOT_FOUND,
                422: refused("The job is done, or it has failed.", "The job is over: it is done."),
            },
        )
    },
}
