"""What is the same on both databases is tested on one of them: it makes no statement whose answer could differ."""

import pytest

from database.sql import is_postgresql

on_one_database = pytest.mark.skipif(is_postgresql(), reason="The same on both databases; run on SQLite.")
