"""Thousands of contacts in an automation, and workers that are killed: each block once for each contact."""

import json
import random
import signal
import time

import pytest

from tests.emails.test_killed import finished
from tests.jobs.test_celery import broker_of
from tests.jobs.working import SECONDS, kill_workers, working
from tests.sizes import sized

CONTACTS, NOTES, KILLS = sized(2_000, 600), 4, 6
SEED = f"""
from segments.models import Tag
from subscribers.models import Subscriber
from subscribers.services import attach_tags
from tests.automations.working import TAGGED, automation, block
tag = Tag.objects.create(title="Start", slug="start")
automation(*[block("add_contact_activity", title=str(n)) for n in range({NOTES})], trigger=TAGGED)
contacts = Subscriber.objects.bulk_create([Subscriber(email=f"c{{n}}@example.com") for n in range({CONTACTS})])
for start in range(0, {CONTACTS}, 200):
    attach_tags([one.pk for one in contacts[start : start + 200]], [tag.pk])
"""
STATES = """
import json
from collections import Counter
from automations.models import BlockRun, Enrolment
from notes.models import Note
enrolled = Counter(Enrolment.objects.values_list("status", flat=True))
print(json.dumps([enrolled, BlockRun.objects.count(), Note.objects.count()]))
"""


@pytest.mark.parametrize("queue", ["the database", "RabbitMQ"])
def test_each_block_runs_once_for_each_contact(environment: dict[str, str], queue: str) -> None:
    seed = random.randrange(10**6)
    print("The random times are those of random.Random of", seed)
    chance = random.Random(seed)
    with broker_of(queue) as variables:
        environment |= variables | {"JOB_LEASE": "1"}
        finished(environment, SEED)
        with working(environment, 2) as workers:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0, 1))
                kill_workers(workers, signal.SIGKILL)
            limit = time.monotonic() + 2 * SECONDS
            while json.loads(finished(environment, STATES))[0] != {"completed": CONTACTS}:
                assert time.monotonic() < limit
            workers.terminate()
            assert workers.wait(30) == 0
    runs, notes = json.loads(finished(environment, STATES))[1:]
    assert (runs, notes) == (NOTES * CONTACTS, NOTES * CONTACTS)
