"""What a worker asks all day long is answered from small indexes, whatever waits in held campaigns."""

from typing import Any

import pytest
from django.db import connection

from emails.services.claims import DUE, OVERDUE
from emails.services.due import DUE_WORK, KINDS, OF_CAMPAIGN
from tests.emails.factories import MessageFactory

NOW = "2026-01-31 09:05:00+00"


def plan_of(sql: str, parameters: list[Any]) -> str:
    """The plan, where the table is large: three rows are read faster without any index."""
    MessageFactory.create_batch(3)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute(f"EXPLAIN {sql}", parameters)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("sql", "parameters", "index"),
    [
        (DUE.format(which=KINDS[0]), [NOW, 50], "emails_due_awaited"),
        (DUE.format(which=KINDS[1]), [NOW, 50], "emails_due_by_itself"),
        (DUE.format(which=OF_CAMPAIGN), [7, 7, NOW, 50], "emails_due_campaign"),
        (OVERDUE, [NOW], "emails_claimed"),
    ],
)
def test_it_uses_an_index_of_few_rows(db: None, sql: str, parameters: list[Any], index: str) -> None:
    plan = plan_of(sql, parameters)
    assert index in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


def test_it_looks_for_due_messages_by_their_indexes_alone(db: None) -> None:
    plan = plan_of(DUE_WORK, [NOW, NOW, NOW])
    names = {name for name in plan.split() if name.startswith("emails_")}
    assert {name for name in names if not name.startswith(("emails_message", "emails_mailing"))} == {
        "emails_due_awaited",
        "emails_due_by_itself",
        "emails_due_campaign",
    }
    assert "Seq Scan on emails_message" not in plan
    assert "SCAN emails_message\n" not in plan
