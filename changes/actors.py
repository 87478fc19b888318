"""Who acts, and through which channel."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from django.db import models


class Channel(models.TextChoices):
    """The ways in which changes reach the server. A new one is a line here and an `acting_as` where it enters."""

    API = "api", "FluentCRM's API"
    FLUENZR = "fluenzr", "FluenzR's API"
    ADMIN = "admin", "admin"
    IMPORT = "import", "import"
    AUTOMATION = "automation", "automation"
    HOOK = "hook", "incoming hook"
    SYSTEM = "system", "the server itself"


class ActorKind(models.TextChoices):
    """What acts for a user, or without a user."""

    APPLICATION_PASSWORD = "application_password", "application password"
    API_KEY = "api_key", "API key"
    AUTOMATION = "automation", "automation"
    IMPORT = "import", "import"
    HOOK = "hook", "incoming hook"
    CONTACT = "contact", "the contact itself"


class Actor(NamedTuple):
    """A channel, the id of the user (None without one), the kind and id of what acts for the user, the id of its job."""

    channel: str
    user_id: int | None = None
    kind: str = ""
    id: int | None = None
    job: int | None = None


def the_server_itself() -> Actor:
    return Actor(Channel.SYSTEM)


_find_actor: ContextVar[Callable[[], Actor]] = ContextVar("find_actor", default=the_server_itself)


def current_actor() -> Actor:
    """Who acts now, in this thread: that of `acting_as` or of the request, else the server itself."""
    return _find_actor.get()()


@contextmanager
def acting_as(channel: str, *, user_id: int | None = None, kind: str = "", id: int | None = None) -> Iterator[None]:  # noqa: A002 - the actor's
    """Inside the block, changes are recorded as this actor's; nested blocks replace it. Also a decorator."""
    actor = Actor(Channel(channel), user_id, kind and ActorKind(kind), id)
    with acting_as_found(lambda: actor):
        yield


@contextmanager
def acting_as_found(find_actor: Callable[[], Actor]) -> Iterator[None]:
    """The same for an actor that is only known later: `find_actor` is called for each change."""
    token = _find_actor.set(find_actor)
    try:
        yield
    finally:
        _find_actor.reset(token)
