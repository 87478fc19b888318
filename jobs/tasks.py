"""What goes through the queue. A task only says "go on with these": losing one, or having it twice, harms nothing."""

from django.db import transaction
from django_tasks import task

from jobs import claims
from jobs.models import State
from jobs.turns import stopping, take_turn


@task()
def go_on(job_id: int) -> None:
    """Give a job its turn, unless somebody has it; behind the others again while there is more of it."""
    job = claims.claim(job_id)
    if job is None or not take_turn(job):
        return
    try:
        with transaction.atomic():
            claims.give_back(job, state=State.QUEUED if stopping.is_set() else State.RUNNING)
            go_on.enqueue(job_id)
    except claims.ClaimLost:
        pass  # it was cancelled just now
