"""database.sqlite: statements are converted for sqlite3 once, and mean the same."""

import pytest
from django.db import connection

from database.sql import is_postgresql
from database.sqlite.base import Cursor, with_question_marks

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(is_postgresql(), reason="It is about SQLite.")]


def test_it_binds_parameters_and_keeps_percent_signs() -> None:
    with connection.cursor() as cursor:
        assert isinstance(cursor.cursor, Cursor)
        cursor.execute("SELECT %s, '50%%', %s LIKE 'a%%'", ["%s", "abc"])
        assert cursor.fetchall() == [("%s", "50%", 1)]
        cursor.execute("SELECT %(name)s", {"name": 7})
        assert cursor.fetchall() == [(7,)]
        cursor.execute("SELECT '100%'")
        assert cursor.fetchall() == [("100%",)]


def test_it_converts_a_text_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s + 1", [1])
        before = with_question_marks.cache_info()
        cursor.execute("SELECT %s + 1", [2])
    after = with_question_marks.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)
