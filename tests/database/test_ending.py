"""Statements that take too long, or that nobody waits for any more."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection

from database.ending import NobodyWaits, TookTooLong, ending_statements
from database.sql import read
from tests.database.slow import ENDLESS


def always() -> bool:
    return True


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("seconds", "has_left", "raised"), [(0, lambda: False, TookTooLong), (3600, always, NobodyWaits)]
)
def test_a_statement_ends_and_the_next_one_runs(
    seconds: float, has_left: Callable[[], bool], raised: type[OperationalError]
) -> None:
    for _ in range(3):
        with pytest.raises(raised), ending_statements(seconds, has_left):
            read(f"SELECT {ENDLESS}")
        for _ in range(5):
            assert list(read("SELECT 1")) == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_what_is_quick_is_let_be() -> None:
    with ending_statements(3600):
        before = connection.connection
        assert list(read("SELECT 1")) == [(1,)]
    assert connection.connection is before


@pytest.mark.django_db(transaction=True)
def test_other_errors_stay_as_they_are() -> None:
    with pytest.raises(OperationalError, match="busy"), ending_statements(3600):
        raise OperationalError("busy")
