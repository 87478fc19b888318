"""Requests that other parts of the server send, such as an automation's: kept, sent by the worker, tried again."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from database.sql import execute, is_postgresql, json_parameter, rows_from_json, stored_datetime
from webhooks.models import Delivery, Event
from webhooks.models.outgoing import make_name
from webhooks.outgoing import Answer, Client
from webhooks.signing import signed_headers

# What one request may take in all.
ATTEMPT_SECONDS = 30.0
# The same while somebody waits.
IMPATIENT_SECONDS = 10.0
USER_AGENT = "Webhooks/1"
JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
EVENT_ROW: list[tuple[str, Any]] = [
    (name, Event._meta.get_field(name)) for name in ("name", "type", "at", "contact_id", "data")
]
# By `place`, so that ids follow the order of the rows.
PLACE: tuple[str, Any] = ("place", Delivery._meta.get_field("attempts"))
DELIVERY_ROW: list[tuple[str, Any]] = [
    PLACE,
    *((name, Delivery._meta.get_field(name)) for name in ("event_id", "endpoint_id", "contact_id", "request")),
]
# A post has one delivery, to none.
NO_ENDPOINT: Sequence[int | None] = (None,)
INSERT_EVENTS = """
    INSERT INTO webhooks_event (name, type, at, contact_id, data)
    SELECT r.name, r.type, r.at, r.contact_id, r.data FROM {rows} ORDER BY r.place RETURNING id, name
"""
INSERT_DELIVERIES = """
    INSERT INTO webhooks_delivery (event_id, endpoint_id, contact_id, request, state, due, attempts, error)
    SELECT r.event_id, r.endpoint_id, r.contact_id, {request}, 'pending', %s, 0, '' FROM {rows}
    ORDER BY r.place RETURNING id
"""


@dataclass(frozen=True)
class Post:
    """A request to an address: `payload` as JSON, or as a form with PHP's brackets for what is nested.

    With a `secret` it is signed (docs/webhooks.md). `headers` are sent beside our own, and do not replace them.
    """

    url: str
    event_type: str
    payload: Mapping[str, Any]
    secret: str = ""
    contact_id: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    form: str = "json"


@dataclass(frozen=True)
class NewEvent:
    """An event to write; `data` is JSON, and `endpoints` are the ids of those who get it."""

    type: str
    at: Any
    contact_id: int | None
    data: str
    endpoints: Sequence[int] = ()
    request: Mapping[str, Any] | None = None


def queue_posts(posts: Sequence[Post]) -> list[int]:
    """Keep requests for the worker, in the caller's transaction; the ids of their deliveries, in order. Two statements.

    Each is sent at least once, and tried again after WEBHOOK_RETRIES: a receiver recognises a repeat by `webhook-id`.
    """
    now = timezone.now()
    return write_events(
        [
            NewEvent(post.event_type, now, post.contact_id, as_text(post.payload), request=request_of(post))
            for post in posts
        ]
    )


def post_now(post: Post) -> Answer:
    """Send one request while somebody waits, and keep nothing of it. Never raises: the answer has the reason."""
    client = Client(seconds=IMPATIENT_SECONDS, only_public=not settings.WEBHOOKS_ALLOW_PRIVATE)
    try:
        return request_from(request_of(post), make_name(), as_text(post.payload)).send(client)
    finally:
        client.close()


@dataclass(frozen=True)
class Request:
    """One request as it leaves: its id, and the secrets it is signed with."""

    url: str
    name: str
    body: bytes
    secrets: Sequence[str]
    headers: Mapping[str, str]

    def send(self, client: Client) -> Answer:
        """Signed now. Never raises."""
        own = signed_headers(self.name, int(time.time()), self.body, self.secrets) | {"User-Agent": USER_AGENT}
        taken = {header.lower() for header in own}
        others = {header: value for header, value in self.headers.items() if header.lower() not in taken}
        return client.send("POST", self.url, self.body, others | own)


def request_of(post: Post) -> dict[str, Any]:
    """What a delivery without an endpoint keeps of its post."""
    return {"url": post.url, "secret": post.secret, "headers": dict(post.headers), "form": post.form}


def request_from(kept: Mapping[str, Any], name: str, data: str) -> Request:
    """The request of a delivery without an endpoint."""
    headers = {str(header): str(value) for header, value in kept["headers"].items() if is_allowed(str(header))}
    body, kind = data.encode(), JSON_TYPE
    if kept["form"] == "form":
        body, kind = urlencode(list(flat(json.loads(data))), errors="replace").encode(), FORM_TYPE
    secrets = [kept["secret"]] if kept["secret"] else []
    return Request(kept["url"], name, body, secrets, headers | {"Content-Type": kind})


def is_allowed(header: str) -> bool:
    """Whether others may set this header: not what frames the request, nor its type."""
    return header.lower() not in ("host", "content-length", "transfer-encoding", "connection", "content-type")


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """A payload as the fields of a form: {"a": {"b": [1]}} is a[b][0]=1."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield name, "" if value is None else str(int(value) if isinstance(value, bool) else value)
        return
    for key, one in inner:
        yield from flat(one, f"{name}[{key}]" if name else str(key))


def as_text(payload: Any) -> str:
    """JSON in ASCII, so that any text that Python can hold can be kept and sent."""
    return json.dumps(payload, default=str, separators=(",", ":"))


@transaction.atomic(savepoint=False)
def write_events(events: Sequence[NewEvent]) -> list[int]:
    """Write events and a delivery for each of their receivers; the ids of the deliveries, in order. Two statements."""
    if not events:
        return []
    names = [make_name() for _ in events]
    rows = [
        {
            "place": place,
            "name": name,
            "type": event.type,
            "at": str(stored_datetime(event.at)),
            "contact_id": event.contact_id,
            "data": event.data,
        }
        for place, (name, event) in enumerate(zip(names, events, strict=True))
    ]
    insert = INSERT_EVENTS.format(rows=rows_from_json([PLACE, *EVENT_ROW]))
    ids = {name: pk for pk, name in execute(insert, json_parameter(rows))}
    wanted = [
        {"event_id": ids[name], "endpoint_id": endpoint, "contact_id": event.contact_id, "request": event.request}
        for name, event in zip(names, events, strict=True)
        for endpoint in (event.endpoints if event.request is None else NO_ENDPOINT)
    ]
    if not wanted:
        return []
    for place, row in enumerate(wanted):
        row["place"] = place
    request = "r.request" if is_postgresql() else "json(r.request)"
    insert = INSERT_DELIVERIES.format(request=request, rows=rows_from_json(DELIVERY_ROW))
    return sorted(pk for (pk,) in execute(insert, stored_datetime(timezone.now()), json_parameter(wanted)))
