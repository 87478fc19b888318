"""Endpoints for tests, and what a worker does for them."""

from typing import Any

from fluenzr.payloads import render
from webhooks.models import Endpoint, Lane
from webhooks.services.endpoints import save_endpoint
from webhooks.services.sending import send_due
from webhooks.services.spreading import spread

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def make_endpoint(url: str = "https://example.com/hook", *events: str, **columns: Any) -> Endpoint:
    """An endpoint that gets events, contact.created by default, with SECRET."""
    endpoint = Endpoint(url=url, events=list(events or ["contact.created"]), **{"secret": SECRET, **columns})
    save_endpoint(endpoint)
    return endpoint


def spread_all() -> int:
    """Make events of all that happened; in how many parts."""
    parts = 1
    while spread(render):
        parts += 1
    return parts


def send_all() -> None:
    """Send what is due, to the end."""
    while send_due():
        pass


def run() -> None:
    spread_all()
    send_all()


def lane_of(endpoint: Endpoint) -> Lane:
    lane: Lane = Lane.objects.get(endpoint=endpoint)
    return lane
