"""Requests made of deliveries: one each, or many together where an endpoint asks for it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from database.sql import as_datetime
from webhooks.models import Endpoint
from webhooks.services.posting import JSON_TYPE, Request, request_from


class Row(NamedTuple):
    """A delivery with its event, as sending.DUE reads it."""

    id: int
    endpoint_id: int | None
    contact_id: int | None
    attempts: int
    request: Any
    name: str
    type: str
    at: str
    data: str


@dataclass(frozen=True)
class Parcel:
    """A request, and the deliveries that are in it."""

    rows: Sequence[Row]
    request: Request

    @property
    def target(self) -> str:
        """Whom it goes to: what one server does not answer is no fault of the others."""
        try:
            return urlsplit(self.request.url).netloc
        except ValueError:
            return self.request.url


def pack(rows: Sequence[Row], endpoint: Endpoint | None) -> list[list[Parcel]]:
    """Sequences of requests: each is to be sent in its order, all of them at the same time."""
    if endpoint is None:
        return [[Parcel([row], request_from(read_request(row.request), row.name, row.data))] for row in rows]
    if endpoint.batch > 1:
        return (
            [[batch_of(rows[at : at + endpoint.batch], endpoint) for at in range(0, len(rows), endpoint.batch)]]
            if rows
            else []
        )
    by_contact: dict[Any, list[Parcel]] = {}
    for row in rows:
        # What has no contact has no order to keep.
        key = row.contact_id if row.contact_id is not None else f"delivery {row.id}"
        by_contact.setdefault(key, []).append(Parcel([row], to_endpoint(endpoint, row.name, body_of(row))))
    return list(by_contact.values())


def read_request(kept: Any) -> Mapping[str, Any]:
    """The JSON column, which fixed SQL reads as a text on SQLite."""
    return orjson.loads(kept) if isinstance(kept, str) else kept


def to_endpoint(endpoint: Endpoint, name: str, body: str) -> Request:
    return Request(endpoint.url, name, body.encode(), endpoint.secrets, {"Content-Type": JSON_TYPE})


def body_of(row: Row) -> str:
    """The same at each attempt. Its data was made into JSON once."""
    return envelope(row.name, row.type, write_time(row.at), row.data)


def batch_of(rows: Sequence[Row], endpoint: Endpoint) -> Parcel:
    """Many events in one request. Each keeps its own id; that of the batch is made of them."""
    name = "evt_" + hashlib.sha256(" ".join(row.name for row in rows).encode()).hexdigest()[:24]
    events = ",".join(body_of(row) for row in rows)
    body = envelope(name, "batch", write_time(rows[-1].at), f'{{"events":[{events}]}}')
    return Parcel(rows, to_endpoint(endpoint, name, body))


def envelope(name: str, kind: str, timestamp: str, data: str) -> str:
    return f'{{"id":"{name}","type":"{kind}","timestamp":"{timestamp}","data":{data}}}'


def write_time(text: str) -> str:
    at = as_datetime(text)
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else text
