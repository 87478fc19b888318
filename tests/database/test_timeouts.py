"""Requests have limits that background work has not."""

from typing import Any

import pytest
from django.db import connections
from pytest_django import Settings

from database.timeouts import lift_limits, limit_statements


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The connection's options, for this test alone."""
    options: dict[str, Any] = {}
    database = connections["default"].settings_dict
    monkeypatch.setitem(database, "ENGINE", "database.postgresql")
    monkeypatch.setitem(database, "OPTIONS", options)
    return options


@pytest.mark.parametrize("own", [{}, {"options": "-c statement_timeout=60s"}])
def test_what_is_lifted_was_added_for_requests_alone(
    options: dict[str, Any], settings: Settings, own: dict[str, str]
) -> None:
    options |= own
    settings.STATEMENT_TIMEOUT, settings.LOCK_TIMEOUT = 30, 10
    limit_statements()
    added = "-c statement_timeout=30s -c lock_timeout=10s"
    assert options["options"] == " ".join([added, *own.values()])
    lift_limits()
    assert options == own


def test_nothing_is_sent_where_nothing_is_limited(options: dict[str, Any], settings: Settings) -> None:
    settings.STATEMENT_TIMEOUT = settings.LOCK_TIMEOUT = 0
    limit_statements()
    assert options == {}
    lift_limits()
    assert options == {}
