"""Sessions of staff where the database can be read and not written to."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

pytestmark = pytest.mark.django_db
ADD = "/admin/segments/tag/add/"


@contextmanager
def nothing_can_be_written() -> Iterator[None]:
    on_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if on_sqlite:
            cursor.execute("PRAGMA query_only = ON")
        else:
            # What is checked at a transaction's end takes locks, which this one could not then.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET TRANSACTION READ ONLY")
    try:
        yield
    finally:
        if on_sqlite:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA query_only = OFF")


def test_a_page_is_shown_though_nobody_can_note_that_its_messages_were_seen(admin_client: Client) -> None:
    assert admin_client.post(ADD, {"title": "Readers", "slug": "readers"}).status_code == 302
    with nothing_can_be_written():
        for _ in range(2):
            answer = admin_client.get("/admin/")
            assert answer.status_code == 200
            assert "was added successfully" in answer.content.decode()
