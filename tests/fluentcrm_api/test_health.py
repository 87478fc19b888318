"""/healthz and /readyz, for machines."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.fluentcrm_api.running import Running
from tests.postgres import free_port
from tests.processes import served


def test_healthz_needs_no_database(client: Client) -> None:
    answer = client.get("/healthz", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_healthz_makes_no_statement(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        client.get("/healthz")


@pytest.mark.django_db
def test_readyz_looks_at_the_migrations(client: Client, django_assert_max_num_queries: Any) -> None:
    client.get("/readyz")
    with django_assert_max_num_queries(2):
        answer = client.get("/readyz", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_says_that_a_migration_is_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'subscribers' AND name LIKE '0001%%'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "manage.py migrate" in answer.json()["status"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.skipif(connection.vendor != "postgresql", reason="takes a database of PostgreSQL away")
def test_without_a_database_the_process_is_healthy_and_not_ready(prepared: dict[str, str]) -> None:
    import psycopg  # noqa: PLC0415

    port = free_port()
    url = prepared["DATABASE_URL"]
    name = url.rpartition("/")[2]
    with served(prepared, port) as process, psycopg.connect(url.replace(name, "postgres"), autocommit=True) as other:
        client = Running(port, "", "", process)
        assert client.get("/readyz") == 200
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            assert client.get("/healthz") == 200
            assert client.get("/readyz") == 503
        finally:
            other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert client.get("/readyz") == 200
