"""Who is changing things right now, and through which door: what history remembers."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


DOORS = ("api", "admin", "command")


class Actor(NamedTuple):
    """A user's id, None where nobody signed in, and the door, one of DOORS."""

    user_id: int | None
    door: str


def current_actor() -> Actor:
    """The user of the request that is being answered; outside of one, a command."""
    request = _request.get()
    if request is None:
        return Actor(None, "command")
    user: Any = getattr(request, "user", None)
    door = "admin" if request.path_info.startswith("/admin/") else "api"
    return Actor(getattr(user, "pk", None), door)


class RememberRequest:
    """Middleware: current_actor() knows the request. The user is read when asked for: the API signs in late."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(token)
