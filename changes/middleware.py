"""Records the changes of a request as its user's, with the channel of its path."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.api_keys import Key
from changes.actors import Actor, ActorKind, Channel, acting_as_found

# By the first prefix that matches; other paths are FluentCRM's face.
CHANNELS = (("/admin/", Channel.ADMIN), ("/v1/", Channel.FLUENZR))


class ActingRequest:
    """Middleware: sets current_actor(). The user is read at each change, as the APIs find the user late."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting_as_found(partial(actor_of, request)):
            return self.get_response(request)


def actor_of(request: HttpRequest) -> Actor:
    channel = next((channel for prefix, channel in CHANNELS if request.path_info.startswith(prefix)), Channel.API)
    user: Any = getattr(request, "user", None)
    # Set by REST framework together with the user: the id of an application password, or an API key.
    credentials: Any = getattr(request, "auth", None)
    if isinstance(credentials, Key):
        return Actor(channel, user.pk, ActorKind.API_KEY, credentials.id)
    if isinstance(credentials, int):
        return Actor(channel, user.pk, ActorKind.APPLICATION_PASSWORD, credentials)
    return Actor(channel, getattr(user, "pk", None))
