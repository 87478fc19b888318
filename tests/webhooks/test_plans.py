"""What a worker asks again and again is answered from small indexes, however many deliveries there are."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from database.sql import json_parameter, rows_from_json
from tests.webhooks.endpoints import make_endpoint
from webhooks.models import Delivery, Lane
from webhooks.services.outcomes import WAIT_TOO, WAITING_ROW
from webhooks.services.posting import NewEvent, write_events
from webhooks.services.sending import FREE_LANES, next_of

NOW = "2126-01-31 09:05:00+00"
# In its place comes the endpoint's id.
ENDPOINT = -1


@pytest.mark.parametrize(
    ("sql", "parameters", "indexes"),
    [
        (FREE_LANES, [NOW] * 4, ["webhooks_due"]),
        (next_of(1), [ENDPOINT, NOW, NOW, 200], ["webhooks_next", "webhooks_of_contact"]),
        (next_of(None), [NOW, 200], ["webhooks_next"]),
        (
            WAIT_TOO.format(rows=rows_from_json(WAITING_ROW)),
            [json_parameter([{"id": 1, "endpoint_id": 1, "contact_id": 7, "due": NOW}])],
            ["webhooks_of_contact"],
        ),
    ],
)
def test_it_uses_an_index_of_few_rows(db: None, sql: str, parameters: list[Any], indexes: list[str]) -> None:
    endpoint = make_endpoint()
    Lane.objects.create()
    # As after some work: what is over, what is due, and some that waits.
    rows = [NewEvent("contact.created", timezone.now(), contact, "{}", [endpoint.pk]) for contact in range(3000)]
    over = write_events(rows)[:1500]
    Delivery.objects.filter(pk__any_of=over).update(state="delivered")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE webhooks_delivery, webhooks_lane, webhooks_endpoint")
            # A few thousand rows are read as fast without an index.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute(f"EXPLAIN {sql}", [endpoint.pk if value == ENDPOINT else value for value in parameters])
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        plan = str(cursor.fetchall())
    assert "Seq Scan on webhooks_delivery" not in plan
    assert "webhooks_of_endpoint" not in plan  # which has what is over, too
    if connection.vendor == "sqlite" or len(indexes) > 1:
        # PostgreSQL may take another one that has only what waits.
        assert all(index in plan for index in indexes)
    if ENDPOINT in parameters:
        assert "Sort" not in plan
        assert "TEMP B-TREE" not in plan
