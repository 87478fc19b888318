"""What the worker asks is answered from the index of those who are on their way."""

from typing import Any

import pytest
from django.db import connection

from sequences.services.stepping import DUE, NEXT_SEQUENCE
from tests.sequences.factories import SequenceTrackerFactory

NOW = "2026-01-31 09:05:00+00"


def plan_of(sql: str, parameters: list[Any]) -> str:
    """The plan, where the table is large: three rows are read faster without any index."""
    SequenceTrackerFactory.create_batch(3, next_execution_time=NOW)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute(f"EXPLAIN {sql}", parameters)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


@pytest.mark.parametrize(("sql", "parameters"), [(DUE, [1, NOW, 50]), (NEXT_SEQUENCE, [NOW])], ids=["due", "sequence"])
def test_it_uses_the_index(db: None, sql: str, parameters: list[Any]) -> None:
    plan = plan_of(sql, parameters)
    assert "sequences_due" in plan
    assert "Seq Scan on sequences_sequencetracker" not in plan
    assert "SCAN sequences_sequencetracker" not in plan


def test_those_who_are_due_need_no_sort(db: None) -> None:
    plan = plan_of(DUE, [1, NOW, 50])
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
