"""What there is to be worked on: kinds of jobs, and sweeps. An app registers its own in its `background.py`.

These modules are imported when somebody first asks here, so a command that asks nothing pays nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.utils.module_loading import autodiscover_modules

from jobs.models import Job


class JobFailed(Exception):
    """Raised by a step for what another attempt would not change; the text is for whoever started the job."""


@dataclass(frozen=True)
class Progress:
    """What one chunk did: how many more are done, where the next one starts (anything of JSON), the result so far."""

    done: int
    cursor: Any
    result: Mapping[str, Any] = field(default_factory=dict)
    finished: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    `step(job)` does the chunk after `job.cursor`, inside a transaction that also keeps its progress:
    some seconds of work, by a fixed number of statements, none of which leaves the database. It may
    run again after it was rolled back. `rights` are Django's permissions: who has one of them may have
    jobs of the kind, and see their own.
    """

    name: str
    step: Callable[[Job], Progress]
    rights: tuple[str, ...] = ()


@dataclass(frozen=True)
class RegisteredSweep:
    """`function()` does one batch and returns whether there is more, which it is called for soon.

    So many workers as there are `lanes` may do so at once.
    """

    name: str
    function: Callable[[], Any]
    seconds: float
    lanes: int = 1


_kinds: dict[str, Kind] = {}
_sweeps: dict[str, RegisteredSweep] = {}


def may_have_jobs(user: AbstractUser) -> bool:
    """Whether the user may start a job of some kind, or view everybody's."""
    rights = {"jobs.view_job"}.union(*(kind.rights for kind in kinds().values()))
    return any(user.has_perm(right) for right in sorted(rights))


def register_kind(kind: Kind) -> None:
    _kinds[kind.name] = kind


def register_sweep(name: str, function: Callable[[], Any], seconds: float, lanes: int = 1) -> None:
    """Have `function` called every so many seconds, by one of the workers at a time, or by up to `lanes` of them.

    It commits what it does; a batch should take some seconds, so that a worker can stop. If it raises,
    the error is kept and logged, and it is called again later and later, up to ten minutes. A function with
    several lanes sees to it that two of its calls do not do the same work.
    """
    _sweeps[name] = RegisteredSweep(name, function, seconds, lanes)


@cache
def discover() -> None:
    autodiscover_modules("background")


def kinds() -> Mapping[str, Kind]:
    discover()
    return _kinds


def sweeps() -> Mapping[str, RegisteredSweep]:
    discover()
    return _sweeps
