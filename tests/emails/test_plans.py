"""What a worker asks all day long is answered from small indexes."""

import pytest
from django.db import connection

from emails.services.claims import DUE, GIVE_UP, HAS_DUE
from tests.emails.factories import MessageFactory

NOW = "2026-01-31 09:05:00+00"


@pytest.mark.parametrize(
    ("sql", "parameters", "index"),
    [
        (HAS_DUE, [NOW], "emails_due"),
        (DUE.format(only=""), [NOW, 50], "emails_due"),
        (GIVE_UP, ["x", NOW, NOW], "emails_claimed"),
    ],
)
def test_it_uses_an_index_of_few_rows(db: None, sql: str, parameters: list[str | int], index: str) -> None:
    MessageFactory.create_batch(3)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Three rows are read faster without any index.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute(f"EXPLAIN {sql}", parameters)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        plan = str(cursor.fetchall())
    assert index in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
