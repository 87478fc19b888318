"""Keeps the answer to a request with the changes that the request made, and finds it when the request comes again."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from database.sql import any_of, execute, ids_parameter, is_postgresql
from database.turns import number_of
from retries.models import KEPT_FOR, KeptAnswer

# Rows in one transaction of remove_old_answers.
BATCH = 1000
LOCK = "SELECT pg_try_advisory_xact_lock(%s)"
REMOVE = "DELETE FROM retries_keptanswer WHERE id {any_of}"

Result = TypeVar("Result")
_keeping: ContextVar[bool] = ContextVar("keeping", default=False)


class KeyInUse(Exception):
    """The first request with this key is still under way."""


class KeyReused(Exception):
    """The key was used for a request that is not this one."""


@dataclass(frozen=True)
class Asked:
    """A request that may come again: whose it is, its key, and a hash of what it asks for."""

    user_id: int
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Answer:
    """A status, headers, and a body of JSON."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@contextmanager
def keeping() -> Iterator[None]:
    """A transaction that ends with the answer: all that the block writes is committed with it, or not at all."""
    token = _keeping.set(True)
    try:
        with transaction.atomic():
            yield
    finally:
        _keeping.reset(token)


def after_commit(function: Callable[[], Result]) -> Result | None:
    """Call the function now; inside `keeping` as soon as its transaction is committed, and an error is logged.

    For what leaves the house while the client waits: before the commit it would leave again with the next attempt.
    Returns what the function returns, None inside `keeping`: the answer is written before anybody knows.
    """
    if not _keeping.get():
        return function()
    transaction.on_commit(function, robust=True)
    return None


def find_answer(asked: Asked) -> Answer | None:
    """What the request was answered before, if it was. For the start of `keeping`: two statements, one on SQLite.

    Until the transaction ends nobody else gets this far with the same key. Raises KeyInUse where somebody has, and
    KeyReused. On SQLite, which has one writer, the second request waits for the first one and then finds its answer.
    """
    if is_postgresql():
        # Before the look and not with it: a statement does not see what was committed after it began.
        [(free,)] = execute(LOCK, number_of(f"answer to {asked.user_id} {asked.key}"))
        if not free:
            raise KeyInUse
    kept = KeptAnswer.objects.filter(user=asked.user_id, key=asked.key, at__gt=timezone.now() - KEPT_FOR).first()
    if kept is None:
        return None
    if kept.fingerprint != asked.fingerprint:
        raise KeyReused
    return Answer(kept.status, kept.headers, bytes(kept.body))


def keep_answer(asked: Asked, answer: Answer) -> None:
    """Write the answer, in place of one that is too old. In the transaction of find_answer. One statement."""
    kept = KeptAnswer(
        user_id=asked.user_id,
        key=asked.key,
        fingerprint=asked.fingerprint,
        status=answer.status,
        headers=dict(answer.headers),
        body=answer.body,
        at=timezone.now(),
    )
    KeptAnswer.objects.bulk_create(
        [kept],
        update_conflicts=True,
        unique_fields=["user", "key"],
        update_fields=["fingerprint", "status", "headers", "body", "at"],
    )


def remove_old_answers() -> bool:
    """Remove a batch of the answers that nobody is given any more; returns whether there are more. Two statements."""
    old = KeptAnswer.objects.filter(at__lte=timezone.now() - KEPT_FOR).order_by("at")
    with transaction.atomic():
        ids = list(old.values_list("pk", flat=True)[:BATCH])
        execute(REMOVE.format(any_of=any_of()), ids_parameter(ids))
    return len(ids) == BATCH
