"""Kinds of jobs and sweeps that are there for one test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from changes.actors import Actor
from jobs import registry
from jobs.models import Job
from jobs.registry import Kind, Progress
from jobs.services import start_job

Step = Callable[[Job], Progress]


def count_one(job: Job) -> Progress:
    """A step of a job that counts to its total."""
    done = (job.cursor or 0) + 1
    return Progress(1, done, {"counted": done}, finished=done >= job.total)


@contextmanager
def kind_of(step: Step) -> Iterator[str]:
    """The name of a kind that is known inside the block."""
    known: Any = registry.kinds()
    registry.register_kind(Kind("test", step))
    try:
        yield "test"
    finally:
        del known["test"]


@contextmanager
def only_sweeps(**functions: Callable[[], Any]) -> Iterator[None]:
    """These sweeps and no others, every minute."""
    known: Any = registry.sweeps()
    kept = dict(known)
    known.clear()
    for name, function in functions.items():
        registry.register_sweep(name, function, 60)
    try:
        yield
    finally:
        known.clear()
        known.update(kept)


def start(total: int, **options: Any) -> Job:
    """A job of the kind `test`."""
    return start_job("test", options, title="Count", total=total, actor=Actor("system"))
