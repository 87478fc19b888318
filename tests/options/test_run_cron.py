"""POST /setting/run_cron: due work is not waited for."""

from typing import Any

import pytest
from django.utils import timezone

from jobs.claims import lease
from jobs.models import Sweep
from jobs.sweeping import make_rows, run_due_sweeps
from options.api.serializers import HOOKS
from tests.client import Api
from tests.jobs.kinds import only_sweeps


@pytest.mark.parametrize("hook", HOOKS)
def test_the_workers_do_what_waits_for_its_time(api: Api, hook: str) -> None:
    ran: list[None] = []
    with only_sweeps(count=lambda: ran.append(None)):
        make_rows()
        run_due_sweeps()
        run_due_sweeps()
        assert len(ran) == 1
        answer = api.post("/setting/run_cron", {"hook": hook})
        assert (answer.status_code, answer.json()) == (200, {"message": "Selected CRON Event successfully ran"})
        # A request does no such work itself.
        assert len(ran) == 1
        run_due_sweeps()
    assert len(ran) == 2


def test_what_a_worker_does_already_is_left_to_it(api: Api) -> None:
    with only_sweeps(count=lambda: None):
        make_rows()
        Sweep.objects.all().claim("a worker", lease())
        later = timezone.now() + lease()
        Sweep.objects.update(due=later)
        api.post("/setting/run_cron", {"hook": HOOKS[0]})
    assert Sweep.objects.get().due == later


@pytest.mark.parametrize("body", [{}, {"hook": ""}, {"hook": "wp_version_check"}, {"hook": [HOOKS[0]]}, {"hook": 1}])
def test_another_hook_is_refused(api: Api, body: Any) -> None:
    answer = api.post("/setting/run_cron", body)
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("The hook must be one of: ")
