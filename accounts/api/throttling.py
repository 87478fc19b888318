"""The FluentCRM face's limit of requests a minute (FLUENTCRM_RATE_LIMIT); off by default."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from rest.addresses import client_network
from rest.rate_limit import Spent, spend


class RequestsAMinute(BaseThrottle):
    """Counts requests by application password, or by address if the request has none."""

    spent: Spent | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        limit: int = settings.FLUENTCRM_RATE_LIMIT
        if not limit:
            return True
        password = getattr(request, "auth", None)
        client = f"password {password}" if password else f"address {client_network(request)}"
        self.spent = spend(client, limit)
        view.headers.update(limit_headers(self.spent))
        return self.spent.allowed

    def wait(self) -> float | None:
        return self.spent.wait if self.spent else None


def limit_headers(spent: Spent) -> dict[str, str]:
    """The three headers with the limit, the remaining requests and the end of the minute."""
    return {
        "X-RateLimit-Limit": str(spent.limit),
        "X-RateLimit-Remaining": str(spent.remaining),
        "X-RateLimit-Reset": str(spent.reset),
    }
