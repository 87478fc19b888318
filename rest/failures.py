"""Wrong credentials of the API, slowed on both faces."""

from typing import Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import AuthenticationFailed, Throttled

from rest.addresses import client_network
from rest.rate_limit import fail


def refuse(request: Any, name: str = "") -> NoReturn:
    """Refuse wrong credentials: AuthenticationFailed (401), or Throttled (429) above FAILED_LOGINS_A_MINUTE.

    They are counted by address and by user name, in any case of its letters, and only after they were
    found to be wrong: right ones always pass, whoever else fails from the same address or for the same
    user, and cost nothing here. That is safe because a password has 142 random bits (a key 190): at any
    rate of guessing there is nothing to find, and what is bounded is the work of the guesses that others
    see. (The admin's passwords are people's own: there a lockout comes before the password is looked at.)
    """
    limit: int = settings.FAILED_LOGINS_A_MINUTE
    if limit:
        clients = [f"API from {client_network(request)}", *([f"API for {name.casefold()}"] if name else [])]
        if wait := max(fail(client, limit) for client in clients):
            raise Throttled(wait)
    raise AuthenticationFailed
