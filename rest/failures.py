"""Wrong credentials are counted and limited, on both faces."""

from typing import Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import AuthenticationFailed, Throttled

from rest.addresses import client_network
from rest.rate_limit import fail


def refuse(request: Any, name: str = "") -> NoReturn:
    """Refuse wrong credentials: AuthenticationFailed (401), or Throttled (429) above FAILED_LOGINS_A_MINUTE.

    Failures are counted by address and by user name (case does not matter), after the check: valid
    credentials always work and cost nothing here, whoever else fails from the same address or for the same
    user. That is safe because a password has 142 random bits (a key 190), which nobody can guess; the
    limit only keeps guesses from using up the server. (The admin's passwords are chosen by people: there a
    lockout comes before the password is checked.)
    """
    limit: int = settings.FAILED_LOGINS_A_MINUTE
    if limit:
        clients = [f"API from {client_network(request)}", *([f"API for {name.casefold()}"] if name else [])]
        if wait := max(fail(client, limit) for client in clients):
            raise Throttled(wait)
    raise AuthenticationFailed
